# SPDX-License-Identifier: Apache-2.0
"""Real public records: every file must be of the kind that its collection says, and tell the facts recorded of it.

The kinds come from the collection's README; titles, dates, names and counts from its MANIFEST, whose facts were
made with other readers (lxml, pydicom, fitdecode and so on); a few dates were read off the files by eye. Nothing
here was taken from what `describe` says.
"""

import datetime as dt
import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from healthvault.records.describe import describe
from healthvault.records.description import Description, one_line

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="shared vectors are not here")
MANIFEST = json.loads((DATA / "MANIFEST.json").read_text("utf-8")) if DATA.is_dir() else []
FACTS = {entry["path"]: entry["facts"] for entry in MANIFEST}

KINDS = """
apple-health/*-export.zip apple-health
apple-health/tdda-export.xml apple-health
apple-health/*.csv csv
ccda/*.xml ccda
claims/carin-insurance-card-bundle.json fhir-bundle
claims/*.json fhir
dicom/*.dcm dicom
epcis/chain/* epcis
epcis/examples/* epcis
epcis/*.png image
epcis/*.json json
fhir/bulk/log.ndjson ndjson
fhir/bulk/*.ndjson fhir-ndjson
fhir/spec/Bundle-*.json fhir-bundle
fhir/synthea/*.json fhir-bundle
fhir/*.json fhir
hl7v2/*.hl7 hl7v2
ips/TW-wang-daming.json fhir-bundle
ips/US-meditech-3-searchset.json fhir-bundle
ips/*.json ips
pdf/*.pdf pdf
shc/cards/* smart-health-card
shc/directory/*.crt text
shc/directory/*.sig binary
shc/qr/*.txt smart-health-card
shc/qr/*.png image
shc/qr/*.jpg image
shc/shl/ips-shl.txt smart-health-link
shc/shl/ips-shl-plain.json ips
shc/shl/expired-direct-shl.json smart-health-link
shc/shl/shl-*.json smart-health-link
shc/shl/*.jwe.txt text
shc/shl/*.png image
shc/*.json json
trials/*.xpt cdisc
trials/dataset-json/*.json cdisc
trials/*.rtf rtf
trials/*.json json
wearables/*.csv csv
wearables/fit/*.fit fit
wearables/*.json json
"""
RULES = [tuple(line.split()) for line in KINDS.split("\n") if line]
"""The first pattern that matches a path gives its kind. The insurance card is the entries of a Bundle without the
Bundle around them. A link is one in a JSON file too, so that nobody takes its key for a text. Two files among the
summaries are none by definition: one came as a search result, the other has a document type of its own (LOINC
82593-5)."""

READ_BY_EYE = {
    "claims/Claim-100150.json": ("Claim: oral", "2014-08-16"),
    "claims/bfd-eobReadCarrier.json": (None, "1999-10-27"),
    "epcis/chain/01-manufacturer-commission-pack-ship.xml": (None, "2023-04-01"),
    "epcis/chain/05-pharmacy-dispense.jsonld": (None, "2023-05-02"),
    "epcis/examples/combination.xml": (None, "2019-10-07"),
    "fhir/consent/Consent-consent-example-Out.json": (None, "2015-11-18"),
    "fhir/spec/Bundle-12-patients.json": ("12 patients (12 resources)", None),
    "fhir/spec/Bundle-lipids.json": ("DiagnosticReport: Lipid Panel", "2011-03-04"),
    "fhir/spec/DocumentReference-example.json": ("DocumentReference: Outpatient Note", "2005-12-24"),
    "fhir/spec/Immunization-example.json": ("Immunization: Fluvax (Influenza)", "2013-01-10"),
    "fhir/spec/MedicationDispense-meddisp0302.json": ("MedicationDispense: Novolog 100u/ml", "2015-01-15"),
    "fhir/spec/Observation-f001.json": ("Observation: Glucose [Moles/volume] in Blood", "2013-04-02"),
    "hl7v2/MDM-T02-01.hl7": ("MDM^T02 Document: TransthoracicEcho", "2008-01-31"),
    "hl7v2/ORU-R01-01.hl7": ("ORU^R01 Results: Bacteria identified in Stool by Culture", "2002-02-15"),
    "hl7v2/VXU.hl7": ("VXU^V04 Vaccinations: TENIVAC", "2015-06-24"),
    "pdf/attachment.pdf": ("attachment", "2019-08-24"),
    "pdf/lab-jane-public.pdf": ("lab-jane-public", "2026-06-24"),
    "trials/cdiscpilot01/dm.xpt": ("DM", "2012-04-04"),
    "trials/dataset-json/te.json": ("TE: TRIAL ELEMENTS", "2023-08-01"),
}


def described(path: str) -> Description:
    """Describe one file of the collection."""
    file = DATA / path
    with file.open("rb") as stream:
        return describe(stream, name=file.name, size_bytes=file.stat().st_size)


def expected_facts(path: str, facts: dict[str, Any]) -> dict[str, object]:
    """Return what the MANIFEST says that a description must hold: whole fields, or parts of the title."""
    if "composition" in facts:
        told = facts["composition"]
        return {"title": one_line(told["title"]), "date": told["date"][:10]}
    if "documentCode" in facts:
        time = facts["effectiveTime"]
        return {"title": one_line(facts["title"]), "date": f"{time[:4]}-{time[4:6]}-{time[6:8]}"}
    if path.startswith("shc/cards"):
        return _card_facts(facts)
    if path.startswith("hl7v2"):
        return {"in title": ["^".join(facts["type"].split("^")[:2])]}
    return _other_facts(path, facts)


def _card_facts(facts: dict[str, Any]) -> dict[str, object]:
    card = facts.get("card") or facts["cards"][0]
    if "iss" not in card:
        return {}
    if len(facts.get("cards", [])) > 1:
        return {"source": card["iss"], "in title": [name for each in facts["cards"] for name in each["patient"]]}
    seconds = card["nbf"]
    is_time = seconds < 1e11  # one card has milliseconds, which is no such time
    day = dt.datetime.fromtimestamp(seconds, dt.UTC).date().isoformat() if is_time else None
    who = card["patient"][0] if len(card["patient"]) == 1 else f"{len(card['patient'])} patients"
    return {"source": card["iss"], "date": day, "in title": [who]}


def _other_facts(path: str, facts: dict[str, Any]) -> dict[str, object]:
    wanted: dict[str, object] = {}
    if "recorded" in facts:
        wanted["date"] = facts["recorded"][:10]
    if exported := facts.get("exportDate") or facts.get("export_xml", {}).get("exportDate"):
        wanted["date"] = exported[:10]
    if facts.get("encrypted"):
        wanted["title"] = Path(path).stem
    if "payload" in facts:
        wanted["title"] = facts["payload"]["label"]
    parts = _parts_of_title(path, facts)
    return wanted | ({"in title": parts} if parts else {})


def _parts_of_title(path: str, facts: dict[str, Any]) -> list[str]:
    parts: list[str] = []
    if path.endswith("ndjson") and "log" not in facts["resource_counts"]:
        parts += [*facts["resource_counts"], f"({facts['lines']} resource"]
    if facts.get("patient_count") == 1 and facts["type"] == "transaction":
        parts += [facts["patients"][0]["name"][0], f"({facts['entries']} resources)"]
    if "birthDate" in facts:
        parts += [facts["name"][0]]
    if "header" in facts:
        parts += [facts["header"].split(",")[0], facts["header"].split(",")[1].strip()]
    if "bizSteps" in facts:
        steps = [
            step.rpartition("/")[2].rpartition("-")[2].rpartition(":")[2] for step in facts["bizSteps"] if step
        ]
        parts += [step.replace("_", " ") for step in steps]
    return parts


def test_the_collection_is_there() -> None:
    """A folder without records would make the rest of this file true for nothing; no rule is idle."""
    assert 191 <= len(FACTS) <= sum(file.is_file() for file in DATA.rglob("*"))
    used = {next(rule for rule in RULES if fnmatchcase(path, rule[0])) for path in FACTS}
    assert set(RULES) == used


@pytest.mark.parametrize("path", FACTS)
def test_kinds(path: str) -> None:
    """Every file is of the kind that its collection says."""
    expected = next(kind for pattern, kind in RULES if fnmatchcase(path, pattern))
    assert expected == described(path).kind


@pytest.mark.parametrize("path", FACTS)
def test_facts(path: str) -> None:
    """Titles, dates, origins, persons and counts are those that other readers found."""
    told = described(path)
    expected = expected_facts(path, FACTS[path])
    for part in expected.pop("in title", []):  # type: ignore[attr-defined]
        assert part in told.title
    assert expected == {field: getattr(told, field) for field in expected}


def test_enough_facts_are_known() -> None:
    """The facts above are many; a change of the MANIFEST may not silently empty the test."""
    assert 95 <= sum(bool(expected_facts(path, facts)) for path, facts in FACTS.items())


@pytest.mark.parametrize("path", READ_BY_EYE)
def test_facts_read_by_eye(path: str) -> None:
    """Titles and dates as a person reads them in the file."""
    title, date = READ_BY_EYE[path]
    told = described(path)
    assert (title or told.title, date) == (told.title, told.date)


def test_people_are_not_mixed_up() -> None:
    """Records of several people are never titled by one of them."""
    for path, facts in FACTS.items():
        if facts.get("patient_count", 1) > 1 and "composition" not in facts:
            assert f"{facts['patient_count']} patients" in described(path).title


def test_files_written_in_several_ways_tell_the_same() -> None:
    """One card as file, JWS and QR text; the same events in XML and JSON; one message in two line ends."""
    for one, *others in (
        [f"shc/cards/spec2024-example-00.{end}" for end in ("smart-health-card", "jws.txt", "qr-numeric.txt")],
        [f"epcis/examples/combination.{end}" for end in ("xml", "json")],
        ["hl7v2/sample_unix.hl7", "hl7v2/sample_win.hl7"],
        [f"fhir/synthea/Fannie_Waelchi.{version}.json" for version in ("stu3", "r4")],
        ["ips/spec-Bundle-01-Martha-DeLarosa.json", "shc/shl/ips-shl-plain.json"],
    ):
        first = described(one)
        for other in map(described, others):
            assert (first.kind, first.title, first.date) == (other.kind, other.title, other.date)
