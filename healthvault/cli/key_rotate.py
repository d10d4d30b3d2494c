# SPDX-License-Identifier: Apache-2.0
"""`hv key rotate`: new signing and encryption keys, under the same vault id."""

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.objects import key_event_object
from healthvault.cli.options import clock_ok_option, words_file_option
from healthvault.cli.terminal import Terminal

__all__ = ["rotate"]


@hv_command("hv key rotate", "hv key rotate --reason lost --words-file words.txt")
@click.option(
    "--reason",
    type=click.Choice(["planned", "lost"]),
    default="planned",
    show_default=True,
    help="Why; everybody who reads your bundles sees it. For a theft: hv key compromised.",
)
@words_file_option
@clock_ok_option
def rotate(terminal: Terminal, reason: str, words_file: str | None, *, clock_ok: bool) -> None:
    """Replace the keys that sign your journal and that others encrypt to. Asks for the recovery words.

    The vault keeps its id, and bundles made before still verify. Others should get your new card; what they
    encrypt to the old one stays readable to you.
    """
    from healthvault.cli.opening import opened_by_words
    from healthvault.ledger.events import RotateReason
    from healthvault.vault.rotation import rotate_keys

    with opened_by_words(terminal, words_file, clock_ok=clock_ok) as (vault, words):
        terminal.fields(key_event_object(rotate_keys(vault, words, RotateReason(reason), now_ms=now_ms())))
    terminal.say("next: `hv id -o FILE` writes your new card; send it to the people you exchange with")
