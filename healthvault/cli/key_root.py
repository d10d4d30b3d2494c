# SPDX-License-Identifier: Apache-2.0
"""`hv key root`: other recovery words, because somebody may have seen the old ones."""

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.objects import JsonObject, key_event_object
from healthvault.cli.options import clock_ok_option, words_file_option, yes_option
from healthvault.cli.terminal import Terminal

__all__ = ["root"]


@hv_command("hv key root", "hv key root --words-file words.txt --yes")
@words_file_option
@yes_option
@clock_ok_option
def root(terminal: Terminal, words_file: str | None, *, yes: bool, clock_ok: bool) -> None:
    """Replace the recovery words: shows 24 new ones, once. Asks for the old words.

    For words that somebody has seen who has no copy of the vault. Who has both the words and a copy reads
    everything in it: then make a new vault. With --yes, --json or without a terminal the new words are printed
    with the other data and not asked back.
    """
    from healthvault.cli.opening import opened_by_words
    from healthvault.cli.prompt import can_ask
    from healthvault.cli.recovery_words import retype_words
    from healthvault.vault.rotation import change_words, new_words

    settings = terminal.settings
    retypes = can_ask(settings) and not yes and not settings.json
    recovery, words = new_words()
    with opened_by_words(terminal, words_file, clock_ok=clock_ok) as (vault, old_words):
        if retypes:
            retype_words(words)
        event = change_words(vault, old_words, recovery, now_ms=now_ms())
    shown: JsonObject = {} if retypes else {"recovery_words": list(words)}
    terminal.fields({**key_event_object(event), **shown})
    terminal.say("the old words open this vault no more; backups made before still open by them")
