# SPDX-License-Identifier: Apache-2.0
"""`hv standing run`: the grants for what is new, and their bundles."""

from pathlib import Path

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.options import clock_ok_option, output_option
from healthvault.cli.rule_objects import outcome_object
from healthvault.cli.terminal import Terminal

__all__ = ["run"]

_COLUMNS = ("document", "grant", "path", "code", "rule")


@hv_command("hv standing run", "hv standing run -o outbox --json")
@output_option("Also write the bundle of each grant into this folder.")
@clock_ok_option
def run(terminal: Terminal, output: Path | None, *, clock_ok: bool) -> None:
    """Make a grant for each document that is new since the last run and is as a rule describes.

    Made for cron: it asks nothing, prints nothing and ends with 0 when nothing is new, and may be run twice or
    after a crash. A document that a rule or a label keeps out is named once, with the code that says why. Each
    bundle is named after its grant.
    """
    from healthvault.cli.opening import opened
    from healthvault.vault.standing import run_rules

    with opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        terminal.rows(map(outcome_object, run_rules(vault, output, now_ms=now_ms())), _COLUMNS)
