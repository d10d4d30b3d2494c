# SPDX-License-Identifier: Apache-2.0
"""Rows 49 to 51 of docs/spec/bad-input.md: sizes and roots that were seen before."""

from dataclasses import replace

from healthvault.errors import HistoryError, NotEstablished
from healthvault.verify.pins import PinBook, SeenSize
from healthvault.verify.verdicts import Question
from tests.bundles import Scene, make_bundle, scene
from tests.owners import Owner
from tests.readers import Outcome
from tests.refusals import assert_accepted, assert_refused


def two_histories() -> tuple[Scene, Owner, Outcome, int]:
    """Return an owner, her fork, what the reader saw of the first, and its size."""
    start = scene()
    fork = start.owner.copy()
    start.owner.add(b"one history")
    first = start.read(start.draft(marks=[3]).seal())
    size = start.owner.size
    assert_accepted(first)
    return start, fork, first, size


def test_row_49_forks() -> None:
    """A known size with another root, or a known mark rebuilt to another one."""
    start, fork, first, size = two_histories()
    fork.add(b"the other history")
    same_size = make_bundle(fork, start.reader, start.docs[:1], [start.grant])
    assert size == fork.size
    outcome = start.read(same_size.seal(), pins=first.pins)
    assert_refused(outcome, "fork", HistoryError)
    assert {"fork"} == outcome.codes_of(Question.CONSISTENCY)
    longer = make_bundle(fork, start.reader, start.docs[:1], [start.grant], marks=[3, size])
    assert_refused(start.read(longer.seal(), pins=first.pins), "fork", HistoryError)


def test_row_49_soft_pins_count_as_well() -> None:
    """A mark that was only seen in passing is as good a witness of a fork."""
    start, _, first, _ = two_histories()
    pins = first.pins.of(start.owner.vault_id)
    known = replace(pins, sizes=(SeenSize(size=3, root=b"x" * 32, restarts=0),), firm=None)
    draft = start.draft(marks=[3])
    outcome = start.read(draft.seal(), pins=PinBook(vaults=(known,)))
    assert_refused(outcome, "fork", HistoryError)


def test_row_50_older_than_the_firm_pin() -> None:
    """Known with the same root: an older one. Never seen: not connected, and nothing is stored."""
    start = scene()
    old, older = start.draft(), start.owner.size
    start.owner.add(b"later")
    first = start.read(start.draft(marks=[older]).seal())
    assert_accepted(first)
    again = start.read(old.seal(), pins=first.pins)
    assert (set(), 0) == (again.codes, again.exit)
    assert "older than the newest seen" == again.details[Question.CONSISTENCY]
    blind = start.read(start.draft().seal(), pins=PinBook())
    outcome = start.read(old.seal(), pins=blind.pins)
    assert_refused(outcome, "unconnected", NotEstablished)


def test_row_50_soft_pins_only() -> None:
    """Without a firm pin it is said once: the size becomes firm."""
    start = scene()
    first = start.read(start.draft().seal())
    soft = PinBook(vaults=(replace(first.pins.of(start.owner.vault_id), firm=None),))
    start.owner.add(b"later")
    draft = start.draft()
    outcome = start.read(draft.seal(), pins=soft)
    assert_refused(outcome, "unconnected", NotEstablished, has_pins=True)
    assert start.owner.size == outcome.pins.of(start.owner.vault_id).firm
    assert set() == start.read(draft.seal(), pins=outcome.pins).codes


def test_row_51_larger_without_a_proof() -> None:
    """The firm pin is no mark: refused, with what to ask for."""
    start = scene()
    first = start.read(start.draft().seal())
    size = start.owner.size
    start.owner.add(b"later")
    draft = start.draft(marks=[3])
    outcome = start.read(draft.seal(), pins=first.pins)
    assert_refused(outcome, "no_consistency", HistoryError)
    (problem,) = outcome.verification.problems
    assert problem.hint is not None
    assert str(size) in problem.hint
    assert_accepted(start.read(start.draft(marks=[size]).seal(), pins=first.pins))
