# SPDX-License-Identifier: Apache-2.0
"""`hv key compromised`: somebody else may have the keys; replace all of them and say so."""

from pathlib import Path
from typing import TypedDict, Unpack

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.objects import key_event_object
from healthvault.cli.options import (
    clock_ok_option,
    is_stdout,
    kdf_option,
    new_passphrase_file_option,
    output_option,
    words_file_option,
    yes_option,
)
from healthvault.cli.prompt import confirm
from healthvault.cli.terminal import Terminal

__all__ = ["compromised"]


class _Choice(TypedDict):
    output: Path
    words_file: str | None
    new_passphrase_file: str | None
    kdf: str
    yes: bool
    clock_ok: bool


@hv_command(
    "hv key compromised --since 120 -o stolen.hvnote",
    "hv key compromised --since 120 -o stolen.hvnote --words-file words.txt --new-passphrase-file new.txt --yes",
)
@click.option(
    "--since",
    type=click.IntRange(min=0),
    metavar="ENTRY",
    required=True,
    help="The first entry that was made when somebody else may have had the keys (hv log).",
)
@output_option("Where to write the note for everybody who knows your vault.", required=True)
@words_file_option
@new_passphrase_file_option
@kdf_option
@yes_option
@clock_ok_option
def compromised(terminal: Terminal, since: int, **chosen: Unpack[_Choice]) -> None:
    """Declare your keys stolen: new keys, a new master key, a new passphrase. Asks for the recovery words.

    Every other way into the vault (key files, old passphrases) is removed. What the thief signs from now on is
    refused by everybody who has the note or your new card; nobody else can know. What the thief has copied stays
    readable to the thief.
    """
    from healthvault.cli.opening import new_passphrase_answer, opened_by_words
    from healthvault.cli.outputs import opened_output
    from healthvault.vault.rotation import NewPassphrase, declare_compromised

    with opened_by_words(terminal, chosen["words_file"], clock_ok=chosen["clock_ok"]) as (vault, words):
        _confirm(terminal, since, vault.history.size - since, yes=chosen["yes"])
        text = new_passphrase_answer(terminal.settings, chosen["new_passphrase_file"])
        passphrase = NewPassphrase(text=text, kdf=chosen["kdf"])
        with opened_output(chosen["output"]) as write:
            event, note = declare_compromised(vault, words, passphrase, since=since, now_ms=now_ms())
            write(note)
    if not is_stdout(chosen["output"]):
        terminal.fields(key_event_object(event))
    terminal.say("next: send the note to everybody who knows your vault: they run `hv verify NOTE`;")
    terminal.say("then `hv id -o FILE` for your new card, and `hv backup` to replace older backups")


def _confirm(terminal: Terminal, since: int, count: int, *, yes: bool) -> None:
    """Say how much was logged since the theft, and go on only if the owner keeps it. Raises as `confirm`."""
    if count > 0:
        made = "1 entry of this vault was made" if count == 1 else f"{count} entries of this vault were made"
        terminal.warn(
            f"{made} from entry {since} on, and stays as yours. "
            "If you did not make it, put back a copy from before, and `hv key restart`"
        )
    confirm(terminal.settings, "Replace all keys, and every way in but the recovery words?", yes=yes)
