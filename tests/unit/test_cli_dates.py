# SPDX-License-Identifier: Apache-2.0
"""Days and spans as people type them."""

from datetime import datetime

import pytest

from healthvault.cli.dates import parse_duration, parse_partial_date, parse_span, parse_when

NOW = datetime.fromisoformat("2026-11-20T14:30:00")


@pytest.mark.parametrize(
    ("text", "after", "before"),
    [
        ("30d", "2026-12-20T14:30:00", "2026-10-21T14:30:00"),
        ("2w", "2026-12-04T14:30:00", "2026-11-06T14:30:00"),
        ("6m", "2027-05-20T14:30:00", "2026-05-20T14:30:00"),
        ("1y", "2027-11-20T14:30:00", "2025-11-20T14:30:00"),
        ("200y", "2226-11-20T14:30:00", "1826-11-20T14:30:00"),
    ],
)
def test_spans_count_from_now(text: str, after: str, before: str) -> None:
    """Days, weeks, months and years, forwards and backwards."""
    span = parse_span(text)
    assert (after, before) == (span.after(NOW).isoformat(), span.before(NOW).isoformat())


def test_a_month_after_the_31st_is_the_last_of_a_shorter_month() -> None:
    """Months are those of the calendar."""
    assert "2027-02-28" == str(parse_span("1m").after(datetime.fromisoformat("2027-01-31")).date())
    assert "2027-02-28" == str(parse_span("1y").before(datetime.fromisoformat("2028-02-29")).date())


def test_a_day_begins_at_midnight_and_ends_with_its_last_millisecond() -> None:
    """`--until 2026-11-20` includes that day."""
    when = parse_when("2026-11-20")
    assert "2026-11-20T00:00:00" == when.start(NOW).isoformat()
    assert "2026-11-20T23:59:59.999000" == when.end(NOW).isoformat()
    assert "2026-11-20" == when.past_day(NOW)


def test_a_span_is_ahead_for_a_grant_and_behind_for_a_filter() -> None:
    """The same text counts in the direction that makes sense."""
    when = parse_when("30d")
    assert when.start(NOW) == when.end(NOW) == datetime.fromisoformat("2026-12-20T14:30:00")
    assert "2026-10-21" == when.past_day(NOW)


@pytest.mark.parametrize(
    "text",
    ["", "0d", "d", "-1d", "30", "30h", "1 d", "201y", "99999d", "2026-13-01", "2026-02-30", "2026-1-1", "٣d",
     "1700-01-01", "9999-12-31", "20261120", "2026-11-20T10:00"],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    """What is neither a day of our time nor a span up to 200 years is a ValueError."""
    with pytest.raises(ValueError, match=r".+"):
        parse_when(text)


@pytest.mark.parametrize("text", ["2026", "2026-11", "2026-11-20"])
def test_a_document_may_have_part_of_a_date(text: str) -> None:
    """A year or a month is enough; the text is kept as it is."""
    assert text == parse_partial_date(text)


@pytest.mark.parametrize(
    "text", ["", "26", "2026-", "2026-13", "2026-11-31", "x026", "2026-11-20-01", "-2026", "20261"]
)
def test_other_partial_dates_are_refused(text: str) -> None:
    """What is no year, month or day is a ValueError."""
    with pytest.raises(ValueError, match=r".+"):
        parse_partial_date(text)


@pytest.mark.parametrize(("text", "hours"), [("8h", 8), ("1h", 1), ("2d", 48), ("1w", 168), ("9999h", 9999)])
def test_a_duration_is_hours_days_or_weeks(text: str, hours: int) -> None:
    """In milliseconds."""
    assert hours * 3_600_000 == parse_duration(text)


@pytest.mark.parametrize("text", ["", "8", "h", "0h", "08h", "8m", "8H", "-8h", "8h ", "٨h", "10000h"])
def test_everything_else_is_no_duration(text: str) -> None:
    """A month is no time to leave a vault open."""
    with pytest.raises(ValueError, match="write 8h"):
        parse_duration(text)
