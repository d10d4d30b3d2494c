# SPDX-License-Identifier: Apache-2.0
"""From the journal to the catalogue: brought up after each append, and made anew from the first entry on.

The same code runs in both, so the catalogue can only say what the journal says. Where something below the
checkpoint cannot be read, none is stored: a reader gets one in memory, of what is whole, and is told of the rest.
Spec: docs/spec/journal.md section 4 and docs/spec/vault-folder.md section 6.
"""

from collections.abc import Iterator, Sequence

from healthvault.consent.status import SlotTable, StatusTree
from healthvault.errors import VaultBusy, VaultDamaged
from healthvault.ledger.entry import Entry
from healthvault.ledger.inventory import Inventories
from healthvault.ledger.state import StateOpening, state_blind
from healthvault.storage.catalogue import Position
from healthvault.vault.history import damaged
from healthvault.vault.inventories import InventoryReplay, load_inventories
from healthvault.vault.packwalk import stored_reader
from healthvault.vault.projector import Appended, Projector, load_slots
from healthvault.vault.sealed import open_sealed_part
from healthvault.vault.vault import Vault

__all__ = ["catch_up", "current_slots", "hold_catalogue", "index_around", "opening_of", "replay"]


def catch_up(vault: Vault, appended: Sequence[Appended] = (), inventories: Inventories | None = None) -> None:
    """Bring the catalogue up to the vault's checkpoint; start anew if it does not belong to this past.

    Args:
        vault: Unlocked.
        appended: The entries of the transaction that was just acknowledged, to spare reading them again.
        inventories: As they were moved on by it, likewise.

    Raises:
        VaultDamaged: `vault_damaged`, an entry or its secret cannot be read, or a secret is missing and no erasure
            names it.
        VaultBusy: `catalogue_in_use`, another process did not finish bringing it up in time.
    """
    catalogue, target = vault.catalogue, _target(vault)
    if catalogue.position() == target:
        return
    with catalogue.change() as is_ours:
        if not is_ours:
            hint = "what was acknowledged is stored; try again in a moment"
            raise VaultBusy("catalogue_in_use", "another process is rebuilding the index", hint=hint)
        start = _start(vault, catalogue.position())
        if start == 0:
            catalogue.clear()
        is_next = bool(appended) and appended[0].entry.seq == start
        following = InventoryReplay(vault, inventories if is_next else None)
        projector = Projector(catalogue, vault.objects(), stored_reader(vault), inventories=following)
        for item in appended if is_next else replay(vault, start):
            projector.take(item)
        projector.finish()
        for seq in projector.holes:
            raise damaged(_hole(vault, seq))
        catalogue.move_to(target)


def index_around(vault: Vault) -> dict[int, str]:
    """Fill an empty catalogue with what is whole, and return for every other entry why it is not."""
    catalogue, faults = vault.catalogue, dict[int, str]()
    with catalogue.change():
        projector = Projector(catalogue, vault.objects(), stored_reader(vault), is_strict=False)
        for seq in range(vault.history.size):
            entry: Entry | None = None
            try:
                entry = vault.history.entry(seq)
                sealed = open_sealed_part(entry, vault.keystore.read(seq))
                projector.take(Appended(entry=entry, sealed=sealed))
            except VaultDamaged as err:
                faults[seq] = err.message
                projector.skip(seq, entry)
        projector.finish()
    faults |= {seq: _hole(vault, seq) for seq in projector.holes}
    return dict(sorted(faults.items()))


def hold_catalogue(vault: Vault) -> bool:
    """Let a reader go on seeing the catalogue as of its checkpoint; False if a writer has moved it already."""
    if vault.catalogue.hold() == _target(vault):
        return True
    vault.catalogue.release()
    return False


def replay(vault: Vault, start: int) -> Iterator[Appended]:
    """Yield the acknowledged entries from `start` on with their sealed maps. Raises as `catch_up`."""
    history = vault.history
    for seq, secret in enumerate(vault.keystore.read_range(start, history.size - start), start):
        entry = history.entry(seq)
        yield Appended(entry=entry, sealed=open_sealed_part(entry, secret))


def current_slots(vault: Vault, tree: StatusTree | None = None) -> SlotTable:
    """Return the status table after the newest entry, once it is known to give that entry's state.

    So are the catalogue's inventories then.

    Args:
        vault: Unlocked.
        tree: Takes the hashes over it, for who goes on with them.

    Raises:
        VaultDamaged: `vault_damaged`, not even a replay of the journal gives the committed state.
    """
    last, chain = vault.history.last, vault.history.chain
    tree = tree or StatusTree(vault.keys.identity.state_key)
    for _ in range(2):
        slots, inventories = load_slots(vault.catalogue), load_inventories(vault)
        opening = opening_of(vault, slots, inventories, last.header.prev, tree)
        if opening.state(chain.key_head) == last.header.state:
            return slots
        with vault.catalogue.change():
            vault.catalogue.clear()
        catch_up(vault)
    raise damaged("the journal does not give the state of grants and documents that its newest entry commits to")


def opening_of(
    vault: Vault, slots: SlotTable, inventories: Inventories, prev: bytes, tree: StatusTree | None = None
) -> StateOpening:
    """Return what opens the state of the entry after the one with leaf hash `prev`; `tree` takes the hashes."""
    state_key = vault.keys.identity.state_key
    return StateOpening(
        blind=state_blind(state_key, prev),
        grants_root=(tree or StatusTree(state_key)).root(slots),
        capacity=slots.capacity,
        ext_root=inventories.ext_root(prev),
    )


def _target(vault: Vault) -> Position:
    history = vault.history
    return Position(size=history.size, root=history.checkpoint.root, ks_epoch=vault.keys.ks_epoch)


def _start(vault: Vault, position: Position | None) -> int:
    """Return from which entry on the catalogue must be brought up: 0 if it is none of this vault's past."""
    history = vault.history
    if position is None or position.ks_epoch != vault.keys.ks_epoch or position.size > history.size:
        return 0
    return position.size if position.size and history.tree.root(position.size) == position.root else 0


def _hole(vault: Vault, seq: int) -> str:
    path = vault.paths.keys(vault.keys.ks_epoch)
    return f"{path}: the record of entry {seq} is missing, and no erasure names it"
