# SPDX-License-Identifier: Apache-2.0
"""Signed notes (c2sp.org/signed-note): text, a blank line, and lines that sign the text.

A note has one reading: UTF-8, no control bytes but newline, canonical base64; so it is written back as the
same bytes. A `SignedNote` is unverified; only `open_note` makes an `OpenedNote`. Limits of ours: 64 KiB and
16 signatures. Keys are Ed25519 (type 0x01) or Ed25519 cosigners (type 0x04, see cosignature.py).

Spec: docs/spec/tree.md section 4.
"""

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from healthvault.crypto.hashing import sha256
from healthvault.crypto.signing import PUBLIC_KEY_BYTES, SigningKey, check_public_key, sign_raw, verify_raw
from healthvault.errors import FormatError, IntegrityError

__all__ = [
    "KEY_ID_BYTES",
    "MAX_NOTE_BYTES",
    "MAX_SIGNATURES",
    "KeyKind",
    "NoteKey",
    "NoteSignature",
    "OpenedNote",
    "SignedNote",
    "decode_base64",
    "open_note",
    "parse_note",
    "parse_signature",
    "parse_vkey",
    "sign_note",
    "unknown_names",
]

MAX_NOTE_BYTES = 64 * 1024
MAX_SIGNATURES = 16
KEY_ID_BYTES = 4
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
# The characters with Unicode's White_Space property, listed: what is a space must not depend on a library.
_SPACES = "\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_NAME = f"[^+{_SPACES}]+"
_LINE = re.compile(rf"\u2014 ({_NAME}) ([A-Za-z0-9+/]+={{0,2}})\Z")
_VKEY = re.compile(rf"({_NAME})\+([0-9a-f]{{8}})\+([A-Za-z0-9+/]+={{0,2}})\Z")


class KeyKind(IntEnum):
    """The signature type byte of a key."""

    ED25519 = 0x01
    COSIGNATURE = 0x04


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteKey:
    """A key under which lines of a note count: name, type and 32 bytes of Ed25519 public key."""

    name: str
    kind: KeyKind
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The 4 bytes that name the key in a line; not collision-resistant, an index only."""
        return sha256(b"%s\n%c%s" % (self.name.encode(), self.kind, self.public))[:KEY_ID_BYTES]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSignature:
    """One signature line, unverified."""

    name: str
    key_id: bytes
    signature: bytes

    def to_line(self) -> str:
        """Return the line with its newline."""
        return f"\u2014 {self.name} {b64encode(self.key_id + self.signature).decode()}\n"

    def is_by(self, key: NoteKey) -> bool:
        """Tell whether name and key id are those of `key`; says nothing about the signature."""
        return self.name == key.name and self.key_id == key.key_id


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedNote:
    """A well-formed note whose signatures nobody has checked."""

    text: str
    """With its final newline."""
    signatures: tuple[NoteSignature, ...]

    def to_bytes(self) -> bytes:
        """Return the note: the very bytes that it was read from."""
        return (self.text + "\n" + "".join(line.to_line() for line in self.signatures)).encode()

    def with_signature(self, signature: NoteSignature) -> "SignedNote":
        """Return the note with one line more.

        Raises:
            FormatError: `bad_note`, it would have too many lines or be too long.
        """
        longer = SignedNote(text=self.text, signatures=(*self.signatures, signature))
        return parse_note(longer.to_bytes())


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedNote:
    """The text of a note and the keys, at least one, whose signatures on it hold."""

    text: str
    keys: tuple[NoteKey, ...]


def parse_note(data: bytes) -> SignedNote:
    """Read a note from unverified bytes.

    Raises:
        FormatError: `bad_note`, longer than 64 KiB, not UTF-8, control bytes, no blank line before the
            signatures, no final newline, no signature or more than 16, or a line that is not as the format
            wants it.
    """
    if len(data) > MAX_NOTE_BYTES:
        raise _bad(f"longer than {MAX_NOTE_BYTES} bytes")
    whole = _decode(data)
    text, blank, block = whole.rpartition("\n\n")
    if not blank or not block.endswith("\n"):
        raise _bad("no blank line before the signatures, or no final newline")
    lines = block[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise _bad(f"more than {MAX_SIGNATURES} signatures")
    return SignedNote(text=text + "\n", signatures=tuple(_parse_line(line) for line in lines))


def parse_signature(data: bytes) -> NoteSignature:
    """Read one signature line that travels alone (a cosignature in a receipt) from unverified bytes.

    Raises:
        FormatError: `bad_note`, not one well-formed line with its newline.
    """
    line = _decode(data[: MAX_NOTE_BYTES + 1])
    if len(data) > MAX_NOTE_BYTES or not line.endswith("\n"):
        raise _bad("a signature line is too long or has no final newline")
    return _parse_line(line[:-1])


def open_note(note: SignedNote, keys: Iterable[NoteKey]) -> OpenedNote:
    """Check the signatures of known keys on a note; lines of unknown keys are ignored.

    Args:
        note: An unverified note.
        keys: The keys whose word counts. Cosigners' keys are passed over: see `cosignature.cosignatures`.

    Raises:
        IntegrityError: `bad_signature`, a line of a known key does not hold, whatever other lines do; or no
            line is by a known key.
    """
    known = [key for key in keys if key.kind is KeyKind.ED25519]
    verified: dict[NoteKey, None] = {}
    for line in note.signatures:
        candidates = [key for key in known if line.is_by(key)]
        holding = [key for key in candidates if verify_raw(key.public, note.text.encode(), line.signature)]
        if candidates and not holding:
            raise IntegrityError("bad_signature", f"the signature of {line.name!r} on a note does not hold")
        verified.update(dict.fromkeys(holding))
    if not verified:
        raise IntegrityError("bad_signature", "a note is not signed by the key that should have signed it")
    return OpenedNote(text=note.text, keys=tuple(verified))


def sign_note(text: str, name: str, key: SigningKey) -> bytes:
    """Return the note of a text, ending in newline, signed by one Ed25519 key under a name.

    Raises:
        FormatError: `bad_note`, the text or the name cannot stand in a note.
    """
    identity = NoteKey(name=name, kind=KeyKind.ED25519, public=key.public)
    try:
        signature = sign_raw(key, text.encode())
        line = NoteSignature(name=name, key_id=identity.key_id, signature=signature)
        raw = SignedNote(text=text, signatures=(line,)).to_bytes()
    except UnicodeEncodeError as err:
        raise _bad("text or name is not valid Unicode") from err
    if parse_note(raw).text != text:
        raise _bad("the text does not end in a newline")
    return raw


def unknown_names(note: SignedNote, keys: Iterable[NoteKey]) -> tuple[str, ...]:
    """Return the names, in order and unescaped, on lines that are by none of `keys`."""
    known = tuple(keys)
    names = (line.name for line in note.signatures if not any(line.is_by(key) for key in known))
    return tuple(dict.fromkeys(names))


def parse_vkey(text: str) -> NoteKey:
    """Read a key in the text form of the format: name, key id in hex, base64 of type and key, with `+` between.

    Raises:
        FormatError: `bad_note`, not of that form, another type, or a key id that is not the key's.
        IntegrityError: `bad_key`, not a point of prime order.
    """
    match = _VKEY.match(text)
    if match is None:
        raise _bad("a verifier key is not name+id+key")
    material = decode_base64(match[3])
    if len(material) != 1 + PUBLIC_KEY_BYTES or material[0] not in tuple(KeyKind):
        raise _bad("a verifier key is not of a type and size that are known here")
    key = NoteKey(name=match[1], kind=KeyKind(material[0]), public=material[1:])
    if key.key_id.hex() != match[2]:
        raise _bad("a verifier key does not have the id that it says")
    check_public_key(key.public)
    return key


def decode_base64(text: str) -> bytes:
    """Decode standard padded base64 in its only canonical form.

    Raises:
        FormatError: `bad_note`.
    """
    try:
        data = b64decode(text, validate=True)
    except (binascii.Error, ValueError) as err:
        raise _bad("not base64") from err
    if b64encode(data).decode() != text:
        raise _bad("base64 is not canonical")
    return data


def _parse_line(line: str) -> NoteSignature:
    match = _LINE.match(line)
    if match is None:
        raise _bad("a signature line is not dash, name and base64")
    data = decode_base64(match[2])
    if len(data) <= KEY_ID_BYTES:
        raise _bad("a signature line holds no signature")
    return NoteSignature(name=match[1], key_id=data[:KEY_ID_BYTES], signature=data[KEY_ID_BYTES:])


def _decode(data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError as err:
        raise _bad("not valid UTF-8") from err
    if _CONTROL.search(text):
        raise _bad("control characters")
    return text


def _bad(message: str) -> FormatError:
    return FormatError("bad_note", f"a signed note is malformed: {message}")
