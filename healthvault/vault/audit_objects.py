# SPDX-License-Identifier: Apache-2.0
"""The audit of stored objects: each blob against its entry, on demand each document against its commitment.

Spec: docs/spec/vault-folder.md section 5.
"""

from healthvault.errors import InvalidRequest, VaultDamaged
from healthvault.storage.blobs import BlobKeys, BlobPlace, check_blob, is_erased, read_document
from healthvault.storage.files import OpenFile
from healthvault.storage.layout import VaultPaths
from healthvault.storage.objects import Objects
from healthvault.vault.add import Observer
from healthvault.vault.audit_journal import Report, StoredBlobs

__all__ = ["audit_objects"]


def audit_objects(
    paths: VaultPaths, stored: list[StoredBlobs], report: Report, *, deep: bool, observer: Observer | None
) -> int:
    """Check all blobs and return how many bytes were looked at.

    Args:
        paths: The vault's.
        stored: The entries that have blobs, rising.
        report: Takes the findings.
        deep: Decrypt, where the keys are at hand.
        observer: Is told how it gets on.
    """
    packs = _Packs(Objects(paths))
    total = 0
    try:
        for item in stored:
            try:
                total += _audit_entry(packs, item, report, deep=deep)
            except (VaultDamaged, InvalidRequest) as err:
                report(f"objects of entry {item.seq}", err.code, err.message)
            if observer:
                observer.advance(sum(blob.stored_bytes for blob in item.entry.header.blobs), f"entry {item.seq}")
    finally:
        packs.close()
    return total


class _Packs:
    """Follows the blobs of rising entries through the packs, one open at a time."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._first = -1
        self._end = 0
        self._file: OpenFile | None = None

    def open_for(self, item: StoredBlobs) -> tuple[OpenFile, list[BlobPlace]]:
        """Return the pack of an entry and the places of its blobs. Raises VaultDamaged."""
        first = self._objects.find(item.seq)
        if first is None:
            raise VaultDamaged("vault_damaged", "no pack holds them")
        if first != self._first:
            self.close()
            self._first, self._end = first, 0
        places: list[BlobPlace] = []
        for blob in item.entry.header.blobs:
            places.append(BlobPlace(offset=self._end, stored_size_bytes=blob.stored_bytes, oid=blob.oid))
            self._end += blob.stored_bytes
        if self._file is None:
            self._file = self._objects.open_pack(first)
        return self._file, places

    def close(self) -> None:
        """Close the open pack."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _audit_entry(packs: _Packs, item: StoredBlobs, report: Report, *, deep: bool) -> int:
    file, places = packs.open_for(item)
    for number, place in enumerate(places):
        try:
            _audit_blob(file, place, item, item.keys[number] if deep and item.keys else None)
        except VaultDamaged as err:
            report(f"object {number} of entry {item.seq}", err.code, err.message)
    return sum(place.stored_size_bytes for place in places)


def _audit_blob(file: OpenFile, place: BlobPlace, item: StoredBlobs, keys: BlobKeys | None) -> None:
    if item.is_erased and is_erased(file, place):
        return
    if keys is None:
        check_blob(file, place)
    else:
        read_document(file, place, keys, _ignore)


def _ignore(data: bytes) -> None:
    """Take what is read and keep nothing of it."""
