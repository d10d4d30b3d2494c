# SPDX-License-Identifier: Apache-2.0
"""`hv revoke`: end a grant, and say plainly what that cannot undo."""

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.objects import grant_object
from healthvault.cli.options import clock_ok_option
from healthvault.cli.terminal import Terminal
from healthvault.cli.text import short_id

__all__ = ["residual_access", "revoke"]


@hv_command("hv revoke g_2f8c", 'hv revoke g_2f8c --reason "moved to another practice"')
@click.argument("grant", metavar="GRANT")
@click.option("--reason", default="", help="Why; kept in your journal.")
@clock_ok_option
def revoke(terminal: Terminal, grant: str, reason: str, *, clock_ok: bool) -> None:
    """End a grant for everything that you will share, and list the copies that are out already.

    A copy that was delivered stays readable by its holder. A later bundle shows that the grant has ended; an old
    bundle alone cannot. Revoking twice changes nothing.
    """
    from healthvault.cli.opening import opened
    from healthvault.vault.grants import revoke_grant

    with opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        revoked = revoke_grant(vault, grant, reason=reason, now_ms=now_ms())
    terminal.fields(grant_object(revoked))
    terminal.say(residual_access(revoked.bundles))
    if revoked.bundles:
        terminal.say(
            f"next: `hv status-proof {short_id(revoked.id)} -o FILE`, and send it: they cannot know otherwise"
        )


def residual_access(bundles: tuple[str, ...]) -> str:
    """Return the sentence that says who can still read what."""
    if not bundles:
        return "Revoked for future shares. No bundle was delivered under this grant."
    count = "1 bundle" if len(bundles) == 1 else f"{len(bundles)} bundles"
    verb, holders = ("stays", "its holder") if len(bundles) == 1 else ("stay", "their holders")
    said = f"Revoked for future shares. {count} already delivered {verb} readable by {holders}"
    return f"{said}: {', '.join(map(short_id, bundles))}"
