# SPDX-License-Identifier: Apache-2.0
"""`hv search`: documents by what they say."""

from typing import TYPE_CHECKING, Unpack

import click

from healthvault.cli.command import hv_command
from healthvault.cli.dates import When, parse_when
from healthvault.cli.look_options import limit_option
from healthvault.cli.options import SelectChoice, select_options
from healthvault.cli.spans import Row, Span, around, marked_spans
from healthvault.cli.terminal import Terminal
from healthvault.cli.text import short_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healthvault.vault.search import Found, Line, Sought

__all__ = ["search"]

_PIPE = ("id", "date", "status", "title", "place", "text")
_LIMIT = 20
_PLACE_COLUMNS = 26
_ROOM = 60  # columns in which the first marked word of a line is seen


@hv_command(
    "hv search ferritin", "hv search 'iron deficiency' 'ferr*' --since 2y", "hv search --code 'loinc|2276-4'"
)
@click.argument("words", nargs=-1, metavar="[WORDS]...")
@select_options
@click.option("--until", type=parse_when, metavar="DATE", help="Only what is of this day or earlier.")
@click.option("--code", metavar="CODE", help="Only what carries this code: 2276-4, or loinc|2276-4.")
@limit_option(_LIMIT)
def search(
    terminal: Terminal,
    words: tuple[str, ...],
    until: When | None,
    code: str | None,
    limit: int,
    **chosen: Unpack[SelectChoice],
) -> None:
    """Find documents by what they say and by what is said of them: title, name, tags, author, source.

    A document has to have all words; letter case and accents do not count. An argument with spaces, or words
    between double quotes, are a phrase; `ferr*` is the beginning of a word. The best match stands first, one in
    the title before others; what is superseded or retracted stands last. Of each document the best lines are
    shown, with their place in it. Dates and categories are those of the line's own item, else of the document.

    Documents of others are found too, and marked.

    Documents are read when somebody first looks into them, which takes a while after much was added.
    """
    from healthvault.cli.look_options import day_of
    from healthvault.cli.looking import looking
    from healthvault.records.concept import parse_code
    from healthvault.vault.search import Sought, words_of_arguments
    from healthvault.vault.search import search as find
    from healthvault.vault.whose import whose_records

    systems, plain = parse_code(code) if code else ((), None)
    sought = Sought(
        words=words_of_arguments(words),
        code=plain,
        systems=systems,
        since=day_of(chosen["since"]),
        until=day_of(until),
        kind=chosen["kind"],
        category=chosen["category"],
        tag=chosen["tag"],
        author=chosen["author"],
    )
    if not sought.words and code is None:
        raise click.UsageError("say what to search for: words, or --code")
    with looking(terminal) as (vault, contents):
        found, count = find(contents, sought, limit=limit)
        show(terminal, found, sought, frozenset(whose_records(vault, contents).left_out))
        if not found:
            terminal.say("nothing that was read or is said of documents matches")
        if count > len(found):
            terminal.say(f"{len(found)} of {count} documents are shown; --limit shows more")


def show(terminal: Terminal, found: "tuple[Found, ...]", sought: "Sought", strangers: frozenset[int]) -> None:
    """Print what was found: a row a line in a pipe, a document and its lines on a screen."""
    from healthvault.cli.content_objects import hit_object

    if terminal.is_screen:
        terminal.painted(row for each in found for row in _rows(each, sought, is_owners=each.seq not in strangers))
    elif terminal.settings.json:
        rows = (hit_object(each, sought, is_owners=each.seq not in strangers) for each in found)
        terminal.rows(rows, ())
    else:
        for each in found:
            of_document = {"id": each.id, "date": each.date, "status": each.status, "title": each.title}
            lines = [{"place": line.place, "text": line.words} for line in each.lines] or [{}]
            terminal.rows(({**of_document, **line} for line in lines), _PIPE)


def _rows(found: "Found", sought: "Sought", *, is_owners: bool) -> "Iterator[Row]":
    from healthvault.vault.search import marks_in

    title = marked_spans(found.title, marks_in(found.title, sought), "bold")
    status = (Span(f"  {found.status}", "red"),) if found.status != "current" else ()
    stranger = () if is_owners else (Span("  not known to be yours", "yellow"),)
    lead = Span(f"{short_id(found.id)}  {(found.date or '-')[:10]:<10}  ", "cyan")
    more = found.matches - len(found.lines)
    yield Row((lead, *title, *status, *stranger), tail=f"+{more} lines" if more > 0 else "")
    for line in found.lines:
        yield _line(line, sought)


def _line(line: "Line", sought: "Sought") -> Row:
    from healthvault.vault.search import marks_in

    text, marks = around(line.words, marks_in(line.words, sought), _ROOM)
    date = f"{line.date[:10]}  " if line.date else ""
    return Row((Span(f"    {date}", "cyan"), *marked_spans(text, marks)), tail=_short_place(line.place))


def _short_place(place: str) -> str:
    return place if len(place) <= _PLACE_COLUMNS else "\u2026" + place[1 - _PLACE_COLUMNS :]
