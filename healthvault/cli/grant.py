# SPDX-License-Identifier: Apache-2.0
"""`hv grant`: what somebody may see, for what, until when; without handing anything out."""

from typing import Unpack

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.objects import grant_object
from healthvault.cli.options import SelectChoice, clock_ok_option, select_options, yes_option
from healthvault.cli.reading_options import accept_option
from healthvault.cli.share_options import TermsChoice, terms_options
from healthvault.cli.terminal import Terminal

__all__ = ["grant"]


class _Choice(TermsChoice, SelectChoice):
    yes: bool
    clock_ok: bool


@hv_command(
    'hv grant d_7k3m d_9q2x --to "Dr Lee" --purpose treatment --until 30d',
    'hv grant --tag 2026 --to "Dr Lee" --action view',
)
@click.argument("documents", nargs=-1, metavar="[ID]...")
@terms_options
@select_options
@accept_option
@yes_option
@clock_ok_option
def grant(terminal: Terminal, documents: tuple[str, ...], **chosen: Unpack[_Choice]) -> None:
    """Allow somebody documents, named one by one, without writing a bundle yet.

    The grant is an entry of your journal. `hv share --grant` hands out bundles under it as long as it holds, and
    `hv revoke` ends it. It never grows: a document that you add later, or a newer version, is in no older grant.
    """
    from healthvault.cli.opening import opened
    from healthvault.cli.selection import selected
    from healthvault.cli.sharing import check_grantees, confirm_terms, terms_of
    from healthvault.vault.grants import make_grant

    check_grantees(chosen)
    with opened(terminal, writing=True, clock_ok=chosen["clock_ok"]) as vault:
        found = selected(vault, documents, chosen)
        terms = terms_of(found, chosen)
        confirm_terms(terminal, vault, found, terms, form="Allow {whom} {what}", yes=chosen["yes"])
        terminal.fields(grant_object(make_grant(vault, terms, now_ms=now_ms())))
