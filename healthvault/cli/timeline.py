# SPDX-License-Identifier: Apache-2.0
"""`hv timeline`: what happened, by the day."""

from typing import TYPE_CHECKING, Unpack

import click

from healthvault.cli.command import hv_command
from healthvault.cli.look_options import LookChoice, category_option, everyone_option, limit_option, since_until
from healthvault.cli.spans import Row, Span
from healthvault.cli.terminal import Terminal
from healthvault.cli.text import short_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from healthvault.vault.content_views import TimelineEntry

__all__ = ["timeline"]

_PIPE = ("date", "kind", "category", "title", "value", "status", "documents")
_LIMIT = 100
_CATEGORY_COLUMNS = 13
_UNDATED = "without a date"


@hv_command("hv timeline", "hv timeline --since 1y --category lab", "hv timeline --json | jq -r .title")
@since_until
@click.option("--type", "kind", help="Only documents of this type, or items such as Observation.")
@category_option
@everyone_option
@limit_option(_LIMIT)
def timeline(
    terminal: Terminal,
    kind: str | None,
    category: str | None,
    limit: int,
    *,
    everyone: bool,
    **days: Unpack[LookChoice],
) -> None:
    """Show what documents say happened, and the documents themselves, the newest day first.

    What several documents say alike stands once, with all of them. Days of measurements by a device are one line
    for each thing measured, at its newest day, and so are many values of one day. What has no date stands last,
    and is not found by --since and --until. What was retracted, replaced or entered in error is left out.
    """
    from healthvault.cli.content_objects import timeline_object
    from healthvault.cli.look_options import day_of
    from healthvault.cli.looking import looking, say_left_out
    from healthvault.storage.item_scope import Scope
    from healthvault.vault.owners_view import owners_scope
    from healthvault.vault.timeline import timeline as tell

    asked = Scope(since=day_of(days["since"]), until=day_of(days["until"]), kind=kind, category=category)
    with looking(terminal) as (vault, contents):
        scope, whose = owners_scope(vault, contents, asked, everyone=everyone)
        entries = tell(contents, scope, limit=limit)
        if terminal.is_screen:
            terminal.painted(_rows(entries[:limit]))
        else:
            terminal.rows(map(timeline_object, entries[:limit]), _PIPE)
        if len(entries) > limit:
            terminal.say(f"there is more than these {limit}; --limit, --since and --until show it")
        say_left_out(terminal, whose)


def _rows(entries: "Sequence[TimelineEntry]") -> "Iterator[Row]":
    day: str | None = ""
    for entry in entries:
        if entry.day != day:
            day = entry.day
            yield Row((Span(day or _UNDATED, "bold"),))
        yield _row(entry)


def _row(entry: "TimelineEntry") -> Row:
    more = len(entry.sources) - 1
    tail = short_id(entry.sources[0].id) + (f" +{more}" if more else "") if entry.sources else ""
    about = "document" if entry.kind == "document" else entry.category
    spans = [
        Span(f"  {about:<{_CATEGORY_COLUMNS}}", "cyan"),
        Span(entry.title, "bold" if entry.kind == "document" else "", shrinks=True),
    ]
    if entry.value:
        spans += [Span("  "), Span(entry.value, "green", shrinks=not entry.is_measured)]
    if entry.kind == "series":
        spans.append(Span(f"  {_extent(entry)}", "dim"))
    if entry.status:
        spans.append(Span(f"  {entry.status}", "dim"))
    return Row(tuple(spans), tail=tail)


def _extent(entry: "TimelineEntry") -> str:
    if entry.days > 1:
        return f"{entry.days} days since {entry.since}"
    return f"{entry.count} values"
