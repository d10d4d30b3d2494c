# SPDX-License-Identifier: Apache-2.0
"""`hv lock`: no system's keyring opens the vault any more."""

from healthvault.cli.command import hv_command
from healthvault.cli.terminal import Terminal

__all__ = ["lock"]


@hv_command("hv lock")
def lock(terminal: Terminal) -> None:
    """End `hv unlock`, here and on every machine that shares the vault's folder. Needs no passphrase.

    The secret is deleted from this system's keyring, and the vault forgets it: who copied it cannot open the
    vault as it is now. Copies of the vault made while it was unlocked still open by it; was it stolen with one,
    then `hv key compromised`.
    """
    from healthvault.cli.opening import WAIT_SECONDS, place_of
    from healthvault.cli.unlocking import usable_keyring
    from healthvault.vault.system_unlock import has_system_slot
    from healthvault.vault.system_unlock import lock as lock_vault

    place = place_of(terminal.settings)
    system = usable_keyring(terminal) if has_system_slot(place) else None
    count = lock_vault(place, system, wait_seconds=WAIT_SECONDS)
    terminal.say("locked" if count else "it was not unlocked by a system's keyring; nothing was changed")
