# SPDX-License-Identifier: Apache-2.0
"""The keystore of one epoch: the secret of each entry, sealed, at a place given by the entry's number.

The log holds ciphertext only; what opens an entry lies here, where it can be destroyed. A record of zeros is a
hole: the entry was erased, or never written. A record is sealed for its vault, epoch and entry, so it opens
nowhere else. Spec: docs/spec/vault-folder.md section 3.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence

from healthvault.crypto.aead import SEAL_OVERHEAD_BYTES, open_sealed, seal
from healthvault.crypto.hashing import derive, labelled
from healthvault.errors import IntegrityError, VaultDamaged
from healthvault.storage import files
from healthvault.storage.layout import VaultPaths

__all__ = [
    "HEADER_BYTES",
    "HOLE",
    "RECORD_BYTES",
    "SECRET_BYTES",
    "Keystore",
    "copy_records",
    "create_keystore",
    "keystore_epochs",
    "keystore_header",
    "open_keystore",
    "shred_keystore",
]

MAGIC = b"healthvault/ks/1"
HEADER_BYTES = 64
SECRET_BYTES = 32
RECORD_BYTES = 8 + SEAL_OVERHEAD_BYTES + SECRET_BYTES
HOLE = bytes(RECORD_BYTES)
RECORDS_PER_READ = 8192


class Keystore:
    """An open keystore; made by `create_keystore` and `open_keystore`."""

    def __init__(self, file: files.OpenFile, vault_id: bytes, epoch: int, ks_key: bytes) -> None:
        self._file = file
        self._key = derive(ks_key, "record")
        self._aad = labelled("record", vault_id, epoch.to_bytes(8, "big"))
        self._ahead = (-1, b"")

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def write(self, secrets: Sequence[tuple[int, bytes]]) -> None:
        """Write the secrets (32 bytes) of entries, by number, over what is there, durably with one sync.

        Raises:
            InvalidRequest: `io_error`.
        """
        self._write(secrets)
        files.sync(self._file)

    def read(self, seq: int) -> bytes | None:
        """Return the secret (32 bytes) of an entry, or None if there is a hole.

        Raises:
            VaultDamaged: `vault_damaged`, the record is another entry's or does not open.
            InvalidRequest: `io_error`.
        """
        return self._open(seq, self._file.read_at(_place(seq), RECORD_BYTES))

    def read_ahead(self, seq: int) -> bytes | None:
        """Read as `read` does, but in large steps: for rising entries that nobody changes meanwhile."""
        first = seq - seq % RECORDS_PER_READ
        if self._ahead[0] != first:
            self._ahead = (first, self._file.read_at(_place(first), RECORDS_PER_READ * RECORD_BYTES))
        at = (seq - first) * RECORD_BYTES
        return self._open(seq, self._ahead[1][at : at + RECORD_BYTES])

    def holds(self, seq: int) -> bool:
        """Tell whether there is a record of an entry and it opens. Raises InvalidRequest: `io_error`."""
        try:
            return self.read(seq) is not None
        except VaultDamaged:
            return False

    def read_range(self, first_seq: int, count: int) -> Iterator[bytes | None]:
        """Yield the secrets of neighbouring entries, read in large steps. Raises as `read`, at the first bad."""
        for start in range(first_seq, first_seq + count, RECORDS_PER_READ):
            step = min(RECORDS_PER_READ, first_seq + count - start)
            block = self._file.read_at(_place(start), step * RECORD_BYTES)
            for place in range(step):
                yield self._open(start + place, block[place * RECORD_BYTES : (place + 1) * RECORD_BYTES])

    def _write(self, secrets: Iterable[tuple[int, bytes]]) -> None:
        """Write records, neighbours in one piece."""
        run, next_seq = bytearray(), -1
        for seq, secret in secrets:
            if seq != next_seq or len(run) >= RECORDS_PER_READ * RECORD_BYTES:
                self._write_run(run, next_seq)
            run += self._sealed(seq, secret)
            next_seq = seq + 1
        self._write_run(run, next_seq)

    def _write_run(self, run: bytearray, end_seq: int) -> None:
        if run:
            files.write_at(self._file, _place(end_seq) - len(run), bytes(run))
            run.clear()

    def _sealed(self, seq: int, secret: bytes) -> bytes:
        number = seq.to_bytes(8, "big")
        return number + seal(self._key, secret, self._aad + number)

    def _open(self, seq: int, record: bytes) -> bytes | None:
        if not record.strip(b"\0"):  # also where the file ends before
            return None
        number = seq.to_bytes(8, "big")
        if len(record) < RECORD_BYTES or record[:8] != number:
            raise files.damaged(self._file.path, f"the record of entry {seq} is not in its place")
        try:
            return open_sealed(self._key, record[8:], self._aad + number)
        except IntegrityError as err:
            raise files.damaged(self._file.path, f"the record of entry {seq} does not open") from err


def create_keystore(paths: VaultPaths, vault_id: bytes, epoch: int, ks_key: bytes) -> Keystore:
    """Make the empty keystore of a new epoch, durably, over a leftover of an earlier try.

    Args:
        paths: The vault's.
        vault_id: 32 bytes.
        epoch: Above that of any keyring so far.
        ks_key: KS, 32 fresh random bytes; the keyring must name it before anything counts on it.

    Raises:
        VaultDamaged: `vault_damaged`, the leftover is a link or no regular file.
        InvalidRequest: `io_error`.
    """
    path = paths.keys(epoch)
    files.replace_file(path, keystore_header(vault_id, epoch), paths.tmp)
    return Keystore(files.open_file(path, writable=True), vault_id, epoch, ks_key)


def open_keystore(
    paths: VaultPaths, vault_id: bytes, epoch: int, ks_key: bytes, *, writable: bool = False, around: bool = False
) -> Keystore:
    """Open the keystore that the keyring names.

    Args:
        paths: The vault's.
        vault_id: 32 bytes.
        epoch: The one that the keyring names.
        ks_key: KS, 32 bytes.
        writable: For the writer.
        around: Do without the header: each record is sealed for its vault, epoch and entry anyway.

    Raises:
        VaultDamaged: `vault_damaged`, it is missing, a link, or its header is of another vault or epoch.
        InvalidRequest: `io_error`.
    """
    file = files.open_file(paths.keys(epoch), writable=writable)
    if not around and file.read_at(0, HEADER_BYTES) != keystore_header(vault_id, epoch):
        file.close()
        raise files.damaged(file.path, f"not the keystore of epoch {epoch} of this vault")
    return Keystore(file, vault_id, epoch, ks_key)


def copy_records(source: Keystore, target: Keystore, count: int, *, without: Collection[int] = ()) -> None:
    """Write the records of the first `count` entries into another keystore, durably, but none of the victims.

    Args:
        source: The keystore in force.
        target: A new one.
        count: How many entries there are.
        without: The entries to forget; holes stay holes too.

    Raises:
        VaultDamaged: `vault_damaged`, a record of `source` does not open.
        InvalidRequest: `io_error`.
    """
    target.write(
        [
            (seq, secret)
            for seq, secret in enumerate(source.read_range(0, count))
            if secret is not None and seq not in without
        ]
    )


def shred_keystore(paths: VaultPaths, epoch: int) -> None:
    """Overwrite the keystore of an epoch with zeros, durably; removing it is a step of its own.

    Raises:
        VaultDamaged: `vault_damaged`, it is a link or no regular file.
        InvalidRequest: `io_error`.
    """
    file = files.find_file(paths.keys(epoch), writable=True)
    if file is not None:
        with file:
            files.write_zeros(file, 0, file.size_bytes())
            files.sync(file)


def keystore_epochs(paths: VaultPaths) -> list[int]:
    """Return the epochs whose keystores are there, rising. Raises as `storage.files.list_names`."""
    names = [name.removesuffix(".ks") for name in files.list_names(paths.key_records) if name.endswith(".ks")]
    return sorted(int(name) for name in names if name.isascii() and name.isdigit() and str(int(name)) == name)


def _place(seq: int) -> int:
    return HEADER_BYTES + RECORD_BYTES * seq


def keystore_header(vault_id: bytes, epoch: int) -> bytes:
    """Return the first 64 bytes of a keystore."""
    return MAGIC + vault_id + epoch.to_bytes(8, "big") + bytes(8)
