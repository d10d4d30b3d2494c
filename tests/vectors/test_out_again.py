# SPDX-License-Identifier: Apache-2.0
"""Real FHIR records go in and come out again, resource by resource, digit by digit; nothing is lost in silence."""

import base64
import json
from decimal import Decimal
from pathlib import Path

import pytest

from healthvault.ledger.ids import contact_id_text
from healthvault.records.fhir_out import Owner
from healthvault.storage.inputs import Failure, InputFile
from healthvault.vault.add import AddOptions, add_documents
from healthvault.vault.export_parsed import Mapping, parsed_resources
from healthvault.vault.export_values import stated_items
from healthvault.vault.vault import Vault
from tests.fhir_rules import check_resource
from tests.vaults import EVERYTHING, NOW_MS, ana

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
FOLDERS = ("fhir", "ips", "claims")
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the shared data are not here")


def exact(text: str) -> object:
    """Return JSON with its numbers as written."""
    return json.loads(text, parse_float=Decimal)


def resources_of(path: Path) -> list[dict]:
    """Return the resources in a file of real records, read by nobody of ours."""
    text = path.read_text(encoding="utf-8-sig")
    values = (
        [exact(line) for line in text.splitlines() if line.strip()] if path.suffix == ".ndjson" else [exact(text)]
    )
    found: list[dict] = []
    for value in values:
        if not isinstance(value, dict) or "resourceType" not in value:
            continue
        if value["resourceType"] == "Bundle":
            found += [entry["resource"] for entry in value.get("entry", []) if "resource" in entry]
        else:
            found.append(value)
    return found


def key(resource: dict) -> str:
    """Return type, id and content as one text; members in any order, digits as written."""
    return json.dumps(resource, sort_keys=True, default=str)


def add(vault: Vault, *paths: Path) -> None:
    """Add files."""
    inputs = [InputFile(name=path.name, path=path) for path in paths]
    added = list(add_documents(vault, inputs, AddOptions(), now_ms=NOW_MS))
    assert [] == [one for one in added if isinstance(one, Failure)]


def exported(vault: Vault) -> tuple[list[dict], list[Mapping]]:
    """Return what the export holds of contents, and what became of each document."""
    owner, mappings = Owner(vault=contact_id_text(vault.keyring.vault_id), name="Ana"), list[Mapping]()
    lines = [line for line in parsed_resources(vault, EVERYTHING, owner, mappings) if isinstance(line, str)]
    return [dict(exact(line)) for line in lines], mappings  # type: ignore[call-overload]


def came_out(rows: list[dict]) -> set[str]:
    """Return the keys of all resources of an export, those of other versions out of their Binary."""
    found: set[str] = set()
    for row in rows:
        if row["resourceType"] == "Binary" and "fhirVersion" in row.get("contentType", ""):
            found.add(key(dict(exact(base64.b64decode(row["data"]).decode()))))  # type: ignore[call-overload]
        else:
            found.add(key(row))
    return found


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_resource_comes_out_again(tmp_path: Path, folder: str) -> None:
    """By type, id and content; and of each document, what is in it and what is not are all that it says."""
    paths = sorted(path for path in (DATA / folder).rglob("*") if path.suffix in {".json", ".ndjson"})
    with ana(tmp_path).open(writing=True) as vault:
        add(vault, *paths)
        rows, mappings = exported(vault)
    found = came_out(rows)
    missing = {path.name: [r["resourceType"] for r in resources_of(path) if key(r) not in found] for path in paths}
    assert {} == {name: kinds for name, kinds in missing.items() if kinds}
    assert all(each.mapped + each.not_mapped == each.input for each in mappings)


def test_what_is_derived_is_valid(tmp_path: Path) -> None:
    """C-CDA and HL7 v2 go out as R4 that others' models take."""
    paths = sorted((DATA / "ccda").glob("*.xml")) + sorted((DATA / "hl7v2").glob("*.hl7"))
    with ana(tmp_path).open(writing=True) as vault:
        add(vault, *paths)
        rows, _ = exported(vault)
    assert len(rows) > 100
    for row in rows:
        check_resource(json.loads(json.dumps(row, default=float)))


def test_an_overlapping_export_adds_what_is_new(tmp_path: Path) -> None:
    """The same lines in a later export are the same things; the same file twice is one document."""
    lines = (DATA / "fhir/bulk/Immunization.000.ndjson").read_bytes().splitlines(keepends=True)
    first, later = tmp_path / "first.ndjson", tmp_path / "later.ndjson"
    first.write_bytes(b"".join(lines[:100]))
    later.write_bytes(b"".join(lines[50:]))
    with ana(tmp_path).open(writing=True) as vault:
        add(vault, first, first)
        assert 100 == len(exported(vault)[0])
        add(vault, later)
        assert len(lines) == len(exported(vault)[0])
        digests = {stated.item.digest for stated in stated_items(vault, EVERYTHING)}
    assert len(lines) == len(digests)
