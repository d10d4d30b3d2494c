# SPDX-License-Identifier: Apache-2.0
"""`hv role unbind`: somebody has a role no longer."""

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.options import clock_ok_option
from healthvault.cli.rule_objects import role_object
from healthvault.cli.terminal import Terminal

__all__ = ["unbind"]


@hv_command('hv role unbind "Dr Lee" gp')
@click.argument("contact")
@click.argument("role")
@clock_ok_option
def unbind(terminal: Terminal, contact: str, role: str, *, clock_ok: bool) -> None:
    """Say that a contact has a role no longer: nothing more is shared under it. Grants stand until revoked."""
    from healthvault.cli.opening import opened
    from healthvault.vault.roles import unbind_role

    with opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        terminal.fields(role_object(unbind_role(vault, contact, role, now_ms=now_ms())))
