# SPDX-License-Identifier: Apache-2.0
"""What the catalogue says of documents, kept beside their contents, so that both are searched in one question.

A copy that says which checkpoint it is of; whoever finds another one brings it up. Spec: docs/spec/contents.md
section 4.
"""

from typing import TypeAlias

from healthvault.records.folding import apart
from healthvault.storage.contents import Contents

__all__ = ["LABEL_COLUMNS", "LabelRow", "LabelRows"]

LabelRow: TypeAlias = tuple[int, str, str, str, str, str | None, str, str | None, str | None, str, str, int, int]
"""The columns of LABEL_COLUMNS."""
LABEL_COLUMNS = (
    "seq", "id", "title", "type", "name", "date", "tags", "author", "source", "status", "category", "size", "added"
)  # fmt: skip


class LabelRows:
    """What is said of documents, in an open index."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._db = contents.connection

    def is_of(self, size: int, root: bytes) -> bool:
        """Tell whether it is what the catalogue of a checkpoint says: size of its tree, and root."""
        found: tuple[int, bytes] | None = self._db.execute("select size, root from labels_of").fetchone()
        return found == (size, root)

    def bring_up(self, rows: frozenset[LabelRow], size: int, root: bytes) -> None:
        """Make it what the catalogue of a checkpoint says; only what is new or differs is written."""
        with self._contents.change():
            known = frozenset(self._db.execute(f"select {', '.join(LABEL_COLUMNS)} from label"))  # noqa: S608  our own
            for row in known - rows:
                self._remove(row)
            for row in rows - known:
                self._insert(row)
            self._db.execute("delete from labels_of")
            self._db.execute("insert into labels_of values (?, ?)", (size, root))

    def _insert(self, row: LabelRow) -> None:
        self._db.execute("insert into label values (?,?,?,?,?,?,?,?,?,?,?,?,?)", row)
        self._db.execute("insert into labelled (rowid, title, other) values (?, ?, ?)", _searched(row))

    def _remove(self, row: LabelRow) -> None:
        self._db.execute("delete from label where seq = ?", (row[0],))
        self._db.execute(
            "insert into labelled (labelled, rowid, title, other) values ('delete', ?, ?, ?)", _searched(row)
        )


def _searched(row: LabelRow) -> tuple[int, str, str]:
    seq, _, title, _, name, _, tags, author, source = row[:9]
    return seq, apart(title), apart("\n".join(each for each in (name, tags, author, source) if each))
