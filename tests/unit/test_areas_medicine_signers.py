# SPDX-License-Identifier: Apache-2.0
"""Who stands behind a document is proved by keys, and by nothing that it says."""

from dataclasses import replace
from pathlib import Path

from healthvault.areas.medicine_signers import Signers
from healthvault.storage.inputs import InputFile
from healthvault.vault.contacts import remove_contact
from healthvault.vault.receive import import_bundle
from healthvault.vault.share import share
from healthvault.vault.views import Document
from tests.medicine_scene import prescribed_by
from tests.vaults import NOW_MS, PLAIN, Sample, kim, pair, request


def signs(sample: Sample, document: Document) -> list[tuple[str, str]]:
    """Return who signed a document, and how."""
    with sample.open() as vault:
        return [(sign.name, sign.how) for sign in Signers(vault).of(document)]


def test_a_contact_signed_what_came_in_a_bundle_of_theirs(tmp_path: Path) -> None:
    """Until they are no contact any more; one's own document is signed by nobody."""
    patient, doctor = pair(tmp_path)
    received = prescribed_by(doctor, patient, tmp_path)
    assert [("Dr Lee", "bundle")] == signs(patient, received)
    (own,) = doctor.documents()
    assert [] == signs(doctor, own)
    with patient.open(writing=True) as vault:
        remove_contact(vault, "Dr Lee", now_ms=NOW_MS)
    assert [] == signs(patient, received)


def test_what_was_passed_on_names_both(tmp_path: Path) -> None:
    """As far as the reader knows them."""
    patient, doctor = pair(tmp_path)
    pharmacist = kim(tmp_path)
    patient.meet(pharmacist, "Kim")
    pharmacist.meet(patient, "Ana")
    received = prescribed_by(doctor, patient, tmp_path)
    out = tmp_path / "on.hvb"
    with patient.open(writing=True) as vault:
        terms = replace(request([received], ("Kim",)), accept=("action_not_granted",))
        share(vault, terms, out, now_ms=NOW_MS)
    with pharmacist.open(writing=True) as vault:
        _, (document,) = import_bundle(vault, InputFile(name="on.hvb", path=out), PLAIN, now_ms=NOW_MS)
    assert [("Ana", "bundle")] == signs(pharmacist, document)
    pharmacist.meet(doctor, "Dr Lee")
    assert [("Dr Lee", "passed_on"), ("Ana", "bundle")] == signs(pharmacist, document)
