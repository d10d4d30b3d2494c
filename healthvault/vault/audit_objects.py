# SPDX-License-Identifier: Apache-2.0
"""The audit of stored objects: each blob against its entry, on demand each document against its commitment.

An entry's objects are looked at as the journal is walked; what is not where it should be is looked for once all
sizes are known, so that one damaged entry does not accuse its neighbours.
Spec: docs/spec/vault-folder.md section 5.
"""

from dataclasses import dataclass, field
from functools import partial

from healthvault.errors import InvalidRequest, VaultDamaged
from healthvault.ledger.documents import DocAdd
from healthvault.ledger.entry import Entry
from healthvault.ledger.secrets import commit_key, file_key
from healthvault.storage.blobs import BlobKeys, BlobPlace, check_blob, is_erased, read_document
from healthvault.storage.files import OpenFile
from healthvault.storage.layout import PACKS_PER_BUCKET, VaultPaths
from healthvault.storage.objects import Objects
from healthvault.vault.add import Observer
from healthvault.vault.findings import SETTLED, Findings
from healthvault.vault.packwalk import PackWalk, places, spread, stored_total

__all__ = ["ObjectsAudit", "StoredBlobs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBlobs:
    """An entry with blobs and, where the vault is unlocked and it opens, what it says of them."""

    entry: Entry
    document: DocAdd | None = None
    secret: bytes | None = field(default=None, repr=False)
    is_hole: bool = False
    """Whether the secret is gone, as after an erasure."""

    @property
    def seq(self) -> int:
        """The entry's number."""
        return self.entry.seq


@dataclass(frozen=True, slots=True, kw_only=True)
class _Missed:
    """Objects that are not where they should be."""

    item: StoredBlobs
    pack: int
    """The pack that should hold them; the entry's own number where no pack begins so early."""
    start: int | None
    """Where they should begin; None where that cannot be told."""


class ObjectsAudit:
    """Takes the entries that have blobs, then says what else lies among the packs."""

    def __init__(
        self, paths: VaultPaths, findings: Findings, *, is_locked: bool, deep: bool, observer: Observer | None
    ) -> None:
        self.total_bytes = 0
        self._paths = paths
        self._findings = findings
        self._is_locked = is_locked
        self._deep = deep
        self._observer = observer
        self._objects = Objects(paths)
        self._packs = findings.attempt("objects", self._objects.first_seqs)
        self._walk = PackWalk(self._objects, self._stored_at)
        self._pack: OpenFile | None = None
        self._stored: dict[int, int] = {}
        self._lost: set[int] = set()
        self._ends: dict[int, int] = {}
        """Where the last object of each pack should end."""
        self._absent: dict[int, int] = {}
        """The first entry whose objects would lie beyond the end of a pack: its own pack is missing."""
        self._missed: list[_Missed] = []

    def close(self) -> None:
        """Close the open pack."""
        if self._pack is not None:
            self._pack.close()
            self._pack = None

    def take(self, item: StoredBlobs) -> None:
        """Look at the objects of an entry."""
        if self._packs is None:
            return
        total = stored_total(item.entry)
        self._stored[item.seq] = total
        self._lost.discard(item.seq)
        pack, start = self._walk.place(item.seq, total) or (item.seq, None)
        if start is not None:
            self._ends[pack] = start + total
        if start is None or self._fault(item, pack, start) is not None:
            self._missed.append(_Missed(item=item, pack=pack, start=start))
        self.total_bytes += total
        if self._observer:
            self._observer.advance(total, f"entry {item.seq}")

    def lose(self, seq: int) -> None:
        """Say that an entry cannot be read."""
        self._lost.add(seq)
        if self._packs is not None:
            self._walk.lose(seq)

    def finish(self, size: int) -> None:
        """Look again for what was missed, now that all sizes are known, then at the packs themselves.

        Args:
            size: The number of entries.
        """
        strays: set[int] = set()
        for missed in self._missed:
            elsewhere = self._search(missed.item, size)
            if elsewhere is None:
                self._report(missed)
            elif elsewhere != missed.pack:
                strays.add(missed.pack)
        for first in self._packs or []:
            self._findings.attempt(_name(first), partial(self._check_pack, first, size, is_stray=first in strays))
        self.close()

    def _stored_at(self, seq: int) -> int | None:
        return None if seq in self._lost else self._stored.get(seq, 0)

    def _search(self, item: StoredBlobs, size: int) -> int | None:
        """Return the pack in which the objects of an entry are whole."""
        found = places(self._objects, item.seq, self._stored_at, size)
        return next((pack for pack, start in found if self._fault(item, pack, start) is None), None)

    def _fault(self, item: StoredBlobs, pack: int, start: int) -> VaultDamaged | InvalidRequest | None:
        """Return why not all objects of an entry are whole at a place, or None if they are."""
        for number, place in enumerate(_blob_places(item, pack, start)):
            fault = self._fault_of(item, number, pack, place)
            if fault is not None:
                return fault
        return None

    def _fault_of(
        self, item: StoredBlobs, number: int, pack: int, place: BlobPlace
    ) -> VaultDamaged | InvalidRequest | None:
        try:
            file = self._opened(pack)
            try:
                self._check(file, place, item, number)
            except VaultDamaged:
                if not (item.is_hole or self._is_locked) or not is_erased(file, place):
                    raise
        except (VaultDamaged, InvalidRequest) as err:
            return err
        if item.is_hole and not is_erased(file, place):
            where = f"{_name(pack)} entry {item.seq} object {number}"
            message = "it was erased, but its sealed bytes are still here; no key opens them"
            self._findings.warn(
                where, "unfinished", message, hint="put the newer copy of this pack back, if there is one"
            )
        return None

    def _opened(self, pack: int) -> OpenFile:
        if self._pack is None or self._pack.path != self._paths.pack(pack):
            self.close()
            self._pack = self._objects.open_pack(pack)
        return self._pack

    def _check(self, file: OpenFile, place: BlobPlace, item: StoredBlobs, number: int) -> None:
        if self._deep and item.document and item.secret:
            read_document(file, place, _keys(item, item.document, item.secret, number), _ignore)
        else:
            check_blob(file, place)

    def _report(self, missed: _Missed) -> None:
        """Name those objects of an entry that are nowhere."""
        seq, pack = missed.item.seq, self._pack_of(missed)
        severity = "warning" if missed.item.is_hole else "error"  # erased: nobody needs it
        hint = "put this pack back from a backup; only the documents named here cannot be read"
        for number, place in enumerate(_blob_places(missed.item, pack, missed.start or 0)):
            message = "where it lies cannot be told: an entry before it in its pack cannot be read"
            if missed.start is not None or pack not in (self._packs or []):
                fault = self._fault_of(missed.item, number, pack, place)
                message = "" if fault is None else self._message(pack, missed, fault)
            if message:
                where = f"{_name(pack)} entry {seq} object {number}"
                self._findings.add(where, "vault_damaged", message, hint=hint, severity=severity)

    def _pack_of(self, missed: _Missed) -> int:
        """Return the pack that should hold an entry's objects; one that is missing is known by its neighbours."""
        if missed.start is None or missed.pack not in (self._packs or []):
            return missed.pack
        length = self._length_of(missed.pack)
        if length is None or missed.start < length:
            return missed.pack
        return self._absent.setdefault(missed.pack, missed.item.seq)

    def _length_of(self, pack: int) -> int | None:
        """Return the length of a pack; None if it cannot be opened, which was named for each of its objects."""
        try:
            return self._opened(pack).size_bytes()
        except (VaultDamaged, InvalidRequest):
            return None

    def _message(self, pack: int, missed: _Missed, fault: VaultDamaged | InvalidRequest) -> str:
        if pack == missed.pack:
            return fault.message
        return f"the file is missing, unless {_name(missed.pack)} was cut short just before it"

    def _check_pack(self, first: int, size: int, *, is_stray: bool) -> None:
        name = _name(first)
        if is_stray or (first < size and first not in self._stored and first not in self._lost):
            message = "no entry needs this pack: it is a copy of another, or another vault's"
            self._findings.add(name, "stranger", message, hint="move it out of the vault's folder")
        elif first >= size:
            self._findings.warn(name, "unfinished", "no acknowledged entry begins this pack", hint=SETTLED)
        elif first in self._ends and not self._lost:
            extra = (self._length_of(first) or 0) - self._ends[first]
            if extra > 0:
                message = f"{extra} bytes at its end belong to no entry"
                self._findings.warn(name, "unfinished", message, hint="nothing: nobody reads them")


def _name(first: int) -> str:
    return f"objects/{first // PACKS_PER_BUCKET}/{first}.pack"


def _blob_places(item: StoredBlobs, pack: int, start: int) -> list[BlobPlace]:
    blobs = item.entry.header.blobs
    return [
        BlobPlace(offset=offset, stored_size_bytes=blob.stored_bytes, oid=blob.oid)
        for (_, offset), blob in zip(spread(pack, start, blobs), blobs, strict=True)
    ]


def _keys(item: StoredBlobs, document: DocAdd, secret: bytes, number: int) -> BlobKeys:
    return BlobKeys(
        file_key=file_key(secret, number),
        commit_key=commit_key(secret, number),
        commit=item.entry.header.commits[number],
        size_bytes=document.parts[number].size_bytes,
    )


def _ignore(data: bytes) -> None:
    """Take what is read and keep nothing of it."""
