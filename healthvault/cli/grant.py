# SPDX-License-Identifier: Apache-2.0
"""`hv grant`: what somebody may see, for what, until when; without handing anything out."""

from typing import Unpack

import click

from healthvault.cli.command import hv_command
from healthvault.cli.options import SelectChoice, clock_ok_option, select_options, yes_option
from healthvault.cli.reading_options import accept_option
from healthvault.cli.share_options import ApprovalChoice, TermsChoice, approval_options, terms_options
from healthvault.cli.terminal import Terminal

__all__ = ["grant"]


class _Choice(TermsChoice, ApprovalChoice, SelectChoice):
    yes: bool
    clock_ok: bool


@hv_command(
    'hv grant d_7k3m d_9q2x --to "Dr Lee" --purpose treatment --until 30d',
    'hv grant --tag 2026 --to "Dr Lee" --deny category:imaging --max-shares 3',
    'hv grant d_7k3m --to "Dr Lee" --needs 1 --approver Rita --request ask.hvb',
)
@click.argument("documents", nargs=-1, metavar="[ID]...")
@terms_options
@approval_options
@select_options
@accept_option
@yes_option
@clock_ok_option
def grant(terminal: Terminal, documents: tuple[str, ...], **chosen: Unpack[_Choice]) -> None:
    """Allow somebody documents, named one by one, without writing a bundle yet.

    The grant is an entry of your journal. `hv share --grant` hands out bundles under it as long as it holds, and
    `hv revoke` ends it. It never grows: a document that you add later, or a newer version, is in no older grant.

    A document with a label of sensitivity is kept out unless --sensitivity names the label. A document that you
    name and that is kept out stops the command; one that was only described is left out, and named on stderr.
    """
    from healthvault.cli.granting import check_approvers, grant_chosen
    from healthvault.cli.opening import opened
    from healthvault.cli.sharing import check_grantees

    check_grantees(chosen)
    check_approvers(chosen)
    with opened(terminal, writing=True, clock_ok=chosen["clock_ok"]) as vault:
        grant_chosen(terminal, vault, documents, chosen)
