# SPDX-License-Identifier: Apache-2.0
"""What `hv key add` does once it runs: one new way into the vault. Loads the vault."""

from collections.abc import Callable

from healthvault.cli.opening import new_passphrase_answer
from healthvault.cli.options import NewKey
from healthvault.cli.settings import Settings
from healthvault.storage.system_keyring import system_keyring
from healthvault.vault.keyslots import add_key_file, add_passphrase
from healthvault.vault.system_unlock import add_system_slot
from healthvault.vault.vault import Vault
from healthvault.vault.views import KeySlotView

__all__ = ["new_way"]


def new_way(settings: Settings, chosen: NewKey) -> Callable[[Vault], KeySlotView]:
    """Return what adds the way that the options describe; the passphrase is asked for when the vault is open.

    Raises:
        InvalidRequest: `no_system_keyring`: before anything is asked.
    """
    if chosen["os_keyring"]:
        system = system_keyring()
        return lambda vault: add_system_slot(vault, system, ends_ms=None)
    path = chosen["new_key_file"]
    if path:
        return lambda vault: add_key_file(vault, path, keeping_old=chosen["yes"])
    return lambda vault: add_passphrase(
        vault, new_passphrase_answer(settings, chosen["new_passphrase_file"]), chosen["kdf"]
    )
