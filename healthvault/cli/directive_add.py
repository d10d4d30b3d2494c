# SPDX-License-Identifier: Apache-2.0
"""`hv directive add`: something said for when you cannot speak for yourself."""

from datetime import date

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.directive_options import TOPICS, date_option
from healthvault.cli.options import clock_ok_option
from healthvault.cli.terminal import Terminal

__all__ = ["add"]


@hv_command(
    "hv directive add dnr --document d_7k3m --date 2026-11-20",
    "hv directive add organ-donation --words 'Corneas only'",
    "hv directive add healthcare-proxy --words 'Rui Silva, +351 555 0100, decides for me'",
)
@click.argument("topic", type=click.Choice(TOPICS))
@click.option("--words", default="", help="Your own words.")
@click.option(
    "--document", metavar="ID", help="The document of your vault that holds them, such as a signed scan."
)
@date_option
@clock_ok_option
def add(
    terminal: Terminal, topic: str, words: str, document: str | None, made: date | None, *, clock_ok: bool
) -> None:
    """Keep a directive. Of each topic the newest holds, by the day it was made; of one day, the last one added.

    The one that held before stays readable as superseded, and the title of the scan that it named says so from
    then on. One that is older than what holds is kept as history. It is kept as FHIR (Consent).
    """
    from healthvault.areas.directives import NewDirective, add_directive
    from healthvault.cli.directive_telling import past_day, show_made
    from healthvault.cli.opening import opened
    from healthvault.directives.record import Topic

    new = NewDirective(topic=Topic(topic), made=past_day(made), words=words, document=document)
    with opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        show_made(terminal, vault, add_directive(vault, new, now_ms=now_ms()))
