# SPDX-License-Identifier: Apache-2.0
"""Where the blobs of an entry lie: end to end with those of its neighbours, in the pack of the first of them.

Nothing frames a blob, so a place is a sum of sizes that stand in entries. Where one of these cannot be read, or a
pack is not what it was, `places` knows where else to look; what is found counts only if it has the object's id.
Spec: docs/spec/vault-folder.md section 5.2.
"""

from collections.abc import Callable, Iterator, Sequence

from healthvault.errors import VaultDamaged
from healthvault.ledger.entry import Entry
from healthvault.ledger.header import BlobRef
from healthvault.storage.blobs import BlobPlace, check_blob, is_erased
from healthvault.storage.objects import Objects
from healthvault.vault.history import damaged
from healthvault.vault.vault import Vault

__all__ = [
    "MAX_PACK_ENTRIES",
    "PackWalk",
    "StoredAt",
    "places",
    "places_of",
    "spread",
    "stored_reader",
    "stored_total",
    "sure_place",
]

MAX_PACK_ENTRIES = 4096  # a pack is of one transaction
StoredAt = Callable[[int], int | None]
"""How many bytes an entry stored; 0 where it has no blobs, None where it cannot be read."""


class PackWalk:
    """Follows entries through the packs, in rising order."""

    def __init__(self, objects: Objects, stored_at: StoredAt) -> None:
        self._objects = objects
        self._stored_at = stored_at
        self._pack = -1
        self._end: int | None = 0

    def place(self, seq: int, stored_bytes: int) -> tuple[int, int | None] | None:
        """Return pack and offset of an entry's first blob.

        Args:
            seq: Above those before; entries without blobs may be left out.
            stored_bytes: What the entry stored.

        Returns:
            None if no pack begins so early; an offset of None if an earlier entry of the pack cannot be read.
        """
        pack = self._enter(seq)
        if pack is None:
            return None
        start = self._end
        self._end = None if start is None else start + stored_bytes
        return pack, start

    def lose(self, seq: int) -> None:
        """Say that an entry cannot be read: nobody knows where the blobs after it begin."""
        if self._enter(seq) is not None:
            self._end = None

    def _enter(self, seq: int) -> int | None:
        pack = self._objects.find(seq)
        if pack is not None and pack != self._pack:
            self._pack, self._end = pack, _sum(self._stored_at, pack, seq)
        return pack


def places(objects: Objects, seq: int, stored_at: StoredAt, size: int) -> Iterator[tuple[int, int]]:
    """Yield where the blobs of an entry may begin, pack and offset, the likeliest first.

    Counted from the pack's begin, then from its end; in the pack that its number names, and in the one before it,
    for a copy of a pack under another name must not hide the original.

    Args:
        objects: The packs.
        seq: An entry with blobs.
        stored_at: What the entries stored.
        size: The number of entries.
    """
    near = [pack for pack in _candidates(objects, seq) if seq - pack < MAX_PACK_ENTRIES]
    for pack in near:
        before = _sum(stored_at, pack, seq)
        if before is not None:
            yield pack, before
    for pack in near:
        after = _stored_from(objects, pack, seq, stored_at, size)
        if after is not None and _size_of(objects, pack) >= after:
            yield pack, _size_of(objects, pack) - after


def sure_place(objects: Objects, seq: int, stored_at: StoredAt, size: int) -> tuple[int, int] | None:
    """Return where the blobs of an entry begin, if the counts from both ends of the pack agree; for erasing them.

    Args:
        objects: The packs.
        seq: An entry with blobs.
        stored_at: What the entries stored.
        size: The number of entries.
    """
    pack = objects.find(seq)
    if pack is None or seq - pack >= MAX_PACK_ENTRIES:
        return None
    before, after = _sum(stored_at, pack, seq), _stored_from(objects, pack, seq, stored_at, size)
    is_whole = before is not None and after is not None and before + after == _size_of(objects, pack)
    return (pack, before) if before is not None and is_whole else None


def places_of(vault: Vault, entry: Entry) -> list[tuple[int, int]]:
    """Return pack and offset of each blob of an entry: where its objects are, or where nothing but zeros is left.

    Raises:
        VaultDamaged: `vault_damaged`, they are nowhere.
    """
    objects, blobs = vault.objects(), entry.header.blobs
    begins = places(objects, entry.seq, stored_reader(vault), vault.history.size)
    found = [spread(pack, start, blobs) for pack, start in begins]
    for is_whole in (_has_ids, _is_zeros):
        for candidate in found:
            if is_whole(objects, candidate, blobs):
                return candidate
    raise damaged(f"the objects of entry {entry.seq} are in no pack")


def spread(pack: int, start: int, blobs: Sequence[BlobRef]) -> list[tuple[int, int]]:
    """Return pack and offset of each of an entry's blobs, the first of which begins at `start`."""
    result: list[tuple[int, int]] = []
    for blob in blobs:
        result.append((pack, start))
        start += blob.stored_bytes
    return result


def stored_total(entry: Entry) -> int:
    """Return how many bytes an entry stored."""
    return sum(blob.stored_bytes for blob in entry.header.blobs)


def stored_reader(vault: Vault) -> StoredAt:
    """Return what tells how much the entries of a vault stored."""

    def stored_at(seq: int) -> int | None:
        try:
            return stored_total(vault.history.entry(seq))
        except VaultDamaged:
            return None

    return stored_at


def _candidates(objects: Objects, seq: int) -> Iterator[int]:
    pack = objects.find(seq)
    if pack is not None:
        yield pack
        earlier = objects.find(pack - 1) if pack else None
        if earlier is not None:
            yield earlier


def _stored_from(objects: Objects, pack: int, seq: int, stored_at: StoredAt, size: int) -> int | None:
    """Return what the entries of a pack stored from `seq` on."""
    following = objects.find_after(pack)
    return _sum(stored_at, seq, min(size if following is None else following, pack + MAX_PACK_ENTRIES))


def _sum(stored_at: StoredAt, first: int, end: int) -> int | None:
    total = 0
    for seq in range(first, end):
        stored = stored_at(seq)
        if stored is None:
            return None
        total += stored
    return total


def _size_of(objects: Objects, pack: int) -> int:
    try:
        with objects.open_pack(pack) as file:
            return file.size_bytes()
    except VaultDamaged:
        return 0


def _has_ids(objects: Objects, candidate: list[tuple[int, int]], blobs: Sequence[BlobRef]) -> bool:
    try:
        with objects.open_pack(candidate[0][0]) as file:
            for (_, offset), blob in zip(candidate, blobs, strict=True):
                check_blob(file, BlobPlace(offset=offset, stored_size_bytes=blob.stored_bytes, oid=blob.oid))
    except VaultDamaged:
        return False
    return True


def _is_zeros(objects: Objects, candidate: list[tuple[int, int]], blobs: Sequence[BlobRef]) -> bool:
    try:
        with objects.open_pack(candidate[0][0]) as file:
            return all(
                is_erased(file, BlobPlace(offset=offset, stored_size_bytes=blob.stored_bytes, oid=blob.oid))
                for (_, offset), blob in zip(candidate, blobs, strict=True)
            )
    except VaultDamaged:
        return False
