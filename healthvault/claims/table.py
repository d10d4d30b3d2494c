# SPDX-License-Identifier: Apache-2.0
"""A table of an insurer (CSV) as papers: one for each claim id, a line for each row.

A file is a table of claims only if its header has a claim id, a day of service and an amount. Rows of the same
claim need not stand together. Spec: docs/spec/claims.md section 1.3.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from healthvault.claims.cells import amount_in, day_in
from healthvault.claims.money import Amount, currency_of
from healthvault.claims.paper import AMOUNTS, Amounts, Line, Paper, Role
from healthvault.records.charset import decode_head
from healthvault.records.statements import Coding

__all__ = ["MAX_TABLE_BYTES", "Table", "papers_of_table"]

MAX_TABLE_BYTES = 16 << 20
MAX_ROWS = 20_000
MAX_CELL_CHARS = 2000
_AMBIGUOUS = "1.234"  # a cell that `amount_in` cannot read in one way
_DELIMITERS = "\t;,|"
_WORDS = {
    "claim": ("claimid", "claimnumber", "claimno", "claim", "claimnr", "referencenumber"),
    "number": ("line", "lineno", "linenumber", "seq", "sequence", "position"),
    "date": ("servicedate", "dateofservice", "dos", "datefrom", "servicefrom", "from", "treatmentdate"),
    "until": ("serviceto", "dateto", "to", "until", "enddate", "serviceend"),
    "provider": ("provider", "providername", "doctor", "facility", "pharmacy", "renderingprovider"),
    "insurer": ("insurer", "payer", "payor", "plan", "insurance"),
    "code": ("code", "procedurecode", "servicecode", "cpt", "cptcode", "hcpcs", "ndc", "billingcode"),
    "modifier": ("modifier", "modifiers"),
    "description": ("description", "service", "servicedescription", "procedure"),
    "quantity": ("units", "quantity", "qty"),
    "billed": ("billed", "billedamount", "amountbilled", "charge", "charges", "chargedamount", "submitted"),
    "allowed": ("allowed", "allowedamount", "eligible", "eligibleamount"),
    "paid": ("paid", "paidamount", "planpaid", "insurerpaid", "paidbyinsurer", "benefit", "paidbyplan"),
    "patient": ("patientpays", "patientresponsibility", "youowe", "patientshare", "yourshare", "memberpays",
                "patient", "memberresponsibility"),
    "currency": ("currency", "curr", "ccy"),
    "status": ("status", "claimstatus"),
    "replaces": ("replaces", "originalclaim", "originalclaimid", "corrects"),
}  # fmt: skip
_COLUMN_OF = {word: name for name, words in _WORDS.items() for word in words}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What a file says, if it is a table of claims."""

    papers: tuple[Paper, ...]
    unread: tuple[str, ...] = ()
    """What was not understood: the line, and why."""


def papers_of_table(data: bytes, *, document: str, seq: int) -> Table | None:
    """Return the claims in a file (unverified); None if it is no table of claims.

    Args:
        data: At most `MAX_TABLE_BYTES`.
        document: Id text of the document.
        seq: Its entry.
    """
    decoded = decode_head(data, is_whole=True)
    text = decoded[0] if decoded else ""
    head = text.lstrip("\ufeff").partition("\n")[0]
    rows = csv.reader(
        io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=max(_DELIMITERS, key=head.count), strict=True
    )
    try:
        header = _Header(next(rows, []))
        return _Reading(header, document, seq).table(rows) if header.is_of_claims else None
    except csv.Error:
        return Table(papers=(), unread=("a cell or a line is too long, or a quote is not closed",))


class _Header:
    """Which column is what; a word that two columns have means the first of them."""

    def __init__(self, cells: Sequence[str]) -> None:
        self.columns: dict[str, int] = {}
        self.currencies: dict[str, str] = {}
        self.width = len(cells)
        for number, cell in enumerate(cells):
            words = re.findall(r"[a-z]+", cell.lower())
            name = _COLUMN_OF.get("".join(words))
            if name is None and words and (code := currency_of(words[-1])):
                name = _COLUMN_OF.get("".join(words[:-1]))
                if name in AMOUNTS and name not in self.columns:
                    self.currencies[name] = code
            if name is not None:
                self.columns.setdefault(name, number)

    @property
    def is_of_claims(self) -> bool:
        """It has what a claim needs."""
        return {"claim", "date"} <= self.columns.keys() and any(name in self.columns for name in AMOUNTS)

    def cells(self, row: Sequence[str]) -> dict[str, str]:
        """Return the cells of a row by what they are; those that are not there are empty."""
        return {
            name: row[number].strip()[:MAX_CELL_CHARS] if number < len(row) else ""
            for name, number in self.columns.items()
        }


class _Reading:
    def __init__(self, header: _Header, document: str, seq: int) -> None:
        self._header, self._document, self._seq = header, document, seq
        self._rows: dict[str, list[tuple[int, dict[str, str]]]] = {}
        self._unread: list[str] = []

    def table(self, rows: Iterator[list[str]]) -> Table:
        for number, row in enumerate(rows, 2):
            if number > MAX_ROWS:
                self._unread.append(f"row {number}: more rows than are read of one table")
                break
            if any(cell.strip() for cell in row):
                self._take(number, self._checked(number, row))
        papers = tuple(self._paper(claim, found) for claim, found in self._rows.items())
        return Table(papers=papers, unread=tuple(self._unread))

    def _checked(self, number: int, row: list[str]) -> dict[str, str]:
        """Return the cells of a row; where a decimal comma moved them, none of its amounts can be believed."""
        cells = self._header.cells(row)
        if any(cell.strip() for cell in row[self._header.width :]):
            self._unread.append(f"row {number}: more cells than the header has")
            return cells | {name: _AMBIGUOUS for name in AMOUNTS if name in cells}
        return cells

    def _take(self, number: int, cells: dict[str, str]) -> None:
        if not cells["claim"]:
            self._unread.append(f"row {number}: no claim id")
            return
        if not day_in(cells["date"]) and cells["date"]:
            self._unread.append(f"row {number}: the day of service can be read in two ways, or is none")
        self._rows.setdefault(cells["claim"], []).append((number, cells))

    def _paper(self, claim: str, rows: list[tuple[int, dict[str, str]]]) -> Paper:
        lines = tuple(self._line(cells) for _, cells in rows)
        days = sorted(line.date for line in lines if line.date)
        return Paper(
            role=Role.TABLE,
            document=self._document,
            seq=self._seq,
            place=f"row {rows[0][0]}",
            id=claim,
            identifiers=(Coding(system="", code=claim),),
            replaces=tuple(dict.fromkeys(each for _, cells in rows if (each := cells.get("replaces")))),
            status=next((word.lower() for _, cells in rows if (word := cells.get("status"))), None),
            start=days[0] if days else None,
            end=days[-1] if days else None,
            providers=_each(rows, "provider"),
            insurers=_each(rows, "insurer"),
            lines=lines,
        )

    def _line(self, cells: Mapping[str, str]) -> Line:
        date = day_in(cells["date"])
        number = cells.get("number", "")
        amounts = {name: self._amount(cells, name) for name in AMOUNTS}
        return Line(
            number=int(number) if number.isascii() and number.isdigit() and len(number) < 10 else None,
            date=date,
            until=day_in(cells.get("until", "")) or date,
            providers=(cells["provider"],) if cells.get("provider") else (),
            codes=(Coding(system="", code=cells["code"]),) if cells.get("code") else (),
            modifiers=tuple(sorted(re.findall(r"[0-9a-z]+", cells.get("modifier", "").lower()))),
            description=cells.get("description") or None,
            quantity=cells.get("quantity") or None,
            amounts=Amounts(
                billed=amounts["billed"],
                allowed=amounts["allowed"],
                paid=amounts["paid"],
                patient=amounts["patient"],
                patient_is_whole=amounts["patient"] is not None,
            ),
        )

    def _amount(self, cells: Mapping[str, str], name: str) -> Amount:
        return amount_in(cells.get(name, ""), cells.get("currency") or self._header.currencies.get(name))


def _each(rows: list[tuple[int, dict[str, str]]], name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for _, cells in rows if (word := cells.get(name))))
