# SPDX-License-Identifier: Apache-2.0
"""What a bundle shows of its signer's consent, and of nobody else's."""

import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from test_areas_trial_consents import FORM, sign, wish
from test_areas_trial_histories import add, sent

from healthvault.areas.trial_checking import Checked, Question, check_consent
from healthvault.areas.trial_consents import withdraw
from healthvault.bundle.attestation import armour_attestation
from healthvault.errors import NotFound
from healthvault.storage.inputs import InputFile
from healthvault.trials.consent import countersignature, parse_option
from healthvault.vault.attestations import keep_attestation
from healthvault.vault.attesting import attest, in_bundle
from healthvault.vault.share import share
from healthvault.verify.verdicts import Result
from tests.vaults import NOW_MS, PLAIN, Sample, kim, pair, request

DAY = date(2026, 11, 20)


def checked(reader: Sample, path: Path, form: bytes = FORM.data or b"", **more: str) -> Checked:
    """Return what a reader finds."""
    question = Question(form=form, day=DAY, **more)
    with reader.open() as vault:
        file = InputFile(name=path.name, path=path)
        return check_consent(vault, vault.place, file, PLAIN, question, now_ms=NOW_MS)


def codes(found: Checked) -> list[str]:
    """Return all codes."""
    return [each.code for each in found.problems]


def shared(patient: Sample, out: Path) -> Path:
    """Share all records."""
    patient.share(out, [each for each in patient.documents() if each.kind.startswith("trial-")])
    return out


def test_a_consent_that_holds(tmp_path: Path) -> None:
    """Bound, in force, countersigned by nobody yet; then by whom the reader is."""
    patient, doctor = pair(tmp_path)
    with patient.open(writing=True) as vault:
        said, _ = sign(vault)
    path = shared(patient, tmp_path / "a.hvb")
    found = checked(doctor, path, option="data", study="S1")
    assert ([], True, Result.UNKNOWN) == (codes(found), found.is_bound, found.countersigned)
    assert found.kept is not None
    assert said == found.kept.consent
    assert ["no_consent"] == codes(checked(doctor, path, option="genes"))
    assert ["no_consent"] == codes(checked(doctor, path, study="S2"))


def test_any_changed_byte_of_the_form(tmp_path: Path) -> None:
    """One bit of each byte, one byte more, one less: form_mismatch."""
    patient, doctor = pair(tmp_path)
    with patient.open(writing=True) as vault:
        sign(vault)
    path, form = shared(patient, tmp_path / "a.hvb"), FORM.data or b""
    changed = [bytes([*form[:place], form[place] ^ 1, *form[place + 1 :]]) for place in (0, 9, len(form) - 1)]
    for other in (*changed, form + b"\n", form[:-1], b""):
        assert ["form_mismatch"] == codes(checked(doctor, path, other))


def test_of_several_studies_one_is_named(tmp_path: Path) -> None:
    """Else nobody knows which is asked for."""
    patient, doctor = pair(tmp_path)
    with patient.open(writing=True) as vault:
        sign(vault)
        sign(vault, wish(study="S2"))
    path = shared(patient, tmp_path / "a.hvb")
    with pytest.raises(NotFound):
        checked(doctor, path)
    assert [] == codes(checked(doctor, path, study="S2"))


def test_of_two_in_force_the_newer_counts(tmp_path: Path) -> None:
    """An older one, made by hand, that stands beside it and says yes is not taken for it."""
    patient, doctor = pair(tmp_path)
    other = InputFile(name="form-4.pdf", data=b"%PDF-1.4 another form")
    with patient.open(writing=True) as vault:
        newer, _ = sign(vault, wish("data:Use my data:no"), other)
    older = replace(newer, record="1" * 32, date=date(2026, 1, 1), options=(parse_option("data:Use my data:yes"),))
    form = replace(
        older.form, sha256=hashlib.sha256(FORM.data or b"").hexdigest(), size_bytes=len(FORM.data or b"")
    )
    add(patient, replace(older, form=form).to_bytes(), "trial-consent")
    path = shared(patient, tmp_path / "a.hvb")
    assert ["no_consent"] == codes(checked(doctor, path, option="data"))
    assert ["no_consent"] == codes(checked(doctor, path, (other.data or b""), option="data"))


def test_a_withdrawal_in_it_or_known_before(tmp_path: Path) -> None:
    """Both count; a record that cannot be read is 20."""
    patient, doctor = pair(tmp_path)
    with patient.open(writing=True) as vault:
        sign(vault)
    alone = shared(patient, tmp_path / "a.hvb")
    with patient.open(writing=True) as vault:
        withdraw(vault, "S1", DAY, None, now_ms=NOW_MS)
    assert [] == codes(checked(doctor, alone))
    assert ["consent_withdrawn"] == codes(checked(doctor, shared(patient, tmp_path / "b.hvb")))
    sent(patient, doctor, tmp_path / "c.hvb")
    assert ["consent_withdrawn"] == codes(checked(doctor, alone))
    add(patient, b"{}", "trial-withdrawal")
    assert ["bad_schema", "consent_withdrawn"] == codes(checked(doctor, shared(patient, tmp_path / "d.hvb")))


def test_what_was_passed_on_is_nobodys_consent(tmp_path: Path) -> None:
    """A monitor gets Ana's consent from Dr Lee: it counts as neither hers nor his."""
    patient, doctor = pair(tmp_path)
    monitor = kim(tmp_path)
    monitor.meet(doctor, "Dr Lee")
    doctor.meet(monitor, "Dr Kim")
    with patient.open(writing=True) as vault:
        sign(vault)
    sent(patient, doctor, tmp_path / "a.hvb")
    (received,) = doctor.documents()
    out = tmp_path / "b.hvb"
    with doctor.open(writing=True) as vault:
        share(
            vault,
            replace(request([received], ("Dr Kim",)), accept=("action_not_granted",)),
            out,
            now_ms=NOW_MS,
        )
    assert "no_consent" in codes(checked(monitor, out))


def test_a_forged_countersignature_is_none(tmp_path: Path) -> None:
    """The words of a stranger, and other words of somebody known."""
    patient, doctor = pair(tmp_path)
    stranger = kim(tmp_path)
    stranger.meet(patient, "Ana")
    patient.meet(stranger, "Dr Kim")
    with patient.open(writing=True) as vault:
        said, _ = sign(vault)
    path = tmp_path / "a.hvb"
    patient.share(path, [each for each in patient.documents() if each.kind == "trial-consent"], ("Dr Kim",))
    found = checked(stranger, path)
    assert found.kept is not None
    with stranger.open(writing=True) as vault:
        subject = in_bundle(found.verification, found.kept.document, 0)
        raw, _ = attest(vault, subject, countersignature(said), now_ms=NOW_MS)
    keep(patient, raw)
    told = checked(doctor, shared(patient, tmp_path / "b.hvb"))
    assert (Result.UNKNOWN, 1) == (told.countersigned, len(told.countersignatures))
    doctor.meet(stranger, "Dr Kim")
    assert Result.PASS is checked(doctor, shared(patient, tmp_path / "c.hvb")).countersigned


def keep(sample: Sample, raw: bytes) -> None:
    """Take an attestation in."""
    with sample.open(writing=True) as vault:
        assert keep_attestation(
            vault, InputFile(name="x.hva", data=armour_attestation(raw).encode()), (), now_ms=NOW_MS
        )
