# SPDX-License-Identifier: Apache-2.0
"""A card under a code, or under shares: an age file with one passphrase stanza, as text.

The passphrase is the code itself, or the 64 hexadecimal digits of the secret that the shares give, so that stock
`age -d` opens both. Whoever has the page can try passphrases for ever; nothing here can count or slow them down
beyond the cost of one try. Spec: docs/spec/emergency.md section 3.
"""

import io
from dataclasses import dataclass

from healthvault.agefile.armour import armoured, dearmoured
from healthvault.agefile.file import decrypt, encrypt
from healthvault.agefile.recipients import ScryptIdentity, ScryptRecipient
from healthvault.codec import padme
from healthvault.emergency.card import MAX_PARTS, MAX_QR_BYTES, Card, card_text, parse_card
from healthvault.errors import FormatError, InvalidRequest, NoMatchingIdentity, WrongKey

__all__ = [
    "CODE_WORDS",
    "GuessCost",
    "code_passphrase",
    "guess_cost",
    "open_by_code",
    "open_by_shares",
    "pieces",
    "seal_card",
]

CODE_WORDS = 7
WORD_BITS = 11
MACHINES = 1_000_000
SECONDS_A_GUESS = 1
SECONDS_A_YEAR = 31_556_952
STEP_BYTES = 1 << 16
MAX_CARD_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class GuessCost:
    """What guessing a code takes on average."""

    bits: int
    machines: int
    years: int


def guess_cost(words: int = CODE_WORDS) -> GuessCost:
    """Return an estimate: half of all codes, one a second on each of a million computers with 256 MiB a try."""
    bits = words * WORD_BITS
    years = 2 ** (bits - 1) * SECONDS_A_GUESS // MACHINES // SECONDS_A_YEAR
    return GuessCost(bits=bits, machines=MACHINES, years=years)


def code_passphrase(typed: str) -> bytes:
    """Return the passphrase of a code as somebody typed it: case, spaces and hyphens do not matter."""
    return "-".join(typed.lower().replace("-", " ").split()).encode()


def seal_card(card: Card, passphrase: bytes) -> str:
    """Return the card encrypted, as armoured text. Its exact length is hidden by spaces after the JSON."""
    data = card_text(card).encode()
    raw = bytearray()
    stream = encrypt(raw.extend, [ScryptRecipient(passphrase=passphrase)])
    stream.write(data.ljust(padme(len(data))))
    stream.finish()
    return armoured(bytes(raw))


def open_by_code(data: bytes, typed: str) -> Card:
    """Return the card in an unverified page, text or age file, by the code as somebody typed it.

    Raises:
        NoMatchingIdentity: `no_key`, the code is another one's.
        As `_open_card`.
    """
    try:
        return _open_card(data, code_passphrase(typed))
    except NoMatchingIdentity as err:
        hint = "look for a word that was misheard, or for another page"
        raise NoMatchingIdentity("no_key", "the code does not open this card", hint=hint) from err


def open_by_shares(data: bytes, secret: bytes) -> Card:
    """Return the card in an unverified page, text or age file, by the secret (32 bytes) that shares give.

    Raises:
        WrongKey: `wrong_share`, the shares are of another page.
        As `_open_card`.
    """
    try:
        return _open_card(data, secret.hex().encode())
    except NoMatchingIdentity as err:
        hint = "the page says with which word its shares begin"
        raise WrongKey("wrong_share", "the shares belong together, but not to this page", hint=hint) from err


def _open_card(data: bytes, passphrase: bytes) -> Card:
    """Return the card in an unverified page, text or age file.

    Args:
        data: The bytes of a page, of the armoured text, or of the age file itself.
        passphrase: As `code_passphrase` gives it, or the hexadecimal digits of a secret.

    Raises:
        FormatError: `not_a_bundle`, there is no encrypted text in it; `malformed`, `truncated`, `limit_exceeded`,
            `trailing_data`, see `agefile`; `bad_schema`.
        IntegrityError: `tampered`, `trailing_data`.
        NoMatchingIdentity: `no_key`, the passphrase is another one's.
    """
    raw = dearmoured(data.decode("utf-8", "replace"))
    if raw is None and not data.startswith(b"age-encryption.org/"):
        raise FormatError(
            "not_a_bundle",
            "there is no encrypted card in it",
            hint="a page without protection is read in a browser, or from its QR code",
        )
    reader = decrypt(io.BytesIO(data if raw is None else raw), [ScryptIdentity(passphrase=passphrase)]).reader
    text = bytearray()
    while step := reader.read(STEP_BYTES):
        text += step
        if len(text) > MAX_CARD_BYTES:
            raise FormatError("limit_exceeded", "what was decrypted is larger than any card")
    return parse_card(bytes(text))


def pieces(armour: str) -> tuple[str, ...]:
    """Return the text of each QR code: whole lines of the armoured text, as many as fit, in order.

    Raises:
        InvalidRequest: `too_large`, more than `MAX_PARTS` are needed.
    """
    found = [""]
    for line in armour.splitlines(keepends=True):
        if len(found[-1]) + len(line) > MAX_QR_BYTES:
            found.append("")
        found[-1] += line
    if len(found) > MAX_PARTS:
        raise InvalidRequest(
            "too_large", "the card does not fit into QR codes", hint="leave sections out with --only"
        )
    return tuple(found)
