# SPDX-License-Identifier: Apache-2.0
"""What documents state of a type comes with its document and its resource; what cannot be read is named."""

import json
from pathlib import Path

from healthvault.areas.resources import Stated, Stumble, stated_of_types
from healthvault.storage.inputs import InputFile
from healthvault.vault.add import AddOptions, add_documents
from healthvault.vault.vault import Vault
from tests.vaults import NOW_MS, Sample, ana

CLAIM = {
    "resourceType": "Claim",
    "id": "one",
    "status": "active",
    "use": "claim",
    "created": "2026-03-01",
    "total": {"value": 12.50, "currency": "EUR"},
}
BUNDLE = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [
        {"resource": {"resourceType": "Patient", "id": "p"}},
        {"resource": CLAIM},
        {"resource": {**CLAIM, "id": "two"}},
    ],
}


def holding(folder: Path, **files: bytes) -> Sample:
    """Return a vault that holds files."""
    sample = ana(folder)
    with sample.open(writing=True) as vault:
        items = [InputFile(name=name.replace("_", "."), data=data) for name, data in files.items()]
        list(add_documents(vault, items, AddOptions(), now_ms=NOW_MS))
    return sample


def told(vault: Vault, *types: str) -> list[tuple[str, str, str | None]]:
    """Return document, id and version of what is stated."""
    found = [one for one in stated_of_types(vault, types) if isinstance(one, Stated)]
    return [(one.document.name, str(one.item.identity), one.version) for one in found]


def test_resources_come_with_their_documents(tmp_path: Path) -> None:
    """One alone and two of a bundle, the oldest document first; other types are left out."""
    sample = holding(
        tmp_path, bundle_json=json.dumps(BUNDLE).encode(), one_json=json.dumps({**CLAIM, "id": "three"}).encode()
    )
    with sample.open() as vault:
        assert [
            ("bundle.json", "Claim/one", "unknown"),
            ("bundle.json", "Claim/two", "unknown"),
            ("one.json", "Claim/three", "unknown"),
        ] == told(vault, "Claim")
        assert [] == told(vault, "ClaimResponse")


def test_an_old_name_of_a_type_has_its_resource(tmp_path: Path) -> None:
    """A MedicationOrder of DSTU2 is a MedicationRequest, and comes as it was written."""
    order = {
        "resourceType": "MedicationOrder",
        "id": "m",
        "status": "active",
        "medicationCodeableConcept": {"text": "A"},
    }
    sample = holding(tmp_path, order_json=json.dumps(order).encode())
    with sample.open() as vault:
        (found,) = stated_of_types(vault, ["MedicationRequest"])
        assert isinstance(found, Stated)
        assert order == found.resource


def test_what_is_no_fhir_has_no_resource(tmp_path: Path) -> None:
    """A value of a table is an item alone."""
    sample = holding(tmp_path, weight_csv=b"Date,Weight (kg)\n2026-03-01,70.5\n")
    with sample.open() as vault:
        found = [one for one in stated_of_types(vault, ["Observation"]) if not isinstance(one, Stumble)]
        assert [(None, None)] == [(one.resource, one.version) for one in found]
