# SPDX-License-Identifier: Apache-2.0
"""`hv proxy remove`: the end of every power of a contact."""

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.options import clock_ok_option, yes_option
from healthvault.cli.prompt import confirm
from healthvault.cli.revoke import residual_access
from healthvault.cli.rule_objects import removal_object
from healthvault.cli.terminal import Terminal
from healthvault.cli.text import short_id

__all__ = ["remove"]


@hv_command("hv proxy remove Tom", "hv proxy remove Tom --yes")
@click.argument("contact")
@yes_option
@clock_ok_option
def remove(terminal: Terminal, contact: str, *, yes: bool, clock_ok: bool) -> None:
    """End every power of a contact: revoke the grants that give them, and end the rules that would give more.

    What they hold stays readable by them. Others learn of it from a newer file of yours; what they shared for you
    before is as old as it is. Their other grants stand.
    """
    from healthvault.cli.opening import opened
    from healthvault.vault.proxies import remove_proxy

    with opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        confirm(terminal.settings, f"End every power of {contact} to act for you?", yes=yes)
        removed = remove_proxy(vault, contact, now_ms=now_ms())
    terminal.fields(removal_object(removed))
    terminal.say(residual_access(removed.bundles))
    if removed.bundles:
        for grant in removed.revoked:
            terminal.say(
                f"next: `hv status-proof {short_id(grant)} -o FILE`, and send it: they cannot know otherwise"
            )
