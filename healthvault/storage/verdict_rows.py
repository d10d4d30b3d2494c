# SPDX-License-Identifier: Apache-2.0
"""Verdicts on the subjects of documents, kept beside them in the contents: derived, and forgotten with them.

They hold for one state of what the owner says of herself, of which a digest is kept. Spec: docs/spec/identity.md.
"""

from collections.abc import Iterable
from typing import cast

from healthvault.records.statements import Subject, parse_statement
from healthvault.storage.contents import Contents

__all__ = ["VerdictRows"]

SAME = "same"


class VerdictRows:
    """Subjects and the verdicts on them in the open contents."""

    def __init__(self, contents: Contents) -> None:
        self._db = contents.connection

    def judged_by(self) -> bytes | None:
        """Return the digest of what verdicts were given by; None if there was none."""
        row = self._db.execute("select digest from judge").fetchone()
        return row[0] if row else None

    def judge_anew(self, digest: bytes) -> None:
        """Forget all verdicts, and give others by this from now on; inside a `change`."""
        self._db.execute("update subject set verdict = null where verdict is not null")
        self._db.execute("insert or replace into judge values (1, ?)", (digest,))

    def waiting(self, limit: int) -> list[tuple[int, int, Subject]]:
        """Return some subjects without a verdict: entry of the document, number in it, and what is said."""
        query = "select seq, number, statement from subject where verdict is null order by seq, number limit ?"
        return [(seq, number, _subject(data)) for seq, number, data in self._db.execute(query, (limit,))]

    def keep(self, verdicts: Iterable[tuple[str, int, int]]) -> None:
        """Keep verdicts: each with entry and number; inside a `change`."""
        self._db.executemany("update subject set verdict = ? where seq = ? and number = ?", verdicts)

    def outside(self) -> dict[tuple[int, int], bool]:
        """Return the subjects that are not the owner, by entry and number, and whether they are main ones."""
        query = "select seq, number, main from subject where verdict <> 'same'"
        return {(seq, number): bool(main) for seq, number, main in self._db.execute(query)}

    def of(self, seq: int) -> tuple[Subject, ...]:
        """Return the subjects of a document, in order."""
        rows = self._db.execute("select statement from subject where seq = ? order by number", (seq,))
        return tuple(_subject(data) for (data,) in rows)


def _subject(data: bytes) -> Subject:
    return cast("Subject", parse_statement(data))
