# SPDX-License-Identifier: Apache-2.0
"""`hv share`: a bundle of chosen documents, for named people or for whoever is told the code."""

from pathlib import Path
from typing import Unpack

import click

from healthvault.cli.command import hv_command
from healthvault.cli.options import SelectChoice, clock_ok_option, output_option, select_options, yes_option
from healthvault.cli.reading_options import accept_option
from healthvault.cli.share_options import ShareChoice, share_options
from healthvault.cli.terminal import Terminal

__all__ = ["share"]


class _Choice(ShareChoice, SelectChoice):
    yes: bool
    clock_ok: bool


@hv_command(
    'hv share d_7k3m d_9q2x --to "Dr Lee" --purpose treatment --until 30d -o visit.hvb',
    "hv share --category allergy --complete allergy --code -o allergies.hvb",
    "hv share --grant g_2f8c -o again.hvb",
)
@click.argument("documents", nargs=-1, metavar="[ID]...")
@output_option("The bundle's file.", required=True)
@share_options
@select_options
@accept_option
@yes_option
@clock_ok_option
def share(terminal: Terminal, documents: tuple[str, ...], output: Path, **chosen: Unpack[_Choice]) -> None:
    """Write an encrypted, signed bundle of documents, under a grant: for whom, for what, until when.

    Name documents by id, or describe them by --tag, --type, --since or --author, or both. A grant that stands
    already is used with --grant, for all documents that it names or some of them. The grant and the share are
    entries of your journal before a byte leaves. What a reader has, a later revocation cannot take back.

    With --complete the reader sees that all documents of a category are there, or "6 of 7 disclosed", and how many
    were put into another category, replaced, retracted or erased before; of other categories nothing.

    What others attest of the documents (`hv show`) goes along, unless --no-attestations.
    """
    from healthvault.cli.opening import opened
    from healthvault.cli.sharing import check_wish, share_chosen

    check_wish(terminal, output, chosen)
    with opened(terminal, writing=True, clock_ok=chosen["clock_ok"]) as vault:
        share_chosen(terminal, vault, documents, output, chosen)
