# SPDX-License-Identifier: Apache-2.0
"""One moment of a vault as something to be copied: which bytes belong to it, and whether they are whole.

Needs no secret. The journal is held against the signed root, objects against their entries, records by their
numbers only: what is sealed stays sealed. An entry whose record is a hole was erased; its objects must be zeros.
Spec: docs/spec/backup.md section 3.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from healthvault.storage import files
from healthvault.storage.backup_head import BackupHead
from healthvault.storage.blobs import BlobPlace, is_erased
from healthvault.storage.copying import pieces, size_of
from healthvault.storage.journal import LENGTH_BYTES
from healthvault.storage.keyring import MAX_KEYRING_BYTES
from healthvault.storage.keystore import HEADER_BYTES, HOLE, RECORD_BYTES, keystore_header
from healthvault.storage.layout import VaultPaths
from healthvault.storage.objects import Objects
from healthvault.tlog.frontier import Frontier
from healthvault.vault.history import History, damaged

__all__ = ["Segment", "Source", "StoredObject"]

RECORDS_PER_READ = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One file of the journal, as far as the checkpoint goes."""

    number: int
    start: int
    """Position of its first byte."""
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """One object in a pack, and whose it is."""

    seq: int
    place: BlobPlace


class Source:
    """What belongs to a checkpoint and the keyring that goes with it. Close it after use."""

    def __init__(self, paths: VaultPaths, history: History, head: BackupHead) -> None:
        """Look at a vault.

        Args:
            paths: Its files.
            history: Its past, checked against the signed checkpoint.
            head: Its small files; the keyring read before the checkpoint.

        Raises:
            VaultDamaged: `vault_damaged`, the keystore is missing or of another vault or epoch.
            InvalidRequest: `io_error`.
        """
        self.paths = paths
        self.history = history
        self.head = head
        last_start = history.tree.position(history.size - 1)
        self.journal_end = last_start + LENGTH_BYTES + len(history.last.raw)
        self.packs = [first for first in Objects(paths).first_seqs() if first < history.size]
        self.keystore = files.open_file(paths.keys(head.keys.ks_epoch))
        if self.keystore.read_at(0, HEADER_BYTES) != self.keystore_header:
            self.keystore.close()
            raise files.damaged(self.keystore.path, "not the keystore that the keyring names")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.keystore.close()

    @property
    def size(self) -> int:
        """How many entries are acknowledged."""
        return self.history.size

    @property
    def keystore_header(self) -> bytes:
        """The first 64 bytes of the keystore in force."""
        return keystore_header(self.head.keys.vault_id, self.head.keys.ks_epoch)

    def has_changed(self) -> bool:
        """Tell whether the keyring is another one by now, so that what was copied may belong to two moments."""
        return files.find_bytes(self.paths.keyring, MAX_KEYRING_BYTES) != self.head.keyring

    def position(self, seq: int) -> int:
        """Return where the frame of an entry begins, or would begin for the one after the last."""
        return self.history.tree.position(seq) if seq < self.size else self.journal_end

    def segments(self) -> Iterator[Segment]:
        """Yield the files of the journal. Raises VaultDamaged: `vault_damaged`, one is missing."""
        start = number = 0
        while start < self.journal_end:
            with files.open_file(self.paths.segment(number)) as file:
                end = min(start + file.size_bytes(), self.journal_end)
            if end == start:
                raise files.damaged(self.paths.segment(number), "it is empty")
            yield Segment(number=number, start=start, end=end)
            start, number = end, number + 1

    def journal_bytes(self, segment: Segment, start: int) -> Iterator[bytes]:
        """Yield the bytes of a segment from a position on. Raises as `storage.copying.pieces`."""
        with files.open_file(self.paths.segment(segment.number)) as file:
            yield from pieces(file, start - segment.start, segment.end - segment.start)

    def check_reached(self, copied: Frontier) -> None:
        """Check that the entries that were copied are the signed ones. Raises VaultDamaged: `vault_damaged`."""
        if (copied.size, copied.root()) != (self.size, self.history.checkpoint.root):
            raise damaged("the journal's entries do not lead to the signed root")

    def record_bytes(self, first: int, *, with_holes: bool) -> Iterator[bytes]:
        """Yield the keystore's records from entry `first` to the last acknowledged one.

        Args:
            first: The first entry.
            with_holes: Whether a hole may be there: an erasure begins another epoch, so among the entries that
                were added since in the same epoch, there is none.

        Raises:
            VaultDamaged: `vault_damaged`, a record is not in its place.
            InvalidRequest: `io_error`.
        """
        for start in range(first, self.size, RECORDS_PER_READ):
            step = min(RECORDS_PER_READ, self.size - start)
            block = self._records(start, step)
            for number in range(step):
                self._check_record(block, start, number, with_holes=with_holes)
            yield block

    def holes(self) -> list[int]:
        """Return the entries without a record: they were erased."""
        found: list[int] = []
        for start in range(0, self.size, RECORDS_PER_READ):
            block = self._records(start, min(RECORDS_PER_READ, self.size - start))
            steps = range(0, len(block), RECORD_BYTES)
            found += [start + at // RECORD_BYTES for at in steps if block[at : at + RECORD_BYTES] == HOLE]
        return found

    def packs_from(self, base: int) -> list[int]:
        """Return the packs of the entries from `base` on, the end of a transaction or 0.

        Raises:
            VaultDamaged: `vault_damaged`, an entry has objects, and no pack.
        """
        packs = [first for first in self.packs if first >= base]
        for seq in range(base, packs[0] if packs else self.size):
            if self.history.entry(seq).header.blobs:
                raise damaged(f"no pack holds the objects of entry {seq}")
        return packs

    def pack_size(self, first: int) -> int | None:
        """Return how long a pack is, None if it is gone."""
        return size_of(self.paths.pack(first))

    def objects_of(self, first: int) -> list[StoredObject]:
        """Return the objects of the pack that begins with entry `first`, in order.

        Raises:
            VaultDamaged: `vault_damaged`, an entry cannot be read.
        """
        following = bisect_right(self.packs, first)
        end = self.packs[following] if following < len(self.packs) else self.size
        found: list[StoredObject] = []
        offset = 0
        for seq in range(first, end):
            for blob in self.history.entry(seq).header.blobs:
                place = BlobPlace(offset=offset, stored_size_bytes=blob.stored_bytes, oid=blob.oid)
                found.append(StoredObject(seq=seq, place=place))
                offset += blob.stored_bytes
        return found

    def pack_bytes(self, first: int, file: files.OpenFile) -> Iterator[bytes]:
        """Yield the whole of a pack, here or in a copy, while its objects are held against their entries.

        Raises:
            VaultDamaged: `vault_damaged`, after the object that is not what its entry says.
            InvalidRequest: `io_error`.
        """
        end = 0
        for item in self.objects_of(first):
            yield from self._object_bytes(item, file)
            end = item.place.offset + item.place.stored_size_bytes
        if file.size_bytes() != end:
            raise files.damaged(file.path, f"it has {file.size_bytes()} bytes, its entries name {end}")

    def check_pack(self, first: int, file: files.OpenFile) -> int:
        """Check a pack, here or in a copy, and return its length. Raises as `pack_bytes`."""
        return sum(map(len, self.pack_bytes(first, file)))

    def erased_places(self) -> dict[int, list[BlobPlace]]:
        """Return where the objects of erased entries lie, by pack. Raises as `objects_of`."""
        holes = set(self.holes())
        packs = {self.packs[at - 1] for seq in holes if (at := bisect_right(self.packs, seq))}
        found: dict[int, list[BlobPlace]] = {}
        for first in sorted(packs):
            found[first] = [item.place for item in self.objects_of(first) if item.seq in holes]
        return found

    def check_erased(self, erased: dict[int, list[BlobPlace]]) -> None:
        """Check that the vault itself holds nothing any more at these places: else a record was lost.

        Raises:
            VaultDamaged: `vault_damaged`, an object without a record is still there.
            InvalidRequest: `io_error`.
        """
        for first, places in erased.items():
            with files.open_file(self.paths.pack(first)) as file:
                if not all(is_erased(file, place) for place in places):
                    raise files.damaged(
                        file.path, "an entry has no secret any more, but its object is still there"
                    )

    def _object_bytes(self, item: StoredObject, file: files.OpenFile) -> Iterator[bytes]:
        is_hole = self._records(item.seq, 1) == HOLE
        digest = hashlib.sha256()
        start = item.place.offset
        for piece in pieces(file, start, start + item.place.stored_size_bytes):
            if is_hole and piece.strip(b"\0"):
                what = f"entry {item.seq} has no secret any more, but its object is still there"
                raise files.damaged(file.path, what)
            digest.update(piece)
            yield piece
        if not is_hole and digest.digest() != item.place.oid:
            raise files.damaged(
                file.path, f"the object of entry {item.seq} at {start} is not what its entry names"
            )

    def _records(self, first: int, count: int) -> bytes:
        block = self.keystore.read_at(HEADER_BYTES + first * RECORD_BYTES, count * RECORD_BYTES)
        return block.ljust(count * RECORD_BYTES, b"\0")  # a file that ends before has holes there

    def _check_record(self, block: bytes, start: int, number: int, *, with_holes: bool) -> None:
        seq = start + number
        record = block[number * RECORD_BYTES : (number + 1) * RECORD_BYTES]
        if record == HOLE and with_holes:
            return
        if record == HOLE or record[:8] != seq.to_bytes(8, "big"):
            raise damaged(f"{self.keystore.path}: the record of entry {seq} is missing or not in its place")
