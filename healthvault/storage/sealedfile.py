# SPDX-License-Identifier: Apache-2.0
"""One map in one sealed file, replaced as a whole under a lock: what is remembered about other vaults.

Its size tells no more than multiples of 4 KiB. Does not know what the map says (see `pins`), and cannot notice
that an older file was put back. Spec: docs/spec/bundle.md section 5.
"""

from dataclasses import dataclass, field
from pathlib import Path

from healthvault.codec import LARGE_ITEMS, Value, pack, pad, unpack, unpad
from healthvault.crypto.aead import open_sealed, seal
from healthvault.errors import FormatError, IntegrityError, InvalidRequest
from healthvault.storage import files
from healthvault.storage.lock import WriterLock

__all__ = ["SealedFile"]

PAD_BYTES = 4096
MAX_BYTES = 64 * 1024 * 1024
WAIT_SECONDS = 10.0  # a replacement takes milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedFile:
    """A sealed map on disk. To change it: `with sealed.lock():` load, then save."""

    path: Path
    key: bytes = field(repr=False)
    """32 bytes."""
    aad: bytes
    """What binds the content to its use and its vault."""
    lock_path: Path
    tmp: Path

    def lock(self) -> WriterLock:
        """Return the lock to hold from `load` to `save`, so that no other process's change is lost."""
        return WriterLock(self.lock_path, wait_seconds=WAIT_SECONDS)

    def load(self) -> dict[str, Value] | None:
        """Return the map, authentic but not yet checked, or None if there is no file.

        Raises:
            VaultDamaged: `vault_damaged`, the file was changed, or is a link or no regular file.
            InvalidRequest: `io_error`.
        """
        sealed = files.find_bytes(self.path, MAX_BYTES)
        if sealed is None:
            return None
        try:
            value = unpack(unpad(open_sealed(self.key, sealed, self.aad), PAD_BYTES), max_items=LARGE_ITEMS)
        except (FormatError, IntegrityError) as err:
            raise files.damaged(self.path, f"it does not open ({err.message})") from err
        if not isinstance(value, dict):
            raise files.damaged(self.path, "it does not hold a map")
        return value

    def save(self, content: dict[str, Value]) -> None:
        """Replace the map, durably; the caller holds `lock`.

        Raises:
            FormatError: `bad_schema`, the map is outside the canonical subset.
            InvalidRequest: `io_error`; `too_large`, more than 64 MiB.
        """
        sealed = seal(self.key, pad(pack(content), PAD_BYTES), self.aad)
        if len(sealed) > MAX_BYTES:
            raise InvalidRequest("too_large", f"{self.path}: would be longer than {MAX_BYTES} bytes")
        self._clear_leftovers()
        files.replace_file(self.path, sealed, self.tmp)

    def _clear_leftovers(self) -> None:
        """Remove what a crash left of earlier replacements: under the lock nobody else is making one."""
        for name in files.list_names(self.tmp):
            if files.is_temporary(name, self.path.name):
                files.remove(self.tmp / name)
