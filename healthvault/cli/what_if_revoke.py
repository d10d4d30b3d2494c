# SPDX-License-Identifier: Apache-2.0
"""`hv what-if revoke`: who would lose what with a grant, and which copies would stay readable."""

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.consent_objects import what_if_object
from healthvault.cli.terminal import Terminal

__all__ = ["revoke"]


@hv_command("hv what-if revoke g_2f8c", "hv what-if revoke g_2f8c --json | jq .lost")
@click.argument("grant", metavar="GRANT")
def revoke(terminal: Terminal, grant: str) -> None:
    """Say who could get which documents no more if you revoked a grant.

    What another grant allows them too is not lost and not listed. `bundles` are copies that were delivered: they
    stay readable by who has them, whatever you revoke.
    """
    from healthvault.cli.opening import opened
    from healthvault.vault.what_if import what_if_revoked

    with opened(terminal) as vault:
        foreseen = what_if_revoked(vault, grant, now_ms=now_ms())
    terminal.fields(what_if_object(foreseen))
    count = len(foreseen.bundles)
    copies = "1 copy that is out stays" if count == 1 else f"{count} copies that are out stay"
    terminal.say(f"{len(foreseen.lost)} would be lost; {copies} readable by who has them. Nothing was changed.")
