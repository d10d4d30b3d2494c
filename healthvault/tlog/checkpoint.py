# SPDX-License-Identifier: Apache-2.0
"""Checkpoints (c2sp.org/tlog-checkpoint): a signed note of exactly three lines: origin, size, root.

No extension lines: nobody could audit them. The key that signs has the origin as its name. The origin of a
vault is `healthvault.invalid/` and its id, because no server stands behind it (RFC 2606).

Does not keep the promise that two signed checkpoints never contradict: who signs does, by checking the last
one first. Spec: docs/spec/tree.md section 5.
"""

import re
from base64 import b32decode, b32encode, b64encode
from dataclasses import dataclass

from healthvault.codec import MAX_INT
from healthvault.crypto.hashing import DIGEST_BYTES
from healthvault.crypto.signing import SigningKey
from healthvault.errors import FormatError
from healthvault.tlog.note import KeyKind, NoteKey, decode_base64, open_note, parse_note, sign_note
from healthvault.tlog.tree import EMPTY_ROOT

__all__ = [
    "Checkpoint",
    "checkpoint_key",
    "open_checkpoint",
    "origin_of",
    "parse_checkpoint",
    "sign_checkpoint",
    "vault_id_of",
]

_HOST = "healthvault.invalid/"
_ORIGIN = re.compile(re.escape(_HOST) + r"([a-z2-7]{52})\Z")
_TEXT = re.compile(r"([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The state of a log: how many leaves, and the root (32 bytes) over them."""

    origin: str
    size: int
    root: bytes

    def to_text(self) -> str:
        """Return the note text, three lines."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


def origin_of(vault_id: bytes) -> str:
    """Return the origin of the vault with this id (32 bytes)."""
    return _HOST + b32encode(vault_id).decode().lower().rstrip("=")


def vault_id_of(origin: str) -> bytes:
    """Return the vault id (32 bytes) in an unverified origin.

    Raises:
        FormatError: `bad_note`, not the origin of a vault, or not in its only form.
    """
    match = _ORIGIN.match(origin)
    if match is None:
        raise _bad("the origin is not that of a vault")
    vault_id = b32decode(match[1].upper() + "====")
    if origin_of(vault_id) != origin:
        raise _bad("the origin is not canonical base32")
    return vault_id


def checkpoint_key(origin: str, public: bytes) -> NoteKey:
    """Return the key under which a checkpoint of this origin must be signed."""
    return NoteKey(name=origin, kind=KeyKind.ED25519, public=public)


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text of a note, unverified or opened.

    Raises:
        FormatError: `bad_note`, not exactly three lines, a size with leading zeros or above 2^53-1, a root
            that is not canonical base64 of 32 bytes, or size 0 with a root that is not the empty tree's.
    """
    match = _TEXT.match(text)
    if match is None:
        raise _bad("it is not origin, size and root")
    size, root = int(match[2]), decode_base64(match[3])
    if size > MAX_INT or len(root) != DIGEST_BYTES:
        raise _bad("its size or root is out of range")
    if size == 0 and root != EMPTY_ROOT:
        raise _bad("size 0 has another root than the empty tree")
    return Checkpoint(origin=match[1], size=size, root=root)


def sign_checkpoint(checkpoint: Checkpoint, key: SigningKey) -> bytes:
    """Return the signed note; the caller has checked it against the last one that was signed.

    Raises:
        FormatError: `bad_note`, no reader would accept it.
    """
    text = checkpoint.to_text()
    parse_checkpoint(text)
    return sign_note(text, checkpoint.origin, key)


def open_checkpoint(data: bytes, origin: str, public: bytes) -> Checkpoint:
    """Read and verify the checkpoint of a log.

    Args:
        data: Unverified bytes of a note; lines of other keys are ignored.
        origin: The log that it must be of.
        public: The key (32 bytes) in force at its size; a key taken from the note itself proves nothing.

    Raises:
        FormatError: `bad_note`, not a note, not a checkpoint, or of another origin.
        IntegrityError: `bad_signature`, not signed by that key.
    """
    note = parse_note(data)
    checkpoint = parse_checkpoint(note.text)
    if checkpoint.origin != origin:
        raise _bad("it is of another origin")
    open_note(note, [checkpoint_key(origin, public)])
    return checkpoint


def _bad(message: str) -> FormatError:
    return FormatError("bad_note", f"a checkpoint is malformed: {message}")
