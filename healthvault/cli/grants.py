# SPDX-License-Identifier: Apache-2.0
"""`hv grants`: what was allowed to whom, for what, until when, and what became of it."""

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.objects import grant_object
from healthvault.cli.terminal import Terminal

__all__ = ["grants"]

_SCREEN = ("id", "contact", "purpose", "not_after", "status", "records", "bundles")
_WHY = ("id", "contact", "status", "rule", "reason")
_PIPE = (
    "id",
    "contact",
    "purpose",
    "actions",
    "not_before",
    "not_after",
    "status",
    "records",
    "bundles",
    "conditions",
)


@hv_command("hv grants", "hv grants --active", "hv grants --why")
@click.option("--active", is_flag=True, help="Only grants that hold now.")
@click.option("--why", is_flag=True, help="Also say by which rule each can be used now or not.")
def grants(terminal: Terminal, *, active: bool, why: bool) -> None:
    """List your grants, the newest first.

    `bundles` are the copies that were handed out under a grant. They stay readable by who has them, also when
    the grant has ended.
    """
    from healthvault.cli.opening import opened
    from healthvault.vault.grants import list_grants
    from healthvault.vault.reasons import why as explain

    now, columns = now_ms(), _SCREEN if terminal.is_screen else _PIPE
    with opened(terminal) as vault:
        shown = (grant for grant in list_grants(vault, now_ms=now) if not active or grant.status == "active")
        objects = (grant_object(one, explain(vault, one.id, now_ms=now) if why else None) for one in shown)
        terminal.rows(objects, _WHY if why else columns)
