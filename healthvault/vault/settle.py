# SPDX-License-Identifier: Apache-2.0
"""What a stopped key change or erasure left unfinished, settled by the next writing command.

Nothing here is needed after an ordinary crash: see `recovery` for that. Spec: docs/spec/vault-folder.md
section 7, steps 7 and 9.
"""

from dataclasses import replace

from healthvault.storage.consent_rows import ConsentRows
from healthvault.storage.erasures import remember_erased
from healthvault.storage.identity import seal_identity
from healthvault.vault.erase import ids_of
from healthvault.vault.rekey import check_complete, finish_forgetting, rekey
from healthvault.vault.vault import Vault

__all__ = ["settle_keys", "store_identity"]


def settle_keys(vault: Vault, *, has_next: bool) -> None:
    """Finish or take back what is half done.

    Args:
        vault: Unlocked, writing, its catalogue brought up.
        has_next: The keyring holds keys of an epoch to come.

    Raises:
        VaultDamaged: `vault_damaged`, an erasure waits and the keystore lacks other records too: it is not the
            one that was in force then, and must not take the place of a newer one.
        InvalidRequest: `io_error`.
    """
    if has_next:  # its event is there, and they are in force; or it is not, and they never will be
        store_identity(vault)
    wanted = vault.catalogue.get("erase_epoch")
    if isinstance(wanted, int) and wanted > vault.keyring.ks_epoch:
        check_complete(vault)
        erased = ConsentRows(vault.catalogue).erased_entries()
        remember_erased(vault.state, vault.keyring.vault_id, ids_of(vault, erased))
        rekey(vault, ks_epoch=wanted, without=frozenset(erased))
        vault.warnings.append("an erasure that had been interrupted, or undone by an old copy, was done")
    else:
        finish_forgetting(vault)


def store_identity(vault: Vault) -> None:
    """Put the keys in force into the keyring, and none to come. Raises InvalidRequest: `io_error`."""
    keys, keyring = vault.keys, vault.keyring
    identity = replace(keys.identity, next=None)
    sealed = seal_identity(identity, keys.master_key, keyring.vault_id)
    vault.replace_keyring(replace(keyring, identity_sealed=sealed))
    vault.keys = replace(keys, identity=identity)
