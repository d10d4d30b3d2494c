# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.provenance: the ladder."""

import pytest

from healthvault.records.cards import CardDocument, CardVerdict, CheckedCard
from healthvault.records.kinds import Kind
from healthvault.records.provenance import MADE_HERE, Evidence, Rung, machine_source, rung_of


def cards(*states: CardVerdict, is_all: bool = True) -> CardDocument:
    """Return a document of cards that were found to be so."""
    return CardDocument(cards=tuple(CheckedCard(place="", state=state) for state in states), is_all=is_all)


@pytest.mark.parametrize(
    ("kind", "source", "rung"),
    [
        (Kind.FHIR_BUNDLE, "Clinic", Rung.CLINIC_EXPORTED),
        (Kind.CCDA, "Clinic", Rung.CLINIC_EXPORTED),
        (Kind.DICOM, "Clinic", Rung.CLINIC_EXPORTED),
        (Kind.SMART_HEALTH_CARD, "https://clinic.example", Rung.CLINIC_EXPORTED),
        (Kind.FHIR, None, Rung.PATIENT),
        (Kind.FHIR, MADE_HERE, Rung.MACHINE),
        (Kind.APPLE_HEALTH, None, Rung.DEVICE),
        (Kind.FIT, "Clinic", Rung.DEVICE),
        (Kind.PDF, "Clinic", Rung.SCAN),
        (Kind.IMAGE, None, Rung.SCAN),
        (Kind.JSON, "Clinic", Rung.PATIENT),
        (Kind.EMERGENCY_SHEET, None, Rung.PATIENT),
    ],
)
def test_what_form_and_name_earn(kind: Kind, source: str | None, rung: Rung) -> None:
    """Never more than `clinic-exported`, which says that it is not signed."""
    assert rung is rung_of(Evidence(kind=kind.value, source=source))


@pytest.mark.parametrize("kind", [*(kind.value for kind in Kind), "made-up", "clinic-signed"])
def test_nothing_but_signatures_earns_the_top(kind: str) -> None:
    """Whatever the file is called."""
    for source in (None, "clinic-signed", "Clinic"):
        for is_received in (False, True):
            found = rung_of(Evidence(kind=kind, source=source, is_received=is_received))
            assert Rung.CLINIC_SIGNED is not found


@pytest.mark.parametrize(
    ("found", "rung"),
    [
        (cards(CardVerdict.VALID), Rung.CLINIC_SIGNED),
        (cards(CardVerdict.VALID, is_all=False), Rung.CLINIC_EXPORTED),
        (cards(CardVerdict.VALID, CardVerdict.UNKNOWN_KEY), Rung.CLINIC_EXPORTED),
        (cards(CardVerdict.REVOKED), Rung.CLINIC_EXPORTED),
        (cards(CardVerdict.TAMPERED), Rung.PATIENT),
        (cards(CardVerdict.VALID, CardVerdict.WRONG_ISSUER), Rung.PATIENT),
        (cards(CardVerdict.MALFORMED), Rung.PATIENT),
        (None, Rung.CLINIC_EXPORTED),
    ],
)
def test_what_cards_earn(found: CardDocument | None, rung: Rung) -> None:
    """The weakest counts; what is known to be false earns not even its form."""
    assert rung is rung_of(Evidence(kind="smart-health-card", source="https://clinic.example", cards=found))


def test_what_came_in_a_bundle() -> None:
    """Received, unless its own signatures, or a clinician's, say more."""
    assert Rung.RECEIVED is rung_of(Evidence(kind="ips", source="Clinic", is_received=True))
    signed = Evidence(kind="smart-health-card", is_received=True, cards=cards(CardVerdict.VALID))
    assert Rung.CLINIC_SIGNED is rung_of(signed)
    assert Rung.CLINIC_SIGNED is rung_of(Evidence(kind="pdf", is_received=True, is_attested=True))


def test_what_a_program_made_stays_so() -> None:
    """Whatever signed things it put into it; of somebody else's it is not known."""
    source = machine_source("llama 3/8B?input=d_x", ["d_a", "b_b"])
    assert "urn:healthvault:machine:llama%203%2F8B%3Finput%3Dd_x?input=d_a&input=b_b" == source
    for kind in Kind:
        made = Evidence(kind=kind.value, source=source, cards=cards(CardVerdict.VALID), is_attested=True)
        assert Rung.MACHINE is rung_of(made)
    assert Rung.RECEIVED is rung_of(Evidence(kind="ips", source=source, is_received=True))
