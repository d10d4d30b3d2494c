# SPDX-License-Identifier: Apache-2.0
"""What a crash left beyond the checkpoint: whole entries are rolled forward, the rest is set aside.

Runs when a writer opens the vault, under the lock. Nothing below the checkpoint is touched.
Spec: docs/spec/vault-folder.md section 7, step 8.
"""

from healthvault.errors import FormatError, IntegrityError, VaultDamaged
from healthvault.ledger.entry import Entry, check_link, parse_entry
from healthvault.ledger.keychain import KeyChain, extend_chain
from healthvault.storage.journal import LENGTH_BYTES
from healthvault.storage.orphans import clear_leftovers
from healthvault.vault.history import leaf_of
from healthvault.vault.packwalk import PackWalk, stored_total
from healthvault.vault.transaction import acknowledge
from healthvault.vault.vault import Vault

__all__ = ["recover_tail"]


def recover_tail(vault: Vault) -> None:
    """Roll whole entries beyond the checkpoint forward, and move everything else there to `tmp/orphans`.

    Raises:
        InvalidRequest: `io_error`.
    """
    history = vault.history
    history.tree.truncate(history.size)
    end = history.tree.position(history.size - 1) + LENGTH_BYTES + len(history.last.raw)
    kept, chain = _whole_entries(vault, end)
    if kept:
        end = kept[-1][0] + LENGTH_BYTES + len(kept[-1][1].raw)
    if end < history.journal.end:
        history.journal.cut(end)
        vault.warnings.append("an unfinished write was set aside in tmp/orphans")
    _settle_packs(vault, [entry for _, entry in kept])
    if kept:
        history.tree.append([leaf_of(position, entry) for position, entry in kept])
        acknowledge(vault, kept[-1][1], chain)
        vault.warnings.append(f"{len(kept)} entries of an interrupted command were kept")
    clear_leftovers(vault.paths)


def _whole_entries(vault: Vault, end: int) -> tuple[list[tuple[int, Entry]], KeyChain]:
    """Return the entries beyond the checkpoint up to the first that is not whole, and the keys after them."""
    history = vault.history
    previous, chain = history.last, history.chain
    kept: list[tuple[int, Entry]] = []
    places = _Packs(vault)
    for position, raw in history.journal.scan(end):
        try:
            signed = parse_entry(raw)
            check_link(previous.leaf, previous.seq + 1, signed.header)
            if signed.header.event is not None:
                chain = extend_chain(chain, signed)
            entry = chain.verify(signed, own=True)
        except (FormatError, IntegrityError):
            break
        if not vault.keystore.holds(entry.seq) or not places.hold(entry):
            break
        kept.append((position, entry))
        previous = entry
    return kept, chain


class _Packs:
    """Whether the packs hold the blobs of entries that follow one another."""

    def __init__(self, vault: Vault) -> None:
        self._objects = vault.objects()
        self._acknowledged = vault.history.size
        self._walk = PackWalk(self._objects, lambda _: None)  # a new entry lies in no older one's pack

    def hold(self, entry: Entry) -> bool:
        """Tell whether all blobs of the next entry are there in full length."""
        if not entry.header.blobs:
            return True
        stored = stored_total(entry)
        place = self._walk.place(entry.seq, stored)
        if place is None or place[1] is None or place[0] < self._acknowledged:
            return False
        try:
            with self._objects.open_pack(place[0]) as file:
                return file.size_bytes() >= place[1] + stored
        except VaultDamaged:
            return False


def _settle_packs(vault: Vault, kept: list[Entry]) -> None:
    """Set aside packs that no entry names, and cut the last one to the blobs that are named."""
    objects = vault.objects()
    first_free = kept[-1].seq + 1 if kept else vault.history.size
    for pack in objects.first_seqs(first_free):
        objects.set_aside(pack)
    with_blobs = [entry for entry in kept if entry.header.blobs]
    last_pack = objects.find(with_blobs[-1].seq) if with_blobs else None
    if last_pack is not None:
        in_it = [entry for entry in with_blobs if entry.seq >= last_pack]
        objects.cut(last_pack, sum(map(stored_total, in_it)))
