# SPDX-License-Identifier: Apache-2.0
"""`hv attest`: sign a statement about a document that somebody else gave."""

from pathlib import Path
from typing import Unpack

import click

from healthvault.cli.command import hv_command
from healthvault.cli.histories import code_options
from healthvault.cli.options import AttestChoice, clock_ok_option, output_option
from healthvault.cli.reading_options import accept_option
from healthvault.cli.terminal import Terminal

__all__ = ["attest"]


@hv_command(
    'hv attest d_7k3m --statement "I reported this result" -o review.hva',
    'hv attest visit.hvb --document Ferritin --statement "Seen, and agreed with" -o review.hva',
)
@click.argument("subject", metavar="ID|BUNDLE")
@click.option("--statement", required=True, metavar="TEXT", help="What you put your name to: one line.")
@click.option("--document", metavar="ID|TITLE", help="Which document of the bundle, if there are several.")
@click.option("--part", type=click.IntRange(0), default=0, metavar="N", help="Which file of it. Default: 0.")
@output_option("The file to send to the owner. Default: stdout.")
@accept_option
@code_options
@clock_ok_option
def attest(
    terminal: Terminal,
    subject: str,
    statement: str,
    output: Path | None,
    *,
    clock_ok: bool,
    **chosen: Unpack[AttestChoice],
) -> None:
    """Sign a statement about a document of somebody else, for its owner and whoever she shares it with.

    Name a document that you imported, or a bundle that verifies; a name with a dot or a slash is a file. What you
    sign is the owner's own entry and exactly these bytes; your journal notes what you signed. The owner takes the
    file in with `hv import`, and her bundles carry it from then on. A reader needs your card to check it.

    An attestation says that your key signed the statement about exactly these bytes, not that it is true.
    """
    from healthvault.cli.attesting import attest_chosen
    from healthvault.cli.opening import opened
    from healthvault.cli.outputs import opened_output

    with opened_output(output or Path("-")) as write, opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        attest_chosen(terminal, vault, (subject, statement), output, write, chosen)
