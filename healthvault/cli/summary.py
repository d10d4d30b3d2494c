# SPDX-License-Identifier: Apache-2.0
"""`hv summary`: problems, medicines, allergies and the rest, as of a day."""

from typing import TYPE_CHECKING

import click

from healthvault.cli.command import hv_command
from healthvault.cli.dates import When, parse_when
from healthvault.cli.look_options import everyone_option
from healthvault.cli.spans import Row, Span
from healthvault.cli.terminal import Terminal
from healthvault.cli.text import short_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from healthvault.vault.content_views import Source
    from healthvault.vault.summary import Section, Thing, Word

__all__ = ["summary"]

_PIPE = ("section", "title", "value", "status", "date", "until", "said", "note", "documents")
_NOTES = {"none_known": "stated: none known", "no_information": "stated: no information"}
_DIFFERS = "documents differ"
_SEVERAL = "several are said"


@hv_command("hv summary", "hv summary --at 2024-06-30", "hv summary --json")
@click.option("--at", type=parse_when, metavar="DATE", help="As of this day; today if it is not given.")
@everyone_option
def summary(terminal: Terminal, at: When | None, *, everyone: bool) -> None:
    """Show allergies, medicines, problems, vaccines, procedures, directives and the newest results.

    Each with its documents, the date that they give it, and the status in their own words. Nothing is decided:
    where documents differ, all that they say stands there, the newest document first. That no document says
    anything about allergies does not mean that there are none: "no known allergies" stands there only where a
    document says it. What was retracted, replaced or entered in error is left out. This is a way to the documents,
    and no document itself.
    """
    from healthvault.cli.content_objects import summary_object
    from healthvault.cli.dates import When as Day
    from healthvault.cli.look_options import day_of
    from healthvault.cli.looking import looking, say_left_out
    from healthvault.storage.item_scope import Scope
    from healthvault.vault.owners_view import owners_scope
    from healthvault.vault.summary import summary as gather

    day = day_of(at or Day()) or ""
    with looking(terminal) as (vault, contents):
        asked = Scope(until=day, undated=True)
        scope, whose = owners_scope(vault, contents, asked, everyone=everyone)
        sections = gather(contents, scope)
        if terminal.is_screen:
            terminal.painted(row for section in sections for row in _section(section))
        elif terminal.settings.json:
            terminal.rows([summary_object(day, sections, whose.left_out)], ())
        else:
            terminal.rows((row for section in sections for row in _plain(section)), _PIPE)
        say_left_out(terminal, whose)


def _plain(section: "Section") -> "Iterator[dict]":  # type: ignore[type-arg]  # rows of text
    if not section.things and not section.documents:
        yield {"section": section.name, "note": "no document says anything"}
    for thing in section.things:
        for word in thing.words:
            yield {
                "section": section.name,
                "title": thing.title,
                "value": word.value,
                "status": word.status,
                "date": word.date,
                "until": word.until,
                "said": word.said,
                "note": _note(section, thing),
                "documents": [source.id for source in word.sources],
            }
    for source in section.documents:
        note = "a document whose content is not known"
        yield {
            "section": section.name,
            "title": source.title,
            "said": source.date,
            "note": note,
            "documents": source.id,
        }


def _note(section: "Section", thing: "Thing") -> str:
    differs = thing.differs or (section.differs and thing.absence is not None)
    several = _DIFFERS if differs else _SEVERAL if len(thing.words) > 1 else ""
    notes = [_NOTES.get(thing.absence or "", ""), several]
    return "; ".join(note for note in notes if note)


def _section(section: "Section") -> "Iterator[Row]":
    yield Row((Span(section.name.capitalize(), "bold underline"),))
    if not section.things and not section.documents:
        yield Row((Span(f"  no document says anything about {section.name}", "dim"),))
    for thing in section.things:
        yield from _thing(section, thing)
    for source in section.documents:
        yield Row(
            (Span("  "), Span(source.title, shrinks=True), Span("  see the document", "dim")), _tail((source,))
        )
    yield Row()


def _thing(section: "Section", thing: "Thing") -> "Iterator[Row]":
    note = _note(section, thing)
    said = (Span(f"  {note}", "yellow" if _DIFFERS in note else "dim"),) if note else ()
    title = Span(thing.title, "bold", shrinks=True)
    if len(thing.words) == 1:
        (word,) = thing.words
        yield Row((Span("  "), title, *_spans(word), *said), _tail(word.sources))
        return
    yield Row((Span("  "), title, *said))
    for word in thing.words:
        yield Row((Span("    "), *_spans(word), Span(f"  said {word.said}", "dim")), _tail(word.sources))


def _spans(word: "Word") -> "Iterator[Span]":
    if word.value:
        yield Span("  ")
        yield Span(word.value, "green", shrinks=not word.is_measured)
    if word.status:
        yield Span(f"  {word.status}", "")
    if word.date:
        yield Span(f"  {word.date[:10]}", "cyan")
    if word.until:
        yield Span(f" to {word.until[:10]}", "cyan")


def _tail(sources: "Sequence[Source]") -> str:
    more = len(sources) - 1
    return short_id(sources[0].id) + (f" +{more}" if more > 0 else "")
