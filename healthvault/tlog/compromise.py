# SPDX-License-Identifier: Apache-2.0
"""Compromise notes: the cold root key declares, apart from the journal, that an epoch's keys are in other hands.

A signed note of exactly five lines, under the key name of the origin and `/root`. A note that was only parsed says
nothing: `open_compromise` needs the root key that the reader knows, never one that came along.
Does not know key chains or pins. Spec: docs/spec/keys.md section 6.
"""

import re
from base64 import b64encode
from dataclasses import dataclass

from healthvault.codec import MAX_INT
from healthvault.crypto.hashing import DIGEST_BYTES
from healthvault.crypto.signing import SigningKey
from healthvault.errors import FormatError, IntegrityError
from healthvault.tlog.checkpoint import vault_id_of
from healthvault.tlog.note import KeyKind, NoteKey, decode_base64, open_note, parse_note, sign_note

__all__ = ["Compromise", "is_compromise_note", "open_compromise", "parse_compromise", "sign_compromise"]

_FIRST_LINE = "healthvault/v1/compromised\n"
_NUMBER = r"(0|[1-9][0-9]{0,15})\n"
_TEXT = re.compile(rf"{_FIRST_LINE}([^\n]+)\n{_NUMBER}{_NUMBER}([A-Za-z0-9+/]{{43}}=)\n\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Compromise:
    """What a note declares of a vault: epoch `epoch` signed its last entry below `size`."""

    origin: str
    epoch: int
    size: int
    """The entry of the event that closes the epoch, and the size of the tree below it."""
    root: bytes
    """The root at that size (32 bytes)."""

    def to_text(self) -> str:
        """Return the note text, five lines."""
        return f"{_FIRST_LINE}{self.origin}\n{self.epoch}\n{self.size}\n{b64encode(self.root).decode()}\n"


def is_compromise_note(start: bytes) -> bool:
    """Tell by its first line whether a file is meant as a compromise note; `start` is its beginning."""
    return start.startswith(_FIRST_LINE.encode())


def parse_compromise(data: bytes) -> Compromise:
    """Read what a note declares from unverified bytes.

    Raises:
        FormatError: `bad_note`, not a note, not the five lines, no vault's origin, a number with leading zeros
            or above 2^53-1, size 0, or a root that is not canonical base64 of 32 bytes.
    """
    return _parse_text(parse_note(data).text)


def open_compromise(data: bytes, root_pk: bytes) -> Compromise:
    """Read a note and verify it.

    Args:
        data: Unverified bytes of a note; lines of other keys are ignored.
        root_pk: The root key (32 bytes) in force at the end of the key chain that the reader knows.

    Raises:
        FormatError: `bad_note`, as `parse_compromise`.
        IntegrityError: `bad_signature`, not signed by that key.
    """
    note = parse_note(data)
    compromise = _parse_text(note.text)
    try:
        open_note(note, [_root_key(compromise.origin, root_pk)])
    except IntegrityError as err:
        raise IntegrityError(
            err.code,
            "the note is not signed by the root key that is known of this vault",
            hint="if its owner has new recovery words since, take her new card first, then the note again",
        ) from err
    return compromise


def sign_compromise(compromise: Compromise, root_key: SigningKey) -> bytes:
    """Return the note, signed by the root key in force.

    Raises:
        FormatError: `bad_note`, no reader would accept it.
    """
    text = compromise.to_text()
    _parse_text(text)
    return sign_note(text, _root_key(compromise.origin, root_key.public).name, root_key)


def _root_key(origin: str, public: bytes) -> NoteKey:
    return NoteKey(name=f"{origin}/root", kind=KeyKind.ED25519, public=public)


def _parse_text(text: str) -> Compromise:
    match = _TEXT.match(text)
    if match is None:
        raise _bad("it is not first line, origin, epoch, size and root")
    vault_id_of(match[1])
    epoch, size, root = int(match[2]), int(match[3]), decode_base64(match[4])
    if size == 0 or max(epoch, size) > MAX_INT or len(root) != DIGEST_BYTES:
        raise _bad("its epoch, size or root is out of range")
    return Compromise(origin=match[1], epoch=epoch, size=size, root=root)


def _bad(message: str) -> FormatError:
    return FormatError("bad_note", f"a compromise note is malformed: {message}")
