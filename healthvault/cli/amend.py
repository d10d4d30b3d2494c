# SPDX-License-Identifier: Apache-2.0
"""`hv amend`: a newer version of a document, or a corrected description."""

from typing import TypedDict, Unpack

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.dates import parse_partial_date
from healthvault.cli.objects import document_object
from healthvault.cli.options import chosen_labels, clock_ok_option, label_options
from healthvault.cli.terminal import Terminal

__all__ = ["amend", "left_behind"]

_NO_TAGS = ("",)


class _Said(TypedDict):
    title: str | None
    kind: str | None
    date: str | None
    author: str | None
    source: str | None
    category: str | None


def _date_or_none(text: str) -> str:
    return parse_partial_date(text) if text else text


@hv_command(
    "hv amend d_7k3m corrected.pdf",
    'hv amend d_7k3m --title "Ferritin, repeated" --date 2026-11-20',
    "hv amend d_7k3m --tag 2026 --tag blood --author ''",
)
@click.argument("document", metavar="ID")
@click.argument("file", required=False, metavar="[FILE]")
@click.option("--tag", "tags", multiple=True, help="All its tags from now on: repeatable; '' for none.")
@click.option("--title", help="Its title.")
@click.option("--type", "kind", help="Its type.")
@click.option("--date", type=_date_or_none, metavar="DATE", help="When it is from: 2026-11-20, 2026-11 or 2026.")
@click.option("--author", help="Who made it.")
@click.option("--source", help="Where it came from.")
@label_options
@clock_ok_option
def amend(
    terminal: Terminal,
    document: str,
    file: str | None,
    tags: tuple[str, ...],
    sensitivity: tuple[str, ...],
    *,
    clock_ok: bool,
    **said: Unpack[_Said],
) -> None:
    """Replace a document by a newer version of it, or correct what is said about it.

    With FILE (`-` is stdin), that file becomes a new document, described by what it says and by the options;
    nothing is taken over. The older one stays readable, as `superseded`. Without, the options change the
    description; an empty value ('') clears a field. Both are entries of your journal, and nothing that was there
    before is lost. A grant names documents, not their newer versions.
    """
    from healthvault.cli.inputs import stdin_or_file
    from healthvault.cli.opening import opened
    from healthvault.vault.add import AddOptions
    from healthvault.vault.amend import Correction, replace_document, revise_document
    from healthvault.vault.grants import grants_naming
    from healthvault.vault.read import find_document

    labels = chosen_labels(sensitivity)
    if file is None and not (tags or labels is not None or any(value is not None for value in said.values())):
        raise click.UsageError("say what to change: a FILE with the newer version, or options")
    with opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        if file is None:
            correction = Correction(tags=() if tags == _NO_TAGS else tags or None, sensitivity=labels, **said)
            found = revise_document(vault, document, correction, now_ms=now_ms())
        else:
            older, item = find_document(vault, document), stdin_or_file(file)
            options = AddOptions(tags=tags, sensitivity=labels, **said)
            found = replace_document(vault, document, item, options, now_ms=now_ms())
            terminal.say(left_behind(older.id, grants_naming(vault, older.entry, now_ms=now_ms())))
    terminal.fields(document_object(found))


def left_behind(older: str, grants: tuple[str, ...]) -> str:
    """Return the sentence that says what becomes of an older version."""
    said = f"The older version stays readable, as superseded: {older}."
    if grants:
        said += f" Grants name it, not the newer one, which you have to grant or share anew: {', '.join(grants)}"
    return said
