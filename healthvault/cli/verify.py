# SPDX-License-Identifier: Apache-2.0
"""`hv verify`: separate verdicts on bundles; nothing is written but the memory of what was seen."""

from pathlib import Path
from typing import Unpack

import click

from healthvault.cli.attestation_objects import beside_documents
from healthvault.cli.command import hv_command
from healthvault.cli.exits import EXITS, worst_exit
from healthvault.cli.reading_options import ReadChoice, read_options
from healthvault.cli.receipts import receipt_option, receipt_to
from healthvault.cli.terminal import Terminal
from healthvault.errors import PartlyDone

__all__ = ["verify"]


@hv_command(
    "hv verify visit.hvb",
    "hv verify visit.hvb --status lee.hvs --purpose treatment --max-age 30d",
    "hv verify stolen.hvnote erased.txt review.hva *.hvb --json | jq .codes",
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@receipt_option
@read_options
def verify(terminal: Terminal, files: tuple[str, ...], receipt: Path | None, **chosen: Unpack[ReadChoice]) -> None:
    """Check bundles, and print a verdict for each question apart.

    Integrity, authorship, inclusion, consistency with what was seen before, audience, grant, time, issuer,
    witnesses. What a file cannot say is printed too, such as whether it has all documents of a category.

    With --status, a file of the owner's `hv status-proof`, the status of the grant is as new as that file says. It
    can be verified alone too, and so can a proof file of `hv prove`. A revocation that was seen once stays known.

    A compromise note, by which somebody declares her keys stolen, is taken in: what the old keys signed is refused
    from then on. An erasure certificate is checked against its owner's log; that bytes are gone no file can show.
    Of an attestation, alone or in a bundle, it is said who signed it, if you have their card.
    A fork proof that holds is exit 23, and is remembered: later files of that vault are flagged.

    The exit code is 0 if every verdict asked for holds; else the first of 24, 20, 23, 22, 21 over all files, or 3
    if a file could not be read.
    """
    from healthvault.cli.opening import opened_if_there, place_of
    from healthvault.cli.reading import exit_of_verification, verified, verify_options
    from healthvault.cli.verification import completeness_of, hints_of, limits_of, verification_object
    from healthvault.storage.inputs import Failure

    options = verify_options(terminal.settings, chosen)
    exits = []
    with receipt_to(receipt, len(files)) as keep, opened_if_there(terminal) as vault:
        for file, outcome in verified(vault, place_of(terminal.settings), files, options):
            if isinstance(outcome, Failure):
                terminal.failed(file, outcome.error)
                exits.append(EXITS[PartlyDone])
                continue
            exits.append(exit_of_verification(outcome))
            said = verification_object(file, outcome, exits[-1])
            shown = said if terminal.settings.json else beside_documents(said)
            terminal.fields(shown, unsaid=("ok", "exit", "completeness"))
            terminal.lines("completeness", completeness_of(outcome))
            terminal.lines("limits", limits_of(outcome))
            terminal.lines("next", hints_of(outcome))
            keep(terminal, vault, outcome, "verified")
    raise click.exceptions.Exit(worst_exit(exits))
