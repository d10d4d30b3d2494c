# SPDX-License-Identifier: Apache-2.0
"""`hv list`: the documents, newest added first."""

from itertools import islice
from typing import Unpack

import click

from healthvault.cli.command import hv_command
from healthvault.cli.dates import When, parse_when
from healthvault.cli.objects import document_object
from healthvault.cli.options import SelectChoice, select_options
from healthvault.cli.terminal import Terminal

__all__ = ["list_"]

_RUNGS = ("clinic-signed", "clinic-exported", "device", "scan", "patient", "machine", "received")

_SCREEN = ("id", "date", "kind", "title", "size_bytes", "tags", "provenance", "status")
_PIPE = (
    "id",
    "date",
    "kind",
    "title",
    "size_bytes",
    "tags",
    "status",
    "name",
    "media_type",
    "added",
    "provenance",
)


@hv_command("hv list", "hv list --type fhir --since 1y", "hv list --tag 2026 --json | jq -r .title")
@select_options
@click.option("--until", type=parse_when, metavar="DATE", help="Only documents of this day or earlier.")
@click.option("--provenance", type=click.Choice(_RUNGS), metavar="WORD", help=f"Only what is {', '.join(_RUNGS)}.")
@click.option("-n", "--limit", type=click.IntRange(1), metavar="N", help="At most so many.")
def list_(
    terminal: Terminal,
    until: When | None,
    provenance: str | None,
    limit: int | None,
    **chosen: Unpack[SelectChoice],
) -> None:
    """List documents, the newest added first.

    A document without a date of its own is not found by --since and --until.
    """
    from healthvault.cli.opening import opened
    from healthvault.cli.selection import filter_of
    from healthvault.vault.read import list_documents

    with opened(terminal) as vault:
        found = list_documents(vault, filter_of(chosen, until, None if provenance else limit))
        documents = islice((one for one in found if provenance in {None, one.provenance}), limit)
        terminal.rows(map(document_object, documents), _SCREEN if terminal.is_screen else _PIPE)
