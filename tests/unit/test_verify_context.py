# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.verify.context."""

import io

from healthvault.errors import FormatError, NotEstablished
from healthvault.verify.context import CLOCK_SLACK_MS, Context, NothingTaken, Verification
from healthvault.verify.pins import PinBook
from healthvault.verify.verdicts import Question, Report
from tests.bundles import scene


def test_nothing_is_asked_for() -> None:
    """Without options, nobody is known and nothing is demanded."""
    context = Context(openers=(), pins=PinBook(), now_ms=0)
    assert ({}, (), (), None, None) == (
        context.contacts, context.witnesses, context.actions, context.purpose, context.max_age_ms
    )  # fmt: skip
    assert 600_000 == CLOCK_SLACK_MS


def test_problems_in_order() -> None:
    """Those of all verdicts, by question."""
    report = Report()
    late, early = NotEstablished("stale", ""), FormatError("malformed", "")
    report.problem(Question.TIME, late)
    report.problem(Question.INTEGRITY, early)
    verification = Verification(verdicts=report.verdicts(), pins=PinBook())
    assert (early, late) == verification.problems
    assert (None, None, ()) == (verification.manifest, verification.chain, verification.documents)


def test_the_sink_of_verify_leaves_all_unread() -> None:
    """And everything is checked all the same."""
    start = scene()
    draft = start.draft()
    stream = io.BytesIO(b"data")
    NothingTaken().prepare(1 << 60)
    NothingTaken().take(None, None, stream)
    assert b"data" == stream.read()
    outcome = start.read(draft.seal())
    assert [b"Ferritin 41 ug/L\n"] == outcome.taken
