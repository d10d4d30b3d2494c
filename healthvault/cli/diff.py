# SPDX-License-Identifier: Apache-2.0
"""`hv diff`: what two documents say that differs."""

from typing import TYPE_CHECKING

import click

from healthvault.cli.command import hv_command
from healthvault.cli.spans import Row, Span
from healthvault.cli.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healthvault.records.statements import Item
    from healthvault.vault.difference import Difference

__all__ = ["diff"]

_PIPE = ("mark", "what", "title", "date", "field", "old", "new")
_STYLES = {"+": "green", "-": "red", "~": "yellow", "@": "dim"}


@hv_command("hv diff d_7k3m d_9q2x", "hv diff d_7k3m d_9q2x --json")
@click.argument("old", metavar="ID")
@click.argument("new", metavar="ID")
def diff(terminal: Terminal, old: str, new: str) -> None:
    """Show what the second document says that the first does not, and the other way round.

    `+` stands for what the second alone says, `-` for what the first alone says, `~` for what changed. An item is
    the same by the name that its source gives it, else by what it is about and when. Whether the bytes are equal
    is said too. The exit code is 0 whether they differ or not; --json says which.
    """
    from healthvault.cli.content_objects import difference_object
    from healthvault.cli.looking import looking
    from healthvault.vault.difference import difference
    from healthvault.vault.read import find_document

    with looking(terminal, only=(old, new)) as (vault, contents):
        documents = find_document(vault, old), find_document(vault, new)
        found = difference(vault, contents, *documents)
        if terminal.settings.json:
            terminal.rows([difference_object(*documents, found)], ())
        elif terminal.is_screen:
            terminal.painted(_rows(found))
        else:
            terminal.rows(_plain(found), _PIPE)
        terminal.say(_verdict(found))


def _verdict(found: "Difference") -> str:
    if found.same_bytes:
        return "Both are the same, byte for byte."
    if found.unread:
        return f"The bytes differ. What they say is not known: {', '.join(found.unread)} was not read to the end."
    said = "They say the same; the bytes differ." if found.is_same else "They differ."
    return f"{said} More was said than is compared." if found.cut else said


def _plain(found: "Difference") -> "Iterator[dict]":  # type: ignore[type-arg]  # rows of text
    for mark, items in (("-", found.removed), ("+", found.added)):
        for item in items:
            said = {"old" if mark == "-" else "new": _value(item)}
            yield {"mark": mark, "what": "item", "title": item.title, "date": item.date, **said}
    for each in found.changed:
        for one in each.changes:
            named = {"title": each.item.title, "date": each.item.date, "field": one.field}
            yield {"mark": "~", "what": "item", **named, "old": one.old, "new": one.new}
    for mark, text in found.lines:
        if mark in {"+", "-"}:
            yield {"mark": mark, "what": "line", "old" if mark == "-" else "new": text}


def _rows(found: "Difference") -> "Iterator[Row]":
    for mark, items in (("-", found.removed), ("+", found.added)):
        for item in items:
            spans = (Span(f"{mark} "), Span(item.title, shrinks=True), Span(f"  {_value(item)}", shrinks=True))
            yield Row(tuple(Span(each.text, _STYLES[mark], each.shrinks) for each in spans), tail=item.date or "")
    for changed in found.changed:
        yield Row(
            (Span("~ ", "yellow"), Span(changed.item.title, "yellow", shrinks=True)), changed.item.date or ""
        )
        for one in changed.changes:
            yield Row((Span(f"    {one.field}: {one.old or '-'} \u2192 {one.new or '-'}"),))
    for mark, text in found.lines:
        yield Row((Span(f"{mark} {text}" if mark != "@" else "\u2026", _STYLES.get(mark, "")),))


def _value(item: "Item") -> str:
    from healthvault.vault.content_views import value_text

    return value_text(item) or item.status or ""
