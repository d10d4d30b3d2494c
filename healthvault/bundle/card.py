# SPDX-License-Identifier: Apache-2.0
"""Identity cards: a vault's key events and its owner's name, signed by the newest key.

A card has no key field of its own: every key comes from the newest root-signed event, so that somebody in
the mail cannot put in his. The name is the owner's claim. Spec: docs/spec/card.md.
"""

from dataclasses import dataclass

from healthvault.bundle.armour import armour as armoured
from healthvault.bundle.armour import dearmour as dearmoured
from healthvault.codec import Fields, Value, pack, positional, unpack
from healthvault.crypto.signing import SIGNATURE_BYTES, SigningKey, check_signature, sign
from healthvault.errors import FormatError, IntegrityError
from healthvault.ledger.keychain import KeyChain, walk

__all__ = ["MAX_CARD_BYTES", "Card", "armour", "dearmour", "make_card", "open_card"]

MAX_CARD_BYTES = 1 << 20
_LABEL = "card"
_MAGIC = "hvcard"
_VERSION = 1
_WHAT = "CARD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A card whose signature and key events hold."""

    name: str
    """What the owner calls herself: unproven."""
    chain: KeyChain
    raw: bytes


def make_card(name: str, event_entries: list[bytes], key: SigningKey) -> bytes:
    """Return the bytes of a card over the entries of genesis and all later key events."""
    entries: list[Value] = list(event_entries)
    body = pack([_MAGIC, _VERSION, name, entries, {}])
    return body + sign(key, _LABEL, body)


def open_card(raw: bytes) -> Card:
    """Return the card in unverified bytes.

    Raises:
        FormatError: `bad_card`, not a card, too long or not canonical; `unsupported`.
        IntegrityError: `wrong_vault`, `bad_key`, the key events do not hold; `bad_card`, the signature does
            not hold under the newest key.
    """
    if not SIGNATURE_BYTES < len(raw) <= MAX_CARD_BYTES:
        raise FormatError("bad_card", "this is not a card")
    body, signature = raw[:-SIGNATURE_BYTES], raw[-SIGNATURE_BYTES:]
    name, entries = _parse_body(body)
    chain = walk(entries)
    try:
        check_signature(chain.newest.keys.sign_pk, _LABEL, body, signature)
    except IntegrityError as err:
        raise IntegrityError("bad_card", "the card is not signed by its newest key") from err
    return Card(name=name, chain=chain, raw=raw)


def armour(raw: bytes) -> str:
    """Return the card as text for mail: base64 in lines of 64 between two marker lines."""
    return armoured(raw, _WHAT)


def dearmour(text: bytes) -> bytes:
    """Return the card's bytes from its text form. CRLF line ends and blank space around it are allowed.

    Raises:
        FormatError: `bad_card`, a marker is missing or the lines are not canonical.
    """
    raw = dearmoured(text, _WHAT)
    if raw is None:
        raise FormatError("bad_card", "this is not a card", hint="ask for the output of `hv id -o FILE`")
    return raw


def _parse_body(body: bytes) -> tuple[str, list[bytes]]:
    try:
        card = positional(unpack(body), ("magic", "version", "name", "entries", "more"), "card")
        if card.text("magic") != _MAGIC:
            raise card.wrong("magic")
        version = card.uint("version")
        if version == _VERSION:
            Fields(card.map["more"], "card").refuse_unknown_must(frozenset({"must"}))
            return card.text("name"), card.bins("entries")
    except FormatError as err:
        if err.code == "unsupported":
            raise
        raise FormatError("bad_card", f"this is not a card: {err.message}") from err
    raise FormatError("unsupported", f"card version {version} is not known")
