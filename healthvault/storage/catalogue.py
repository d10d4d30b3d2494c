# SPDX-License-Identifier: Apache-2.0
"""The catalogue: an encrypted index over the journal, derived and disposable.

It says which checkpoint it was built from and is caught up or rebuilt from the journal; deleting it loses
nothing, and nothing secret or unique lives in it. Its key comes from the keystore's, so an erasure, which
changes that, leaves the old file unreadable. Spec: docs/spec/vault-folder.md section 6.
"""

import contextlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlcipher3 import dbapi2 as sqlcipher

from healthvault.codec import Value, pack, unpack
from healthvault.errors import VaultDamaged
from healthvault.storage import files
from healthvault.storage.database import Schema, connected, discard, is_own, translated

__all__ = ["Catalogue", "CatalogueLost", "Position", "peek"]

_SCHEMA = Schema(
    version=8,
    script="""
create table meta (key text primary key, value blob not null) without rowid;
create table document (
    seq integer primary key, id text not null, title text not null, type text not null, name text not null,
    media_type text not null, size integer not null, date text, added integer not null, tags text not null,
    author text, source text, provenance text not null, status text not null, actions text, supersedes integer,
    category text not null, sensitivity text not null);
create index document_id on document (id);
create index document_supersedes on document (supersedes) where supersedes is not null;
create table part (
    seq integer not null, number integer not null, name text not null, media_type text not null,
    size integer not null, coding integer not null, dedupe blob not null, oid blob not null,
    stored integer not null, pack integer not null, position integer not null,
    primary key (seq, number)) without rowid;
create index part_dedupe on part (dedupe);
create table member (
    seq integer primary key, slot integer not null, status text not null, supersedes integer, line integer);
create index member_supersedes on member (supersedes) where supersedes is not null;
create table line (
    slot integer not null, number integer not null, kind integer not null, ref integer not null,
    primary key (slot, number)) without rowid;
create table contact (
    vault blob primary key, seq integer not null, name text not null, card blob not null,
    witness integer not null, pinned integer not null) without rowid;
create table consent (
    seq integer primary key, id text not null, slot integer not null unique, terms blob not null,
    status integer not null);
create index consent_id on consent (id);
create table grantee (party blob not null, seq integer not null, primary key (party, seq)) without rowid;
create table approval (seq integer primary key, about integer not null, vault blob not null, raw blob not null);
create index approval_about on approval (about);
create table attestation (seq integer primary key, about integer not null, raw blob not null);
create index attestation_about on attestation (about);
create table role (name text primary key, seq integer not null, sealed blob not null) without rowid;
create table binding (
    role text not null, vault blob not null, until integer, primary key (role, vault)) without rowid;
create table standing (
    seq integer primary key, id text not null unique, rule blob not null, ended integer not null);
create table made_by (rule text not null, document integer not null, grant_seq integer not null,
    primary key (rule, document)) without rowid;
create table issuer_pin (
    seq integer primary key, document integer not null, form text not null, issuers text not null,
    dropped text);
create table fact (seq integer primary key, sealed blob not null, added integer not null);
create table decided (seq integer primary key, about integer not null, subject integer, decision text not null);
create index decided_about on decided (about);
create table share (
    seq integer primary key, id text not null, slots blob not null, recipients text not null,
    documents integer not null);
create table shared (slot integer not null, seq integer not null, primary key (slot, seq)) without rowid;
create table handed (recipient blob not null, size integer not null, primary key (recipient, size)) without rowid;
create table receipt (
    seq integer primary key, share integer not null, vault blob not null, name text not null, action text not null,
    said integer not null, cosigned integer not null, size integer not null, note blob not null);
create table history (
    seq integer primary key, kind text not null, time integer not null, id text, signer integer not null,
    detail text not null);
create index history_id on history (id) where id is not null;
create index history_time on history (time);
create table named (
    level integer not null, block integer not null, seq integer not null,
    primary key (level, block, seq)) without rowid;
create table party (party blob not null, seq integer not null, primary key (party, seq)) without rowid;
create table party_name (
    party blob not null, name text not null, seq integer not null, primary key (party, name)) without rowid;
create table follows (
    what integer not null, about integer not null, seq integer not null,
    primary key (what, about, seq)) without rowid;
""",
)
_TABLES = tuple(re.findall(r"create table (\w+)", _SCHEMA.script))


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """How far a catalogue has come: the checkpoint and keystore epoch that it was built from."""

    size: int
    root: bytes
    ks_epoch: int


class CatalogueLost(VaultDamaged):
    """The catalogue turned out to be damaged and was thrown away; nothing else is lost."""


class Catalogue:
    """An open catalogue. Several processes may read while one changes it."""

    def __init__(self, connection: "sqlcipher.Connection", path: Path | None) -> None:
        self.connection = connection
        self._path = path

    @classmethod
    def open(cls, path: Path, key: bytes) -> "Catalogue":
        """Open the catalogue at `path` under a 32-byte key, or start an empty one in its place.

        What cannot be read (another key, damage, an older schema) is thrown away: it is derived.

        Raises:
            InvalidRequest: `io_error`.
        """
        return cls(connected(path, key, _SCHEMA), path)

    @classmethod
    def in_memory(cls) -> "Catalogue":
        """Return an empty catalogue that dies with the process."""
        connection = sqlcipher.connect(":memory:", isolation_level=None)
        connection.executescript(_SCHEMA.script)
        return cls(connection, None)

    @contextlib.contextmanager
    def guard(self) -> Iterator[None]:
        """Translate what the database finds wrong while it is in use; a damaged one is thrown away.

        Raises:
            CatalogueLost: `vault_damaged`, a page is damaged: the next opening makes it anew.
            InvalidRequest: `io_error`, it cannot be read or written.
        """
        if self._path is None:
            yield
            return
        try:
            with translated(self._path):
                yield
        except sqlcipher.DatabaseError as err:
            self.close()
            discard(self._path)
            raise CatalogueLost(
                "vault_damaged",
                f"{self._path}: the index was damaged and has been thrown away; no document is lost",
                hint="run the command again: it is made anew from the journal",
            ) from err

    def close(self) -> None:
        """Close the file; unfinished changes are lost and will be made again."""
        self.connection.close()

    def position(self) -> Position | None:
        """Return how far it has come; None for an empty one."""
        found = self.get("position")
        if not isinstance(found, list):
            return None
        size, root, ks_epoch = found
        return Position(size=int(size), root=bytes(root), ks_epoch=int(ks_epoch))  # type: ignore[arg-type]

    def move_to(self, position: Position) -> None:
        """Note how far it has come; inside the same `change` as the rows."""
        self.put("position", [position.size, position.root, position.ks_epoch])

    def hold(self) -> Position | None:
        """See from now on what is there at this moment, whatever others change; return how far it has come."""
        self.connection.execute("begin")
        return self.position()

    def release(self) -> None:
        """Undo `hold`: see again what others change."""
        self.connection.execute("rollback")

    @contextlib.contextmanager
    def change(self) -> Iterator[bool]:
        """All or nothing; yields False, and changes nothing, if another process does not finish changing it."""
        try:
            self.connection.execute("begin immediate")
        except sqlcipher.OperationalError:
            yield False
            return
        try:
            yield True
        except BaseException:
            self.connection.execute("rollback")
            raise
        self.connection.execute("commit")

    def clear(self) -> None:
        """Forget everything; inside a `change`."""
        for table in _TABLES:
            self.connection.execute(f"delete from {table}")  # noqa: S608  names of our own

    def get(self, key: str) -> Value:
        """Return a small value kept beside the rows, or None."""
        row = self.connection.execute("select value from meta where key = ?", (key,)).fetchone()
        return unpack(row[0]) if row else None

    def put(self, key: str, value: Value) -> None:
        """Keep a small value beside the rows."""
        self.connection.execute("insert or replace into meta values (?, ?)", (key, pack(value)))


def peek(path: Path, key: bytes) -> Position | None:
    """Return how far a catalogue has come, having looked at every page and changed nothing; None if there is none.

    Raises:
        VaultDamaged: `vault_damaged`, it is a link, does not open under the key (32 bytes), or a page is damaged.
    """
    if not os.path.lexists(path):
        return None
    if not is_own(path):
        raise files.damaged(path, "a link, no regular file, or one with two names")
    connection = sqlcipher.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True, isolation_level=None)
    try:
        connection.execute("pragma cipher_log_level = none")
        connection.execute(f"pragma key = \"x'{key.hex()}'\"")
        if connection.execute("pragma cipher_integrity_check").fetchone():
            raise files.damaged(path, "a page is damaged")
        return Catalogue(connection, None).position()
    except sqlcipher.DatabaseError as err:
        raise files.damaged(path, f"it does not open ({err})") from err
    finally:
        connection.close()
