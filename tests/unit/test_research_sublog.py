# SPDX-License-Identifier: Apache-2.0
"""A study's log takes each record once, in an order that says nothing."""

from dataclasses import replace

from studies import DIABETES, FERRITIN, exported, ferritin, record, study, told

from healthvault.research.sublog import entered


def test_the_same_again_adds_nothing() -> None:
    """And gives the very same file, so that one that was lost can be written again."""
    first, plain = exported(study(), FERRITIN, DIABETES)
    again, same = exported(first, DIABETES, FERRITIN)
    assert (2, 2) == (first.size, again.size)
    assert plain == same


def test_what_changed_is_a_newer_version() -> None:
    """Under the same id, at a new place; the old leaf stays."""
    first, _ = exported(study(), DIABETES)
    after, plain = exported(first, replace(DIABETES, status="resolved"))
    assert 2 == after.size
    assert after.ids[0] == after.ids[1]
    export = told(plain).export
    assert export is not None
    assert (1,) == export.manifest.slice.leaves
    back, _ = exported(after, DIABETES)
    assert 3 == back.size


def test_the_order_is_that_of_the_ids() -> None:
    """Not that in which documents state things."""
    items = [ferritin(f"2026-03-{day:02d}") for day in range(1, 21)]
    one, _ = exported(study(), *items)
    other, _ = exported(study(), *reversed(items))
    assert one.ids == other.ids == tuple(sorted(one.ids))


def test_of_two_statements_of_the_same_the_last_counts() -> None:
    """The newest document is named last."""
    of = study()
    older, newer = record(of, DIABETES), record(of, replace(DIABETES, status="resolved"))
    _, ((_, kept),) = entered(of, [older, newer])
    assert newer.to_bytes() == kept.raw
