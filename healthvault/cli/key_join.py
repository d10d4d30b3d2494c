# SPDX-License-Identifier: Apache-2.0
"""`hv key join`: the recovery words from shares."""

import click

from healthvault.cli.command import hv_command
from healthvault.cli.objects import recovery_object
from healthvault.cli.prompt import can_ask
from healthvault.cli.terminal import Terminal
from healthvault.errors import AnswerNeeded

__all__ = ["join"]


@hv_command("hv key join", "hv key join ana.txt bo.txt")
@click.argument("files", nargs=-1, type=click.Path(allow_dash=False), metavar="[FILE]...")
def join(terminal: Terminal, files: tuple[str, ...]) -> None:
    """Put shares together, and show the 24 recovery words that they give: on the terminal only, or with --json.

    Without files the shares are asked for, one after another. The words are shown only if they open this vault.
    To set a new passphrase the words are not needed: `hv restore --shares`.
    """
    from healthvault.cli.opening import opened_locked
    from healthvault.cli.prompt import show_on_terminal
    from healthvault.cli.recovery_answers import naming_shares, shares_answer
    from healthvault.cli.recovery_words import numbered_words
    from healthvault.ledger.ids import contact_id_text
    from healthvault.vault.recovery_words import check_recovery

    if not terminal.settings.json and not can_ask(terminal.settings):
        raise AnswerNeeded(
            "no_terminal", "the words are shown on a terminal, and there is none", hint="--json prints them"
        )
    with opened_locked(terminal) as vault:
        words = shares_answer(terminal.settings, files)
        with naming_shares(by_shares=True):
            check_recovery(vault, words)
        found = tuple(words.value.decode().split())
        if terminal.settings.json:
            terminal.fields(recovery_object(contact_id_text(vault.keyring.vault_id), by_shares=True, words=found))
        else:
            show_on_terminal(["", *numbered_words(found), ""])
