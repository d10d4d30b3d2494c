# SPDX-License-Identifier: Apache-2.0
"""The notice that a person withdrew from a study: a signed note of six lines, by the study's own key.

It is no secret: it names the pseudonym and the study. A notice that was only parsed says nothing:
`open_withdrawal` needs the key that the reader knows from an export. Pure. Spec: docs/spec/research.md section 7.
"""

import re
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime

from healthvault.codec import MAX_INT
from healthvault.crypto.hashing import DIGEST_BYTES
from healthvault.crypto.signing import SigningKey
from healthvault.errors import FormatError, IntegrityError
from healthvault.research.keys import origin_of_key
from healthvault.research.study import is_study_name
from healthvault.tlog.note import KeyKind, NoteKey, decode_base64, open_note, parse_note, sign_note

__all__ = ["Withdrawal", "is_withdrawal", "open_withdrawal", "parse_withdrawal", "sign_withdrawal"]

_FIRST_LINE = "healthvault/v1/research-withdrawal\n"
_TEXT = re.compile(
    rf"{_FIRST_LINE}([^\n]{{1,120}})\n([^\n]{{1,64}})\n(0|[1-9][0-9]{{0,15}})\n([A-Za-z0-9+/]{{43}}=)\n"
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)\n\Z"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """What a notice says."""

    origin: str
    study: str
    size: int
    """Of the study's log: nothing was to be exported beyond it."""
    root: bytes
    """At that size (32 bytes)."""
    time: str
    """RFC 3339, UTC, whole seconds: the owner's claim."""

    def to_text(self) -> str:
        """Return the six lines."""
        root = b64encode(self.root).decode()
        return f"{_FIRST_LINE}{self.origin}\n{self.study}\n{self.size}\n{root}\n{self.time}\n"


def is_withdrawal(start: bytes) -> bool:
    """Tell by its first line whether a file is meant as a notice."""
    return start.startswith(_FIRST_LINE.encode())


def parse_withdrawal(data: bytes) -> Withdrawal:
    """Read what a notice says from unverified bytes. Raises FormatError: `bad_note`."""
    return _parse_text(parse_note(data).text)


def open_withdrawal(data: bytes, public: bytes) -> Withdrawal:
    """Read a notice and verify it.

    Args:
        data: Unverified bytes.
        public: The study's key (32 bytes), from a verified export; one from the notice would prove nothing.

    Raises:
        FormatError: `bad_note`.
        IntegrityError: `bad_signature`, not signed by that key, or of another pseudonym.
    """
    note = parse_note(data)
    withdrawal = _parse_text(note.text)
    open_note(note, [NoteKey(name=origin_of_key(public), kind=KeyKind.ED25519, public=public)])
    if withdrawal.origin != origin_of_key(public):
        raise IntegrityError("bad_signature", "a notice of withdrawal is of another pseudonym")
    return withdrawal


def sign_withdrawal(withdrawal: Withdrawal, key: SigningKey) -> bytes:
    """Return the notice. Raises FormatError: `bad_note`, no reader would accept it."""
    text = withdrawal.to_text()
    _parse_text(text)
    return sign_note(text, withdrawal.origin, key)


def _parse_text(text: str) -> Withdrawal:
    match = _TEXT.match(text)
    if match is None or not is_study_name(match[2]):
        raise _bad("it is not first line, origin, study, size, root and time")
    size, root = int(match[3]), decode_base64(match[4])
    if size > MAX_INT or len(root) != DIGEST_BYTES or not _is_moment(match[5]):
        raise _bad("its size, root or time is out of range")
    return Withdrawal(origin=match[1], study=match[2], size=size, root=root, time=match[5])


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo == UTC
    except ValueError:
        return False


def _bad(message: str) -> FormatError:
    return FormatError("bad_note", f"a notice of withdrawal is malformed: {message}")
