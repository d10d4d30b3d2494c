# SPDX-License-Identifier: Apache-2.0
"""Failed attempts to unlock: counted, told once to whoever can unlock the vault, then forgotten. Blocks nothing.

The count is a hint, kept by a user's own machine: where it cannot be read or written, it is unknown.
Spec: docs/spec/vault-folder.md section 9.
"""

import contextlib
from collections.abc import Iterator

from healthvault.errors import InvalidRequest, VaultBusy, VaultDamaged, WrongKey
from healthvault.storage.attempts import (
    FailedUnlocks,
    begin_counting,
    count_failed,
    failed_unlocks,
    forget_failed,
)
from healthvault.storage.layout import StatePaths, VaultPaths
from healthvault.vault.around import read_keyring
from healthvault.vault.vault import Place, Vault

__all__ = ["counting_failures", "known_failures", "were_told"]

_COUNTED = frozenset({"wrong_passphrase", "wrong_key", "bad_phrase", "wrong_share"})


@contextlib.contextmanager
def counting_failures(place: Place, now_ms: int) -> Iterator[None]:
    """Count a failed attempt if the block raises one, and let it pass."""
    try:
        yield
    except WrongKey as err:
        if err.code in _COUNTED:
            with contextlib.suppress(InvalidRequest, VaultBusy, VaultDamaged):
                vault_id = read_keyring(VaultPaths(root=place.root)).vault_id
                count_failed(StatePaths(root=place.state_dir), vault_id, now_ms)
        raise


def known_failures(vault: Vault) -> FailedUnlocks | None:
    """Return the failed attempts since somebody was last told; None where that is not known."""
    try:
        return failed_unlocks(vault.state, vault.keyring.vault_id)
    except (InvalidRequest, VaultDamaged):
        return None


def were_told(vault: Vault, told: FailedUnlocks | None, now_ms: int) -> None:
    """Take what was told off the count; where it was not known, begin to count."""
    with contextlib.suppress(InvalidRequest, VaultBusy, VaultDamaged):
        if told is None:
            begin_counting(vault.state, vault.keyring.vault_id, now_ms)
        elif told.count:
            forget_failed(vault.state, vault.keyring.vault_id, told, now_ms)
