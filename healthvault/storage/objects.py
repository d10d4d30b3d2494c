# SPDX-License-Identifier: Apache-2.0
"""The stored packs: which one holds an entry's blobs, and the two ways in which a pack may be changed.

The pack of entry i is the one with the largest first entry that is not above i. Erasure overwrites the ranges of
its victims; recovery cuts off or sets aside what no entry names. Spec: docs/spec/vault-folder.md section 5.
"""

from bisect import bisect_right
from collections.abc import Iterable
from pathlib import Path

from healthvault.storage import files, orphans
from healthvault.storage.blobs import BlobPlace
from healthvault.storage.layout import PACKS_PER_BUCKET, VaultPaths

__all__ = ["Objects"]

SUFFIX = ".pack"


class Objects:
    """The packs of a vault. Directories are listed once, when first needed: make a new one after a transaction."""

    def __init__(self, paths: VaultPaths) -> None:
        self._paths = paths
        self._bucket_numbers: list[int] | None = None
        self._names: dict[int, frozenset[str]] = {}
        self._sorted: dict[int, list[int]] = {}

    def find(self, seq: int) -> int | None:
        """Return the first entry of the pack that holds the blobs of entry `seq`, or None if there is no pack.

        Lists one directory of at most 4,096 names, another only where that holds no pack so early.

        Raises:
            VaultDamaged: `vault_damaged`, a directory is a link.
            InvalidRequest: `io_error`.
        """
        if f"{seq}{SUFFIX}" in self._listed(seq // PACKS_PER_BUCKET):
            return seq
        for bucket in reversed(self._buckets()):
            if bucket > seq // PACKS_PER_BUCKET:
                continue
            packs = self._packs(bucket)
            place = bisect_right(packs, seq)
            if place:
                return packs[place - 1]
        return None

    def find_after(self, first_seq: int) -> int | None:
        """Return the first entry of the pack after the one of `first_seq`, or None. Raises as `find`."""
        for bucket in self._buckets():
            if bucket >= first_seq // PACKS_PER_BUCKET:
                packs = self._packs(bucket)
                place = bisect_right(packs, first_seq)
                if place < len(packs):
                    return packs[place]
        return None

    def first_seqs(self, from_seq: int = 0) -> list[int]:
        """Return the first entries of all packs that begin at `from_seq` or later, rising. Raises as `find`."""
        return [
            first
            for bucket in self._buckets()
            if bucket >= from_seq // PACKS_PER_BUCKET
            for first in self._packs(bucket)
            if first >= from_seq
        ]

    def open_pack(self, first_seq: int) -> files.OpenFile:
        """Open a pack for reading.

        Raises:
            VaultDamaged: `vault_damaged`, it is missing, a link or no regular file.
            InvalidRequest: `io_error`.
        """
        return files.open_file(self._paths.pack(first_seq))

    def erase(self, first_seq: int, places: Iterable[BlobPlace]) -> None:
        """Overwrite blobs of one pack with zeros, durably. Raises as `open_pack`."""
        with files.open_file(self._paths.pack(first_seq), writable=True) as file:
            for place in places:
                files.write_zeros(file, place.offset, place.stored_size_bytes)
            files.sync(file)

    def cut(self, first_seq: int, size_bytes: int) -> Path | None:
        """Cut a pack to the blobs that entries name, durably, and return where the rest was set aside.

        Raises:
            VaultDamaged: `vault_damaged`, as `open_pack`.
            InvalidRequest: `io_error`.
        """
        with files.open_file(self._paths.pack(first_seq), writable=True) as file:
            end = file.size_bytes()
            if end <= size_bytes:
                return None
            kept = orphans.keep_range(file, size_bytes, end, self._paths.orphans)
            files.truncate(file, size_bytes)
            files.sync(file)
        return kept

    def set_aside(self, first_seq: int) -> Path:
        """Move a pack that no entry names to the orphans. Raises InvalidRequest: `io_error`."""
        return orphans.keep_file(self._paths.pack(first_seq), self._paths.orphans)

    def _buckets(self) -> list[int]:
        if self._bucket_numbers is None:
            self._bucket_numbers = _numbers(files.list_names(self._paths.objects))
        return self._bucket_numbers

    def _listed(self, bucket: int) -> frozenset[str]:
        if bucket not in self._names:
            self._names[bucket] = frozenset(files.list_names(self._paths.bucket(bucket)))
        return self._names[bucket]

    def _packs(self, bucket: int) -> list[int]:
        if bucket not in self._sorted:
            names = self._listed(bucket)
            self._sorted[bucket] = _numbers(name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX))
        return self._sorted[bucket]


def _numbers(names: Iterable[str]) -> list[int]:
    """Return the decimal numbers among names, rising; what a sync tool left beside them is not ours."""
    return sorted(int(name) for name in names if name.isascii() and name.isdigit() and str(int(name)) == name)
