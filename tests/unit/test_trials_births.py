# SPDX-License-Identifier: Apache-2.0
"""Ages in completed years."""

from datetime import date

from healthvault.trials.births import ages_on


def test_ages() -> None:
    """On the day before a birthday one is a year younger; a year alone leaves two ages."""
    day = date(2026, 11, 20)
    assert ((18, 18), (17, 17)) == (ages_on("2008-11-20", day), ages_on("2008-11-21", day))
    assert (17, 18) == ages_on("2008", day)
    assert (0, 0) == ages_on("2026", date(2026, 6, 1))
    assert (None, None) == (ages_on(None, day), ages_on("2027", day))


def test_the_29th_of_february() -> None:
    """Completes a year on 1 March where there is no such day."""
    assert ((17, 17), (18, 18)) == (
        ages_on("2008-02-29", date(2026, 2, 28)),
        ages_on("2008-02-29", date(2026, 3, 1)),
    )
