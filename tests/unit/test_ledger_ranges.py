# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.ledger.ranges."""

import pytest

from healthvault.codec import MAX_INT, Fields, Value
from healthvault.errors import FormatError
from healthvault.ledger.ranges import MAX_RANGES, parse_ranges, ranges_contain, ranges_of, ranges_to_value


def parse(value: Value) -> tuple[tuple[int, int], ...]:
    """Parse ranges that stand in a map."""
    return parse_ranges(Fields({"records": value}, "grant"), "records")


def test_one_form_for_each_set() -> None:
    """Numbers that follow one another are one range, whatever their order."""
    assert ((1, 3), (5, 1), (8, 2)) == ranges_of([8, 2, 5, 1, 3, 9, 3])
    assert () == ranges_of([])
    assert [[1, 3], [5, 1]] == ranges_to_value(((1, 3), (5, 1)))


def test_what_lies_in_a_range() -> None:
    """The first is in, the one behind the last is not."""
    ranges = ((1, 3), (8, 2))
    assert [1, 2, 3, 8, 9] == [seq for seq in range(12) if ranges_contain(ranges, seq)]
    assert not ranges_contain((), 0)


def test_ranges_come_back() -> None:
    """Also the largest, and as many as may be."""
    assert ((0, 1), (2, 1)) == parse([[0, 1], [2, 1]])
    assert ((0, MAX_INT),) == parse([[0, MAX_INT]])
    most = [[2 * place, 1] for place in range(MAX_RANGES)]
    assert MAX_RANGES == len(parse(most))
    assert () == parse([])


@pytest.mark.parametrize(
    "value",
    [
        [[5, 1], [1, 1]],
        [[1, 3], [3, 1]],
        [[1, 3], [4, 1]],
        [[1, 1], [1, 1]],
        [[1, 0]],
        [[1]],
        [[1, 1, 1]],
        [1],
        [[True, 1]],
        [["1", 1]],
        [[1, None]],
        [[MAX_INT, 1]],
        {"a": 1},
        None,
        [[2 * place, 1] for place in range(MAX_RANGES + 1)],
    ],
    ids=lambda value: str(value)[:30],
)
def test_any_other_form_is_refused(value: Value) -> None:
    """Unsorted, overlapping, touching, empty, of another shape, out of range or too many."""
    with pytest.raises(FormatError) as caught:
        parse(value)
    assert "bad_schema" == caught.value.code
