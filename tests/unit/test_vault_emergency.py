# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.emergency: the sheet as a document, and what documents propose."""

import json
from datetime import date
from pathlib import Path

import pytest

from healthvault.emergency.sheet import OWNER, Section, Sheet
from healthvault.errors import FormatError, InvalidRequest, NotFound
from healthvault.storage.inputs import Failure, InputError, InputFile
from healthvault.vault.add import AddOptions
from healthvault.vault.amend import Correction, retract_document, revise_document
from healthvault.vault.emergency import edit_sheet, find_sheet, source_statuses, suggest, take
from healthvault.vault.erase import erase_documents, find_victims
from healthvault.vault.receive import import_bundle
from healthvault.vault.views import Document
from tests import vaults
from tests.unit.test_records_emergency import ALLERGY, CONDITION, MEDICATION
from tests.vaults import NOW_MS, PLAIN, Sample

TODAY, LATER = date(2026, 11, 20), date(2027, 1, 3)
SHEET = AddOptions(kind="emergency-sheet")


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """Ana, with an empty vault."""
    return vaults.ana(tmp_path)


def add(sample: Sample, text: str, section: Section = Section.ALLERGY) -> Sheet:
    """Put something on the sheet."""
    with sample.open(writing=True) as vault:
        return edit_sheet(
            vault, lambda sheet: sheet.added(section, text, "", today=TODAY), today=TODAY, now_ms=NOW_MS
        )


def bring(sample: Sample, *resources: object) -> Document:
    """Add a Bundle of resources."""
    data = json.dumps({"resourceType": "Bundle", "entry": [{"resource": one} for one in resources]})
    (document,) = sample.add(data.encode())
    return document


def took(sample: Sample, *ids: str) -> Sheet:
    """Take suggestions over."""
    with sample.open(writing=True) as vault:

        def edit(sheet: Sheet) -> Sheet:
            for id_text in ids:
                sheet = take(vault, id_text, sheet, today=TODAY)
            return sheet

        return edit_sheet(vault, edit, today=TODAY, now_ms=NOW_MS)


def test_each_edit_is_a_newer_version(ana: Sample) -> None:
    """One document in force, of its kind; those before it are superseded and stay."""
    add(ana, "Penicillin")
    sheet = add(ana, "Latex")
    newest, oldest = ana.documents()
    assert ("current", "superseded") == (newest.status, oldest.status)
    assert ("emergency-sheet", "Emergency sheet", "letter") == (newest.kind, newest.title, newest.category)
    with ana.open() as vault:
        kept = find_sheet(vault)
    assert (sheet, newest.id) == (kept.sheet, kept.document.id if kept.document else None)
    assert () == ana.faults()


def test_an_edit_that_changes_nothing_writes_nothing(ana: Sample) -> None:
    """No entry for a confirmation of the same day."""
    add(ana, "Penicillin")
    with ana.open(writing=True) as vault:
        size = vault.history.size
        edit_sheet(vault, lambda sheet: sheet.confirmed([1], today=TODAY), today=TODAY, now_ms=NOW_MS)
        assert size == vault.history.size
        edit_sheet(vault, lambda sheet: sheet.confirmed([1], today=LATER), today=LATER, now_ms=NOW_MS)
        assert size + 1 == vault.history.size


def test_a_retraction_brings_the_version_before_back(ana: Sample) -> None:
    """As with any document."""
    before = add(ana, "Penicillin")
    add(ana, "a mistake")
    with ana.open(writing=True) as vault:
        retract_document(vault, find_sheet(vault).document.id, reason="", now_ms=NOW_MS)
        assert before == find_sheet(vault).sheet


def test_two_sheets_in_force_are_none(ana: Sample) -> None:
    """Nobody can tell which one counts."""
    add(ana, "Penicillin")
    ana.add(b"{}", options=SHEET)
    with ana.open() as vault, pytest.raises(NotFound) as caught:
        find_sheet(vault)
    assert "ambiguous" == caught.value.code


def test_what_is_no_sheet_is_refused(ana: Sample) -> None:
    """Somebody added a file by that name."""
    ana.add(b"{}", options=SHEET)
    with ana.open() as vault, pytest.raises(FormatError) as caught:
        find_sheet(vault)
    assert "bad_schema" == caught.value.code


def test_a_received_sheet_is_not_the_owners(tmp_path: Path) -> None:
    """It stays the other person's."""
    patient, doctor = vaults.pair(tmp_path)
    add(patient, "Penicillin")
    patient.share(tmp_path / "b.hvb", patient.documents())
    with doctor.open(writing=True) as vault:
        _, documents = import_bundle(vault, InputFile(name="b", path=tmp_path / "b.hvb"), PLAIN, now_ms=NOW_MS)
        assert ["emergency-sheet"] == [document.kind for document in documents]
        assert None is find_sheet(vault).document


def test_nothing_is_taken_over_by_itself(ana: Sample) -> None:
    """Documents propose; the owner takes, one by one, and the document is named."""
    document = bring(ana, ALLERGY, CONDITION)
    with ana.open() as vault:
        found = suggest(vault)
        assert None is find_sheet(vault).document
    assert [f"{document.id}:1", f"{document.id}:2"] == [one.id for one in found.found]
    sheet = took(ana, f"{document.id[:12]}:2")
    (item,) = sheet.items
    assert (Section.CONDITION, "Asthma", document.id, TODAY) == (
        item.section,
        item.text,
        item.source,
        item.confirmed,
    )
    with ana.open() as vault:
        assert [False, True] == [one.is_taken for one in suggest(vault).found]


@pytest.mark.parametrize("number", ["0", "3", "", "x", "1:1"])
def test_a_number_that_proposes_nothing(ana: Sample, number: str) -> None:
    """Is not found, and nothing is written."""
    document = bring(ana, ALLERGY, CONDITION)
    with pytest.raises(NotFound) as caught:
        took(ana, f"{document.id}:{number}")
    assert "not_found" == caught.value.code
    assert 1 == len(ana.documents())


def test_the_same_thing_is_proposed_once(ana: Sample) -> None:
    """By the document that came last; and it is on the sheet once."""
    bring(ana, ALLERGY)
    newest = bring(ana, ALLERGY, MEDICATION)
    with ana.open() as vault:
        assert {newest.id} == {one.id.partition(":")[0] for one in suggest(vault).found}
    took(ana, f"{newest.id}:1")
    with pytest.raises(InvalidRequest) as caught:
        took(ana, f"{newest.id}:1")
    assert "already_there" == caught.value.code


def test_what_cannot_be_read_is_named(ana: Sample) -> None:
    """FHIR in XML: silence would look like nothing to know."""
    xml = b'<AllergyIntolerance xmlns="http://hl7.org/fhir"><id value="1"/></AllergyIntolerance>'
    (document,) = ana.add(xml)
    assert "fhir" == document.kind
    with ana.open() as vault:
        assert ((), (document.id,)) == (suggest(vault).found, suggest(vault).unread)
    with pytest.raises(NotFound):
        took(ana, f"{document.id}:1")


def test_received_without_leave_to_pass_on(tmp_path: Path) -> None:
    """A page passes on, so nothing is proposed from it."""
    patient, doctor = vaults.pair(tmp_path)
    patient.share(tmp_path / "b.hvb", [bring(patient, ALLERGY)])
    with doctor.open(writing=True) as vault:
        item = InputFile(name="b", path=tmp_path / "b.hvb")
        _, (document,) = import_bundle(vault, item, PLAIN, now_ms=NOW_MS)
        assert (document.id,) == suggest(vault).unread


def test_what_became_of_sources(ana: Sample) -> None:
    """Retracted and erased ones are told; the owner's word has none."""
    one, other = bring(ana, ALLERGY), bring(ana, CONDITION)
    took(ana, f"{one.id}:1", f"{other.id}:1")
    sheet = add(ana, "Latex")
    with ana.open(writing=True) as vault:
        retract_document(vault, one.id, reason="", now_ms=NOW_MS)
    with ana.open(writing=True) as vault:
        erase_documents(vault, find_victims(vault, [other.id]), reason=None, now_ms=NOW_MS)
    with ana.open() as vault:
        assert {one.id: "retracted", other.id: "erased"} == source_statuses(vault, sheet)
        assert () == suggest(vault).found
    assert [OWNER] == [item.source for item in sheet.items if item.text == "Latex"]


def test_sensitive_sources_make_a_sensitive_sheet(ana: Sample) -> None:
    """The labels of the documents stand on the sheet, as long as it names them."""
    document = bring(ana, CONDITION, ALLERGY)
    with ana.open(writing=True) as vault:
        revise_document(vault, document.id, Correction(sensitivity=("mental-health",)), now_ms=NOW_MS)
    took(ana, f"{document.id}:1")
    with ana.open() as vault:
        assert ("mental-health",) == find_sheet(vault).document.sensitivity


def test_a_failure_to_add_is_raised(ana: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    """An input that cannot be taken is no sheet that was kept."""
    failure = Failure(name="x", error=InputError("unreadable", "x"))
    monkeypatch.setattr("healthvault.vault.forms.add_documents", lambda *_, **__: iter([failure]))
    with pytest.raises(InputError):
        add(ana, "Penicillin")
