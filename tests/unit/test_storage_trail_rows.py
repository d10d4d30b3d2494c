# SPDX-License-Identifier: Apache-2.0
"""The index of what entries name."""

import random
from collections.abc import Iterable

import pytest

from healthvault.ledger.ranges import ranges_of
from healthvault.storage.catalogue import Catalogue
from healthvault.storage.consent_rows import ConsentRows, HistoryRow
from healthvault.storage.trail_rows import Named, TrailFilter, TrailRows, blocks_of

LEE, KIM = b"L" * 32, b"K" * 32


@pytest.fixture
def catalogue() -> Catalogue:
    """An empty one."""
    return Catalogue.in_memory()


def fill(catalogue: Catalogue, named: Iterable[Named]) -> TrailRows:
    """Index entries from 0 on, each made at the ms of its number, and return the rows."""
    rows, history = TrailRows(catalogue), list[HistoryRow]()
    for seq, one in enumerate(named):
        rows.insert(seq, one)
        history.append(HistoryRow(seq=seq, kind=f"kind{seq % 2}", time_ms=seq, id=None, signer=0))
    ConsentRows(catalogue).insert_history(history)
    return rows


def found(rows: TrailRows, wanted: TrailFilter) -> list[int]:
    """Return the numbers of the entries found."""
    return [row.seq for row in rows.history(wanted)]


@pytest.mark.parametrize(("first", "count"), [(0, 1), (0, 8), (1, 7), (5, 1000), (2**52 - 1, 3), (3, 0)])
def test_blocks_are_the_range_and_few(first: int, count: int) -> None:
    """Aligned, in order, without a gap or an overlap, and at most two of each size."""
    blocks = list(blocks_of(first, count))
    at = first
    for level, block in blocks:
        assert at == block << level
        at += 1 << level
    assert first + count == at
    assert len(blocks) <= 2 * max(1, count.bit_length())


def test_a_document_is_found_in_every_range_that_holds_it(catalogue: Catalogue) -> None:
    """Seeded sets against a plain search, whatever their sizes."""
    dice = random.Random(33)
    sets = [ranges_of(dice.sample(range(40), dice.randrange(1, 40))) for _ in range(60)]
    rows = fill(catalogue, (Named(documents=ranges) for ranges in sets))
    for document in range(41):
        holding = [seq for seq, set_ in enumerate(sets) if any(a <= document < a + n for a, n in set_)]
        assert holding[::-1] == found(rows, TrailFilter(document=document))


def test_a_range_of_a_million_costs_a_few_rows(catalogue: Catalogue) -> None:
    """And each of its documents is found."""
    rows = fill(catalogue, [Named(documents=((3, 1_000_000),))])
    (count,) = catalogue.connection.execute("select count(*) from named").fetchone()
    assert count <= 40
    assert [[], [0], [0], []] == [
        found(rows, TrailFilter(document=document)) for document in (2, 3, 1_000_002, 1_000_003)
    ]


def test_who_means_another_entry_is_found_with_it(catalogue: Catalogue) -> None:
    """Also over several steps; documents and people are followed each for themselves."""
    rows = fill(
        catalogue,
        [
            Named(documents=((7, 2),), parties=((LEE, "Dr Lee"),)),
            Named(documents_of=(0,), parties=((KIM, ""),)),
            Named(documents_of=(1,), parties_of=(1,)),
            Named(),
        ],
    )
    assert [2, 1, 0] == found(rows, TrailFilter(document=8))
    assert ([0], [2, 1]) == (found(rows, TrailFilter(party=LEE)), found(rows, TrailFilter(party=KIM)))
    assert [2, 1] == found(rows, TrailFilter(document=8, party=KIM))


def test_time_kind_and_number(catalogue: Catalogue) -> None:
    """From the first bound on, up to before the second; the newest of them."""
    rows = fill(catalogue, [Named()] * 10)
    assert [7, 6, 5, 4] == found(rows, TrailFilter(since_ms=4, until_ms=8))
    assert [7, 6] == found(rows, TrailFilter(since_ms=4, until_ms=8, limit=2))
    assert [8, 6, 4, 2, 0] == found(rows, TrailFilter(kinds=("kind0", "other")))
    assert (5, None) == (getattr(rows.at(5), "seq", None), rows.at(10))


@pytest.mark.parametrize(
    ("wanted", "search"),
    [
        (TrailFilter(since_ms=4, until_ms=8), "history USING COVERING INDEX history_time"),
        (TrailFilter(document=3), "named USING PRIMARY KEY"),
        (TrailFilter(party=LEE), "party USING PRIMARY KEY"),
        (TrailFilter(document=3, party=LEE, since_ms=0), "party USING PRIMARY KEY"),
    ],
)
def test_what_is_asked_is_looked_up_and_no_table_is_read_through(
    catalogue: Catalogue, wanted: TrailFilter, search: str
) -> None:
    """The database says so itself: searches by keys, no scan of a table that grows with the vault."""
    rows = fill(catalogue, [Named(documents=((3, 9),), parties=((LEE, "Dr Lee"),))])
    seen: list[str] = []
    catalogue.connection.set_trace_callback(seen.append)
    list(rows.history(wanted))
    catalogue.connection.set_trace_callback(None)
    plan = [row[3] for row in catalogue.connection.execute(f"explain query plan {seen[-1]}")]
    assert any(f"SEARCH {search}" in step for step in plan), plan
    growing = ("named", "party", "history", "follows")
    assert [] == [step for step in plan if step.startswith("SCAN") and step.split()[1] in growing], plan


def test_names(catalogue: Catalogue) -> None:
    """Every name of everybody is kept; the newest that is one counts."""
    rows = fill(
        catalogue,
        [Named(parties=((LEE, "Lee"),)), Named(parties=((LEE, "Dr Lee"), (KIM, ""))), Named(parties=((LEE, ""),))],
    )
    assert ("Dr Lee", "") == (rows.name_of(LEE), rows.name_of(KIM))
    assert {(LEE, "Lee"), (LEE, "Dr Lee"), (LEE, ""), (KIM, "")} == set(rows.names())
