# SPDX-License-Identifier: Apache-2.0
"""Two verifiers give the same exit and the same set of codes on every named kind of mutation."""

import io
from collections import Counter

import pytest

from healthvault.verify.bundle import verify_bundle
from healthvault.verify.pins import PinBook
from tests.independent import reader
from tests.independent.mutations import HARMLESS, KINDS, context_of, mutated_bundles
from tests.readers import Keeper, Outcome


@pytest.mark.parametrize("seed", range(2))
def test_exit_and_codes_are_equal(seed: int) -> None:
    """Not only one fault in common: all of them, under the same names; what is harmless verifies."""
    exits: Counter[int] = Counter()
    for name, data, asked in mutated_bundles(4 * len(KINDS), seed):
        sink = Keeper()
        outcome = Outcome(verify_bundle(io.BytesIO(data), context_of(asked), sink), sink.taken, PinBook())
        theirs = reader.verify(data, **asked)
        assert (name, theirs["exit"], theirs["codes"]) == (name, outcome.exit, sorted(outcome.codes))
        if "complete" in theirs:
            counted = [(one.disclosed, one.total) for one in outcome.verification.completeness]
            assert (name, theirs["complete"]) == (name, counted)
        assert (name, 0) == (name, outcome.exit) or name not in HARMLESS
        exits[outcome.exit] += 1
    assert {0, 20, 21, 22, 23, 24} == exits.keys()


def test_there_are_many_kinds() -> None:
    """At least forty, some of them harmless."""
    assert len(KINDS) >= 40
    assert HARMLESS < KINDS.keys()
