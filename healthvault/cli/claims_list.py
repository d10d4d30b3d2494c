# SPDX-License-Identifier: Apache-2.0
"""`hv claims list`: each claim once, with all that answers it."""

import click

from healthvault.cli.command import hv_command
from healthvault.cli.terminal import Terminal

__all__ = ["list_"]

_COLUMNS = ("claim", "date", "provider", "billed", "paid", "patient", "status", "disputed")


@hv_command("hv claims list", "hv claims list --everyone --json", name="list")
@click.option("--everyone", is_flag=True, help="Also those that are not known to be about you.")
def list_(terminal: Terminal, everyone: bool) -> None:  # noqa: FBT001  an option
    """List claims: what was billed, what the insurer paid, what is left to you, as its papers say.

    What is not known is `unknown`, with the reason: a number that can be read in two ways, no currency.
    """
    from healthvault.areas.claims import disputed_days, read_claims
    from healthvault.cli.claims_looking import say_stumbles
    from healthvault.cli.claims_objects import CLAIM_LIMITS, claim_object
    from healthvault.cli.opening import opened

    with opened(terminal) as vault, terminal.progress() as progress:
        claims = read_claims(vault, observer=progress)
        chosen = [case for case in claims.cases if everyone or case.person.value == "owner"]
        days = disputed_days(vault)
        terminal.rows([claim_object(case, days.get(case.label)) for case in chosen], _COLUMNS)
    left = len(claims.cases) - len(chosen)
    if left:
        terminal.say(f"{left} not known to be about you: --everyone shows them, `hv claims check` says why")
    say_stumbles(terminal, claims.stumbles)
    CLAIM_LIMITS.say(terminal)
