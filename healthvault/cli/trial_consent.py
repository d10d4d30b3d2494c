# SPDX-License-Identifier: Apache-2.0
"""`hv trial consent`: agree to take part, on exactly one form."""

from typing import Unpack

import click

from healthvault.cli.command import hv_command
from healthvault.cli.options import clock_ok_option, yes_option
from healthvault.cli.terminal import Terminal
from healthvault.cli.trial_consent_options import ConsentChoice, consent_options

__all__ = ["consent"]


@hv_command(
    "hv trial consent form.pdf --study T1 --version 3.1 --language en --option 'data:Use my data:yes'",
    "hv trial consent form.pdf --study T1 --version 2 --language pt --option 'data:Usar os meus dados:no'",
)
@click.argument("form", metavar="FORM")
@consent_options
@yes_option
@clock_ok_option
def consent(terminal: Terminal, form: str, **chosen: Unpack[ConsentChoice]) -> None:
    """Keep a form of the sponsor's and your consent to it, signed by your journal.

    Bound are the exact bytes of the form, its version and language, and each thing that it asks with your answer.
    A form with nothing answered, or a blank answer, is refused. Send it with `hv share`; the investigator
    countersigns it with `hv trial countersign`. `hv trial withdraw` ends it; nothing but `hv erase` takes it
    out of your history.
    """
    from healthvault.cli.trial_consenting import sign_chosen

    sign_chosen(terminal, form, chosen, anew=False)
