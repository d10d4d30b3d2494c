# SPDX-License-Identifier: Apache-2.0
"""`hv research withdraw`: the end of a study, as a notice that its researchers can check."""

from pathlib import Path

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.options import clock_ok_option, is_stdout, output_option, yes_option
from healthvault.cli.research_objects import withdrawal_object
from healthvault.cli.revoke import residual_access
from healthvault.cli.terminal import Terminal

__all__ = ["withdraw"]


@hv_command("hv research withdraw NCT04280705 -o notice.hvw")
@click.argument("study")
@output_option("The notice.", required=True)
@yes_option
@clock_ok_option
def withdraw(terminal: Terminal, study: str, output: Path, *, yes: bool, clock_ok: bool) -> None:
    """Withdraw from a study: no more exports, its grants are revoked, and a notice for its researchers.

    The notice is signed by your pseudonym of the study and names nothing else, so it needs no secrecy: send it to
    all who hold an export. What they hold stays readable, and what is published or analysed cannot be recalled. A
    second time writes the same notice again.
    """
    from healthvault.areas.research_studies import find_study
    from healthvault.areas.research_studies import withdraw as withdrawn_from
    from healthvault.cli.opening import opened
    from healthvault.cli.outputs import opened_output
    from healthvault.cli.prompt import confirm

    with opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        find_study(vault, study)
        confirm(terminal.settings, f"Withdraw from {study}? There is no way back.", yes=yes)
        with opened_output(output) as write:
            withdrawn = withdrawn_from(vault, study, now_ms=now_ms())
            write(withdrawn.notice)
    if not is_stdout(output):
        terminal.fields(withdrawal_object(withdrawn, output))
    terminal.say(residual_access(tuple(share for grant in withdrawn.grants for share in grant.bundles)))
    terminal.say(
        "What is published or analysed already cannot be recalled. Send the notice: they cannot know else."
    )
