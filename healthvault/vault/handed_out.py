# SPDX-License-Identifier: Apache-2.0
"""The bundles that were handed out, as their entries say it: to whom, with which documents.

Spec: docs/spec/journal.md section 3, `share`.
"""

from healthvault.errors import FormatError, IntegrityError
from healthvault.ledger.kinds import Share, parse_share
from healthvault.ledger.meta import open_meta
from healthvault.ledger.secrets import meta_key
from healthvault.vault.history import damaged, refusal
from healthvault.vault.vault import Vault

__all__ = ["meta_of", "share_of"]


def share_of(vault: Vault, seq: int) -> Share:
    """Return what a `share` entry says. Raises VaultDamaged: `vault_damaged`."""
    try:
        return parse_share(open_meta(meta_of(vault, seq), vault.history.entry(seq)))
    except (FormatError, IntegrityError) as err:
        raise refusal(err, f"journal entry {seq}") from err


def meta_of(vault: Vault, seq: int) -> bytes:
    """Return the key (32 bytes) that opens an entry's sealed part. Raises VaultDamaged: `vault_damaged`."""
    secret = vault.keystore.read(seq)
    if secret is None:
        raise damaged(f"the secret of entry {seq} is missing")
    return meta_key(secret)
