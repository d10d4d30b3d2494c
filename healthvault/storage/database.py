# SPDX-License-Identifier: Apache-2.0
"""An encrypted database that can be made anew: how it is opened, and how its files are made and thrown away.

Spec: docs/spec/vault-folder.md section 6.
"""

import contextlib
import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from errno import ENOSPC
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlcipher

from healthvault.errors import InvalidRequest
from healthvault.storage import files
from healthvault.storage.openfile import failed, reporting

__all__ = ["Schema", "connected", "discard", "is_own", "translated"]

WAIT_SECONDS = 10.0  # for another process that is changing it
LEAST_BYTES = 64 * 1024  # with less room the database cannot work, and calls that an I/O error
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The tables of a database and the version that they are of."""

    version: int
    script: str


def connected(path: Path, key: bytes, schema: Schema) -> "sqlcipher.Connection":
    """Open the database at `path` under a 32-byte key, or start an empty one in its place.

    What cannot be read (another key, damage, another schema) is thrown away: it is derived.

    Raises:
        InvalidRequest: `io_error`.
    """
    with reporting(path), translated(path):
        if not all(map(is_own, _files(path))):  # the database would follow a link, or write another's file
            discard(path)
        for _ in range(_ATTEMPTS):
            try:
                return _connected(path, key, schema)
            except sqlcipher.OperationalError:
                continue  # another process is making it
            except sqlcipher.DatabaseError:
                discard(path)
        return _connected(path, key, schema)


def discard(path: Path) -> None:
    """Remove a catalogue's files."""
    for file in _files(path):
        file.unlink(missing_ok=True)


def _files(path: Path) -> list[Path]:
    return [path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm", "-journal")]


def is_own(path: Path) -> bool:
    """Tell whether there is nothing, or a regular file with one name."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return True
    return stat.S_ISREG(found.st_mode) and found.st_nlink == 1


@contextlib.contextmanager
def translated(path: Path) -> Iterator[None]:
    """Translate what the operating system refuses the database. Raises InvalidRequest: `io_error`."""
    try:
        yield
    except sqlcipher.OperationalError as err:
        free = shutil.disk_usage(path.parent).free
        why = f"{os.strerror(ENOSPC)} ({err})" if free < LEAST_BYTES else str(err)
        raise failed(path, OSError(why)) from err


def _connected(path: Path, key: bytes, schema: Schema) -> "sqlcipher.Connection":
    _make_file(path)
    connection = sqlcipher.connect(str(path), isolation_level=None, timeout=WAIT_SECONDS)
    try:
        return _prepared(connection, key, schema)
    except sqlcipher.DatabaseError:
        connection.close()
        raise


def _make_file(path: Path) -> None:
    """Make sure of a 0600 file: the database would make one that others can read."""
    try:
        if not os.path.lexists(path):
            files.create_file(path).close()
    except InvalidRequest:
        if not os.path.lexists(path):  # else another process was faster
            raise


def _prepared(connection: "sqlcipher.Connection", key: bytes, schema: Schema) -> "sqlcipher.Connection":
    connection.execute("pragma cipher_log_level = none")  # it would print to standard error
    connection.execute(f"pragma key = \"x'{key.hex()}'\"")
    connection.execute("pragma temp_store = memory")  # a temporary file would hold rows in plain text
    (version,) = connection.execute("pragma user_version").fetchone()
    if version == 0:
        connection.execute("pragma journal_mode = wal")
        connection.executescript(f"begin;{schema.script}pragma user_version = {schema.version};commit;")
    elif version != schema.version:
        raise sqlcipher.DatabaseError("another version of the schema")
    connection.execute("pragma synchronous = normal")
    return connection
