# SPDX-License-Identifier: Apache-2.0
"""`hv trend`: values of one thing over time."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypedDict, Unpack

import click

from healthvault.cli.command import hv_command
from healthvault.cli.look_options import LookChoice, everyone_option, since_until
from healthvault.cli.terminal import Terminal
from healthvault.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healthvault.vault.trend import Candidate, Trend, TrendSeries

__all__ = ["trend"]

_PIPE = ("date", "value", "unit", "low", "high", "documents", "least", "most", "count")
_SCREEN = ("date", "value", "unit", "range", "source", "document")
_CANDIDATE = ("concept", "title", "count")
_SHOWN = 30  # values in the table of a screen
_LEAST_DOTS = 2
_PICTURE = click.Path(path_type=Path)


class _Pictures(TypedDict):
    svg: Path | None
    png: Path | None


@hv_command("hv trend ferritin", "hv trend 'loinc|2276-4' --since 5y --svg ferritin.svg", "hv trend 8867-4 --json")
@click.argument("what", nargs=-1, required=True, metavar="CODE|WORDS")
@since_until
@click.option("--unit", help="Only values in this unit.")
@click.option(
    "--svg", type=_PICTURE, metavar="FILE", help="Write a picture; a file that is there is not overwritten."
)
@click.option("--png", type=_PICTURE, metavar="FILE", help="The same as a PNG.")
@everyone_option
def trend(
    terminal: Terminal,
    what: tuple[str, ...],
    unit: str | None,
    *,
    everyone: bool,
    svg: Path | None,
    png: Path | None,
    **days: Unpack[LookChoice],
) -> None:
    """Show the values of one thing over time: by a code, or by words of its title.

    Values are as they were written. Nothing is converted: another unit is a series of its own, and codes of two
    systems are never taken for the same; if several match, they are listed (exit 2). What several documents say
    alike is one value. `<` and `>` stand as written; a day of a device has its smallest and largest value. The
    reference range is that of each document. The plot needs the extra `plot`; without it there is the table.
    """
    from healthvault.cli.content_objects import point_objects
    from healthvault.cli.look_options import day_of
    from healthvault.cli.looking import looking, say_left_out
    from healthvault.storage.item_scope import Scope
    from healthvault.vault.owners_view import owners_scope
    from healthvault.vault.trend import candidates
    from healthvault.vault.trend import trend as follow

    asked = Scope(since=day_of(days["since"]), until=day_of(days["until"]))
    with looking(terminal) as (vault, contents):
        scope, whose = owners_scope(vault, contents, asked, everyone=everyone)
        wanted = candidates(contents, scope, " ".join(what))
        if len(wanted) > 1:
            _ask_again(terminal, wanted)
        found = follow(contents, scope, wanted[0], unit=unit)
        if everyone:
            found = replace(found, title=f"{found.title}, perhaps of several people")
        if terminal.is_screen:
            _show(terminal, found)
        else:
            terminal.rows(point_objects(found), _PIPE)
        if len(found.series) > 1:
            terminal.say(f"the values are in {len(found.series)} units, which stand apart: nothing is converted")
        _write_pictures(found, svg=svg, png=png)
        say_left_out(terminal, whose)


def _ask_again(terminal: Terminal, found: "tuple[Candidate, ...]") -> NoReturn:
    """List what may be meant, and end: nobody chooses one. What stands in documents does not go to stderr."""
    from healthvault.cli.content_objects import candidate_object
    from healthvault.cli.exits import USAGE

    terminal.rows(map(candidate_object, found), _CANDIDATE)
    terminal.say(f"{len(found)} match; say one by its concept: hv trend 'CONCEPT'")
    raise click.exceptions.Exit(USAGE)


def _show(terminal: Terminal, found: "Trend") -> None:
    from healthvault.cli.spans import Row, Span

    for series in found.series:
        title = f"{found.title}  {series.unit or 'no unit'}"
        terminal.painted([Row((Span(title, "bold"), Span(f"  {found.concept}", "dim")))])
        _plot(terminal, series)
        terminal.rows(list(_table(series)), _SCREEN)
        if len(series.points) > _SHOWN:
            terminal.say(f"the newest {_SHOWN} of {len(series.points)} values; a pipe or --json has all")


def _plot(terminal: Terminal, series: "TrendSeries") -> None:
    from healthvault.cli.plot_points import dots_of
    from healthvault.cli.plot_screen import plotted
    from healthvault.cli.render import screen_columns

    dots = dots_of(series)
    if len(dots) < _LEAST_DOTS:
        return
    try:
        terminal.painted(list(plotted(dots, screen_columns())))
    except InvalidRequest as err:
        terminal.say(f"there is no plot: {err.hint}")


def _table(series: "TrendSeries") -> "Iterator[dict]":  # type: ignore[type-arg]  # rows of text
    from healthvault.vault.content_views import range_text

    for point in series.points[-_SHOWN:]:
        quantity = point.quantity
        value = f"{quantity.comparator or ''}{quantity.number}"
        if quantity.count > 1:
            value += f" ({quantity.least or '?'}\u2013{quantity.most or '?'} of {quantity.count})"
        yield {
            "date": (point.date or "")[:16].replace("T", " ") or None,
            "value": value,
            "unit": quantity.unit,
            "range": range_text(quantity),
            "source": point.sources[0].name,
            "document": point.sources[0].id,
        }


def _write_pictures(found: "Trend", **pictures: Unpack[_Pictures]) -> None:
    from healthvault.storage.outputs import OutputFile

    for kind, path in (("svg", pictures["svg"]), ("png", pictures["png"])):
        if path is None:
            continue
        with OutputFile(path) as file:
            file.write(_picture(found, kind))
            file.publish()


def _picture(found: "Trend", kind: str) -> bytes:
    from healthvault.cli.plot_picture import picture
    from healthvault.cli.plot_points import dots_of

    if not any(dots_of(series) for series in found.series):
        raise InvalidRequest("nothing_to_plot", "no value has a date", hint="leave out --svg and --png")
    try:
        return picture(found, kind)
    except InvalidRequest as err:
        raise InvalidRequest(
            "extra_missing", "a picture needs a library that is not installed", hint=err.hint
        ) from err
