# SPDX-License-Identifier: Apache-2.0
"""`hv trial countersign`: the investigator signs a participant's consent."""

from pathlib import Path
from typing import Unpack

import click

from healthvault.cli.command import hv_command
from healthvault.cli.options import output_option
from healthvault.cli.reading_options import read_options
from healthvault.cli.terminal import Terminal
from healthvault.cli.trial_consent_options import CheckChoice, at_option

__all__ = ["countersign"]


@hv_command(
    "hv trial countersign ana.hvb --study NCT04280705 --form form.pdf -o countersigned.hva",
)
@click.argument("bundle", metavar="BUNDLE")
@click.option("--form", required=True, type=click.Path(), metavar="FILE", help="Your own copy of the form.")
@click.option("--study", required=True, help="Which study.")
@click.option("--option", metavar="NAME", help="An option that must be answered yes, such as data.")
@at_option("On which day it must be in force. Default: today.")
@output_option("The file to send back.", required=True)
@read_options
def countersign(terminal: Terminal, bundle: str, output: Path, **chosen: Unpack[CheckChoice]) -> None:
    """Check a consent as `hv trial check-consent` does, and sign one fixed statement about it.

    Nothing is signed unless the bundle verifies, the form is byte for byte yours, and the consent is in force. The
    statement names consent, study, version, language and form. It is an attestation as of `hv attest`: the
    participant takes it in with `hv import`, and hands it on with the consent.
    """
    from healthvault.cli.outputs import opened_output
    from healthvault.cli.trial_checking import countersign_chosen

    with opened_output(output) as write:
        countersign_chosen(terminal, bundle, output, write, chosen)
