# SPDX-License-Identifier: Apache-2.0
"""Proof files for other tools (c2sp.org/tlog-proof@v1): one leaf of a log, as text.

    text = format_proof(InclusionText(index=…, hashes=…, note=…))

Spec: docs/spec/tree.md section 7.
"""

import re
from base64 import b64encode
from dataclasses import dataclass

from healthvault.codec import MAX_INT
from healthvault.crypto.hashing import DIGEST_BYTES
from healthvault.errors import FormatError, IntegrityError
from healthvault.tlog.note import MAX_NOTE_BYTES, decode_base64

__all__ = ["InclusionText", "format_proof", "parse_proof"]

FIRST_LINE = "c2sp.org/tlog-proof@v1"
MAX_HASHES = 63
MAX_EXTRA_BYTES = 65_536
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,15})\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class InclusionText:
    """What the text says: not verified by parsing it."""

    index: int
    hashes: tuple[bytes, ...]
    """Siblings, deepest first."""
    note: bytes
    """The signed checkpoint."""


def format_proof(proof: InclusionText) -> bytes:
    """Return the text; what it says is the caller's to check."""
    hashes = [b64encode(item).decode() for item in proof.hashes]
    return "\n".join([FIRST_LINE, f"index {proof.index}", *hashes, "", ""]).encode() + proof.note


def parse_proof(data: bytes) -> InclusionText:
    """Read the text of a proof; an `extra` line is passed over, since nothing vouches for it.

    Raises:
        FormatError: `bad_note`, not this form, or far too long.
        IntegrityError: `bad_proof`, an index, a number or a size of hashes that no tree has.
    """
    head, blank, note = data.partition(b"\n\n")
    if not blank or len(head) > MAX_EXTRA_BYTES or len(note) > MAX_NOTE_BYTES:
        raise _bad("it has no blank line, or is too long")
    try:
        first, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as err:
        raise _bad("it is not ASCII") from err
    if lines and lines[0].startswith("extra "):
        decode_base64(lines.pop(0).removeprefix("extra "))
    index = _INDEX.match(lines[0]) if lines else None
    if first != FIRST_LINE or index is None:
        raise _bad("its first lines are not those of the form")
    hashes = tuple(decode_base64(line) for line in lines[1:])
    if int(index[1]) > MAX_INT or len(hashes) > MAX_HASHES or any(len(item) != DIGEST_BYTES for item in hashes):
        raise IntegrityError("bad_proof", "no tree has such a proof")
    return InclusionText(index=int(index[1]), hashes=hashes, note=note)


def _bad(message: str) -> FormatError:
    return FormatError("bad_note", f"the text is no proof: {message}")
