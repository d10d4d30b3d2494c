# SPDX-License-Identifier: Apache-2.0
"""`hv prove`: that the vault continues an older one, for a reader; or where a document stands, for other tools."""

from pathlib import Path
from typing import Unpack

import click

from healthvault.cli.command import hv_command
from healthvault.cli.options import ProofChoice, clock_ok_option, output_option
from healthvault.cli.terminal import Terminal

__all__ = ["prove"]


class _Choice(ProofChoice):
    output: Path
    clock_ok: bool


@hv_command(
    'hv prove --from 120 --to "Dr Lee" -o lee.hvp',
    "hv prove d_7k3m -o ferritin.tlog-proof",
)
@click.argument("document", metavar="[ID]", required=False)
@click.option(
    "--from", "since", type=click.IntRange(min=1), metavar="SIZE", help="How many entries the reader has seen."
)
@click.option("--to", metavar="NAME", help="The contact it is for.")
@click.option("--code-file", type=click.Path(), metavar="FILE", help="Or for whoever has this code of a bundle.")
@output_option("The file to write.", required=True)
@clock_ok_option
def prove(terminal: Terminal, document: str | None, **chosen: Unpack[_Choice]) -> None:
    """Write a proof about the journal.

    With --from: that the vault of today continues the one of that many entries, for a reader whose `hv verify`
    said `no_consistency`. They verify this file first, then the bundle again. With a document: its place in the
    newest tree, as a text that tools for transparency logs read (C2SP tlog-proof), without its content.
    """
    from healthvault.cli.opening import opened
    from healthvault.cli.outputs import opened_output
    from healthvault.cli.proving import check_proof_wish, made_proof, show_proof

    check_proof_wish(document, chosen)
    with (
        opened(terminal, writing=document is None, clock_ok=chosen["clock_ok"]) as vault,
        opened_output(chosen["output"]) as write,
    ):
        data, proof = made_proof(terminal, vault, document, chosen)
        write(data)
    show_proof(terminal, proof, chosen["output"])
