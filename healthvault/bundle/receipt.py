# SPDX-License-Identifier: Apache-2.0
"""A receipt: a reader's signed word on what it did with a bundle, with its cosignature of the history it saw.

    receipt = Receipt(view=…, statement=sign_statement(…), card=…)     # the reader, `vault.receipts`
    receipt = parse_receipt(fields)                                    # the owner; `verify.receipt` judges it

Spec: docs/spec/status-and-proof-files.md section 4.
"""

import re
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime

from healthvault.bundle.view import HistoryView, parse_view
from healthvault.codec import MAX_INT, Fields, Value
from healthvault.crypto.hashing import DIGEST_BYTES
from healthvault.crypto.signing import SigningKey
from healthvault.errors import FormatError
from healthvault.ledger.ids import base32, from_base32
from healthvault.tlog.note import KeyKind, NoteKey, decode_base64, open_note, parse_note, sign_note

__all__ = [
    "ACTIONS",
    "DELETED",
    "RECEIPT_KIND",
    "Receipt",
    "Statement",
    "open_statement",
    "parse_receipt",
    "parse_statement",
    "sign_statement",
]

RECEIPT_KIND = "receipt"
DELETED = "deleted"
ACTIONS = ("verified", "opened", "imported", DELETED)
_VERSION = 1
_FIRST_LINE = "healthvault/v1/receipt\n"
_TEXT = re.compile(
    re.escape(_FIRST_LINE)
    + r"([a-z2-7]{26})\n([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n([a-z]{1,32})\n"
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)\n\Z"
)
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_KNOWN = frozenset({"v", "kind", "view", "receipt", "card", "must"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a receipt says: which bundle, of which history, what was done with it, and when."""

    bundle_id: bytes
    origin: str
    """Of the owner's vault."""
    size: int
    root: bytes
    action: str
    """One of `ACTIONS`."""
    time_ms: int
    """The reader's clock, whole seconds."""

    def to_text(self) -> str:
        """Return the text that is signed, seven lines."""
        time = datetime.fromtimestamp(self.time_ms // 1000, UTC).strftime(_TIME)
        root = b64encode(self.root).decode()
        return (
            f"{_FIRST_LINE}{base32(self.bundle_id)}\n{self.origin}\n{self.size}\n{root}\n{self.action}\n{time}\n"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A receipt, unverified."""

    view: HistoryView
    """What the reader was shown of the history, its note with the reader's cosignature."""
    statement: bytes
    """A signed note: see `Statement`."""
    card: bytes
    """The reader's card."""

    def to_map(self) -> dict[str, Value]:
        """Return the map that is encrypted."""
        return {
            "v": _VERSION,
            "kind": RECEIPT_KIND,
            "view": self.view.to_map(),
            "receipt": self.statement,
            "card": self.card,
        }


def parse_receipt(fields: Fields) -> Receipt:
    """Read the unverified map of a receipt, whose kind is known.

    Raises:
        FormatError: `bad_schema`, `unsupported`, `limit_exceeded`.
        IntegrityError: `bad_proof`, a slice out of order.
    """
    fields.refuse_unknown_must(_KNOWN)
    return Receipt(
        view=parse_view(Fields(fields.map.get("view"), "view")),
        statement=fields.bin("receipt"),
        card=fields.bin("card"),
    )


def sign_statement(statement: Statement, name: str, key: SigningKey) -> bytes:
    """Return the note of a statement, signed by the reader's newest key under its origin.

    Raises:
        FormatError: `bad_note`, nobody would accept it.
    """
    text = statement.to_text()
    _parse_text(text)
    return sign_note(text, name, key)


def parse_statement(data: bytes) -> Statement:
    """Read what the unverified bytes of a note say. Raises FormatError: `bad_note`."""
    return _parse_text(parse_note(data).text)


def open_statement(data: bytes, name: str, public: bytes) -> Statement:
    """Read a statement and verify it under the reader's key (32 bytes); lines of other keys are ignored.

    Raises:
        FormatError: `bad_note`, not a note, not the seven lines, or an action that is not known.
        IntegrityError: `bad_signature`.
    """
    note = parse_note(data)
    statement = _parse_text(note.text)
    open_note(note, [NoteKey(name=name, kind=KeyKind.ED25519, public=public)])
    return statement


def _parse_text(text: str) -> Statement:
    match = _TEXT.match(text)
    if match is None or match[5] not in ACTIONS:
        raise _bad("it is not bundle, origin, size, root, action and time")
    bundle_id, time_ms = from_base32(match[1]), _time_ms(match[6])
    if bundle_id is None or time_ms < 0:
        raise _bad("the bundle or the time is none")
    statement = Statement(
        bundle_id=bundle_id,
        origin=match[2],
        size=int(match[3]),
        root=decode_base64(match[4]),
        action=match[5],
        time_ms=time_ms,
    )
    if statement.size > MAX_INT or len(statement.root) != DIGEST_BYTES or statement.to_text() != text:
        raise _bad("a number, the root or the time is not in its only form")
    return statement


def _time_ms(text: str) -> int:
    try:
        moment = datetime.strptime(text, _TIME).replace(tzinfo=UTC)
    except ValueError as err:
        raise _bad("there is no such time") from err
    return int(moment.timestamp()) * 1000


def _bad(message: str) -> FormatError:
    return FormatError("bad_note", f"the statement of a receipt is malformed: {message}")
