# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.cli.failures."""

import pytest

from healthvault.cli.failures import failures_text
from healthvault.storage.attempts import FailedUnlocks


@pytest.fixture(autouse=True)
def _zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")


@pytest.mark.parametrize(
    ("failures", "expected"),
    [
        (FailedUnlocks(count=0, since_ms=0), "no failed attempts to unlock since 1970-01-01 00:00"),
        (
            FailedUnlocks(count=1, since_ms=0, last_ms=60_000),
            "1 failed attempt to unlock since 1970-01-01 00:00, the newest 1970-01-01 00:01",
        ),
        (
            FailedUnlocks(count=12, since_ms=0, last_ms=60_000),
            "12 failed attempts to unlock since 1970-01-01 00:00, the newest 1970-01-01 00:01",
        ),
    ],
)
def test_a_sentence(failures: FailedUnlocks, expected: str) -> None:
    """How many, since when, and the newest."""
    assert expected == failures_text(failures)


def test_unknown_is_not_none() -> None:
    """Where nothing was counted nobody is told that nothing happened."""
    assert "not known" in failures_text(None)
