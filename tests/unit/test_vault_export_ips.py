# SPDX-License-Identifier: Apache-2.0
"""The vault as an International Patient Summary, checked by models that others wrote."""

import json
from pathlib import Path

from fhir.resources.R4B.bundle import Bundle

from healthvault.records.json_stream import as_written
from healthvault.storage.inputs import InputFile
from healthvault.vault.add import AddOptions, add_documents
from healthvault.vault.export_ips import export_ips
from healthvault.vault.vault import Vault
from tests.fhir_rules import check_resource
from tests.vaults import NOW_MS, ana

LOINC = "http://loinc.org"
SYSTEM = "http://snomed.info/sct"


def allergy(name: str, code: str) -> dict:
    """Return an allergy."""
    coding = {"system": SYSTEM, "code": code, "display": name}
    return {
        "resourceType": "AllergyIntolerance",
        "id": code,
        "code": {"coding": [coding], "text": name},
        "patient": {},
    }


def ferritin(value: float, date: str) -> dict:
    """Return a result."""
    return {
        "resourceType": "Observation",
        "id": date,
        "status": "final",
        "category": [{"coding": [{"code": "laboratory"}]}],
        "code": {"coding": [{"system": LOINC, "code": "2276-4"}], "text": "Ferritin <b>"},
        "effectiveDateTime": date,
        "valueQuantity": {"value": value, "unit": "ug/L"},
    }


def add(vault: Vault, *resources: dict) -> None:
    """Add resources, a document each."""
    inputs = [InputFile(name=f"{n}.json", data=json.dumps(each).encode()) for n, each in enumerate(resources)]
    list(add_documents(vault, inputs, AddOptions(), now_ms=NOW_MS))


def summary(vault: Vault) -> tuple[dict, dict[str, list[dict]]]:
    """Return the bundle, checked, and the resources of each section by its code."""
    made, _ = export_ips(vault, day="2026-11-28", now_ms=NOW_MS)
    bundle: dict = json.loads(as_written(made))
    Bundle.model_validate(bundle)
    held = {entry["fullUrl"]: entry["resource"] for entry in bundle["entry"]}
    for resource in held.values():
        check_resource(resource)
    sections = held[bundle["entry"][0]["fullUrl"]]["section"]
    return bundle, {
        section["code"]["coding"][0]["code"]: [held[entry["reference"]] for entry in section["entry"]]
        for section in sections
    }


def test_an_empty_vault_says_that_it_has_no_information(tmp_path: Path) -> None:
    """The three required sections are there, and none of them says that there is nothing."""
    with ana(tmp_path).open() as vault:
        bundle, sections = summary(vault)
    assert {"11450-4", "48765-2", "10160-0"} == set(sections)
    assert {"no-problem-info", "no-allergy-info", "no-medication-info"} == {
        (each.get("code") or each["medicationCodeableConcept"])["coding"][0]["code"]
        for (each,) in sections.values()
    }
    assert ("document", "60591-5") == (
        bundle["type"],
        bundle["entry"][0]["resource"]["type"]["coding"][0]["code"],
    )


def test_the_newest_word_on_each_thing(tmp_path: Path) -> None:
    """Digits as written, each with its document; the narrative cannot be broken out of."""
    with ana(tmp_path).open(writing=True) as vault:
        add(vault, allergy("Penicillin", "91936005"), ferritin(12.5, "2026-01-01"), ferritin(30, "2026-06-01"))
        bundle, sections = summary(vault)
    (result,) = sections["30954-2"]
    assert ("2026-06-01", 30) == (result["effectiveDateTime"], result["valueQuantity"]["value"])
    assert result["meta"]["source"].startswith("urn:healthvault:document:d_")
    assert ["Penicillin"] == [each["code"]["text"] for each in sections["48765-2"]]
    assert "<b>" not in json.dumps(bundle["entry"][0]["resource"]["section"])


def test_it_is_the_same_for_the_same_moment(tmp_path: Path) -> None:
    """Ids are made from names, not from chance."""
    with ana(tmp_path).open(writing=True) as vault:
        add(vault, allergy("Penicillin", "91936005"))
        assert summary(vault) == summary(vault)
