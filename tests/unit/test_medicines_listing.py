# SPDX-License-Identifier: Apache-2.0
"""The list: a line a medicine, every source beside it, and nothing decided that no source says."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healthvault.medicines.listing import Line, medicine_list
from healthvault.medicines.telling import Sign, Sort, Telling
from tests.prescribed import book, dispensed, named, prescription, stopped

DAYS = st.sampled_from(["2026-02-01", "2026-03-01", "2026-03-20", "2026-06-30", "2027-01-01"])
DRUGS = st.sampled_from(
    [named("Ramipril 5 mg"), named("Ramipril 5 mg", "1"), named("Ramipril 10 mg", "1"), named("Zestril", "1")]
)
TELLINGS = st.lists(
    st.one_of(
        st.builds(
            lambda drug, day, word: prescription(medicine=drug, date=day, said=day, status=word),
            DRUGS, DAYS | st.none(), st.sampled_from(["active", "completed", "on-hold", "stopped"]),
        ),
        st.builds(lambda drug, day: dispensed(medicine=drug, date=day, about=()), DRUGS, DAYS),
        st.builds(lambda drug, day: stopped(medicine=drug, until=day, about=()), DRUGS, DAYS),
    ),
    max_size=6,
)  # fmt: skip


def numbered(tellings: list[Telling], first: int = 0) -> list[Telling]:
    """Return tellings each in a document of its own."""
    return [
        dataclasses.replace(each, id=f"d_{number}", document=f"d_{number}")
        for number, each in enumerate(tellings, first)
    ]


def lines(*tellings: Telling, day: str = "2026-03-15") -> tuple[Line, ...]:
    """Return the list as of a day."""
    return medicine_list(book(*tellings), day)


def line(*tellings: Telling, day: str = "2026-03-15") -> Line:
    """Return its only line."""
    (found,) = lines(*tellings, day=day)
    return found


def test_a_line_says_what_its_source_says() -> None:
    """With every document, in the order of days."""
    found = line(prescription(), dispensed())
    assert ("active", "Ramipril 5 mg", "1 in the morning") == (found.status, found.title, found.dose)
    assert ("2026-03-01", "2026-08-31", "Dr Lee", ()) == (
        found.since,
        found.until,
        found.prescriber,
        found.differs,
    )
    assert [("d_rx",), ("d_one",)] == [each.documents for each in found.sources]


def test_the_newest_in_force_gives_the_dose() -> None:
    """And that doses differ is said; one that is over differs from nothing."""
    newer = prescription("d_two", date="2026-03-10", said="2026-03-10", dose="2 in the evening")
    found = line(prescription(), newer)
    assert ("2 in the evening", "2026-03-01", ("dose",)) == (found.dose, found.since, found.differs)
    over = prescription("d_old", date="2025-01-01", until="2025-03-01", said="2025-01-01", dose="3")
    assert ("active", ()) == (line(prescription(), over).status, line(prescription(), over).differs)


def test_sources_that_differ_in_status_are_said_to() -> None:
    """A hospital stopped by name what a prescription says is active; a stop that names it is no difference."""
    hospital = stopped("d_h", about=(), sort=Sort.STATEMENT, date="2026-01-01", by="Hospital", dose=None)
    found = line(prescription(), hospital, day="2026-04-15")
    assert ("stopped", ("status",), "2026-04-01") == (found.status, found.differs, found.until)
    assert () == line(prescription(), stopped(), day="2026-04-15").differs
    held = prescription(
        "d_st", sort=Sort.STATEMENT, status="on-hold", date="2026-03-05", said="2026-03-05", until=None
    )
    assert ("on-hold", ("status",)) == (line(prescription(), held).status, line(prescription(), held).differs)


def test_a_strength_that_the_pharmacy_changed_is_a_difference() -> None:
    """It is on that prescription, by its own word."""
    assert ("medicine",) == line(prescription(), dispensed(medicine=named("Ramipril 10 mg"))).differs


def test_dispenses_alone_make_a_line() -> None:
    """Active while the supply lasts; without days it is not known."""
    alone = dispensed(about=())
    assert ["active", "completed"] == [line(alone, day=day).status for day in ("2026-03-31", "2026-04-01")]
    assert ("unknown", None) == (line(dispensed(about=(), days=None)).status, line(alone).prescriber)


def test_what_was_not_there_yet_is_no_source() -> None:
    """Neither a line."""
    assert () == lines(prescription(), day="2026-02-28")
    assert 1 == len(line(prescription(), dispensed(date="2026-03-20")).sources)


def test_two_people_have_lines_of_their_own() -> None:
    """The owner's first."""
    rui = prescription("d_rui", patient="rui", patient_name="Rui")
    assert ["", "Rui"] == [each.patient for each in lines(rui, prescription())]


@pytest.mark.parametrize(
    ("name", "by", "expected"), [("Dr Lee", "dr  LEE", True), ("Ana", "Dr Lee", False), ("Dr Lee", None, False)]
)
def test_only_the_prescriber_signs_as_prescriber(name: str, by: str | None, expected: bool) -> None:
    """Who is known to the owner by that very name; anybody else signs as who they are."""
    sign = Sign(name=name, contact="c_x", how="bundle")
    found = line(prescription(signed=(sign,), by=by))
    assert (expected, (sign,)) == (found.is_prescriber_signed, found.signed)
    assert not line(prescription(by=by)).is_prescriber_signed


@given(tellings=TELLINGS, day=DAYS, data=st.data())
@settings(max_examples=150)
def test_the_order_of_adding_does_not_matter(tellings: list[Telling], day: str, data: st.DataObject) -> None:
    """The same documents give the same list."""
    said = numbered(tellings)
    assert lines(*said, day=day) == lines(*data.draw(st.permutations(said)), day=day)


@given(tellings=TELLINGS, day=DAYS)
@settings(max_examples=150)
def test_an_unrelated_document_changes_nothing(tellings: list[Telling], day: str) -> None:
    """But for its own line."""
    said = numbered(tellings)
    other = prescription("d_other", medicine=named("Insulin glargine", "9"), date="2026-01-01")
    assert set(lines(*said, day=day)) == {each for each in lines(*said, other, day=day) if each.title[:3] != "Ins"}


@given(tellings=TELLINGS, day=DAYS, drug=DRUGS)
@settings(max_examples=150)
def test_a_later_dispense_removes_no_medicine(tellings: list[Telling], day: str, drug: object) -> None:
    """Every document that was a source still is one."""
    said = numbered(tellings)
    later = dispensed("d_later", medicine=drug, date="2026-03-02", about=())
    before, after = lines(*said, day=day), lines(*said, later, day=day)
    assert sources(before) <= sources(after)
    assert {each.title for each in before} <= {each.title for found in after for each in found.sources}


def sources(found: tuple[Line, ...]) -> set[str]:
    """Return all documents of a list."""
    return {name for each in found for source in each.sources for name in source.documents}
