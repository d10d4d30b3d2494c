# SPDX-License-Identifier: Apache-2.0
"""`hv open`: verify a bundle, then write its documents."""

from pathlib import Path
from typing import Unpack

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.objects import document_object
from healthvault.cli.reading_options import ReadChoice, accept_option, read_options
from healthvault.cli.receipts import receipt_option, receipt_to
from healthvault.cli.terminal import Terminal

__all__ = ["open_"]

_COLUMNS = ("path", "kind", "title", "size_bytes")


@hv_command("hv open visit.hvb -o ./ana", "hv open visit.hvb -o ./ana --code", name="open")
@click.argument("file", metavar="FILE")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="DIR", required=True, help="The folder to write to."
)
@receipt_option
@read_options
@accept_option
def open_(
    terminal: Terminal,
    file: str,
    output: Path,
    receipt: Path | None,
    accept: tuple[str, ...],
    **chosen: Unpack[ReadChoice],
) -> None:
    """Verify a bundle, and only then write its documents to a folder.

    Nothing is written unless every verdict asked for holds. What is not established (exit 21) or not allowed
    (exit 22) can be accepted, each code by name; what is changed, forged or rolled back never.
    """
    from healthvault.cli.inputs import stdin_or_file
    from healthvault.cli.opening import opened_if_there, place_of
    from healthvault.cli.reading import check_allowed, verify_options
    from healthvault.vault.receive import open_bundle

    place, options = place_of(terminal.settings), verify_options(terminal.settings, chosen, accept)
    with receipt_to(receipt) as keep, opened_if_there(terminal) as vault:
        verification, documents = open_bundle(vault, place, stdin_or_file(file), output, options, now_ms=now_ms())
        check_allowed(file, verification, accept)
        keep(terminal, vault, verification, "opened")
    terminal.rows(map(document_object, documents), _COLUMNS)
