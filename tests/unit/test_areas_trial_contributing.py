# SPDX-License-Identifier: Apache-2.0
"""Documents are given only under a consent that covers each of them, then and now."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from test_areas_trial_consents import sign, wish

from healthvault.areas.trial_consents import withdraw
from healthvault.areas.trial_contributing import Contribution, contribute, covered
from healthvault.errors import ConsentRefused
from healthvault.vault.add import AddOptions
from tests.vaults import DAY_MS, NOW_MS, Sample, pair

TODAY = date(2026, 11, 20)


def enrolled(folder: Path, *days: str | None) -> tuple[Sample, Contribution]:
    """Return a participant since 1 March, and a wish to give documents of some days."""
    patient, _ = pair(folder)
    with patient.open(writing=True) as vault:
        sign(vault, wish("data:Use my data:yes", "samples:Keep my blood:no", day=date(2026, 3, 1)))
    ids = [patient.add(f"of {day}".encode(), options=AddOptions(date=day))[0].id for day in days]
    wanted = Contribution(
        study="S1", documents=tuple(ids), to=("Dr Lee",), option="data", not_after_ms=NOW_MS + DAY_MS
    )
    return patient, wanted


def refused(patient: Sample, wanted: Contribution, out: Path) -> tuple[str, str]:
    """Return code and message of the refusal; nothing was written."""
    with patient.open(writing=True) as vault:
        size = vault.history.size
        with pytest.raises(ConsentRefused) as raised:
            contribute(vault, wanted, out, today=TODAY, now_ms=NOW_MS)
        assert size == vault.history.size
    assert not out.exists()
    return raised.value.code, raised.value.message


def test_what_is_covered_goes_with_its_consent(tmp_path: Path) -> None:
    """For research alone, and the consent goes along."""
    patient, wanted = enrolled(tmp_path, "2026-03-01", "2026-04")
    with patient.open(writing=True) as vault:
        kept, documents = covered(vault, wanted, today=TODAY)
        view = contribute(vault, wanted, tmp_path / "x.hvb", today=TODAY, now_ms=NOW_MS)
        assert {kept.document, *(each.id for each in documents)} == set(view.documents)


def test_one_document_that_is_not_keeps_all_back(tmp_path: Path) -> None:
    """Before the consent, without a date, of a year that began before it: each is named."""
    for number, day in enumerate(("2026-02-28", None, "2026")):
        patient, wanted = enrolled(tmp_path / str(number), "2026-03-01", day)
        code, message = refused(patient, wanted, tmp_path / "x.hvb")
        assert "no_consent" == code
        assert wanted.documents[1] in message


def test_an_option_must_be_yes(tmp_path: Path) -> None:
    """Answered no, or never asked."""
    patient, wanted = enrolled(tmp_path, "2026-03-01")
    for option in ("samples", "genes"):
        assert "no_consent" == refused(patient, replace(wanted, option=option), tmp_path / "x.hvb")[0]


def test_consent_must_be_in_force_today(tmp_path: Path) -> None:
    """After a withdrawal nothing is given, not even what was covered then."""
    patient, wanted = enrolled(tmp_path, "2026-03-01")
    with patient.open(writing=True) as vault:
        withdraw(vault, "S1", date(2026, 11, 1), None, now_ms=NOW_MS)
    assert "consent_withdrawn" == refused(patient, wanted, tmp_path / "x.hvb")[0]
