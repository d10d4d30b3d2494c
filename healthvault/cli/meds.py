# SPDX-License-Identifier: Apache-2.0
"""`hv meds`: the medication list as of a day, with its sources."""

from typing import TYPE_CHECKING

import click

from healthvault.cli.command import hv_command
from healthvault.cli.dates import When, parse_when
from healthvault.cli.look_options import everyone_option
from healthvault.cli.spans import Row, Span
from healthvault.cli.terminal import Terminal
from healthvault.cli.text import short_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healthvault.medicines.listing import Line, SourceLine

__all__ = ["meds"]

_PIPE = (
    "status",
    "title",
    "dose",
    "since",
    "until",
    "prescriber",
    "signed_by",
    "differs",
    "documents",
    "concept",
    "patient",
)
_STYLES = {"active": "green", "planned": "cyan", "on-hold": "yellow", "unknown": "yellow"}


@hv_command("hv meds", "hv meds --at 2026-06-30", "hv meds --json | jq 'select(.status == \"active\")'")
@click.option("--at", type=parse_when, metavar="DATE", help="As of this day; today if it is not given.")
@everyone_option
def meds(terminal: Terminal, at: When | None, *, everyone: bool) -> None:
    """Show the medicines as of a day: one line each, with every document that says something of it.

    Status: active, stopped, completed, expired, planned, on-hold, or unknown. Two names are one medicine if they
    have the same code or the same words, and the same strength; nothing is joined by a guess. Where documents
    differ, "differs" says in what, and each stands there with its own word. Days are those that the documents
    give: what has none is shown as undated. What was retracted, replaced or entered in error is left out.

    A prescriber is a name in a document. Only "signed by" is proved, by a key: see `hv rx list --help`.
    """
    from healthvault.cli.look_medicines import looked_up
    from healthvault.cli.medicine_objects import MEDICINES, medicine_object
    from healthvault.cli.rx_options import day_text
    from healthvault.medicines.listing import medicine_list

    day = day_text(at)
    with looked_up(terminal, everyone=everyone) as known:
        lines = medicine_list(known.book, day)
        if terminal.is_screen:
            terminal.painted(row for line in lines for row in _rows(line))
        else:
            terminal.rows((medicine_object(line, day) for line in lines), _PIPE)
        terminal.say(f"As of {day}." if lines else f"No document says anything about medicines by {day}.")
    MEDICINES.say(terminal)


def _rows(line: "Line") -> "Iterator[Row]":
    from healthvault.cli.medicine_objects import sign_text

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
        yield Row((Span("          "), Span(f"sources differ in {', '.join(line.differs)}", "yellow")))
    if line.prescriber:
        signed = "; ".join(map(sign_text, line.signed)) or "not signed by anybody you know"
        yield Row(
            (
                Span("          "),
                Span(f"prescriber {line.prescriber}", ""),
                Span(f"  {signed}", "dim", shrinks=True),
            )
        )
    for source in line.sources:
        yield _source_row(source)


def _source_row(source: "SourceLine") -> Row:
    when = (source.date or source.until or "undated")[:10]
    said = " ".join(filter(None, (source.dose, f"by {source.by}" if source.by else "")))
    more = len(source.documents) - 1
    return Row(
        (
            Span("          "),
            Span(f"{when:10}", "cyan"),
            Span(f"  {source.sort.value} {source.says or ''}", "dim"),
            Span(f"  {source.title}", "dim", shrinks=True),
            Span(f"  {said}", "dim", shrinks=True),
        ),
        short_id(source.documents[0]) + (f" +{more}" if more else ""),
    )
