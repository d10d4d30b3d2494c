# SPDX-License-Identifier: Apache-2.0
"""What an audit has to know beforehand: what erased entries had changed, which later entries say.

Spec: docs/spec/vault-folder.md section 7.2, docs/spec/inventories.md section 3.
"""

import contextlib
from collections.abc import Mapping

from healthvault.codec import Fields
from healthvault.errors import FormatError, IntegrityError, VaultDamaged
from healthvault.ledger.changes import Change, open_changes
from healthvault.ledger.documents import DocErase
from healthvault.ledger.entry import Entry
from healthvault.storage.journal import Journal
from healthvault.storage.keystore import Keystore
from healthvault.vault.frames import Frame, walk_frames
from healthvault.vault.sealed import open_sealed_part, parse_sealed
from healthvault.vault.unlock import Keys

__all__ = ["changes_of_erased"]


def changes_of_erased(
    journal: Journal, keystore: Keystore, keys: Keys, vault_id: bytes
) -> Mapping[int, Change | None]:
    """Return what erased entries had changed, as far as it can be read; looks only where something was forgotten.

    What is wrong on the way is for the audit itself to find.

    Args:
        journal: Opened `around`.
        keystore: Likewise.
        keys: Of the unlocked vault.
        vault_id: Its id (32 bytes).
    """
    found: dict[int, Change | None] = {}
    is_lost = False
    for item in walk_frames(journal, vault_id) if keys.ks_epoch else ():
        if not isinstance(item, Frame):
            continue
        entry = item.entry
        with contextlib.suppress(VaultDamaged, FormatError, IntegrityError):
            secret = keystore.read_ahead(entry.seq)
            is_lost |= secret is None
            if is_lost and not entry.header.blobs:  # an erasure has none
                found |= _said_by(entry, secret, keys)
    return found


def _said_by(entry: Entry, secret: bytes | None, keys: Keys) -> Mapping[int, Change | None]:
    sealed = open_sealed_part(entry, secret)
    said = parse_sealed(Fields(sealed, f"entry {entry.seq}"), entry.seq) if sealed else None
    return open_changes(keys.identity.state_key, entry.seq, said) if isinstance(said, DocErase) else {}
