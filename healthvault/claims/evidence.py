# SPDX-License-Identifier: Apache-2.0
"""What the records say was done, by the day and by whom: what a claim is held against.

Spec: docs/spec/claims.md section 4.2.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from healthvault.claims.joining import Case, window
from healthvault.claims.paper import Line
from healthvault.claims.providers import agree, are_known
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
        until = (self.until or "")[:10]
        return until if len(until) == len("2026-01-31") and until >= self.first else self.first


class Evidence:
    """All records, by their days."""

    def __init__(self, records: Iterable[Record], cases: Iterable[Case] = ()) -> None:
        """Take in records, and the owner's cases: a record that one of them explains stands for no other's."""
        whole = len("2026-01-31")
        kept = [
            record
            for record in records
            if len(record.first) == whole and (record.status or "").lower() not in _NOT_DONE
        ]
        self._records = sorted(
            kept, key=lambda record: (record.first, record.document, record.type, record.digest)
        )
        self._days = [record.first for record in self._records]
        self._longest = max(map(_length, self._records), default=0)
        self._explained: set[int] = set()
        for case in cases:
            for line in case.lines:
                span, names = case.span(line), line.providers or case.providers
                found = self.around(*span, WINDOW_DAYS) if span else ()
                self._explained |= {id(record) for record in found if agree(names, record.providers)}

    def around(self, first: str, last: str, days: int) -> Iterator[Record]:
        """Yield the records that fall within so many days around some days."""
        start, end = window(first, last, days)
        earliest, _ = window(start, start, self._longest)
        for place in range(bisect_left(self._days, earliest), bisect_right(self._days, end)):
            if self._records[place].last >= start and _length(self._records[place]) <= MAX_SPAN_DAYS:
                yield self._records[place]

    def of_line(self, case: Case, line: Line) -> tuple[Record, ...]:
        """Return the records that a service may be: of its days, and by its provider.

        One of another provider may be it if it has the code, and no claim of that provider tells of it.
        """
        span = case.span(line)
        if span is None:
            return ()
        names = line.providers or case.providers
        found = self.around(*span, WINDOW_DAYS)
        return tuple(record for record in found if _is_by(record, names) or self._is_coded(record, line.codes))

    def _is_coded(self, record: Record, codes: Sequence[Coding]) -> bool:
        return id(record) not in self._explained and any(
            _same_code(one, other) for one in codes for other in record.codes
        )

    def holds(self, case: Case, line: Line) -> str | None:
        """Return why nothing can be concluded from a missing record; None if something can."""
        span = case.span(line)
        if span is None:
            return "the day of the service is not known"
        if not any(record.type != DOCUMENT for record in self.around(*span, ANY_DAYS)):
            return "no records of that time"
        names = line.providers or case.providers
        if not are_known(names):
            return "the provider is not known"
        near = self.around(*span, PROVIDER_DAYS)
        if not any(agree(names, record.providers) for record in near):
            return "no records of that provider around that time"
        return None

    def knows(self, names: Sequence[str]) -> bool:
        """Tell whether any record at all is by a provider."""
        return any(agree(names, record.providers) for record in self._records)

    def times(self, case: Case, line: Line) -> int:
        """Return how many times something was done by the provider on the very day; 0 if no record says."""
        span = case.span(line)
        if span is None:
            return 0
        names = line.providers or case.providers
        timed: dict[str, set[str]] = {}
        untimed: dict[str, set[bytes]] = {}
        for record in self.around(span[0], span[0], 0):
            if record.type in _SINGLE and _is_by(record, names):
                if moment := _moment(record.date):
                    timed.setdefault(record.type, set()).add(moment)
                else:
                    untimed.setdefault(record.type, set()).add(record.digest)
        kinds = timed.keys() | untimed.keys()  # the same visit may be told with its time and, elsewhere, without
        return max((len(timed.get(kind, ())) or len(untimed.get(kind, ())) for kind in kinds), default=0)


def _is_by(record: Record, names: Sequence[str]) -> bool:
    """Tell whether a record may be by a provider: it is, or one of both does not say by whom."""
    if record.type != DOCUMENT and not (are_known(names) and are_known(record.providers)):
        return True
    return agree(names, record.providers)


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
