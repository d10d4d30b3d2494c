# SPDX-License-Identifier: Apache-2.0
"""`hv directive show`: what holds about a topic."""

from pathlib import Path

import click

from healthvault.cli.command import hv_command
from healthvault.cli.directive_options import TOPICS
from healthvault.cli.options import output_option
from healthvault.cli.terminal import Terminal

__all__ = ["show"]


@hv_command("hv directive show dnr", "hv directive show dnr -o dnr.json")
@click.argument("topic", type=click.Choice(TOPICS))
@output_option("Write it here, as FHIR R4 (Consent).")
def show(terminal: Terminal, topic: str, output: Path | None) -> None:
    """Show the directive that is in force about a topic, and what witnesses attested of it (`hv attest`).

    One that was superseded or revoked is not shown as if it held: then there is nothing to show (exit 5), and
    `hv directive list --history` lists it.
    """
    from healthvault.cli.directive_telling import show_topic
    from healthvault.directives.record import Topic

    show_topic(terminal, Topic(topic), output)
