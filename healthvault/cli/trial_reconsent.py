# SPDX-License-Identifier: Apache-2.0
"""`hv trial reconsent`: agree anew, in the place of the consent in force."""

from typing import Unpack

import click

from healthvault.cli.command import hv_command
from healthvault.cli.options import clock_ok_option, yes_option
from healthvault.cli.terminal import Terminal
from healthvault.cli.trial_consent_options import ConsentChoice, consent_options

__all__ = ["reconsent"]


@hv_command(
    "hv trial reconsent form-4.pdf --study NCT04280705 --version 4 --language en --option 'data:Use my data:yes'",
)
@click.argument("form", metavar="FORM")
@consent_options
@yes_option
@clock_ok_option
def reconsent(terminal: Terminal, form: str, **chosen: Unpack[ConsentChoice]) -> None:
    """Keep a new consent that names the one in force, such as to a newer form or with other answers.

    The older one is not changed: it stays in the history, and says what you had agreed to until then.
    """
    from healthvault.cli.trial_consenting import sign_chosen

    sign_chosen(terminal, form, chosen, anew=True)
