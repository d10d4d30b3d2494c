# SPDX-License-Identifier: Apache-2.0
"""A reference leads to the one prescription that it can mean, or nowhere."""

from healthvault.medicines.telling import Telling
from tests.prescribed import book, dispensed, named, prescription, stopped


def link(dispense: Telling, *others: Telling) -> str | None:
    """Return the prescription of a dispense."""
    found = book(dispense, *others).links.get(dispense.id)
    return None if found is None else found.id


def test_a_form_names_its_prescription_in_any_vault() -> None:
    """By the id of the vault where it was written, else by the address of the bytes."""
    assert "d_rx" == link(dispensed(), prescription())
    assert "d_here" == link(dispensed(about=("ni:///x", "d_there")), prescription("d_here", content="ni:///x"))
    assert link(dispensed(about=("d_gone",)), prescription()) is None
    assert link(dispensed(patient="rui"), prescription()) is None


def test_a_resource_is_found_in_its_own_document_first() -> None:
    """Ids of servers mean little elsewhere: there the medicine has to be the same, and there must be one alone."""
    about = ("MedicationRequest/7",)
    here = prescription("d_a:1", document="d_a", identity="MedicationRequest/7", medicine=named("Other"))
    there = prescription("d_b:1", document="d_b", identity="MedicationRequest/7", by="Somebody")
    assert "d_a:1" == link(dispensed("d_a:2", document="d_a", about=about), here, there)
    assert "d_b:1" == link(dispensed("d_c", about=about), here, there)
    again = prescription("d_d:1", document="d_d", identity="MedicationRequest/7", by="Somebody else")
    assert link(dispensed("d_c", about=about), there, again) is None
    assert "d_b:1" == link(dispensed("d_c", about=("urn:uuid:7",)), there)


def test_a_dispense_is_of_the_medicine_of_its_prescription() -> None:
    """Whatever name the pharmacy has for it; and joins nothing else."""
    generic = dispensed(medicine=named("Altace 5 mg"))
    found = book(generic, prescription())
    assert found.group(generic) == found.group(prescription())
    apart = dispensed("d_two", medicine=named("Altace 5 mg"), about=())
    assert book(generic, prescription(), apart).group(apart) != found.group(generic)


def test_errors_are_left_out() -> None:
    """And so is what names no medicine."""
    assert () == book(prescription(status="entered-in-error"), dispensed(medicine=named(" "))).tellings


def test_a_stop_of_a_medicine_bears_on_what_was_begun_before() -> None:
    """On the day itself it is not known; what names a prescription that is not here bears on nothing."""
    stop = stopped(about=(), until="2026-04-01")
    for date, expected in (("2026-03-01", [True]), ("2026-04-01", [False]), ("2026-04-02", []), (None, [True])):
        course = prescription(date=date)
        assert expected == [each.is_sure for each in book(stop, course).stops(course)], date
    assert () == book(stopped(about=("d_gone",)), prescription()).stops(prescription())
    assert () == book(stopped(about=(), until=None), prescription()).stops(prescription())
