# SPDX-License-Identifier: Apache-2.0
"""What was found out about the cards of documents: kept beside the contents, so that a list checks no signature.

A row counts only for the pins that it was made with. Spec: docs/spec/issuers.md section 5.
"""

from sqlcipher3 import dbapi2 as sqlcipher

from healthvault.codec import Fields, Value, pack, positional, unpack
from healthvault.errors import FormatError
from healthvault.records.cards import CardDocument, CardVerdict, CheckedCard

__all__ = ["CARD_CHECK_TABLE", "CardChecks"]

CARD_CHECK_TABLE = """
create table card_check (seq integer primary key, generation blob not null, found blob not null);
"""
_NAMES = ("place", "state", "iss", "kid", "nbf_ms", "exp_ms", "detail", "is_named")


class CardChecks:
    """The rows in an open index."""

    def __init__(self, connection: "sqlcipher.Connection") -> None:
        self._db = connection

    def find(self, seq: int, generation: bytes) -> CardDocument | None:
        """Return what was found out about a document with exactly these pins."""
        row = self._db.execute(
            "select found from card_check where seq = ? and generation = ?", (seq, generation)
        ).fetchone()
        try:
            return None if row is None else _parsed(unpack(row[0]))
        except (FormatError, ValueError):
            return None  # of another version: it is found out anew

    def keep(self, seq: int, generation: bytes, found: CardDocument) -> None:
        """Keep what was found out."""
        self._db.execute(
            "insert or replace into card_check values (?, ?, ?)", (seq, generation, pack(_value(found)))
        )


def _value(found: CardDocument) -> Value:
    return [found.is_all, [_card_value(card) for card in found.cards]]


def _card_value(card: CheckedCard) -> Value:
    times: list[Value] = [card.nbf_ms, card.exp_ms]
    return [card.place, card.state.value, card.iss, card.kid, *times, card.detail, card.is_named]


def _parsed(value: Value) -> CardDocument:
    found = positional(value, ("is_all", "cards"), "cards")
    cards = [_card(positional(item, _NAMES, "card")) for item in found.array("cards")]
    return CardDocument(cards=tuple(cards), is_all=found.flag("is_all"))


def _card(row: Fields) -> CheckedCard:
    return CheckedCard(
        place=row.text("place"),
        state=CardVerdict(row.text("state")),
        iss=row.text("iss") if row.has("iss") else None,
        kid=row.text("kid") if row.has("kid") else None,
        nbf_ms=row.uint("nbf_ms") if row.has("nbf_ms") else None,
        exp_ms=row.uint("exp_ms") if row.has("exp_ms") else None,
        detail=row.text("detail"),
        is_named=row.flag("is_named"),
    )
