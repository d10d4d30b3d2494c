# SPDX-License-Identifier: Apache-2.0
"""The vault at a glance, and the owner's public side.

Spec: docs/reference/cli.md.
"""

from healthvault.agefile.bech32 import encode_recipient
from healthvault.bundle.card import armour, make_card
from healthvault.crypto.words import to_words
from healthvault.errors import VaultDamaged
from healthvault.ledger.ids import contact_id_text, fingerprint_bytes
from healthvault.storage.document_rows import DocumentRows
from healthvault.storage.drills import last_drill_ms
from healthvault.vault.history import History
from healthvault.vault.vault import Vault
from healthvault.vault.views import IdentityView, VaultStatus

__all__ = ["identity_of", "owner_name", "vault_status"]


def vault_status(vault: Vault) -> VaultStatus:
    """Return the vault at a glance; name and number of documents only if it is unlocked."""
    history = vault.history
    fingerprint = fingerprint_bytes(history.chain.vault_id)
    is_open = vault.unlocked is not None
    return VaultStatus(
        id=contact_id_text(history.chain.vault_id),
        path=str(vault.place.root),
        name=owner_name(vault) if is_open else None,
        fingerprint=fingerprint.hex(),
        words=to_words(fingerprint),
        entries=history.size,
        documents=DocumentRows(vault.catalogue).count() if is_open else None,
        checkpoint_size=history.checkpoint.size,
        checkpoint_root=history.checkpoint.root,
        unlocked=is_open,
        made_ms=_made_ms(history),
        last_drill_ms=last_drill_ms(vault.state, history.chain.vault_id),
        failures=vault.failures,
        warnings=tuple(vault.warnings),
    )


def identity_of(vault: Vault) -> IdentityView:
    """Return the owner's public side and her card. The vault must be unlocked: the card is signed anew."""
    chain = vault.history.chain
    name = owner_name(vault)
    fingerprint = fingerprint_bytes(chain.vault_id)
    card = make_card(name, [entry.raw for entry in chain.entries], vault.keys.sign_key)
    return IdentityView(
        name=name,
        vault=contact_id_text(chain.vault_id),
        fingerprint=fingerprint.hex(),
        words=to_words(fingerprint),
        recipient=encode_recipient(chain.newest.keys.recipient_pk),
        card=armour(card),
    )


def _made_ms(history: History) -> int:
    """Return when the vault was made; of one that has lost that entry, when something was added."""
    try:
        return history.entry(0).header.ts_ms
    except VaultDamaged:
        return history.last.header.ts_ms


def owner_name(vault: Vault) -> str:
    """Return the owner's name, from genesis or from the entry that renamed her last."""
    name = vault.catalogue.get("owner")
    return name if isinstance(name, str) else ""
