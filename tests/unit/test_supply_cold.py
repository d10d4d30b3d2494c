# SPDX-License-Identifier: Apache-2.0
"""How long something was out of range: against a calculation of another kind, minute by minute."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from healthvault.supply.cold import ColdReport, Kept, Limits, Sample, Series, Summary, report_of
from healthvault.supply.temperature import Temperature

MINUTE = 60_000
LIMITS = Limits(least=Fraction(2), most=Fraction(8), max_gap_ms=30 * MINUTE)


def degrees(text: str, unit: str = "CEL") -> Temperature:
    """Return a temperature."""
    return Temperature(value=Decimal(text), unit=unit)


def reported(*samples: tuple[int, str | None], summaries: tuple[Summary, ...] = ()) -> ColdReport:
    """Return what readings (minute, degrees) come to."""
    series = Series(
        device=None,
        things=(),
        samples=tuple(
            Sample(at_ms=at * MINUTE, temperature=None if value is None else degrees(value))
            for at, value in samples
        ),
        summaries=summaries,
        unplaced=0,
    )
    return report_of(series, LIMITS)


def totals(report: ColdReport) -> tuple[int, int, int, int]:
    """Return minutes within, above, below, unknown."""
    return tuple(ms // MINUTE for ms in (report.within_ms, report.above_ms, report.below_ms, report.unknown_ms))


def naive(samples: list[tuple[int, int | None]]) -> tuple[int, int, int, int]:
    """Return the same by asking of every minute which reading was the last, and how far it is to the next."""
    counted = [0, 0, 0, 0]
    times = sorted({at for at, _ in samples})
    for minute in range(times[0], times[-1]) if times else ():
        last = max(at for at in times if at <= minute)
        following = min(at for at in times if at > minute)
        values = [value for at, value in samples if at == last]
        if following - last > 30:
            counted[3] += 1
        elif any(value is not None and value > 8 for value in values):
            counted[1] += 1
        elif any(value is not None and value < 2 for value in values):
            counted[2] += 1
        elif None in values:
            counted[3] += 1
        else:
            counted[0] += 1
    return tuple(counted)


@given(st.lists(st.tuples(st.integers(0, 400), st.one_of(st.none(), st.integers(-3, 13))), max_size=30))
def test_totals_equal_another_calculation(samples: list[tuple[int, int | None]]) -> None:
    """Minute by minute, with gaps, blanks, and two readings of one moment; the four add up to the whole."""
    report = reported(*((at, None if value is None else str(value)) for at, value in samples))
    assert naive(samples) == totals(report)
    whole = 0 if report.begin_ms is None or report.end_ms is None else report.end_ms - report.begin_ms
    assert whole == sum(totals(report)) * MINUTE
    closed = sum(each.duration_ms or 0 for each in report.excursions)
    assert report.above_ms + report.below_ms == closed


def test_an_excursion_with_its_extreme() -> None:
    """From the first reading above to the first that is not; the limits themselves are in range."""
    report = reported((0, "8"), (10, "8.1"), (20, "9.5"), (30, "2"), (40, "2"))
    (found,) = report.excursions
    assert (Kept.ABOVE, 10, 30) == (found.side, found.begin_ms // MINUTE, found.end_ms // MINUTE)
    assert ("9.5 CEL", False) == (found.extreme.text, found.is_open)
    assert ((20, 20, 0, 0), Kept.OUTSIDE) == (totals(report), report.verdict)


def test_a_gap_is_unknown_never_in_range() -> None:
    """However good the readings on both sides; just as long as allowed is no gap."""
    report = reported((0, "5"), (30, "5"), (61, "5"), (70, "5"))
    assert ((39, 0, 0, 31), Kept.UNKNOWN) == (totals(report), report.verdict)
    assert [(30, 61)] == [(begin // MINUTE, end // MINUTE) for begin, end in report.gaps]


def test_an_excursion_that_breaks_off_is_open() -> None:
    """Into a gap, or at the end of the readings: it may have lasted longer."""
    report = reported((0, "9"), (60, "1"))
    assert [(Kept.ABOVE, True, 0), (Kept.BELOW, True, 0)] == [
        (each.side, each.is_open, each.duration_ms) for each in report.excursions
    ]
    assert (0, 0, 0, 60) == totals(report)


def test_one_reading_shows_no_time_in_range() -> None:
    """Nor do none."""
    assert Kept.UNKNOWN is reported((0, "5")).verdict
    assert Kept.UNKNOWN is reported().verdict


def summary(least: str | None, most: str | None, begin: int = 0, end: int = 60) -> Summary:
    """Return what a device says of an hour."""
    return Summary(
        begin_ms=begin * MINUTE,
        end_ms=end * MINUTE,
        least=None if least is None else degrees(least),
        most=None if most is None else degrees(most),
    )


def test_a_summary_inside_counts_for_its_time_and_outside_has_no_length() -> None:
    """An excursion of unknown length: its time is unknown, not out of range for all of it."""
    assert ((60, 0, 0, 0), Kept.WITHIN) == (
        totals(reported(summaries=(summary("2.9", "7.4"),))),
        reported(summaries=(summary("2.9", "7.4"),)).verdict,
    )
    report = reported(summaries=(summary("1.5", "8.5"),))
    assert ((0, 0, 0, 60), Kept.OUTSIDE) == (totals(report), report.verdict)
    assert [(Kept.ABOVE, None, "8.5 CEL"), (Kept.BELOW, None, "1.5 CEL")] == [
        (each.side, each.duration_ms, each.extreme.text) for each in report.excursions
    ]


def test_half_a_summary_is_unknown() -> None:
    """The least alone says nothing of the most."""
    report = reported(summaries=(summary("3", None),))
    assert ((0, 0, 0, 60), Kept.UNKNOWN) == (totals(report), report.verdict)
    assert Kept.OUTSIDE is reported(summaries=(summary("9", None),)).verdict


def test_where_claims_overlap_the_worse_counts() -> None:
    """A summary in range does not hide a reading out of range, nor fill what lies outside of it."""
    report = reported((50, "9"), (70, "5"), (75, "5"), summaries=(summary("3", "7"),))
    assert (50 + 5, 20, 0, 0) == totals(report)


def test_units_convert_exactly() -> None:
    """46.4 °F is 8 °C, no more; 275.15 K is 2 °C."""
    assert (Fraction(8), Fraction(2)) == (degrees("46.4", "FAH").celsius, degrees("275.15", "KEL").celsius)
    edge = Series(
        device=None,
        things=(),
        samples=(Sample(at_ms=0, temperature=degrees("46.4", "FAH")), Sample(at_ms=1, temperature=degrees("5"))),
        summaries=(),
        unplaced=0,
    )
    assert Kept.WITHIN is report_of(edge, LIMITS).verdict
