# SPDX-License-Identifier: Apache-2.0
"""What a file that leaves the vault proves: entries, their places in the signed tree, and the tip's state.

Every proof passes through the sizes that its readers may have seen, so that they can tell that the past is still
the same, and is checked against the signed root before it leaves. Spec: docs/spec/tree.md section 3.3.
"""

from collections.abc import Collection

from healthvault.ledger.party import CODE_BEARER, Party
from healthvault.ledger.state import StateOpening
from healthvault.storage.consent_rows import ConsentRows
from healthvault.tlog.slice import Slice, build_slice, rebuild
from healthvault.vault.history import damaged
from healthvault.vault.inventories import load_inventories
from healthvault.vault.projection import current_slots, opening_of
from healthvault.vault.vault import Vault
from healthvault.verify.view import View

__all__ = ["ANYBODY", "event_seqs", "own_view", "proof_of", "tip_opening"]

MAX_MARKS = 1024
ANYBODY = (CODE_BEARER,)  # readers of whom nothing is known: each size that was handed out may be theirs


def event_seqs(vault: Vault) -> set[int]:
    """Return the entries of genesis and all key events: every file that leaves has them."""
    return {entry.seq for entry in vault.history.chain.entries}


def proof_of(
    vault: Vault, seqs: Collection[int], readers: tuple[Party, ...], *, also: Collection[int] = ()
) -> Slice:
    """Return the proof of some entries, with every size that its readers may have seen as a mark, checked.

    Args:
        vault: Unlocked.
        seqs: The entries.
        readers: Who it is for.
        also: Further marks.

    Raises:
        VaultDamaged: `vault_damaged`, the tree does not lead to the signed root.
    """
    chain = vault.history.chain
    return _checked(vault, seqs, {*_sizes_seen(vault, readers), *also, *chain.rotations, *chain.restarts})


def own_view(vault: Vault, sizes: Collection[int]) -> View:
    """Return the own history as another's file would show it, with its roots at those of these sizes that it has.

    Raises:
        VaultDamaged: `vault_damaged`, the tree does not lead to the signed root.
    """
    history = vault.history
    found = rebuild(_checked(vault, (), {size for size in sizes if 0 < size < history.size}), {})
    return View(size=found.size, root=found.root, mark_roots=found.mark_roots, chain=history.chain)


def _checked(vault: Vault, seqs: Collection[int], marks: set[int]) -> Slice:
    history = vault.history
    leaves = {seq: history.entry(seq).leaf for seq in seqs}
    for _ in range(2):
        proof = build_slice(history.tree, history.size, seqs, marks - {history.size})
        if rebuild(proof, leaves).root == history.checkpoint.root:
            return proof
        history.renew_tree()  # the signed root does not vouch for what lies below a full tile
    raise damaged("the tree cache does not lead to the signed root; nothing was written")


def tip_opening(vault: Vault) -> StateOpening:
    """Return what opens the state of the newest entry. Raises VaultDamaged: `vault_damaged`."""
    slots = current_slots(vault)
    return opening_of(vault, slots, load_inventories(vault), vault.history.last.header.prev)


def _sizes_seen(vault: Vault, readers: tuple[Party, ...]) -> tuple[int, ...]:
    rows = ConsentRows(vault.catalogue)
    if any(reader.is_code for reader in readers):
        return rows.sizes_handed(MAX_MARKS)  # whoever gets the code may have seen any of them
    return rows.sizes_handed_to((reader.key for reader in (CODE_BEARER, *readers)), MAX_MARKS)
