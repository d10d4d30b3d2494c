# SPDX-License-Identifier: Apache-2.0
"""`hv directive revoke`: nothing holds any more."""

from datetime import date

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.directive_options import TOPICS, date_option
from healthvault.cli.options import clock_ok_option
from healthvault.cli.terminal import Terminal

__all__ = ["revoke"]


@hv_command(
    "hv directive revoke dnr", "hv directive revoke organ-donation --date 2026-11-20 --words 'I changed my mind'"
)
@click.argument("topic", type=click.Choice(TOPICS))
@click.option("--words", default="", help="Why, in your own words.")
@date_option
@clock_ok_option
def revoke(terminal: Terminal, topic: str, words: str, made: date | None, *, clock_ok: bool) -> None:
    """Keep that nothing holds about a topic from a day on.

    What was said before does not come back, nor does one that is older still and added later. To say something
    new, add it. Do not erase or retract a revocation: what it replaced would be in force again.
    """
    from healthvault.areas.directives import revoke_directive
    from healthvault.cli.directive_telling import past_day, show_made
    from healthvault.cli.opening import opened
    from healthvault.directives.record import Topic

    day = past_day(made)
    with opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        show_made(terminal, vault, revoke_directive(vault, Topic(topic), made=day, words=words, now_ms=now_ms()))
