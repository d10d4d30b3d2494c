# SPDX-License-Identifier: Apache-2.0
"""`hv approve`: say yes to a grant of somebody else that asks for it."""

from pathlib import Path

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.consent_objects import approved_object
from healthvault.cli.options import output_option, yes_option
from healthvault.cli.reading_options import accept_option
from healthvault.cli.terminal import Terminal

__all__ = ["approve"]


@hv_command("hv approve request.hvb -o approval.hva", "hv approve request.hvb -o approval.hva --yes")
@click.argument("file", metavar="REQUEST")
@output_option("The file to send back.", required=True)
@accept_option
@yes_option
def approve(terminal: Terminal, file: str, output: Path, accept: tuple[str, ...], *, yes: bool) -> None:
    """Read what somebody wants to allow to others, and sign that you agree to exactly that.

    REQUEST comes from `hv grant --request`. It is verified like any bundle. Send back the file that is written:
    only the owner can open it, and `hv import` takes it in there.
    """
    from healthvault.cli.asking import confirm_approval
    from healthvault.cli.inputs import stdin_or_file
    from healthvault.cli.opening import opened
    from healthvault.cli.reading import check_allowed
    from healthvault.vault import approving

    options = approving.options_accepting(accept)
    with opened(terminal) as vault:
        verification, asked = approving.read_request(vault, stdin_or_file(file), options, now_ms=now_ms())
        check_allowed(file, verification, options.accept)
        if asked is not None:
            confirm_approval(terminal, asked, yes=yes)
            approving.approve(vault, asked, output, now_ms=now_ms())
            terminal.fields(approved_object(asked, output))
