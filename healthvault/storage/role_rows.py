# SPDX-License-Identifier: Apache-2.0
"""Rows of the catalogue about roles that the owner defined, and which contact has which.

Spec: docs/spec/vault-folder.md section 6.
"""

from dataclasses import dataclass

from healthvault.codec import Fields, pack, unpack
from healthvault.storage.catalogue import Catalogue

__all__ = ["BindingRow", "RoleRows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BindingRow:
    """A contact's role."""

    vault: bytes
    role: str
    until_ms: int | None


class RoleRows:
    """Roles and bindings in an open catalogue. Changes stand inside a `change`."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._db = catalogue.connection

    def define(self, name: str, seq: int, sealed: Fields) -> None:
        """Keep a role in the place of the one of this name before."""
        self._db.execute("insert or replace into role values (?,?,?)", (name, seq, pack(sealed.map)))

    def defined(self, name: str) -> tuple[int, Fields] | None:
        """Return the entry that defined a role last, and its sealed map."""
        row = self._db.execute("select seq, sealed from role where name = ?", (name,)).fetchone()
        return (row[0], Fields(unpack(row[1]), "role")) if row else None

    def names(self) -> tuple[str, ...]:
        """Return the names of the roles that the owner defined, in order."""
        return tuple(name for (name,) in self._db.execute("select name from role order by name"))

    def bind(self, row: BindingRow) -> None:
        """Keep that a contact has a role."""
        self._db.execute("insert or replace into binding values (?,?,?)", (row.role, row.vault, row.until_ms))

    def unbind(self, vault: bytes, role: str) -> None:
        """Forget that a contact has a role."""
        self._db.execute("delete from binding where role = ? and vault = ?", (role, vault))

    def bindings(self, role: str) -> tuple[BindingRow, ...]:
        """Return who has a role, over or not."""
        rows = self._db.execute("select vault, until from binding where role = ? order by vault", (role,))
        return tuple(BindingRow(vault=vault, role=role, until_ms=until) for vault, until in rows)
