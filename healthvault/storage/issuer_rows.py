# SPDX-License-Identifier: Apache-2.0
"""Rows of the catalogue about issuers: which documents are believed to say their keys, and for whom.

Spec: docs/spec/vault-folder.md section 6.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from healthvault.storage.catalogue import Catalogue

__all__ = ["IssuerRows", "PinRow"]

_SEPARATOR = "\n"  # between issuers, which are single lines


@dataclass(frozen=True, slots=True, kw_only=True)
class PinRow:
    """That a document is believed."""

    seq: int
    """Entry of the pin."""
    document: int
    form: str
    issuers: tuple[str, ...]
    """None: all that it names."""
    dropped: tuple[str, ...] = ()
    """Issuers for whom it is not believed any more."""


class IssuerRows:
    """The pins in an open catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._db = catalogue.connection

    def pin(self, row: PinRow) -> None:
        """Keep that a document is believed; inside a `change`."""
        self._db.execute(
            "insert into issuer_pin values (?,?,?,?,?)",
            (row.seq, row.document, row.form, _SEPARATOR.join(row.issuers), _SEPARATOR.join(row.dropped)),
        )

    def drop(self, seq: int, issuers: Iterable[str]) -> None:
        """Forget a pin, or some issuers of it; inside a `change`."""
        found = next((row for row in self.pins() if row.seq == seq), None)
        gone = tuple(issuers)
        if found is None:
            return
        if not gone:
            self._db.execute("delete from issuer_pin where seq = ?", (seq,))
            return
        dropped = _SEPARATOR.join(sorted({*found.dropped, *gone}))
        self._db.execute("update issuer_pin set dropped = ? where seq = ?", (dropped, seq))

    def pins(self) -> tuple[PinRow, ...]:
        """Return all pins in their order; whether their documents stand is for the caller to see."""
        rows = self._db.execute("select seq, document, form, issuers, dropped from issuer_pin order by seq")
        return tuple(
            PinRow(seq=seq, document=document, form=form, issuers=_split(issuers), dropped=_split(dropped or ""))
            for seq, document, form, issuers, dropped in rows
        )


def _split(joined: str) -> tuple[str, ...]:
    return tuple(joined.split(_SEPARATOR)) if joined else ()
