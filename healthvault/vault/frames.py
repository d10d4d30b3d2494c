# SPDX-License-Identifier: Apache-2.0
"""A walk over all frames of a journal that goes on after one that is not whole.

Every entry of a vault begins with the same 36 bytes, so the next frame is found without trusting a length.
Checks no signature and no link. Spec: docs/spec/vault-folder.md section 7.1.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass

from healthvault.errors import FormatError, IntegrityError
from healthvault.ledger.entry import Entry, SignedEntry, parse_entry
from healthvault.storage.journal import LENGTH_BYTES, MAX_ENTRY_BYTES, Journal

__all__ = ["Frame", "Gap", "walk_frames"]

_MARK = b"\x9b\x01\xc4\x20"  # array of 11, version 1, 32 bytes: the vault's id


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """An entry, unverified, and where its frame begins."""

    position: int
    signed: SignedEntry

    @property
    def entry(self) -> Entry:
        """What it says, unverified."""
        return self.signed.unverified


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Bytes between frames that are none."""

    position: int
    code: str
    message: str
    is_tail: bool
    """Whether no frame follows, as after an unfinished write."""


def walk_frames(journal: Journal, vault_id: bytes | None) -> Iterator[Frame | Gap]:
    """Yield all frames and what is between them, in the order in which they lie there.

    Args:
        journal: Opened `around`, if segments may be missing.
        vault_id: Whose entries to look for after a gap, 32 bytes; None if even that is not known.
    """
    mark = _MARK + (vault_id or b"")
    position: int | None = 0
    while position is not None and position < journal.end:
        gap = yield from _whole_frames(journal, position)
        if gap is None:
            return
        position = journal.find_frame(gap.position + 1, mark)
        yield Gap(position=gap.position, code=gap.code, message=gap.message, is_tail=position is None)
        mended = _without_length(journal, gap.position, position, mark)
        if mended:
            yield mended


def _whole_frames(journal: Journal, start: int) -> Generator[Frame, None, Gap | None]:
    """Yield frames up to the first that is not whole, and return what is wrong with that."""
    scan = journal.scan(start)
    for position, raw in scan:
        try:
            frame = Frame(position=position, signed=parse_entry(raw))
        except (FormatError, IntegrityError) as err:
            return Gap(position=position, code=err.code, message=err.message, is_tail=False)
        yield frame
    if scan.problem is None:
        return None
    return Gap(position=scan.end, code="vault_damaged", message=scan.problem.value, is_tail=False)


def _without_length(journal: Journal, position: int, following: int | None, mark: bytes) -> Frame | None:
    """Return the entry of a frame of which only the length is wrong: it reaches to the next frame."""
    size = MAX_ENTRY_BYTES if following is None else following - position - LENGTH_BYTES
    raw = journal.read_span(position + LENGTH_BYTES, min(size, MAX_ENTRY_BYTES))
    if not raw.startswith(mark):
        return None
    try:
        return Frame(position=position, signed=parse_entry(raw))
    except (FormatError, IntegrityError):
        return None
