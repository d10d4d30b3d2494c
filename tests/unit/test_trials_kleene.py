# SPDX-License-Identifier: Apache-2.0
"""The laws of strong three-valued logic."""

from itertools import product

from healthvault.trials.kleene import Truth, all_of, any_of, negated

YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN


def test_tables() -> None:
    """Kleene's tables of K3."""
    assert {(YES, NO): NO, (YES, UNKNOWN): UNKNOWN, (NO, UNKNOWN): NO, (YES, YES): YES} == {
        pair: all_of(pair) for pair in ((YES, NO), (YES, UNKNOWN), (NO, UNKNOWN), (YES, YES))
    }
    assert (YES, UNKNOWN, NO) == (any_of((YES, UNKNOWN)), any_of((NO, UNKNOWN)), any_of((NO, NO)))
    assert (NO, YES, UNKNOWN) == tuple(map(negated, (YES, NO, UNKNOWN)))
    assert (YES, NO) == (all_of(()), any_of(()))


def test_laws() -> None:
    """Order, grouping, repetition, distribution, absorption, De Morgan and double negation, over all values."""
    for a, b, c in product(Truth, repeat=3):
        assert all_of((a, b, c)) == all_of((c, all_of((b, a))))
        assert any_of((a, b, c)) == any_of((c, any_of((b, a))))
        assert all_of((a, any_of((b, c)))) == any_of((all_of((a, b)), all_of((a, c))))
        assert a == all_of((a, any_of((a, b)))) == any_of((a, all_of((a, b)))) == all_of((a, a)) == any_of((a, a))
        assert negated(all_of((a, b))) == any_of((negated(a), negated(b)))
        assert a == negated(negated(a))


def test_there_is_no_excluded_middle() -> None:
    """Of what is unknown, the contrary is unknown too: that is the point."""
    assert UNKNOWN == any_of((UNKNOWN, negated(UNKNOWN))) == all_of((UNKNOWN, negated(UNKNOWN)))


def test_knowing_more_never_turns_an_answer_round() -> None:
    """An answer that is yes or no stays so whatever the unknown turns out to be."""
    for a, b in product(Truth, repeat=2):
        for join in (all_of, any_of):
            if join((a, b)) is not UNKNOWN:
                finer = [YES, NO] if b is UNKNOWN else [b]
                assert {join((a, b))} == {join((a, each)) for each in finer}
