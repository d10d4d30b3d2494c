# SPDX-License-Identifier: Apache-2.0
"""`hv trial check-consent`: verify a bundle, and the consent in it."""

from typing import Unpack

import click

from healthvault.cli.command import hv_command
from healthvault.cli.reading_options import read_options
from healthvault.cli.terminal import Terminal
from healthvault.cli.trial_consent_options import CheckChoice, at_option

__all__ = ["check_consent"]


@hv_command(
    "hv trial check-consent ana.hvb --form form.pdf",
    "hv trial check-consent ana.hvb --form form.pdf --study NCT04280705 --option data --json",
    name="check-consent",
)
@click.argument("bundle", metavar="BUNDLE")
@click.option("--form", required=True, type=click.Path(), metavar="FILE", help="Your own copy of the form.")
@click.option("--study", help="Which study, if it holds consents to several.")
@click.option("--option", metavar="NAME", help="An option that must be answered yes, such as data.")
@at_option("On which day it must be in force. Default: today.")
@read_options
def check_consent(terminal: Terminal, bundle: str, **chosen: Unpack[CheckChoice]) -> None:
    """Verify a bundle as `hv verify` does, then judge its signer's consent in it.

    Is it bound to exactly the bytes of your form (else 20, form_mismatch)? In force on the day (else 22,
    consent_withdrawn)? Who countersigned it? Withdrawals that you imported before count too. What else was
    withdrawn the file cannot know. The exit code is the worst of the bundle's and the consent's.
    """
    from healthvault.cli.trial_checking import check_chosen

    raise click.exceptions.Exit(check_chosen(terminal, bundle, chosen))
