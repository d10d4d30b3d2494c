# SPDX-License-Identifier: Apache-2.0
"""What held on a day: withdrawals end, new consents replace, and nothing disappears."""

from datetime import date

import pytest

from healthvault.errors import ConsentRefused
from healthvault.trials.consent_history import History, Period, Standing, period_of
from tests.trial_records import consent, history, withdrawal


def day(text: str) -> date:
    """Return a day."""
    return date.fromisoformat(text)


def standings(whole: History, on: str) -> list[str]:
    """Return what each consent is on a day."""
    return [whole.standing_of(kept, day(on)).value for kept in whole.consents]


def refused(whole: History, when: str | None, option: str = "data") -> str | None:
    """Return the code by which something of a date is refused; None if it is covered."""
    try:
        whole.check_covers("S1", option, period_of(when))
    except ConsentRefused as err:
        return err.code
    return None


def test_a_withdrawal_ends_from_its_day_on() -> None:
    """The day before is covered, the day itself is not."""
    whole = history(consent(), withdrawal("2026-05-01", 1))
    assert [["not_yet"], ["in_force"], ["in_force"], ["withdrawn"]] == [
        standings(whole, on) for on in ("2026-01-09", "2026-01-10", "2026-04-30", "2026-05-01")
    ]
    assert [None, "consent_withdrawn", "no_consent"] == [
        refused(whole, when) for when in ("2026-04-30T23:59:59Z", "2026-05-01", "2026-01-09")
    ]


def test_enrolling_again_is_a_second_record() -> None:
    """Both stay, the gap between is not covered, and the old withdrawal does not end the new consent."""
    whole = history(consent(1), withdrawal("2026-05-01", 1), consent(2, "2026-07-01"))
    assert ["withdrawn", "in_force"] == standings(whole, "2026-08-01")
    assert [None, "consent_withdrawn", None] == [
        refused(whole, when) for when in ("2026-03-01", "2026-06-01", "2026-08-01")
    ]


def test_on_the_day_of_a_withdrawal_one_may_enrol_again() -> None:
    """It names what it ends, so the consent of the same day holds."""
    whole = history(consent(1), withdrawal("2026-05-01", 1), consent(2, "2026-05-01"))
    assert ["withdrawn", "in_force"] == standings(whole, "2026-05-01")


def test_consenting_anew_replaces() -> None:
    """The older consent says what was agreed to until then."""
    whole = history(consent(1), consent(2, "2026-06-01", data=False, replaces=1))
    assert ["replaced", "in_force"] == standings(whole, "2026-06-01")
    assert [None, "no_consent", "no_consent"] == [
        refused(whole, when) for when in ("2026-05-31", "2026-06-01", "2026-06")
    ]
    assert "no_consent" == refused(whole, "2026-05-20", "samples")


def test_a_withdrawal_goes_before_a_replacement() -> None:
    """On one day both: it counts as withdrawn. One that names both consents ends both."""
    whole = history(consent(1), consent(2, "2026-06-01", replaces=1), withdrawal("2026-06-01", 1, 2))
    assert ["withdrawn", "withdrawn"] == standings(whole, "2026-07-01")


def test_a_period_must_be_covered_on_every_day() -> None:
    """A month with a gap in it is not, though consent held on its first and its last day."""
    whole = history(consent(1), withdrawal("2026-05-10", 1), consent(2, "2026-05-20"))
    assert "consent_withdrawn" == refused(whole, "2026-05")
    assert None is refused(history(consent(1), consent(2, "2026-05-10", replaces=1)), "2026-05")
    assert "no_consent" == refused(history(consent(1)), "2026")
    assert "no_consent" == refused(history(consent(1)), None)
    assert "consent_withdrawn" == refused(whole, None)
    with pytest.raises(ConsentRefused):
        whole.check_covers("S1", "data", Period(first=day("2026-04-02"), last=day("2026-04-01")))


def test_an_endless_period_costs_nothing() -> None:
    """Only days on which something turns are looked at."""
    whole = Period(first=date.min, last=date.max)
    assert 4 == len(history(consent(1), withdrawal("2026-05-01", 1)).turns(whole))


def test_what_was_set_aside_does_not_hold() -> None:
    """A consent that was retracted does not; a withdrawal still counts; both are there."""
    whole = history(consent(1), withdrawal("2026-05-01", 1), set_aside=(1,))
    assert ["set_aside"] == standings(whole, "2026-02-01")
    assert ["withdrawn"] == standings(whole, "2026-06-01")
    assert (1, 1) == (len(whole.consents), len(whole.withdrawals))


def test_of_another_study_nothing_counts() -> None:
    """Neither a consent nor a withdrawal."""
    whole = history(consent(1), withdrawal("2026-05-01", 1, study="S2"), consent(2, study="S2"))
    assert ["in_force", "in_force"] == standings(whole, "2026-06-01")
    assert (1, 0) == (len(whole.of_study("S1").consents), len(whole.of_study("S1").withdrawals))


def test_a_record_cannot_replace_itself() -> None:
    """Nor two each other's end before they began."""
    assert ["in_force"] == standings(history(consent(1, replaces=1)), "2026-06-01")


def test_what_a_withdrawal_ends() -> None:
    """All that no withdrawal of that day or before has ended, each once, also what was replaced."""
    whole = history(consent(1), consent(2, "2026-03-01", replaces=1), withdrawal("2026-05-01", 1))
    assert (consent(2).record,) == whole.open_records("S1", day("2026-06-01"))
    assert 2 == len(whole.open_records("S1", day("2026-04-01")))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-02", "2026-02-01", "2026-02-28"),
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-11-20", "2026-11-20", "2026-11-20"),
        ("2026-11-20T23:30:00-11:00", "2026-11-20", "2026-11-20"),
    ],
)
def test_dates_of_documents(text: str, first: str, last: str) -> None:
    """A day as written, whatever the zone; a month and a year as a whole."""
    assert Period(first=day(first), last=day(last)) == period_of(text)


def test_what_is_no_date() -> None:
    """Nothing is guessed."""
    assert {None} == {period_of(text) for text in (None, "", "2026-13", "20x6", "0000", "9999-12", "yesterday!")}


def test_standing_words_are_stable() -> None:
    """They stand in JSON output."""
    assert ["in_force", "not_yet", "replaced", "withdrawn", "set_aside"] == [each.value for each in Standing]
