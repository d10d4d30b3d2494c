# SPDX-License-Identifier: Apache-2.0
"""tmp/ and tmp/orphans/: leftovers are cleared, but what a crash cut off is set aside, never destroyed.

Spec: docs/spec/vault-folder.md section 7 step 8.
"""

import contextlib
from pathlib import Path

from healthvault.errors import VaultBusy
from healthvault.storage import files
from healthvault.storage.layout import VaultPaths
from healthvault.storage.lock import WriterLock

__all__ = ["clear_leftovers", "keep_file", "keep_range"]

COPY_BYTES = 1 << 20


def clear_leftovers(paths: VaultPaths) -> None:
    """Remove the temporary files of earlier writers; the caller holds the writers' lock.

    Those of `pins` are made under a lock of their own: they stay while somebody holds that.

    Raises:
        InvalidRequest: `io_error`.
    """
    found = [paths.tmp / name for name in files.list_names(paths.tmp)]
    leftovers = [path for path in found if not path.is_dir()]
    of_pins = [path for path in leftovers if path.name.startswith(paths.pins.name)]
    for path in leftovers:
        if path not in of_pins:
            files.remove(path)
    if of_pins:
        with contextlib.suppress(VaultBusy), WriterLock(paths.pins_lock):
            for path in of_pins:
                files.remove(path)


def keep_file(path: Path, orphans: Path) -> Path:
    """Move a whole file aside and return its new place. Raises InvalidRequest: `io_error`."""
    files.make_directory(orphans)
    kept = files.temporary_path(orphans, path.name)
    files.rename(path, kept)
    files.sync_directory(orphans)
    files.sync_directory(path.parent)
    return kept


def keep_range(file: files.OpenFile, offset: int, end: int, orphans: Path) -> Path:
    """Copy the bytes from `offset` to `end` aside, durably, and return the copy's place.

    Raises:
        InvalidRequest: `io_error`.
    """
    files.make_directory(orphans)
    kept = files.temporary_path(orphans, f"{file.path.name}-{offset}")
    with files.create_file(kept) as copy:
        for start in range(offset, end, COPY_BYTES):
            files.write_at(copy, start - offset, file.read_at(start, min(COPY_BYTES, end - start)))
        files.sync(copy)
    files.sync_directory(orphans)
    return kept
