# SPDX-License-Identifier: Apache-2.0
"""The own keys, as what opens files that were made for this vault. Spec: docs/spec/bundle.md section 1."""

from healthvault.agefile.recipients import X25519Identity
from healthvault.crypto.agreement import x25519_public
from healthvault.ledger.party import Party
from healthvault.vault.vault import Vault
from healthvault.verify.context import Opener

__all__ = ["own_openers"]


def own_openers(vault: Vault) -> tuple[Opener, ...]:
    """Return the keys of an unlocked vault that open what was made for it, the newest first."""
    vault_id = vault.keyring.vault_id
    return tuple(
        Opener(
            identity=X25519Identity(secret=secret),
            party=Party(vault=vault_id, recipient_pk=x25519_public(secret)),
        )
        for _, secret in reversed(vault.keys.identity.recipients)
    )
