# SPDX-License-Identifier: Apache-2.0
"""Whose record it is: only what came from the very vault that it names counts."""

from datetime import date
from pathlib import Path

import pytest
from test_areas_trial_consents import sign, wish

from healthvault.areas.trial_consents import withdraw
from healthvault.areas.trial_histories import check_participants, check_subject_consent, histories, own_id
from healthvault.errors import ConsentRefused, FormatError, NotFound
from healthvault.storage.inputs import InputFile
from healthvault.trials.consent_history import Period
from healthvault.vault.add import AddOptions, add_documents
from healthvault.vault.amend import retract_document
from healthvault.vault.read import list_documents
from healthvault.vault.receive import import_bundle
from healthvault.vault.views import Document
from tests.trial_records import consent
from tests.vaults import EVERYTHING, NOW_MS, PLAIN, Sample, pair

DAY = Period(first=date(2026, 11, 20), last=date(2026, 11, 20))


def sent(patient: Sample, doctor: Sample, out: Path) -> None:
    """Let everything that the patient has be imported by the doctor."""
    patient.share(out, [each for each in patient.documents() if each.kind.startswith("trial-")])
    with doctor.open(writing=True) as vault:
        import_bundle(vault, InputFile(name="x.hvb", path=out), PLAIN, now_ms=NOW_MS)


def refused(doctor: Sample, contact: str = "Ana", period: Period | None = DAY) -> str | None:
    """Return the code by which data of somebody are refused; None if they are not."""
    with doctor.open() as vault:
        try:
            check_subject_consent(vault, "S1", contact, period, "data")
        except (ConsentRefused, FormatError, NotFound) as err:
            return err.code
    return None


def test_consent_counts_once_it_was_sent(tmp_path: Path) -> None:
    """Before, nothing; then yes; after the withdrawal was sent, no more."""
    patient, doctor = pair(tmp_path)
    with patient.open(writing=True) as vault:
        sign(vault, wish())
    assert "no_consent" == refused(doctor)
    sent(patient, doctor, tmp_path / "one.hvb")
    assert None is refused(doctor)
    assert ("no_consent", "not_found") == (refused(doctor, period=None), refused(doctor, "Anna"))
    with patient.open(writing=True) as vault:
        withdraw(vault, "S1", date(2026, 11, 20), None, now_ms=NOW_MS)
    sent(patient, doctor, tmp_path / "two.hvb")
    assert ("consent_withdrawn", "consent_withdrawn") == (refused(doctor), refused(doctor, period=None))


def test_another_persons_record_is_no_consent(tmp_path: Path) -> None:
    """The very same bytes in another vault, and bytes that name somebody else: both are named as unusable."""
    patient, doctor = pair(tmp_path)
    add(patient, consent().to_bytes(), "trial-consent")  # it names a vault that is not hers
    sent(patient, doctor, tmp_path / "one.hvb")
    assert "no_consent" == refused(doctor)
    with doctor.open() as vault:
        (unusable,) = histories(vault).unusable
        assert "did not come from" in unusable.reason


def test_a_record_that_cannot_be_read_hides_nothing(tmp_path: Path) -> None:
    """It may be a withdrawal: data are refused until somebody sets it aside; others are not touched."""
    patient, doctor = pair(tmp_path)
    with patient.open(writing=True) as vault:
        sign(vault, wish())
    add(patient, b"{}", "trial-withdrawal")
    sent(patient, doctor, tmp_path / "one.hvb")
    assert "bad_schema" == refused(doctor)
    with doctor.open(writing=True) as vault:
        (bad,) = [each for each in list_documents(vault, EVERYTHING) if each.kind == "trial-withdrawal"]
        retract_document(vault, bad.id, reason="none of hers", now_ms=NOW_MS)
    assert None is refused(doctor)


def test_who_is_asked_for(tmp_path: Path) -> None:
    """The contact that is named, and a code that is a contact's name; any other code is the sponsor's own."""
    patient, doctor = pair(tmp_path)
    with doctor.open() as vault:
        check_participants(vault, "S1", (None, "01-701"), DAY, "data")
        for named in (("Ana", "01-701"), (None, "ana"), (None, histories_id(patient))):
            with pytest.raises(ConsentRefused):
                check_participants(vault, "S1", named, DAY, "data")
        with pytest.raises(NotFound):
            check_participants(vault, "S1", ("Anna", None), DAY, "data")


def histories_id(sample: Sample) -> str:
    """Return the id of a vault."""
    with sample.open() as vault:
        return own_id(vault)


def add(sample: Sample, data: bytes, kind: str) -> Document:
    """Add bytes as a document of a kind that its owner claims."""
    with sample.open(writing=True) as vault:
        item = InputFile(name="x.json", data=data)
        (added,) = add_documents(vault, [item], AddOptions(kind=kind), now_ms=NOW_MS)
        assert isinstance(added, Document)
        return added
