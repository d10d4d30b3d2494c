# SPDX-License-Identifier: Apache-2.0
"""The inventories of a vault: taken from the catalogue, followed over what was erased, and proved.

Spec: docs/spec/inventories.md.
"""

from collections.abc import Iterable, Sequence

from healthvault.bundle.completeness import DisclosedInventories, open_inventories
from healthvault.codec import Fields
from healthvault.errors import FormatError, IntegrityError
from healthvault.ledger.changes import Change, change_of, open_changes, slot_of
from healthvault.ledger.documents import DocErase
from healthvault.ledger.inventory import Inventories
from healthvault.storage.document_rows import DocumentRow
from healthvault.storage.inventory_rows import InventoryRows
from healthvault.vault.history import damaged, refusal
from healthvault.vault.sealed import open_sealed_part, parse_sealed
from healthvault.vault.vault import Vault

__all__ = ["InventoryReplay", "changes_by", "inventories_of", "load_inventories"]


def load_inventories(vault: Vault) -> Inventories:
    """Return the catalogue's inventories: to be trusted only once they give the last entry's state."""
    state_key = vault.keys.identity.state_key
    return Inventories(state_key, InventoryRows(vault.catalogue), vault.catalogue.get("inventories"))


def changes_by(vault: Vault, seqs: Iterable[int]) -> tuple[Change | None, ...]:
    """Return what each of these entries changes. Raises VaultDamaged: `vault_damaged`, one cannot be read."""
    found: list[Change | None] = []
    for seq in seqs:
        sealed = open_sealed_part(vault.history.entry(seq), vault.keystore.read(seq))
        try:
            found.append(change_of(parse_sealed(Fields(sealed, f"entry {seq}"), seq)) if sealed else None)
        except FormatError as err:
            raise refusal(err, f"journal entry {seq}") from err
    return tuple(found)


class InventoryReplay:
    """Follows entries for the catalogue once all are known: a later one may say what an erased one changed."""

    def __init__(self, vault: Vault, followed: Inventories | None = None) -> None:
        """Begin; `followed` were moved on by who wrote these very entries, and need not be again."""
        self._vault = vault
        self._followed = followed
        self._changes: list[tuple[int, Change | None]] = []
        self._lost: dict[int, Change | None] = {}

    def take(self, seq: int, said: object) -> None:
        """Note what an entry says; None for one that cannot be opened.

        Raises:
            FormatError: `bad_schema`, it does not say what its victims had changed.
            IntegrityError: `tampered`, likewise.
        """
        change = change_of(said)
        if change is not None or said is None:
            self._changes.append((seq, change))
        if isinstance(said, DocErase):
            self._lost |= open_changes(self._vault.keys.identity.state_key, seq, said)

    def finish(self) -> None:
        """Bring the catalogue's inventories up; inside a `change`."""
        inventories = self._followed or self._replayed()
        catalogue = self._vault.catalogue
        InventoryRows(catalogue).save(*inventories.take_changed())
        catalogue.put("inventories", inventories.to_value())

    def _replayed(self) -> Inventories:
        inventories = load_inventories(self._vault)
        for seq, change in self._changes:
            inventories.take(seq, self._lost.get(seq) if change is None else change)
        return inventories


def inventories_of(
    vault: Vault, categories: Sequence[str], rows: Iterable[DocumentRow]
) -> DisclosedInventories | None:
    """Return what a bundle says, as of the newest entry, of some categories as a whole; None for no category.

    Args:
        vault: Unlocked, its catalogue brought up.
        categories: Words.
        rows: The documents that are shared; others of the category are counted only.

    Raises:
        VaultDamaged: `vault_damaged`, the catalogue does not hold what the newest entry commits to.
    """
    if not categories:
        return None
    lines = InventoryRows(vault.catalogue).lines
    opened = {slot: tuple(lines(slot)) for slot in sorted({*map(slot_of, categories)})}
    try:
        return open_inventories(
            load_inventories(vault), vault.history.last.header.prev, opened, frozenset(row.seq for row in rows)
        )
    except IntegrityError as err:
        raise damaged(f"{err.message}; remove cache/ to make the index anew") from err
