# SPDX-License-Identifier: Apache-2.0
"""What `hv restore` does once it runs. Loads the vault."""

from pathlib import Path

from healthvault.cli.objects import vault_object
from healthvault.cli.opening import (
    new_passphrase_answer,
    new_place,
    opened_by_words,
    opened_locked,
)
from healthvault.cli.options import LostPassphrase
from healthvault.cli.terminal import Terminal
from healthvault.vault.keyslots import set_passphrase
from healthvault.vault.restore import restore
from healthvault.vault.rollback import lost_checkpoint
from healthvault.vault.status import vault_status

__all__ = ["reset_passphrase", "restore_from", "show_restored"]


def restore_from(terminal: Terminal, source: Path) -> None:
    """Make a vault from a backup, where there is none."""
    place = new_place(terminal.settings)
    place.root.parent.mkdir(parents=True, exist_ok=True)
    with terminal.progress() as progress:
        restore(source, place, observer=progress)
    terminal.say("it opens by what opened the vault when the backup was made, so not by a passphrase set since")


def reset_passphrase(terminal: Terminal, chosen: LostPassphrase) -> None:
    """Replace all passphrases by a new one; the recovery words open the vault for it."""
    with opened_by_words(terminal, chosen["words_file"], shares=chosen, clock_ok=False) as (vault, _):
        passphrase = new_passphrase_answer(terminal.settings, chosen["new_passphrase_file"])
        set_passphrase(vault, passphrase, chosen["kdf"])
    terminal.say("backups and other copies made before still open by the old passphrase")


def show_restored(terminal: Terminal) -> None:
    """Print the vault at a glance, and what comes next if this machine has seen a newer state of it."""
    with opened_locked(terminal) as vault:  # it is in its place, whether or not a secret at hand opens it
        terminal.fields(vault_object(vault_status(vault)))
        lost = lost_checkpoint(vault.state, vault.history)
        if lost:
            terminal.warn(
                f"this copy is older than what this machine has seen ({vault.history.size} entries, {lost.size} "
                "were seen): it can be read, not written. A newer copy is better, if there is one; else `hv key "
                "restart` goes on from this one, says so in its history, and erases again what was erased here"
            )
