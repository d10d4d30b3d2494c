# SPDX-License-Identifier: Apache-2.0
"""Forms are kept whatever is odd about them; what they name has to be there."""

import json
from pathlib import Path

import pytest

from healthvault.areas.medicine_forms import Written, add_prescription, dispense, stop_medicine
from healthvault.areas.medicines import known_medicines
from healthvault.errors import InvalidRequest, NotFound
from healthvault.medicines.form import Draft
from healthvault.medicines.telling import Sort
from healthvault.vault.add import AddOptions
from healthvault.vault.read import document_bytes
from healthvault.vault.vault import Vault
from tests.prescribed import draft, named
from tests.vaults import NOW_MS, ana

TWO = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [
        {"resource": {"resourceType": "MedicationRequest", "id": name, "status": "active", "intent": "order",
                      "medicationCodeableConcept": {"text": name}, "authoredOn": "2026-03-01"}}
        for name in ("A", "B")
    ],
}  # fmt: skip


def add(vault: Vault, made: Draft, replaces: str | None = None, source: str | None = None) -> Written:
    """Keep a prescription."""
    return add_prescription(vault, made, source=source, replaces=replaces, now_ms=NOW_MS)


def hand(vault: Vault, asked: str, **more: object) -> Written:
    """Record a dispense."""
    return dispense(vault, asked, draft(Sort.DISPENSE, **more), now_ms=NOW_MS)


def test_a_form_is_an_ordinary_document(tmp_path: Path) -> None:
    """Of its kind, about medication, the owner's own word, and as sensitive as what it was taken from."""
    sample = ana(tmp_path)
    (letter,) = sample.add(b"a letter", options=AddOptions(sensitivity=("mental-health",)))
    with sample.open(writing=True) as vault:
        written = add(vault, draft(patient="", by="Dr Lee"), source=letter.id)
        document = written.document
        assert ("prescription", "medication", "patient", ("mental-health",)) == (
            document.kind, document.category, document.provenance, document.sensitivity)  # fmt: skip
        whole = json.loads(document_bytes(vault, document))
        assert letter.id == whole["supportingInformation"][0]["identifier"]["value"]
        assert "Ana Silva" == whole["subject"]["display"]
        assert ("", ()) == (written.telling.patient, written.telling.signed)
        handed = hand(vault, document.id)
        assert ("dispense", ("mental-health",)) == (handed.document.kind, handed.document.sensitivity)


def test_a_dispense_is_of_what_was_prescribed(tmp_path: Path) -> None:
    """For whom and what, whatever is typed; recorded once more it is the same document."""
    with ana(tmp_path).open(writing=True) as vault:
        rx = add(vault, draft(medicine=named("Ramipril 5 mg", "1"), patient="Rui"))
        handed = hand(vault, rx.document.id[:8], medicine=named("Other"), patient="Eve", days=30)
        assert ("Ramipril 5 mg", "rui") == (handed.telling.medicine.words, handed.telling.patient)
        assert handed.telling.medicine.key == rx.telling.medicine.key
        again = hand(vault, rx.document.id, days=30)
        assert (handed.document.id, handed.document.id) == (again.document.id, again.document.duplicate_of)


def test_what_is_odd_is_said_and_recorded(tmp_path: Path) -> None:
    """Of this record, and of what it makes odd."""
    with ana(tmp_path).open(writing=True) as vault:
        rx = add(vault, draft(repeats=0, until="2026-08-31"))
        assert () == hand(vault, rx.document.id, date="2026-03-02", days=30).flags
        second = hand(vault, rx.document.id, date="2026-03-04", days=30)
        assert {"over_dispense", "double_dispense"} == {each.code for each in second.flags if each.is_found}
        stop = stop_medicine(
            vault, "Ramipril 5 mg", draft(Sort.STOP, date="2026-03-03"), source=None, now_ms=NOW_MS
        )
        assert ["dispensed_after_stop"] == [each.code for each in stop.flags]


def test_a_stop_by_words_takes_the_code_that_all_agree_on(tmp_path: Path) -> None:
    """Of several it takes none."""
    with ana(tmp_path).open(writing=True) as vault:
        add(vault, draft(medicine=named("Ramipril 5 mg", "1")))
        stop = draft(Sort.STOP, medicine=named("ramipril 5mg"), date="2026-04-01")
        first = stop_medicine(vault, "ramipril 5mg", stop, source=None, now_ms=NOW_MS)
        assert "rxnorm|1" == first.telling.medicine.concept
        add(vault, draft(medicine=named("Ramipril 5 mg", "2")))
        other = draft(Sort.STOP, medicine=named("ramipril 5mg"), date="2026-04-02")
        second = stop_medicine(vault, "ramipril 5mg", other, source=None, now_ms=NOW_MS)
        assert "words|ramipril 5mg" == second.telling.medicine.concept


def test_a_document_that_states_several_needs_a_place(tmp_path: Path) -> None:
    """Which is named in the error."""
    sample = ana(tmp_path)
    (two,) = sample.add(json.dumps(TWO).encode())
    with sample.open(writing=True) as vault:
        with pytest.raises(NotFound, match=r"entry\[1\]") as caught:
            hand(vault, two.id)
        assert "ambiguous" == caught.value.code
        handed = hand(vault, f"{two.id}:entry[1]")
        assert "B" == handed.telling.medicine.words
        known = known_medicines(vault)
        assert f"{two.id}:entry[1]" == known.book.links[handed.document.id].id


def test_what_is_named_has_to_be_there(tmp_path: Path) -> None:
    """A source, a prescription, an older version; and nothing is written."""
    sample = ana(tmp_path)
    (note,) = sample.add(b"note")
    with sample.open(writing=True) as vault:
        for wrong in ("d_2222", note.id):
            with pytest.raises(NotFound):
                hand(vault, wrong)
        with pytest.raises(NotFound):
            add(vault, draft(), source="d_2222")
        with pytest.raises(NotFound):
            add(vault, draft(), replaces="d_2222")
        first = add(vault, draft())
        add(vault, draft(dose="2"), replaces=first.document.id)
        with pytest.raises(InvalidRequest) as caught:
            add(vault, draft())
        assert "already_there" == caught.value.code
    assert 3 == len(sample.documents())
