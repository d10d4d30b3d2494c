# SPDX-License-Identifier: Apache-2.0
"""`hv claims check`: what may be wrong with claims, by fixed rules."""

import click

from healthvault.cli.command import hv_command
from healthvault.cli.terminal import Terminal

__all__ = ["check"]

_COLUMNS = ("result", "rule", "severity", "confidence", "claim", "reason", "documents")


@hv_command("hv claims check", "hv claims check --unknown", "hv claims check --json | jq .reason")
@click.option("--unknown", is_flag=True, help="Also the claims of which a rule can say nothing, and why.")
def check(terminal: Terminal, unknown: bool) -> None:  # noqa: FBT001  an option
    """Look for claims that are billed or paid twice, that no record tells of, or that do not add up.

    Also for those that name somebody else, or a day on which the insurance did not hold. Where your vault holds
    no records of that time, or of that provider around it, nothing is concluded. Each finding names the documents
    that it rests on: something to ask about, no accusation.
    """
    from healthvault.areas.claims import check_claims
    from healthvault.cli.claims_looking import say_stumbles
    from healthvault.cli.claims_objects import FINDING_LIMITS, finding_object, unjudged_object
    from healthvault.cli.opening import opened

    with opened(terminal) as vault, terminal.progress() as progress:
        found = check_claims(vault, observer=progress)
    checked = found.checked
    rows = [finding_object(each) for each in checked.findings]
    rows += [unjudged_object(each) for each in checked.unjudged] if unknown else []
    terminal.rows(rows, _COLUMNS)
    terminal.say(f"{len(checked.findings)} findings in {checked.looked_at} claims, {len(found.records)} records")
    if checked.unjudged:
        terminal.say(
            f"of {len(checked.unjudged)} nothing can be concluded from missing records: --unknown says why"
        )
    say_stumbles(terminal, found.claims.stumbles)
    FINDING_LIMITS.say(terminal)
