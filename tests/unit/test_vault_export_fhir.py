# SPDX-License-Identifier: Apache-2.0
"""The whole vault as FHIR R4, checked by models that others wrote."""

import base64
import json
from pathlib import Path

import pytest

from healthvault.storage.document_rows import Filter
from healthvault.storage.inputs import InputFile
from healthvault.vault.add import AddOptions, add_documents
from healthvault.vault.erase import erase_documents, find_victims
from healthvault.vault.export_fhir import export_fhir
from healthvault.vault.grants import list_grants, revoke_grant
from healthvault.vault.receive import import_bundle
from healthvault.vault.views import Failure
from tests import vaults
from tests.fhir_rules import check_stream
from tests.vaults import EVERYTHING, NOW_MS, PLAIN, Sample


@pytest.fixture
def two(tmp_path: Path) -> tuple[Sample, Sample]:
    """Ana, who shared two of three documents with Dr Lee and one by a code; Dr Lee, who kept hers."""
    ana, lee = vaults.pair(tmp_path)
    documents = ana.add(b"one", b"two", b"", options=AddOptions(tags=("a",)))
    ana.share(tmp_path / "a.hvb", [documents[0], documents[2]])
    ana.share(tmp_path / "b.hvb", [documents[1]], to=())
    with lee.open(writing=True) as vault:
        import_bundle(vault, InputFile(name="a", path=tmp_path / "a.hvb"), PLAIN, now_ms=NOW_MS)
    return ana, lee


def exported(sample: Sample, wanted: Filter = EVERYTHING, *, with_content: bool = False) -> list[dict]:
    """Return the resources, each checked, references and all."""
    with sample.open() as vault:
        rows = [
            row for row in export_fhir(vault, wanted, with_content=with_content) if not isinstance(row, Failure)
        ]
    found = json.loads(json.dumps(rows))
    check_stream(found)
    return found


def of_type(resources: list[dict], *types: str) -> list[dict]:
    """Return the resources of some types."""
    return [resource for resource in resources if resource["resourceType"] in types]


def test_everything_of_a_vault(two: tuple[Sample, Sample]) -> None:
    """One patient, each document with its provenance, each grant with its entry, each share."""
    types = [resource["resourceType"] for resource in exported(two[0])]
    document, grant = ["DocumentReference", "Provenance"], ["DocumentReference", "Consent", "Provenance"]
    assert ["Patient", *document * 3, *grant * 2, "AuditEvent", "AuditEvent"] == types


def test_an_import_is_an_audit_event(two: tuple[Sample, Sample]) -> None:
    """From whom each document came."""
    _, lee = two
    imports = of_type(exported(lee), "AuditEvent")
    assert ["110107"] * 2 == [event["type"]["code"] for event in imports]
    assert ["Ana"] * 2 == [event["agent"][1]["who"]["display"] for event in imports]


def test_revoked_and_erased(two: tuple[Sample, Sample]) -> None:
    """The same ids as before: the Consent is inactive, the document entered in error, both changes audited."""
    ana, _ = two
    before = exported(ana)
    with ana.open(writing=True) as vault:
        revoke_grant(vault, list(list_grants(vault, now_ms=NOW_MS))[1].id, reason="", now_ms=NOW_MS)
    with ana.open(writing=True) as vault:
        victims = find_victims(vault, (ana.documents()[-1].id,))
        erase_documents(vault, victims, reason=None, now_ms=NOW_MS)
    after = exported(ana)
    assert {resource["id"] for resource in before} <= {resource["id"] for resource in after}
    assert ["active", "inactive"] == [consent["status"] for consent in of_type(after, "Consent")]
    said = [event["subtype"][0]["code"] for event in of_type(after, "AuditEvent")]
    assert ["erase", "revoke", "share", "share"] == said
    statuses = [document["status"] for document in of_type(after, "DocumentReference")][:3]
    assert ["current", "current", "entered-in-error"] == statuses
    changed = [one for one in of_type(after, "Provenance") if one["activity"]["coding"][0]["code"] == "UPDATE"]
    inactive = of_type(after, "Consent")[1]
    assert [[{"reference": f"Consent/{inactive['id']}"}]] == [one["target"] for one in changed]


def test_content_goes_along(two: tuple[Sample, Sample]) -> None:
    """The bytes of documents, an empty one too, and the signed entries of grants, sealed as they are."""
    ana, _ = two
    found = of_type(exported(ana, with_content=True), "DocumentReference")
    data = [base64.b64decode(one["content"][0]["attachment"].get("data", "")) for one in found]
    assert [b"", b"two", b"one"] == data[:3]
    with ana.open() as vault:
        assert [vault.history.entry(seq).raw for seq in (7, 5)] == data[3:]


def test_some_documents_bring_what_names_them(two: tuple[Sample, Sample]) -> None:
    """Only consents and events of theirs; a document that is not in the stream is named by its id."""
    ana, _ = two
    ana.add(b"later", options=AddOptions(tags=("b",)))
    one, none = exported(ana, Filter(limit=2)), exported(ana, Filter(tag="b"))
    assert {"Patient", "DocumentReference", "Provenance"} == {resource["resourceType"] for resource in none}
    (consent,) = of_type(one, "Consent")
    references = [item["reference"] for item in consent["provision"]["data"]]
    assert ["identifier", "reference"] == [next(iter(reference)) for reference in references]
    assert 1 == len(of_type(one, "AuditEvent"))


def test_a_damaged_document_is_named_by_its_id(two: tuple[Sample, Sample]) -> None:
    """It is a failure in its place, and every reference still leads somewhere."""
    ana, _ = two
    with vaults.flipped(ana.paths.pack(2), 100), ana.open() as vault:
        rows = list(export_fhir(vault, EVERYTHING, with_content=True))
    assert 1 == len([row for row in rows if isinstance(row, Failure)])
    check_stream(json.loads(json.dumps([row for row in rows if not isinstance(row, Failure)])))


def test_texts_of_strangers(tmp_path: Path) -> None:
    """Titles and authors of any kind stay what they are, and the resources stay valid."""
    ana = vaults.ana(tmp_path)
    with ana.open(writing=True) as vault:
        for title in ("\x1b[31mred", " ", "a\tb", "\u202eltr", "x" * 5000):
            item = InputFile(name="a.txt", data=title.encode())
            list(add_documents(vault, [item], AddOptions(title=title, author=title), now_ms=NOW_MS))
    assert 1 + 5 * 2 == len(exported(ana))
