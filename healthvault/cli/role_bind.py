# SPDX-License-Identifier: Apache-2.0
"""`hv role bind`: who has a role, perhaps until a date."""

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.dates import When, parse_when
from healthvault.cli.options import clock_ok_option
from healthvault.cli.rule_objects import role_object
from healthvault.cli.terminal import Terminal

__all__ = ["bind"]


@hv_command('hv role bind "Dr Lee" gp', 'hv role bind "Dr Costa" specialist --until 6m')
@click.argument("contact")
@click.argument("role")
@click.option("--until", type=parse_when, metavar="DATE", help="When it ends. Default: when you unbind it.")
@clock_ok_option
def bind(terminal: Terminal, contact: str, role: str, until: When | None, *, clock_ok: bool) -> None:
    """Say that a contact has a role. This alone allows nobody anything: only a grant does."""
    from healthvault.cli.opening import opened
    from healthvault.cli.ruling import end_ms
    from healthvault.vault.roles import bind_role

    with opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        bound = bind_role(vault, contact, role, until_ms=end_ms(until), now_ms=now_ms())
        terminal.fields(role_object(bound))
