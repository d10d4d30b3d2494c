# SPDX-License-Identifier: Apache-2.0
"""The SMART Health Cards in a document that consists of them: tokens as they were signed, and faults around.

Small, bounded, and strict where `shc` is kind: it decides what counts as signed. It looks at no signature.
Spec: docs/spec/issuers.md section 2.
"""

import json
from dataclasses import dataclass

from healthvault.crypto.jose import MAX_TOKEN_CHARS
from healthvault.errors import FormatError
from healthvault.records.json_walk import members_once

__all__ = ["MAX_CARD_FILE_BYTES", "QR_SIGN", "CardFile", "CardText", "read_card_file"]

MAX_CARD_FILE_BYTES = 4 << 20
MAX_CARDS = 64
MALFORMED = "malformed_card"
_BOM = "\ufeff"
_MEMBER = "verifiableCredential"
QR_SIGN = "shc:/"
_QR_OFFSET = 45  # two digits are the code of a character less this
_QR_MOST = 77  # the highest two digits: the code of `z`
_MAX_CHUNKS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class CardText:
    """One card, not looked into."""

    place: str
    token: str
    """A compact JWS, as far as one can tell."""
    fault: str | None = None
    """What the format forbids around it; such a card never counts as valid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFile:
    """All cards of a document."""

    cards: tuple[CardText, ...]
    is_all: bool = True
    """The document holds nothing but these."""


def read_card_file(data: bytes) -> CardFile:
    """Return the cards of a `.smart-health-card` file, a bare JWS, or the text of QR codes.

    Args:
        data: *Unverified* bytes of a whole document.

    Raises:
        FormatError: `malformed_card`, it is none of these.
    """
    if len(data) > MAX_CARD_FILE_BYTES:
        raise FormatError(MALFORMED, f"over {MAX_CARD_FILE_BYTES >> 20} MiB")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as err:
        raise FormatError(MALFORMED, "not UTF-8") from err
    fault = "a byte order mark stands before it" if text.startswith(_BOM) else None
    text = text.removeprefix(_BOM)
    if text.lstrip().startswith("{"):
        return _json_file(text, fault)
    if text.startswith(QR_SIGN):
        return CardFile(cards=(CardText(place="qr", token=_from_qr(text.split()), fault=fault),))
    line = text.removesuffix("\n").removesuffix("\r")
    if line != line.strip():
        fault = fault or "other characters stand around it"
    return CardFile(cards=(CardText(place="jws", token=line.strip(), fault=fault),))


def _json_file(text: str, fault: str | None) -> CardFile:
    try:
        members = json.loads(text, object_pairs_hook=members_once)
    except (ValueError, RecursionError) as err:
        raise FormatError(MALFORMED, "not JSON, or a member is there twice") from err
    tokens = members.get(_MEMBER) if isinstance(members, dict) else None
    if not isinstance(tokens, list) or not 1 <= len(tokens) <= MAX_CARDS:
        raise FormatError(MALFORMED, f"no list of 1 to {MAX_CARDS} cards in it")
    if not all(isinstance(token, str) for token in tokens):
        raise FormatError(MALFORMED, "a card is no text")
    cards = (CardText(place=f"{_MEMBER}[{n}]", token=token, fault=fault) for n, token in enumerate(tokens))
    return CardFile(cards=tuple(cards), is_all=len(members) == 1)


def _from_qr(texts: list[str]) -> str:
    """Return the token in one QR code, or in all the parts of one that was divided, in any order."""
    parts: dict[int, str] = {}
    count = 1
    for text in texts:
        *chunk, digits = text.removeprefix(QR_SIGN).split("/")
        number, of = _chunk(chunk) if chunk else (1, 1)
        if not text.startswith(QR_SIGN) or number in parts or (parts and of != count):
            raise FormatError(MALFORMED, "the parts of the QR code do not fit together")
        parts[number], count = digits, of
    if set(parts) != set(range(1, count + 1)):
        raise FormatError(MALFORMED, f"{len(parts)} of {count} parts of a QR code")
    return "".join(_from_digits(parts[number]) for number in sorted(parts))


def _chunk(chunk: list[str]) -> tuple[int, int]:
    if len(chunk) != 2 or not all(each.isascii() and each.isdigit() and len(each) <= 2 for each in chunk):
        raise FormatError(MALFORMED, "the number of a part of the QR code cannot be read")
    number, count = map(int, chunk)
    if not 1 <= number <= count <= _MAX_CHUNKS or count == 1:  # one part alone is written without numbers
        raise FormatError(MALFORMED, "the number of a part of the QR code is out of range")
    return number, count


def _from_digits(digits: str) -> str:
    if not digits.isascii() or not digits.isdigit() or len(digits) % 2 or len(digits) > 2 * MAX_TOKEN_CHARS:
        raise FormatError(MALFORMED, "the digits of the QR code are broken")
    codes = [int(digits[place : place + 2]) for place in range(0, len(digits), 2)]
    if max(codes) > _QR_MOST:
        raise FormatError(MALFORMED, "the digits of the QR code are broken")
    return "".join(chr(code + _QR_OFFSET) for code in codes)
