# SPDX-License-Identifier: Apache-2.0
"""Each flag where it belongs and not beside it; and that it is not known where something is missing."""

from decimal import Decimal

import pytest

from healthvault.medicines.flags import UNKNOWN_WINDOW_DAYS, find_flags
from healthvault.medicines.telling import Amount, Sort, Telling
from tests.prescribed import book, dispensed, named, prescription, stopped

PACK = "(01)09506000134352(21)SN4711"


def flags(*tellings: Telling, day: str = "9999-12-31") -> dict[str, bool]:
    """Return whether each flag was found or is not known."""
    return {each.code: each.is_found for each in find_flags(book(*tellings), day)}


def amount(number: int, unit: str = "tablets") -> Amount:
    """Return a quantity."""
    return Amount(number=Decimal(number), unit=unit)


def test_nothing_is_odd_about_what_was_prescribed() -> None:
    """Twice, each after the other was used up."""
    assert {} == flags(prescription(), dispensed(), dispensed("d_two", date="2026-04-01"))


def test_more_often_than_prescribed() -> None:
    """1 + repeats, and not once more; each document is named."""
    three = [dispensed(f"d_{month}", date=f"2026-{month}-02") for month in ("03", "04", "05")]
    (flag,) = find_flags(book(prescription(), *three), "2026-05-02")
    assert ("over_dispense", True, "2026-05-02") == (flag.code, flag.is_found, flag.day)
    assert {"d_rx", "d_03", "d_04", "d_05"} == set(flag.documents)
    assert {} == flags(prescription(), *three, day="2026-05-01")


def test_more_in_all_than_prescribed() -> None:
    """Exactly so much is right; other units are not added up."""
    assert {} == flags(prescription(), dispensed(quantity=amount(60), days=60))
    assert {"over_dispense": True} == flags(prescription(), dispensed(quantity=amount(61), days=60))
    assert {"over_dispense": False} == flags(prescription(), dispensed(quantity=amount(2, "packs")))
    assert {"over_dispense": False} == flags(prescription(), dispensed(quantity=None))


def test_repeats_that_are_not_said() -> None:
    """Once is right in any case; more is not known."""
    two = (dispensed(), dispensed("d_two", date="2026-04-01"))
    assert {} == flags(prescription(repeats=None), two[0])
    assert {"over_dispense": False} == flags(prescription(repeats=None), *two)


def test_dispenses_that_name_no_prescription_may_be_of_it() -> None:
    """They count for nothing, and so it is not known."""
    loose = dispensed("d_two", date="2026-04-01", about=())
    assert {"over_dispense": False} == flags(prescription(repeats=0), dispensed(), loose)
    assert {} == flags(prescription(repeats=1), dispensed(), loose)


@pytest.mark.parametrize(("day", "expected"), [("2026-03-16", {"double_dispense": True}), ("2026-03-17", {})])
def test_again_while_most_is_left(day: str, expected: dict[str, bool]) -> None:
    """Before half of the days have passed, and not after: 14 and 15 of 30."""
    assert expected == flags(prescription(), dispensed(), dispensed("d_two", date=day))


def test_twice_on_two_prescriptions_in_two_pharmacies() -> None:
    """It is the medicine that counts; another strength is another one, and so is another patient."""
    second = prescription("d_b", by="Dr Elsewhere", date="2026-03-03")
    again = dispensed("d_two", date="2026-03-05", by="Elsewhere", about=("d_b",))
    assert {"double_dispense": True} == flags(prescription(), dispensed(), second, again)
    other = dispensed("d_two", date="2026-03-05", medicine=named("Ramipril 10 mg"), about=())
    assert {} == flags(prescription(), dispensed(), other)
    assert {} == flags(dispensed(about=()), dispensed("d_two", date="2026-03-05", patient="rui", about=()))


def test_a_large_supply_before_a_small_one_counts() -> None:
    """Not the last one alone."""
    year = dispensed("d_year", date="2026-01-01", days=365, about=())
    found = find_flags(book(year, dispensed("d_a", date="2026-02-01", days=5, about=()),
                            dispensed("d_b", date="2026-03-01", days=5, about=())), "2026-12-31")  # fmt: skip
    assert [("d_year", "d_b"), ("d_year", "d_a")] == [each.documents for each in found]


def test_one_dispense_told_twice_is_not_two() -> None:
    """The very same is one; what may be the same is not known; what cannot be is two."""
    assert {} == flags(prescription(), dispensed(), dispensed("d_again"))
    vague = dispensed("d_letter", by=None, quantity=None, about=())
    assert {"double_dispense": False} == flags(prescription(), dispensed(), vague)
    assert {"double_dispense": True} == flags(prescription(), dispensed(), dispensed("d_b", by="Elsewhere"))


def test_a_supply_of_unknown_length() -> None:
    """Is not known for a while, and then forgotten."""
    first = dispensed(days=None, about=(), date="2026-01-01")
    assert {"double_dispense": False} == flags(first, dispensed("d_two", date="2026-03-01", about=()))
    assert 90 == UNKNOWN_WINDOW_DAYS
    assert {} == flags(first, dispensed("d_two", date="2026-04-02", about=()))
    undated = dispensed("d_two", date=None, about=())
    assert {"double_dispense": False} == flags(dispensed(about=()), undated)


@pytest.mark.parametrize(("day", "expected"), [("2026-09-01", {"expired": True}), ("2026-08-31", {})])
def test_after_the_validity(day: str, expected: dict[str, bool]) -> None:
    """Its last day is a day of it."""
    assert expected == flags(prescription(), dispensed(date=day))
    assert {"expired": False} == flags(prescription(until=None), dispensed(date=day))


@pytest.mark.parametrize(
    ("day", "expected"), [("2026-02-28", {"dispensed_before_written": True}), ("2026-03-01", {})]
)
def test_before_it_was_written(day: str, expected: dict[str, bool]) -> None:
    """On its day is right."""
    assert expected == flags(prescription(), dispensed(date=day))
    assert {"dispensed_before_written": False} == flags(prescription(date=None), dispensed(date=day))
    month = flags(prescription(date="2026-03"), dispensed(date="2026-03-05"))
    assert {} == month


@pytest.mark.parametrize(("day", "expected"), [("2026-04-02", True), ("2026-04-01", False), ("2026-03-31", None)])
def test_after_a_stop(day: str, expected: bool | None) -> None:
    """On its day it is not known which was first."""
    found = flags(prescription(), stopped(), dispensed(date=day))
    assert expected == found.get("dispensed_after_stop")
    by_name = flags(prescription(), stopped(about=()), dispensed(date=day))
    assert expected == by_name.get("dispensed_after_stop")
    alone = flags(stopped(about=()), dispensed(date=day, about=()))
    assert expected == alone.get("dispensed_after_stop")


def test_a_new_prescription_after_the_stop_is_right() -> None:
    """What is dispensed on it, or may be, was not stopped; on the old one it was."""
    new = prescription("d_new", date="2026-05-01")
    assert {} == flags(prescription(), stopped(about=()), new, dispensed(date="2026-05-02", about=("d_new",)))
    loose = dispensed(date="2026-05-02", about=())
    assert "dispensed_after_stop" not in flags(prescription(), stopped(), new, loose)
    assert flags(prescription(), stopped(), new, dispensed(date="2026-05-02"))["dispensed_after_stop"]


def test_a_stop_by_a_hospital_counts() -> None:
    """Without a day it is not taken for one."""
    hospital = stopped("d_h", about=(), sort=Sort.STATEMENT, date="2026-01-01")
    assert flags(prescription(), hospital, dispensed(date="2026-04-02"))["dispensed_after_stop"]
    vague = stopped("d_h", about=(), sort=Sort.STATEMENT, date="2026-01-01", until=None)
    assert {} == flags(prescription(), vague, dispensed(date="2026-04-02"))


def test_the_same_pack_twice() -> None:
    """However it was scanned; another pack, the code of a product, and the record told twice are not."""
    one = dispensed(pack=PACK)
    again = dispensed("d_two", date="2026-04-05", pack="]d20109506000134352\x1d21SN4711")
    assert {"same_pack_twice": True} == flags(prescription(), one, again)
    assert {} == flags(prescription(), one, dispensed("d_two", date="2026-04-05", pack=PACK + "2"))
    assert {} == flags(prescription(), one, dispensed("d_two", pack=PACK))
    ean = [dispensed(f"d_{month}", date=f"2026-{month}-05", pack="9506000134352") for month in ("03", "04")]
    assert {"same_pack_twice": False} == flags(prescription(), *ean)


def test_what_was_not_handed_over_counts_for_nothing() -> None:
    """Cancelled, declined, or still being prepared."""
    for word in ("cancelled", "declined", "in-progress", "entered-in-error"):
        assert {} == flags(prescription(), dispensed(), dispensed("d_two", date="2026-03-03", status=word)), word
