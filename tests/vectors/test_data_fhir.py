# SPDX-License-Identifier: Apache-2.0
"""Real records of the FHIR family: what the readers state of every file must be what its MANIFEST entry says.

The facts were made with other readers (Python's json, `cryptography`), and each is looked for in the statements;
what has no statement of its own is put together from several. Nothing here was taken from what the readers say.
"""

import base64
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from healthvault.errors import InvalidRequest
from healthvault.records.describe import describe
from healthvault.records.reading import has_reader, read
from healthvault.records.sense import sense_of
from healthvault.records.statements import (
    Card,
    Item,
    Left,
    Passage,
    Resource,
    Statement,
    Subject,
    Tally,
    parse_statement,
    statement_bytes,
)

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="shared vectors are not here")
MANIFEST = json.loads((DATA / "MANIFEST.json").read_text("utf-8")) if DATA.is_dir() else []
FACTS: dict[str, dict[str, Any]] = {entry["path"]: entry["facts"] for entry in MANIFEST}
FAMILY = [path for path in FACTS if path.split("/")[0] in {"fhir", "ips", "claims", "shc"}]
BROKEN = [path for path in FAMILY if path.startswith("shc/qr/") and path.endswith(".txt")]
OF_OTHERS = ("shc/jwks", "shc/crl", "shc/directory", ".png", ".jpg", "log.ndjson", ".jwe.txt")
"""Keys, lists of revocations, a directory, images, a log, a ciphertext: kept, and read by others or by nobody."""
READ = [path for path in FAMILY if path not in BROKEN and not any(each in path for each in OF_OTHERS)]
FHIR = [
    path for path in READ if not path.startswith(("shc/cards", "shc/shl")) or path.endswith("ips-shl-plain.json")
]
CARDS = [path for path in READ if path.startswith("shc/cards") and "qr-chunk" not in path]
LINKS = [path for path in READ if path.startswith("shc/shl") and path not in FHIR]
VERSIONS = ("dstu2", "stu3", "r4")


@cache
def stated(path: str) -> tuple[Statement, ...]:
    """Return what the readers state of one file of the collection."""
    file = DATA / path
    with file.open("rb") as stream:
        return tuple(read(stream, name=file.name, size_bytes=file.stat().st_size))


def of(path: str, kind: type[Any]) -> list[Any]:
    """Return the statements of one sort."""
    return [each for each in stated(path) if isinstance(each, kind)]


def counts(path: str) -> dict[str, int]:
    """Return how many resources of each type were seen."""
    found: Counter[str] = Counter()
    for tally in of(path, Tally):
        found[tally.sort] += tally.count
    return {sort: count for sort, count in found.items() if not sort.startswith("Bundle")}


def input_resources(path: str) -> Iterator[dict[str, Any]]:
    """Yield the resources of a file as Python's json reads them, with exact numbers."""
    text = (DATA / path).read_bytes().decode("utf-8-sig")
    if path.endswith("ndjson"):
        yield from (json.loads(line, parse_float=Decimal) for line in text.splitlines() if line.strip())
        return
    whole = json.loads(text, parse_float=Decimal)
    entries = whole if isinstance(whole, list) else whole.get("entry", [])
    is_one = isinstance(whole, dict) and whole["resourceType"] != "Bundle"
    yield from [whole] if is_one else [entry["resource"] for entry in entries if "resource" in entry]


def told(subject: Subject) -> dict[str, Any]:
    """Return a subject as the MANIFEST tells of patients."""
    names = [name.text or " ".join((*name.given, name.family or "")).strip() for name in subject.names]
    return {
        "name": names,
        "birthDate": subject.birth_date,
        "gender": subject.sex,
        "identifiers": {(coding.system, coding.code) for coding in subject.identifiers},
    }


def the_item(path: str) -> Item:
    """Return the item of a file that is one resource: the one at no place within it."""
    return next(item for item in of(path, Item) if "component" not in item.place)


def test_the_family_is_there() -> None:
    """Every file is looked at by one of the tests below, and none of the lists is empty."""
    assert len(FAMILY) >= 108
    assert all((BROKEN, READ, FHIR, CARDS, LINKS))


@pytest.mark.parametrize("path", FAMILY)
def test_kinds_and_readers(path: str) -> None:
    """What is of the family is recognised as such, and has a reader; what only lies beside it does not."""
    file = DATA / path
    with file.open("rb") as stream:
        kind = describe(stream, name=file.name, size_bytes=file.stat().st_size).kind
    if path in FHIR:
        assert kind in {"fhir", "fhir-bundle", "fhir-ndjson", "ips"}
    elif path in LINKS:
        assert kind == "smart-health-link"
    elif path in CARDS or path in BROKEN or "qr-chunk" in path:
        assert kind == "smart-health-card"
    else:
        assert kind in {"json", "image", "text", "binary", "ndjson"}
    if path in READ:
        assert has_reader(kind)


@pytest.mark.parametrize("path", READ)
def test_statements_travel(path: str) -> None:
    """Every statement is the same after the way out of the process that reads."""
    assert all(parse_statement(statement_bytes(each)) == each for each in stated(path))


@pytest.mark.parametrize("path", FHIR)
def test_counts(path: str) -> None:
    """Tallies are the numbers of resources; nothing is left over in files that are whole."""
    facts = FACTS[path]
    expected = dict(Counter(resource["resourceType"] for resource in input_resources(path)))
    assert expected == counts(path)
    if "resource_counts" in facts:
        assert facts["resource_counts"] == counts(path)
    if total := facts.get("entries", facts.get("lines")):
        assert total == sum(counts(path).values())
    left = [each for each in of(path, Left) if each.place != "signature" and "elsewhere" not in each.reason]
    assert [] == left


@pytest.mark.parametrize("path", FHIR)
def test_every_resource_comes_out_as_it_went_in(path: str) -> None:
    """Type, id and content of each resource are equal by value, with exact numbers, and members in order."""
    expected = [(each["resourceType"], each.get("id"), each) for each in input_resources(path)]
    found = [(each.type, each.id, json.loads(each.content, parse_float=Decimal)) for each in of(path, Resource)]
    assert expected == found
    assert [list(each) for _, _, each in expected] == [list(each) for _, _, each in found]


@pytest.mark.parametrize("path", FHIR)
def test_each_number_is_as_it_was_written(path: str) -> None:
    """Every quantity that is stated stands in the file so, digit by digit."""
    text = (DATA / path).read_bytes().decode("utf-8-sig")
    written = set(re.findall(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", text))
    numbers = {item.quantity.number for item in of(path, Item) if item.quantity}
    assert numbers <= written


@pytest.mark.parametrize("path", [path for path in FHIR if "patients" in FACTS[path]])
def test_patients(path: str) -> None:
    """Each patient is a subject with names, birth date, sex and identifiers, and no resource id among them."""
    facts = FACTS[path]
    subjects = of(path, Subject)
    for patient, subject in zip(facts["patients"], map(told, subjects), strict=True):
        identifiers = {(each["system"] or "", each["value"]) for each in patient["identifiers"]}
        assert (patient["name"], patient["birthDate"], patient["gender"]) == (
            subject["name"],
            subject["birthDate"],
            subject["gender"],
        )
        assert identifiers <= subject["identifiers"]
    assert facts.get("patient_count", len(facts["patients"])) == len(subjects)


@pytest.mark.parametrize("path", [path for path in FHIR if "birthDate" in FACTS[path]])
def test_one_patient(path: str) -> None:
    """A file that is a Patient is a subject."""
    facts = FACTS[path]
    (subject,) = map(told, of(path, Subject))
    assert (facts["name"], facts["birthDate"], facts["gender"]) == (
        subject["name"],
        subject["birthDate"],
        subject["gender"],
    )
    assert {(each["system"], each["value"]) for each in facts["identifiers"]} == subject["identifiers"]


def test_patients_one_a_line() -> None:
    """The first patient of an export has a maiden name; who died is told by the resources."""
    path = "fhir/bulk/Patient.000.ndjson"
    first = FACTS[path]["first_patient"]
    found = [told(subject) for subject in of(path, Subject)]
    assert (13, first["name"], first["birthDate"]) == (len(found), found[0]["name"], found[0]["birthDate"])
    assert ["official", "maiden"] == [name.use for name in of(path, Subject)[0].names]
    died = [json.loads(each.content) for each in of(path, Resource) if b'"deceasedDateTime"' in each.content]
    assert FACTS[path]["deceased"] == len(died)


@pytest.mark.parametrize("path", [path for path in FHIR if "patient_ref" in FACTS[path]])
def test_whom_a_single_resource_is_of(path: str) -> None:
    """A file that is one resource holds no patient: nobody is named, and the resource says what it says."""
    (resource,) = of(path, Resource)
    content = json.loads(resource.content)
    reference = content.get("subject") or content.get("patient")
    assert FACTS[path]["patient_ref"] == reference["reference"]
    assert [] == of(path, Subject)
    assert {None} == {item.subject for item in of(path, Item)}


def test_no_resource_id_is_an_identifier() -> None:
    """Ids such as `00001` and `example`, which many share, are in no subject unless the file says so elsewhere."""
    for path in FHIR:
        for resource in input_resources(path):
            if resource["resourceType"] == "Patient" and (own := resource.get("id")):
                said = {each.get("value") for each in resource.get("identifier", [])}
                codes = {coding.code for subject in of(path, Subject) for coding in subject.identifiers}
                assert own in said or own not in codes


@pytest.mark.parametrize("path", [path for path in FHIR if "composition" in FACTS[path]])
def test_compositions(path: str) -> None:
    """Title, date and sections with the number of their entries are those of the Composition."""
    facts = FACTS[path]["composition"]
    (item,) = [item for item in of(path, Item) if item.type == "Composition"]
    sections = re.findall(r"(?:^|; )(.*?) \((\d+)(?:, [^)]*)?\)", item.text or "")
    assert (facts["title"], facts["date"]) == (item.title, item.date)
    assert facts["sections"] == [[title, int(count)] for title, count in sections]
    titles = [" ".join(passage.words.split()) for passage in of(path, Passage)]
    assert all(title in titles for title, _ in facts["sections"])


@pytest.mark.parametrize("path", [path for path in FHIR if FACTS[path].get("resourceType") == "Bundle"])
def test_bundles(path: str) -> None:
    """The type of a Bundle is stated, and a signature only as one that was not checked."""
    facts = FACTS[path]
    assert Tally(sort=f"Bundle {facts['type']}", count=1) in of(path, Tally)
    signatures = [left.reason for left in of(path, Left) if left.place == "signature"]
    assert facts.get("has_bundle_signature", False) == bool(signatures)
    assert all("not checked" in reason for reason in signatures)


@pytest.mark.parametrize(
    "path",
    [path for path in FHIR if FACTS[path].get("resourceType", "Bundle") not in {"Bundle", "Patient", "Binary"}],
)
def test_single_resources(path: str) -> None:
    """Type, id, status, date, codes, value, period and totals of files that are one resource."""
    facts = FACTS[path]
    item = the_item(path)
    assert (facts["resourceType"], f"{facts['resourceType']}/{facts['id']}") == (item.type, item.identity)
    assert facts.get("status") == item.status
    codes = {coding.code for coding in item.codes}
    for name in ("scope", "code"):
        assert facts.get(name) is None or facts[name] in codes
    if "type" in facts and facts["resourceType"] != "MedicationDispense":  # where the codes are the medicine's
        assert facts["type"] in codes
    day = facts.get("recorded") or facts.get("created")
    if day and item.date and "billablePeriod" not in (DATA / path).read_text("utf-8"):
        assert day == item.date
    words = f"{item.text or ''}; "
    for name in ("use", "disposition"):
        assert facts.get(name) is None or f"{facts[name]};" in words
    if "outcome" in facts:
        assert re.search(rf"(^|; |outcome ){facts['outcome']};", words)
    check_money(facts, words)
    if "items" in facts:
        assert f"{facts['items']} item" in words
    if period := facts.get("period"):
        assert f"{period['start']} to {period['end']}" in words
        assert period["end"] == item.until
    if value := facts.get("value"):
        assert item.quantity is not None
        assert (Decimal(str(value["value"])), value["code"]) == (Decimal(item.quantity.number), item.quantity.unit)


def check_money(facts: dict[str, Any], words: str) -> None:
    """Check that totals and a payment stand in the words of a claim, whatever their zeros."""
    amounts = {(Decimal(number), unit) for number, unit in re.findall(r"(-?[\d.]+) ([A-Z]{3});", words)}
    for _, number, unit in facts.get("total", []):
        assert (Decimal(str(number)), unit) in amounts
    if payment := facts.get("payment"):
        assert (Decimal(str(payment["value"])), payment["currency"]) in amounts


def test_whose_references_are() -> None:
    """The subject of a resource is the patient it refers to, in each file where one is."""
    assert {0} == {item.subject for item in of("fhir/synthea/Trey_Gibson.r4.json", Item)}
    bulk = of("fhir/bulk/Condition.000.ndjson", Item)
    patients = {each["subject"]["reference"] for each in input_resources("fhir/bulk/Condition.000.ndjson")}
    assert (
        len(patients) == len({item.subject for item in bulk}) == len(of("fhir/bulk/Condition.000.ndjson", Subject))
    )
    assert None not in {item.subject for item in bulk}


def test_who_a_document_is_about() -> None:
    """Composition.subject decides, beneficiary before subscriber; where nothing decides, all are."""
    about = {
        "ips/CY-194315-two-patients.json": [True, False],
        "claims/carin-insurance-card-bundle.json": [False, True],
        "shc/cards/carin-insurance-card.jws.txt": [False, True],
        "fhir/spec/Bundle-message-two-patients.json": [True, True],
        "fhir/spec/Bundle-12-patients.json": [True] * 12,
        "shc/cards/multi-jws.smart-health-card": [True, True],
    }
    assert about == {path: [subject.is_main for subject in of(path, Subject)] for path in about}
    others = [item.identity for item in of("ips/CY-194315-two-patients.json", Item) if item.subject == 1]
    assert ["Encounter/344529"] == others


def test_a_broken_reference_names_nobody() -> None:
    """A directive whose patient is not in the document says nothing of whose it is."""
    (consent,) = [item for item in of("ips/DE-advance-directive.json", Item) if item.type == "Consent"]
    assert (None, "Not for resuscitation") == (consent.subject, consent.text)


def test_versions_are_told_by_shape() -> None:
    """DSTU2, STU3 and R4 are told apart without a marker; what fits several stays unknown."""
    versions = {path: {resource.version for resource in of(path, Resource)} for path in FHIR}
    for version in VERSIONS:
        assert {version.upper()} == versions[f"fhir/synthea/Fannie_Waelchi.{version}.json"]
    assert {"R4"} == versions["fhir/synthea/Trey_Gibson.r4.json"] == versions["ips/CY-194315-two-patients.json"]
    assert (
        {"unknown"} == versions["fhir/spec/Patient-example.json"] == versions["fhir/spec/Bundle-12-patients.json"]
    )
    assert {"R4", "STU3", "DSTU2", "unknown"} == set().union(*versions.values())


def test_the_same_statement_in_three_versions_has_one_sense() -> None:
    """Observations with components, vaccination, visit and report are the same, and each is unlike the others."""
    senses = [
        [
            sense_of(item)
            for item in of(f"fhir/synthea/Fannie_Waelchi.{version}.json", Item)
            if item.type in {"Observation", "Immunization", "Encounter", "DiagnosticReport"}
        ]
        for version in VERSIONS
    ]
    assert senses[0] == senses[1] == senses[2]
    assert len(set(senses[0])) == len(senses[0]) == 20 + 2 + 1 + 1 + 1  # with two components


def test_medicines_are_resolved() -> None:
    """A statement about a medicine has its codes and name, be it another entry or contained."""
    (dispense,) = of("fhir/spec/MedicationDispense-meddisp0302.json", Item)
    assert ("Novolog 100u/ml", "0169-7501-11") == (dispense.title, dispense.codes[0].code)
    named = {
        item.title for item in of("ips/spec-Bundle-01-Martha-DeLarosa.json", Item) if "Statement" in item.type
    }
    assert "Product containing anastrozole (medicinal product)" in named
    swiss = [item.title for item in of("ips/CH-bronnimann.json", Item) if item.type == "MedicationStatement"]
    assert "TRIATEC Tabl 2.5 mg" in swiss


def test_components_are_items_of_their_own() -> None:
    """Systolic and diastolic pressure have place, code, number and unit, and different senses."""
    panel, *parts = of("fhir/spec/Observation-blood-pressure.json", Item)
    assert ("85354-9", None) == (panel.codes[0].code, panel.quantity)
    assert [("component[0]", "8480-6", "107", "mm[Hg]"), ("component[1]", "8462-4", "60", "mm[Hg]")] == [
        (part.place, part.codes[0].code, part.quantity.number, part.quantity.unit) for part in parts
    ]
    assert 3 == len({sense_of(each) for each in (panel, *parts)})
    (glucose,) = of("fhir/spec/Observation-f001.json", Item)
    assert ("3.1", "6.2", "High") == (glucose.quantity.low, glucose.quantity.high, glucose.text)


@pytest.mark.parametrize("path", CARDS)
def test_cards(path: str) -> None:
    """A card's token is stated as it was signed, its patients are subjects and its resources are counted."""
    facts = FACTS[path]
    cards = facts.get("cards") or [facts["card"]]
    text = (DATA / path).read_bytes().decode("utf-8-sig").strip()
    if "not_a_compact_jws" in cards[0]:
        return
    tokens = json.loads(text)["verifiableCredential"] if text.startswith("{") else [text]
    assert tokens == [card.token for card in of(path, Card)]
    header = json.loads(base64.urlsafe_b64decode(tokens[0].partition(".")[0] + "=="))
    assert (cards[0]["kid"], cards[0]["alg"]) == (header["kid"], header["alg"])
    people = [(told(subject)["name"][0], subject.birth_date) for subject in of(path, Subject)]
    assert people == [pair for card in cards for pair in zip(card["patient"], card["birthDate"], strict=True)]
    for card, token in zip(cards, tokens, strict=True):
        check_payload(card, token)
    expected: Counter[str] = Counter()
    for card in cards:
        expected.update(card["types"])
    assert dict(expected) == counts(path)
    assert sum(card["entries"] for card in cards) == sum(counts(path).values())


def check_payload(card: dict[str, Any], token: str) -> None:
    """Check that a stated token is the whole card: issuer, times and revocation id can be had from it."""
    body = base64.urlsafe_b64decode(token.split(".")[1] + "==")
    payload = json.loads(body if body[:1] == b"{" else zlib.decompress(body, -15))
    assert (card["iss"], card["nbf"], card["exp"]) == (payload["iss"], payload["nbf"], payload.get("exp"))
    assert card["rid"] == payload["vc"].get("rid")


def test_a_card_is_the_same_however_it_came() -> None:
    """File, JWS and digits of a QR code state the same token and items; parts together are one card."""
    ends = ("smart-health-card", "jws.txt", "qr-numeric.txt")
    paths = [f"shc/cards/spec2024-example-00.{end}" for end in ends]
    assert 1 == len({tuple(card.token for card in of(path, Card)) for path in paths})
    assert 1 == len({tuple(sense_of(item) for item in of(path, Item)) for path in paths})
    for number in range(3):
        path = f"shc/cards/spec2024-example-02.qr-chunk-{number}.txt"
        assert (Left(place="qr", reason=f"part {number + 1} of 3 of a card"),) == stated(path)


def test_parts_on_lines_are_joined(tmp_path: Path) -> None:
    """All parts of a card in one text, in any order, are the card."""
    parts = [(DATA / f"shc/cards/spec2024-example-02.qr-chunk-{number}.txt").read_bytes() for number in (2, 0, 1)]
    file = tmp_path / "parts.txt"
    file.write_bytes(b"\r\n".join(parts))
    with file.open("rb") as stream:
        statements = list(read(stream, name=file.name, size_bytes=file.stat().st_size))
    (whole,) = of("shc/cards/spec2024-example-02-ips.smart-health-card", Card)
    assert [whole.token] == [each.token for each in statements if isinstance(each, Card)]


@pytest.mark.parametrize("path", BROKEN)
def test_broken_codes_are_refused_with_a_reason(path: str) -> None:
    """A QR text that cannot be a card fails as such, and says why."""
    with pytest.raises(InvalidRequest) as refusal:
        stated(path)
    assert "reader_failed" == refusal.value.code
    assert any(word in refusal.value.message for word in ("odd", "digits", "begin", "numbered"))


@pytest.mark.parametrize("path", LINKS)
def test_links_say_where_they_lead_and_keep_their_key(path: str) -> None:
    """Label, flags and expiry are told; no statement holds the key, and nothing is opened."""
    statements = stated(path)
    said = repr(statements)
    assert any(isinstance(each, Left) and "not fetched" in each.reason for each in statements)
    assert "rxTgYlOaKJPFtcEd0qcceN8wEU4p94SqAwIWQe6uX7Q" not in said
    assert "lQPSuLGFjSkce1i63hckW3L9u-F94ti1gE_QvqbJc_g" not in said
    assert "sas=" not in said
    if payload := FACTS[path].get("payload"):
        assert [payload["label"]] == [each.words for each in statements if isinstance(each, Passage)]
        assert all(f"{flag}: " in said for flag in payload["flag"])
    if "expired" in path:
        assert "expires 2024-01-01T" in said
        assert FACTS[path]["jweFiles"] == said.count("jweFiles[")
