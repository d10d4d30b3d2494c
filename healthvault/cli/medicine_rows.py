# SPDX-License-Identifier: Apache-2.0
"""Medicines laid out for a screen. Loads the rules of medicines."""

from collections.abc import Iterator

from healthvault.cli.medicine_objects import sign_text
from healthvault.cli.spans import Row, Span
from healthvault.cli.text import short_id
from healthvault.medicines.flags import Flag
from healthvault.medicines.listing import Line, SourceLine
from healthvault.medicines.telling import Telling

__all__ = ["finding_rows", "medicine_rows", "prescription_rows"]

_STYLES = {"active": "green", "planned": "cyan", "on-hold": "yellow", "unknown": "yellow"}
_INDENT = Span("          ")


def medicine_rows(line: Line) -> Iterator[Row]:
    """Yield a line of the medication list, and its sources below it."""
    style = _STYLES.get(line.status, "dim")
    whose = (Span(f"  for {line.patient}", "magenta"),) if line.patient else ()
    dose = (Span(f"  {line.dose}", "", shrinks=True),) if line.dose else ()
    since = f"  since {line.since[:10]}" if line.since else "  undated"
    until = f" until {line.until[:10]}" if line.until else ""
    yield Row((
        Span(f"{line.status:10}", style),
        Span(line.title, "bold", shrinks=True),
        *dose,
        Span(since + until, "cyan"),
        *whose,
    ))  # fmt: skip
    if line.differs:
        yield Row((_INDENT, Span(f"sources differ in {', '.join(line.differs)}", "yellow")))
    if line.prescriber:
        yield from _behind(line.prescriber, "; ".join(map(sign_text, line.signed)))
    for source in line.sources:
        yield _source_row(source, line.title)


def _source_row(source: SourceLine, title: str) -> Row:
    when = (source.date or source.until or "undated")[:10]
    said = " ".join(filter(None, (source.dose, f"by {source.by}" if source.by else "")))
    name = (Span(f"  {source.title}", "dim", shrinks=True),) if source.title != title else ()
    return Row(
        (
            _INDENT,
            Span(f"{when:10}", "cyan"),
            Span(f"  {source.sort.value} {source.says or ''}", "dim"),
            *name,
            Span(f"  {said}", "dim", shrinks=True),
        ),
        _documents(source.documents),
    )


def prescription_rows(told: Telling, dispensed: int) -> Iterator[Row]:
    """Yield a prescription: what it is, how often it was dispensed, and who is behind it."""
    signs = tuple(dict.fromkeys(sign for each in told.tellings for sign in each.signed))
    place = told.id.partition(":")[2]
    extras = [
        Span(f"  {told.dose}", shrinks=True) if told.dose else None,
        Span(f"  for {told.patient_name}", "magenta") if told.patient else None,
        Span(f"  :{place}", "dim") if place else None,
    ]
    title = Span(f"  {told.medicine.words}", "bold", shrinks=True)
    day = Span(f"{(told.date or 'undated')[:10]:10}", "cyan")
    yield Row((day, title, *(each for each in extras if each)), _documents(told.documents))
    allowed = "unknown" if told.repeats is None else str(1 + told.repeats)
    until = f"  valid until {told.until[:10]}" if told.until else ""
    yield Row((_INDENT, Span(f"  dispensed {dispensed} of {allowed}{until}")))
    yield from _behind(told.by, "; ".join(map(sign_text, signs)))


def finding_rows(flag: Flag) -> Iterator[Row]:
    """Yield something odd, or what could not be judged, with its documents below it."""
    style = "bold red" if flag.is_found else "yellow"
    whose = (Span(f"  for {flag.patient}", "magenta"),) if flag.patient else ()
    said = flag.said if flag.is_found else f"not known: {flag.said}"
    yield Row((Span(flag.code, style), Span(f"  {flag.title}", "bold", shrinks=True), *whose), flag.day or "")
    yield Row((Span("  "), Span(said)))
    yield Row((Span("  "), Span(" ".join(map(short_id, flag.documents)), "dim", shrinks=True)))


def _behind(prescriber: str | None, signed: str) -> Iterator[Row]:
    """Yield the name in the document, and whose key is behind it: two things that are not to be mixed up."""
    name = f"  prescriber {prescriber}" if prescriber else "  no prescriber is named"
    yield Row(
        (
            _INDENT,
            Span(name),
            Span(f"  signed by {signed}" if signed else "  not signed by anybody you know", "dim"),
        )
    )


def _documents(ids: tuple[str, ...]) -> str:
    more = len(ids) - 1
    return short_id(ids[0]) + (f" +{more}" if more else "")
