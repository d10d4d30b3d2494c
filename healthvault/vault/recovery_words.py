# SPDX-License-Identifier: Apache-2.0
"""The recovery words, tried without using them, and split: do they still open this vault, and may change its keys.

Changes nothing in the vault. Spec: docs/spec/keys.md section 8.
"""

from dataclasses import dataclass

from healthvault.crypto.shares import RecoveryShare, split_secret
from healthvault.crypto.words import to_words
from healthvault.errors import WrongKey
from healthvault.ledger.ids import contact_id_text, fingerprint_bytes
from healthvault.vault.unlock import Secret, root_key, slot_secret, unlock
from healthvault.vault.vault import Vault

__all__ = ["ShareSheet", "check_recovery", "split_recovery"]


def check_recovery(vault: Vault, words: Secret) -> None:
    """Check that recovery words open a vault, and give the root key in force.

    Args:
        vault: It may be locked.
        words: Of kind `recovery`.

    Raises:
        WrongKey: `bad_phrase`, mistyped; `wrong_key`, not the words of this vault.
        VaultDamaged: `vault_damaged`.
    """
    unlock(vault.keyring, words)
    if root_key(slot_secret(words)).public != vault.history.chain.root_pk:
        raise WrongKey(
            "wrong_key",
            "these words open the vault, but cannot change its keys: others took their place",
            hint="use the newer words; if there are none, `hv key remove` closes what these open",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareSheet:
    """A share with what its paper must say."""

    share: RecoveryShare
    count: int
    """How many shares the set has; the share itself does not know."""
    vault: str
    """The vault's id."""
    vault_words: tuple[str, ...]
    """The 12 words of its fingerprint."""


def split_recovery(vault: Vault, words: Secret, needed: int, count: int) -> list[ShareSheet]:
    """Return shares of the recovery words, after `check_recovery` and a trial of every choice of enough shares.

    Raises:
        As `check_recovery`; InvalidRequest: `extra_missing`.
    """
    check_recovery(vault, words)
    vault_id = vault.keyring.vault_id
    vault_words = to_words(fingerprint_bytes(vault_id))
    return [
        ShareSheet(share=share, count=count, vault=contact_id_text(vault_id), vault_words=vault_words)
        for share in split_secret(slot_secret(words), needed, count)
    ]
