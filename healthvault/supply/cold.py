# SPDX-License-Identifier: Apache-2.0
"""How long something was too cold, too warm, in range, and for how long nobody knows.

A reading holds until the next one; where that is further away than the gap allowed, the time between counts
as unknown, never as in range. A summary (least and most) inside the limits counts for its whole time; outside, it
says that there was an excursion and not for how long. All numbers are exact. Spec: docs/spec/supply.md section 6.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from itertools import pairwise

from healthvault.supply.temperature import Temperature

__all__ = ["ColdReport", "Excursion", "Kept", "Limits", "Sample", "Series", "Summary", "report_of"]


class Kept(Enum):
    """How something was kept for a time."""

    ABOVE = "above"
    BELOW = "below"
    OUTSIDE = "outside"
    """Out of range for a part of it that is not known."""
    WITHIN = "within"
    UNKNOWN = "unknown"


_FIRST = (Kept.ABOVE, Kept.BELOW, Kept.OUTSIDE, Kept.WITHIN)  # which of several claims about one moment counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is asked for."""

    least: Fraction
    """Degrees Celsius; still in range."""
    most: Fraction
    max_gap_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A reading at a moment; None: the logger wrote none."""

    at_ms: int
    temperature: Temperature | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a device says of a whole time; None: it does not say."""

    begin_ms: int
    end_ms: int
    least: Temperature | None
    most: Temperature | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """What one device tells."""

    device: str | None
    things: tuple[str, ...]
    """What it was with, as its event says."""
    samples: tuple[Sample, ...]
    summaries: tuple[Summary, ...]
    unplaced: int
    """Readings whose unit or time is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Excursion:
    """A time out of range."""

    side: Kept
    """`ABOVE` or `BELOW`."""
    begin_ms: int
    end_ms: int
    duration_ms: int | None
    """None: somewhere in this time, and nobody knows for how long."""
    extreme: Temperature
    is_open: bool
    """The readings end, or break off, out of range: it may have lasted longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdReport:
    """What one device's readings come to. The four times add up to the whole."""

    series: Series
    begin_ms: int | None
    end_ms: int | None
    within_ms: int
    above_ms: int
    below_ms: int
    unknown_ms: int
    excursions: tuple[Excursion, ...]
    gaps: tuple[tuple[int, int], ...]
    """Times without readings, longer than was allowed."""

    @property
    def verdict(self) -> Kept:
        """`WITHIN` only if all of it is known to be."""
        if self.excursions:
            return Kept.OUTSIDE
        is_known = self.begin_ms is not None and not self.unknown_ms and not self.series.unplaced
        return Kept.WITHIN if is_known and self.within_ms else Kept.UNKNOWN


@dataclass(frozen=True, slots=True)
class _Stretch:
    begin_ms: int
    end_ms: int
    kept: Kept


def report_of(series: Series, limits: Limits) -> ColdReport:
    """Return what readings come to."""
    moments = _moments(series.samples)
    stretches = list(_between(moments, limits))
    excursions = [*_of_moments(moments, limits), *_of_summaries(series.summaries, limits)]
    stretches += [_Stretch(each.begin_ms, each.end_ms, _kept_in(each, limits)) for each in series.summaries]
    begins = [*(at for at, _ in moments[:1]), *(stretch.begin_ms for stretch in stretches)]
    ends = [*(at for at, _ in moments[-1:]), *(stretch.end_ms for stretch in stretches)]
    totals = _totals(stretches, min(begins, default=0), max(ends, default=0))
    return ColdReport(
        series=series,
        begin_ms=min(begins, default=None),
        end_ms=max(ends, default=None),
        within_ms=totals[Kept.WITHIN],
        above_ms=totals[Kept.ABOVE],
        below_ms=totals[Kept.BELOW],
        unknown_ms=totals[Kept.UNKNOWN] + totals[Kept.OUTSIDE],
        excursions=tuple(sorted(excursions, key=lambda one: (one.begin_ms, one.side.value))),
        gaps=tuple(_gaps(moments, limits)),
    )


def _moments(samples: Iterable[Sample]) -> list[tuple[int, tuple[Temperature | None, ...]]]:
    """Return readings by their moment, in order: two of one moment both count."""
    found: dict[int, list[Temperature | None]] = defaultdict(list)
    for sample in samples:
        found[sample.at_ms].append(sample.temperature)
    return [(at, tuple(found[at])) for at in sorted(found)]


_Moments = Sequence[tuple[int, tuple[Temperature | None, ...]]]


def _between(moments: _Moments, limits: Limits) -> Iterator[_Stretch]:
    for (begin, values), (end, _) in pairwise(moments):
        if end - begin <= limits.max_gap_ms:
            yield _Stretch(begin, end, _kept(values, limits))


def _gaps(moments: _Moments, limits: Limits) -> Iterator[tuple[int, int]]:
    for (begin, _), (end, _) in pairwise(moments):
        if end - begin > limits.max_gap_ms:
            yield begin, end


def _kept(values: Sequence[Temperature | None], limits: Limits) -> Kept:
    known = [value.celsius for value in values if value is not None]
    if any(value > limits.most for value in known):
        return Kept.ABOVE
    if any(value < limits.least for value in known):
        return Kept.BELOW
    return Kept.WITHIN if len(known) == len(values) else Kept.UNKNOWN


def _of_moments(moments: _Moments, limits: Limits) -> Iterator[Excursion]:
    """Yield excursions: from the first reading out of range to the first one that is not, or the last there is."""
    at = 0
    while at < len(moments):
        side = _kept(moments[at][1], limits)
        if side not in {Kept.ABOVE, Kept.BELOW}:
            at += 1
            continue
        last = at
        while last + 1 < len(moments) and _goes_on(moments, last, side, limits):
            last += 1
        is_closed = last + 1 < len(moments) and moments[last + 1][0] - moments[last][0] <= limits.max_gap_ms
        end = moments[last + 1][0] if is_closed else moments[last][0]
        values = [value for _, each in moments[at : last + 1] for value in each if value is not None]
        yield Excursion(
            side=side,
            begin_ms=moments[at][0],
            end_ms=end,
            duration_ms=end - moments[at][0],
            extreme=_extreme(values, side),
            is_open=not is_closed,
        )
        at = last + 1


def _goes_on(moments: _Moments, last: int, side: Kept, limits: Limits) -> bool:
    is_near = moments[last + 1][0] - moments[last][0] <= limits.max_gap_ms
    return is_near and _kept(moments[last + 1][1], limits) is side


def _extreme(values: Sequence[Temperature], side: Kept) -> Temperature:
    chosen = max if side is Kept.ABOVE else min
    return chosen(values, key=lambda value: value.celsius)


def _kept_in(summary: Summary, limits: Limits) -> Kept:
    if _is_above(summary, limits) or _is_below(summary, limits):
        return Kept.OUTSIDE
    is_told = summary.least is not None and summary.most is not None
    return Kept.WITHIN if is_told else Kept.UNKNOWN


def _is_above(summary: Summary, limits: Limits) -> bool:
    return any(each is not None and each.celsius > limits.most for each in (summary.least, summary.most))


def _is_below(summary: Summary, limits: Limits) -> bool:
    return any(each is not None and each.celsius < limits.least for each in (summary.least, summary.most))


def _of_summaries(summaries: Iterable[Summary], limits: Limits) -> Iterator[Excursion]:
    for summary in summaries:
        told = [each for each in (summary.least, summary.most) if each is not None]
        sides = ((Kept.ABOVE, _is_above(summary, limits)), (Kept.BELOW, _is_below(summary, limits)))
        for side in (side for side, is_out in sides if is_out):
            yield Excursion(
                side=side,
                begin_ms=summary.begin_ms,
                end_ms=summary.end_ms,
                duration_ms=None,
                extreme=_extreme(told, side),
                is_open=False,
            )


def _totals(stretches: Sequence[_Stretch], begin: int, end: int) -> dict[Kept, int]:
    """Return how long each state lasted: of claims that overlap the worse counts; where there is none, unknown."""
    changes: dict[int, list[tuple[Kept, int]]] = defaultdict(list)
    for stretch in stretches:
        changes[stretch.begin_ms].append((stretch.kept, 1))
        changes[stretch.end_ms].append((stretch.kept, -1))
    totals = dict.fromkeys(Kept, 0)
    current = dict.fromkeys(Kept, 0)
    last = begin
    for at in [*sorted(changes), end]:
        totals[next((kept for kept in _FIRST if current[kept]), Kept.UNKNOWN)] += at - last
        for kept, count in changes.pop(at, ()):
            current[kept] += count
        last = at
    return totals
