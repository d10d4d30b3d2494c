# SPDX-License-Identifier: Apache-2.0
"""`hv key drill`: do the words on paper still work?"""

from typing import Unpack

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.objects import recovery_object
from healthvault.cli.options import ShareChoice, shares_option, words_file_option
from healthvault.cli.terminal import Terminal
from healthvault.errors import InvalidRequest

__all__ = ["drill"]


@hv_command("hv key drill", "hv key drill --shares", "hv key drill --share-file ana.txt --share-file bo.txt")
@words_file_option
@shares_option
def drill(terminal: Terminal, words_file: str | None, **chosen: Unpack[ShareChoice]) -> None:
    """Check that the recovery words, or shares of them, still open the vault and may still change its keys.

    Asks for them and changes nothing in the vault. Do it once a year: nothing else tells you that the paper is
    lost, or that it is of another vault.
    """
    from healthvault.cli.opening import opened_locked
    from healthvault.cli.recovery_answers import is_by_shares, naming_shares, recovery_answer
    from healthvault.ledger.ids import contact_id_text
    from healthvault.storage.drills import remember_drill
    from healthvault.vault.recovery_words import check_recovery

    by_shares = is_by_shares(chosen)
    with opened_locked(terminal) as vault:
        words = recovery_answer(terminal.settings, words_file, chosen)
        with naming_shares(by_shares=by_shares):
            check_recovery(vault, words)
        terminal.fields(recovery_object(contact_id_text(vault.keyring.vault_id), by_shares=by_shares))
        try:
            remember_drill(vault.state, vault.keyring.vault_id, now_ms())
        except InvalidRequest as err:
            terminal.warn(f"this machine will not remember when they were tried: {err.message}")
    terminal.say("they work: they open this vault, and can change its keys. Nothing was changed")
