# SPDX-License-Identifier: Apache-2.0
"""What the records say was done, by the day and by whom: what a claim is held against.

Spec: docs/spec/claims.md section 4.2.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias

from healthvault.claims.joining import Case, window
from healthvault.claims.paper import Line
from healthvault.claims.providers import agree, are_known
from healthvault.records.dates import from_iso
from healthvault.records.statements import Coding

__all__ = ["ANY_DAYS", "DOCUMENT", "PROVIDER_DAYS", "SERVICES", "WINDOW_DAYS", "Evidence", "Record"]

WINDOW_DAYS = 1
"""A service may be billed under the day before or after: zones, nights, closing time."""
ANY_DAYS = 92
"""The vault holds records of a time if it holds any so many days around it."""
PROVIDER_DAYS = 183
"""Likewise of a provider."""
SERVICES = (
    "Encounter", "Procedure", "Observation", "DiagnosticReport", "Immunization", "MedicationDispense",
    "MedicationAdministration", "Appointment", "ImagingStudy",
)  # fmt: skip
"""FHIR types that say that something was done."""
DOCUMENT = "document"
"""A letter or the like with a day and a name, of which nothing more is understood."""
_SINGLE = frozenset({"Encounter", "Procedure", "Immunization", "MedicationDispense"})
"""Types of which there is one for each time that something is done."""
_NOT_DONE = frozenset((
    "cancelled", "entered-in-error", "not-done", "noshow", "stopped", "declined", "proposed", "pending", "planned",
    "in-error",
))  # fmt: skip
_Names: TypeAlias = tuple[str, ...]
MAX_SPAN_DAYS = 400  # of one record; a longer one says nothing of a day


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Something that was done, as a document tells it."""

    type: str
    """A FHIR type, or `DOCUMENT`."""
    document: str
    """Id text."""
    date: str
    """ISO 8601, as far as written, with the time if there is one."""
    until: str | None = None
    status: str | None = None
    providers: tuple[str, ...] = ()
    codes: tuple[Coding, ...] = ()
    digest: bytes = b""
    """The same for two that say the same."""

    @property
    def first(self) -> str:
        """The day on which it began."""
        return self.date[:10]

    @property
    def last(self) -> str:
        """The day on which it ended."""
        until = from_iso((self.until or "")[:10]) or ""
        return until if len(until) == len("2026-01-31") and until >= self.first else self.first


class _Row:
    """Records in the order of their days."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.records = sorted(records, key=lambda each: (each.first, each.document, each.type, each.digest))
        self._days = [record.first for record in self.records]
        self._longest = max(map(_length, self.records), default=0)

    def around(self, first: str, last: str, days: int) -> Iterator[Record]:
        """Yield the records that fall within so many days around some days."""
        start, end = window(first, last, days)
        earliest, _ = window(start, start, self._longest)
        for place in range(bisect_left(self._days, earliest), bisect_right(self._days, end)):
            if self.records[place].last >= start:
                yield self.records[place]


class Evidence:
    """All records, by their days and by whom they are."""

    def __init__(self, records: Iterable[Record], cases: Iterable[Case] = ()) -> None:
        """Take in records, and the owner's cases: a record that one of them explains stands for no other's."""
        self._all = _Row(filter(_is_telling, records))
        rows: dict[_Names, list[Record]] = {}
        for record in self._all.records:
            rows.setdefault(record.providers, []).append(record)
        self._by_names = {names: _Row(found) for names, found in rows.items()}
        self._agreeing: dict[_Names, frozenset[_Names]] = {}
        self._found: dict[tuple[tuple[str, str], _Names, tuple[Coding, ...]], tuple[Record, ...]] = {}
        self._why: dict[tuple[tuple[str, str], _Names], str | None] = {}
        asked = {(span, _names(case, line)) for case in cases for line in case.lines if (span := case.span(line))}
        self._explained = {
            id(record)
            for span, names in asked
            for record in self._all.around(*span, WINDOW_DAYS)
            if self._agree(record, names)
        }

    def around(self, first: str, last: str, days: int) -> Iterator[Record]:
        """Yield the records that fall within so many days around some days."""
        yield from self._all.around(first, last, days)

    def of_line(self, case: Case, line: Line) -> tuple[Record, ...]:
        """Return the records that a service may be: of its days, and by its provider.

        One of another provider may be it if it has the code, and no claim of that provider tells of it.
        """
        span, names = case.span(line), _names(case, line)
        if span is None:
            return ()
        key = (span, names, line.codes)
        if key not in self._found:
            self._found[key] = tuple(
                record
                for record in self.around(*span, WINDOW_DAYS)
                if self._is_by(record, names) or self._is_coded(record, line.codes)
            )
        return self._found[key]

    def holds(self, case: Case, line: Line) -> str | None:
        """Return why nothing can be concluded from a missing record; None if something can."""
        span, names = case.span(line), _names(case, line)
        if span is None:
            return "the day of the service is not known"
        if (span, names) not in self._why:
            self._why[span, names] = self._reason(span, names)
        return self._why[span, names]

    def knows(self, names: Sequence[str]) -> bool:
        """Tell whether any record at all is by a provider."""
        return bool(self._who(tuple(names)))

    def _reason(self, span: tuple[str, str], names: _Names) -> str | None:
        if not any(record.type != DOCUMENT for record in self.around(*span, ANY_DAYS)):
            return "no records of that time"
        if not are_known(names):
            return "the provider is not known"
        rows = (self._by_names[each] for each in self._who(names))
        if not any(next(row.around(*span, PROVIDER_DAYS), None) for row in rows):
            return "no records of that provider around that time"
        return None

    def _who(self, names: _Names) -> frozenset[_Names]:
        """Return the names in records that mean the same provider as others."""
        if names not in self._agreeing:
            self._agreeing[names] = frozenset(each for each in self._by_names if agree(names, each))
        return self._agreeing[names]

    def _agree(self, record: Record, names: _Names) -> bool:
        return record.providers in self._who(names)

    def _is_by(self, record: Record, names: _Names) -> bool:
        """Tell whether a record may be by a provider: it is, or one of both does not say by whom."""
        if record.type != DOCUMENT and not (are_known(names) and are_known(record.providers)):
            return True
        return self._agree(record, names)

    def _is_coded(self, record: Record, codes: Sequence[Coding]) -> bool:
        return id(record) not in self._explained and any(
            _same_code(one, other) for one in codes for other in record.codes
        )

    def times(self, case: Case, line: Line) -> int:
        """Return how many times something was done by the provider on the very day; 0 if no record says."""
        span, names = case.span(line), _names(case, line)
        if span is None:
            return 0
        timed: dict[str, set[str]] = {}
        untimed: dict[str, set[bytes]] = {}
        for record in self.around(span[0], span[0], 0):
            if record.type in _SINGLE and self._is_by(record, names):
                if moment := _moment(record.date):
                    timed.setdefault(record.type, set()).add(moment)
                else:
                    untimed.setdefault(record.type, set()).add(record.digest)
        kinds = timed.keys() | untimed.keys()  # the same visit may be told with its time and, elsewhere, without
        return max((len(timed.get(kind, ())) or len(untimed.get(kind, ())) for kind in kinds), default=0)


def _names(case: Case, line: Line) -> _Names:
    return line.providers or case.providers


def _is_telling(record: Record) -> bool:
    """Tell whether a record says on which day something was done, and that it was."""
    is_day = len(record.first) == len("2026-01-31") and from_iso(record.first) is not None
    return is_day and _length(record) <= MAX_SPAN_DAYS and (record.status or "").lower() not in _NOT_DONE


def _moment(text: str) -> str | None:
    """Return a date and time in one zone, where it says its own; None if it is a day."""
    if len(text) <= len("2026-01-31"):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found.astimezone(UTC) if found.tzinfo else found).isoformat()


def _same_code(one: Coding, other: Coding) -> bool:
    return one.code == other.code and (one.system == other.system or not (one.system and other.system))


def _length(record: Record) -> int:
    span: timedelta = date.fromisoformat(record.last) - date.fromisoformat(record.first)
    return min(span.days, MAX_SPAN_DAYS + 1)
