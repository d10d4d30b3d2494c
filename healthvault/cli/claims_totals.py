# SPDX-License-Identifier: Apache-2.0
"""`hv claims totals`: exact sums, each currency apart."""

import click

from healthvault.cli.command import hv_command
from healthvault.cli.terminal import Terminal

__all__ = ["totals"]

_COLUMNS = ("currency", "billed", "allowed", "paid", "patient", "claims")


@hv_command("hv claims totals", "hv claims totals --year 2026 --json")
@click.option("--year", type=click.IntRange(1800, 2199), metavar="YYYY", help="By the first day of service.")
def totals(terminal: Terminal, year: int | None) -> None:
    """Add up what was billed, allowed and paid by insurers, and what is left to you.

    Sums are exact and of one currency each; nothing is converted. A claim and its answers count once: an
    explanation of benefits goes before an insurer's table, its response to the provider, and the provider's claim.
    What is not known is counted apart. Cancelled and replaced claims, and those of others, do not count.
    """
    from healthvault.areas.claims import read_claims
    from healthvault.claims.totals import totals as add_up
    from healthvault.cli.claims_looking import say_stumbles, say_unknown
    from healthvault.cli.claims_objects import CLAIM_LIMITS, total_objects
    from healthvault.cli.opening import opened

    with opened(terminal) as vault, terminal.progress() as progress:
        claims = read_claims(vault, observer=progress)
        found = add_up(claims.cases, year)
        terminal.rows(total_objects(found, year), _COLUMNS)
    say_unknown(terminal, found)
    say_stumbles(terminal, claims.stumbles)
    CLAIM_LIMITS.say(terminal)
