# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.dates."""

import pytest

from healthvault.records.dates import from_compact, from_iso, from_unix, moment_from_compact, moment_from_iso


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024", "2024"),
        ("2024-03", "2024-03"),
        ("2024-03-15", "2024-03-15"),
        ("2024-03-15T23:59:59-11:00", "2024-03-15"),
        ("2016-04-15 07:27:26 +0100", "2016-04-15"),
        ("2024-02-30", None),
        ("2024-13", None),
        ("0001-01-01", None),
        ("9999-12-31", None),
        ("24-03-15", None),
        ("2024-03-15x", None),
        ("٢٠٢٤", None),
        ("2024-1-1", None),
        ("IGNORED_FIELD", None),
        ("-", None),
        ("", None),
        (None, None),
    ],
)
def test_iso_dates(value: str | None, expected: str | None) -> None:
    """A date is kept as far as it is known, a time is cut off without moving it, the rest is no date."""
    assert expected == from_iso(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2012", "2012"),
        ("201203", "2012-03"),
        ("20120314", "2012-03-14"),
        ("201203141259-0215", "2012-03-14"),
        ("20190824195013+02'00'", "2019-08-24"),
        ("20120001", None),
        ("201", None),
        ("x", None),
        ("", None),
        (None, None),
    ],
)
def test_compact_dates(value: str | None, expected: str | None) -> None:
    """Timestamps of HL7 and PDF give the day as written."""
    assert expected == from_compact(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1715107763.677, "2024-05-07"),
        (0, "1970-01-01"),
        (1708200000000, None),
        (1e300, None),
        (float("nan"), None),
        (10**400, None),
        (True, None),
        ("1715107763", None),
        (None, None),
    ],
)
def test_unix_times(value: object, expected: str | None) -> None:
    """Seconds give a UTC day; milliseconds, texts and what is out of range do not."""
    assert expected == from_unix(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024", "2024"),
        ("20240315", "2024-03-15"),
        ("2024031510", "2024-03-15T10"),
        ("202403151030-0800", "2024-03-15T10:30-08:00"),
        ("20240315103026.655+0530", "2024-03-15T10:30:26.655+05:30"),
        ("2024031530", "2024-03-15"),
        ("202403151099", "2024-03-15"),
        ("20240315 morning", "2024-03-15"),
        ("20240230103000", None),
        ("", None),
        (None, None),
    ],
)
def test_compact_moments(value: str | None, expected: str | None) -> None:
    """A timestamp of HL7 keeps its offset, and is no more exact than it is written."""
    assert expected == moment_from_compact(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024-03-15T10:30:00.5Z", "2024-03-15T10:30:00.5Z"),
        ("2024-03-15T10:30+01:00", "2024-03-15T10:30+01:00"),
        ("2024-03-15T25:00:00Z", "2024-03-15"),
        ("2024-03-15", "2024-03-15"),
        ("15-03-2024", None),
    ],
)
def test_iso_moments(value: str, expected: str | None) -> None:
    """A date and time stays as it is written if it is one; else its date is kept."""
    assert expected == moment_from_iso(value)
