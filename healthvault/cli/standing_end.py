# SPDX-License-Identifier: Apache-2.0
"""`hv standing end`: a rule makes no more grants."""

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.options import clock_ok_option
from healthvault.cli.rule_objects import rule_object
from healthvault.cli.terminal import Terminal

__all__ = ["end"]


@hv_command("hv standing end s_4c7d")
@click.argument("rule", metavar="ID")
@clock_ok_option
def end(terminal: Terminal, rule: str, *, clock_ok: bool) -> None:
    """End a rule: it makes no more grants. Those that it made stand, and are listed: `hv revoke` ends each."""
    from healthvault.cli.opening import opened
    from healthvault.vault.standing import end_rule

    with opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        ended = end_rule(vault, rule, now_ms=now_ms())
    terminal.fields(rule_object(ended))
    if ended.grants:
        terminal.say(f"{len(ended.grants)} of its grants may still stand: {', '.join(ended.grants)}")
