# SPDX-License-Identifier: Apache-2.0
"""Which documents say the same: questions to the index into contents about one document and the others.

Spec: docs/spec/contents.md section 6.
"""

from dataclasses import dataclass

from healthvault.storage.contents import Contents

__all__ = ["Shared", "holders", "inner_tags", "said_anew", "said_in_all", "shared_with"]

MAX_OTHERS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Another document that says some of the same things."""

    seq: int
    count: int


def said_in_all(contents: Contents, seq: int) -> int:
    """Return how many different things a document says."""
    query = "select count(distinct sense) from item where seq = ?"
    return int(contents.connection.execute(query, (seq,)).fetchone()[0])


def said_anew(contents: Contents, seq: int) -> int:
    """Return how many of them no document says that was added before it."""
    query = (
        "select count(distinct sense) from item where seq = ? and not exists ("
        " select 1 from item as older where older.sense = item.sense and older.seq < item.seq)"
    )
    return int(contents.connection.execute(query, (seq,)).fetchone()[0])


def shared_with(contents: Contents, seq: int) -> tuple[Shared, ...]:
    """Return the documents that say the same things, at most ten, those that share most first."""
    query = (  # each sense once: a hostile document says one thing a hundred thousand times
        "with own(sense) as materialized (select distinct sense from item where seq = ?),"
        " pair(seq, sense) as"
        " (select distinct item.seq, item.sense from own join item using (sense) where seq <> ?)"
        " select seq, count(*) from pair group by seq order by 2 desc, 1 limit ?"
    )
    rows = contents.connection.execute(query, (seq, seq, MAX_OTHERS))
    return tuple(Shared(seq=other, count=count) for other, count in rows)


def holders(contents: Contents, tag: bytes) -> tuple[int, ...]:
    """Return the documents that hold a file with this dedupe tag (32 bytes) within them."""
    rows = contents.connection.execute("select distinct seq from inner_file where tag = ? order by seq", (tag,))
    return tuple(seq for (seq,) in rows)


def inner_tags(contents: Contents, seq: int) -> tuple[bytes, ...]:
    """Return the dedupe tags of the files within a document."""
    rows = contents.connection.execute("select distinct tag from inner_file where seq = ? order by tag", (seq,))
    return tuple(tag for (tag,) in rows)
