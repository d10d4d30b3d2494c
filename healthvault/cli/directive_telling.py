# SPDX-License-Identifier: Apache-2.0
"""What the directive commands do once they run, and what they say beside their data. Loads the vault."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click

from healthvault.areas.directives import Directives, Made, attested_of, read_directives, standing_of
from healthvault.cli.clock import now_ms, wall_clock
from healthvault.cli.directive_objects import directive_object
from healthvault.cli.directive_options import LIMITS
from healthvault.cli.opening import opened
from healthvault.cli.options import is_stdout
from healthvault.cli.outputs import opened_output
from healthvault.cli.terminal import Terminal
from healthvault.directives.force import Standing, State
from healthvault.directives.record import Topic
from healthvault.errors import NotFound
from healthvault.ledger.documents import DocStatus
from healthvault.vault.read import document_bytes
from healthvault.vault.vault import Vault

__all__ = ["past_day", "show_made", "show_topic", "tell_doubts"]


def past_day(made: date | None) -> date:
    """Return the day on which something was made; today where none is named. Raises UsageError: it is to come."""
    today = wall_clock(now_ms()).date()
    if made is not None and made > today:
        raise click.UsageError(f"--date: {made.isoformat()} is to come; name the day on which it was made")
    return made or today


def show_made(terminal: Terminal, vault: Vault, made: Made) -> None:
    """Print what stands about the topic now, and say what became of the record that was added."""
    found = read_directives(vault)
    standing = standing_of(found, made.said.topic)
    if standing is not None:
        kept = next(one for one in standing.history if one.id == made.document.id)
        terminal.fields(directive_object(found, standing, kept), unsaid=_UNSAID)
    if not made.holds:
        terminal.warn(f"a newer one about {made.said.topic.value} is here already: what was added is history")
    if made.replaced:
        terminal.say(f"The one before it stays readable, as superseded: {made.replaced}.")
    if made.retitled:
        terminal.say(
            f"The title of {made.retitled}, which held its words, says now that it is no longer in force."
        )
    tell_doubts(terminal, found)
    LIMITS.say(terminal)
    terminal.say("Who was given an older one still has it: `hv copies`. Tell them, and replace the paper.")


def show_topic(terminal: Terminal, topic: Topic, output: Path | None) -> None:
    """Print what holds about a topic, or write it.

    Raises:
        NotFound: `not_found`, nothing holds.
    """
    with opened(terminal) as vault:
        found = read_directives(vault)
        standing = _in_force(found, topic)
        kept = standing.newest
        if output is None:
            views = attested_of(vault, found, kept)
            terminal.fields(directive_object(found, standing, kept, views), unsaid=_UNSAID)
        else:
            content = document_bytes(vault, found.documents[kept.id])
            with opened_output(output) as write:
                write(content)
    if output is not None and not is_stdout(output):
        terminal.say(f"wrote {output}")
    tell_doubts(terminal, found, only=topic)
    LIMITS.say(terminal)


def tell_doubts(terminal: Terminal, found: Directives, only: Topic | None = None) -> None:
    """Warn of what makes it doubtful which directive holds."""
    for standing in found.standings:
        if only is not None and standing.topic is not only:
            continue
        for doubt in _doubts(found, standing):
            terminal.warn(f"{standing.topic.value}: {doubt}")
    for id_text in found.unreadable:
        terminal.warn(f"{id_text} is of type directive, and cannot be read as one")
    loose = [one.document.id for one in found.beside if one.said is None]
    if loose and only is None:
        terminal.say(f"Not weighed, {len(loose)} documents: `hv directive add TOPIC --document ID` enters one.")


def _doubts(found: Directives, standing: Standing) -> Iterator[str]:
    newest = standing.newest.id
    for one in found.conflicts(standing):
        yield f"{one.document.id}, from others, is not older; {newest} is shown"
    if standing.same_day:
        yield f"several of one day; the last one added is taken, {newest}"
    if (gone := _words_gone(found, standing)) is not None:
        yield f"the document with its words, {gone}; add anew what is to hold"
    if standing.state is State.UNSETTLED:
        yield f"what replaced {newest} is gone; add anew what is to hold"


def _words_gone(found: Directives, standing: Standing) -> str | None:
    """Return what became of the only document with the words of what is in force, if nobody can rely on it."""
    said = standing.newest.said
    if standing.state is not State.IN_FORCE or said.words or said.source is None:
        return None
    document = found.sources.get(said.source.id)
    status = "not here" if document is None else document.status
    return f"{said.source.id}, is {status}" if status in {"not here", *_GONE} else None


_GONE = frozenset({DocStatus.ERASED.value, DocStatus.RETRACTED.value})
_UNSAID = ("proves", "does_not_prove")


def _in_force(found: Directives, topic: Topic) -> Standing:
    standing = standing_of(found, topic)
    if standing is None or standing.state is not State.IN_FORCE:
        said = (
            "nothing was said"
            if standing is None
            else f"the newest, {standing.newest.id}, is {standing.state.value}"
        )
        hint = "`hv directive list --history` shows all that was said"
        raise NotFound("not_found", f"no directive about {topic.value} is in force: {said}", hint=hint)
    return standing
