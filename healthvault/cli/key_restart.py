# SPDX-License-Identifier: Apache-2.0
"""`hv key restart`: go on from an old copy, and say so in the journal."""

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.objects import key_event_object
from healthvault.cli.options import clock_ok_option, words_file_option, yes_option
from healthvault.cli.prompt import confirm
from healthvault.cli.terminal import Terminal

__all__ = ["restart"]


@hv_command("hv key restart", "hv key restart --words-file words.txt --yes")
@words_file_option
@yes_option
@clock_ok_option
def restart(terminal: Terminal, words_file: str | None, *, yes: bool, clock_ok: bool) -> None:
    """Write again in a vault that was put back from an older copy. Asks for the recovery words.

    The journal says from which entry it goes on. Everybody who has seen more is told so, every time: they cannot
    know why. If a newer copy exists, put that back instead. Documents erased on this machine are erased again.
    """
    from healthvault.cli.opening import opened_by_words
    from healthvault.vault.rotation import restart_history

    with opened_by_words(terminal, words_file, clock_ok=clock_ok, restarting=True) as (vault, words):
        confirm(terminal.settings, f"Go on from entry {vault.history.size}, and say so for ever?", yes=yes)
        event = restart_history(vault, words, now_ms=now_ms())
    terminal.fields(key_event_object(event))
    if event.erased_again:
        terminal.say(f"erased again: {', '.join(event.erased_again)}")
