# SPDX-License-Identifier: Apache-2.0
"""Sets of entry numbers as `[[first, count]…]`: sorted, disjoint and not touching, so one form a set.

Spec: docs/spec/grants.md section 1.
"""

from bisect import bisect_right
from collections.abc import Iterable

from healthvault.codec import MAX_INT, Fields, Value, positional

__all__ = ["MAX_RANGES", "Ranges", "parse_ranges", "ranges_contain", "ranges_of", "ranges_to_value"]

MAX_RANGES = 4096
Ranges = tuple[tuple[int, int], ...]


def ranges_of(seqs: Iterable[int]) -> Ranges:
    """Return the ranges of a set of entry numbers."""
    ranges: list[tuple[int, int]] = []
    for seq in sorted(set(seqs)):
        if ranges and ranges[-1][0] + ranges[-1][1] == seq:
            ranges[-1] = (ranges[-1][0], ranges[-1][1] + 1)
        else:
            ranges.append((seq, 1))
    return tuple(ranges)


def ranges_contain(ranges: Ranges, seq: int) -> bool:
    """Tell whether an entry number lies in one of the ranges."""
    place = bisect_right(ranges, (seq, MAX_INT)) - 1
    return place >= 0 and seq < sum(ranges[place])


def ranges_to_value(ranges: Ranges) -> Value:
    """Return the array that stands in an entry."""
    return [[first, count] for first, count in ranges]


def parse_ranges(where: Fields, key: str) -> Ranges:
    """Parse the array at `key`. Raises FormatError `bad_schema` for any other form of the same set."""
    ranges: list[tuple[int, int]] = []
    end = -1
    for item in where.array(key, MAX_RANGES):
        pair = positional(item, ("first", "count"), key)
        first, count = pair.uint("first"), pair.uint("count")
        if first <= end or count == 0 or first + count > MAX_INT:
            raise where.wrong(key)
        ranges.append((first, count))
        end = first + count
    return tuple(ranges)
