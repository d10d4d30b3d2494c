# SPDX-License-Identifier: Apache-2.0
"""Same person, other person: the truth that the collection's README tells, held against real files.

An owner takes over what the first file says of her, as `hv id take` does; then each other file is judged. A file
of a kind that no reader reads yet is skipped, and says so.
"""

import io
from pathlib import Path

import pytest

from healthvault.errors import InvalidRequest
from healthvault.identity.matching import Owner, match
from healthvault.records.describe import describe
from healthvault.records.extras import EXTRA_MISSING
from healthvault.records.reading import has_reader, read
from healthvault.records.statements import Coding, Name, Subject
from healthvault.vault.person import facts_of_subject, owner_from

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="shared vectors are not here")

IPS, CARDS, SYNTHEA = (
    "ips/spec-Bundle-01-Martha-DeLarosa.json",
    "shc/cards/spec2024-example",
    "fhir/synthea/Fannie_Waelchi",
)
EVE, TWELVE, FATHER = (
    "ccda/ccd-eve-everywoman.xml",
    "fhir/spec/Bundle-12-patients.json",
    "fhir/spec/Bundle-document-father.json",
)
ISABELLA, DISCHARGE = "ccda/ccd-isabella-jones.xml", "ccda/discharge-summary-isabella-jones.xml"
DUCK, TWO = "hl7v2/ADT01-23.hl7", "fhir/spec/Bundle-message-two-patients.json"
SAME = [
    (IPS, "shc/cards/spec2024-example-02-ips.smart-health-card"),
    (IPS, "shc/shl/ips-shl-plain.json"),
    (f"{CARDS}-00.smart-health-card", f"{CARDS}-00.jws.txt"),
    (f"{CARDS}-00.smart-health-card", f"{CARDS}-00.qr-numeric.txt"),
    (f"{CARDS}-00.smart-health-card", f"{CARDS}-01-x5c.smart-health-card"),
    (f"{CARDS}-00.smart-health-card", "shc/cards/neg-invalid-signature.jws.txt"),
    (f"{CARDS}-00.smart-health-card", "shc/cards/composed-valid-lab.smart-health-card"),
    (f"{CARDS}-00.smart-health-card", "shc/qr/valid-card-qr.jpg"),
    (f"{SYNTHEA}.r4.json", f"{SYNTHEA}.stu3.json"),
    (f"{SYNTHEA}.r4.json", f"{SYNTHEA}.dstu2.json"),
    (DUCK, "hl7v2/LAB-ORM-1.hl7"),
    (DUCK, "hl7v2/LAB-ORU-1.hl7"),
    ("hl7v2/sample_win.hl7", "hl7v2/sample_unix.hl7"),
]
NEVER_SAME = [
    (EVE, FATHER),
    (ISABELLA, DISCHARGE),
    (DUCK, TWO),
    (TWO, DUCK),
    (f"{SYNTHEA}.r4.json", "fhir/synthea/Myles_Hoppe.r4.json"),
    (f"{SYNTHEA}.r4.json", "fhir/synthea/Trey_Gibson.r4.json"),
    (IPS, TWELVE),
    (DISCHARGE, "ccda/unstructured-embedded-text.xml"),
    (DISCHARGE, "ccda/unstructured-external-reference.xml"),
    ("ccda/unstructured-embedded-text.xml", "ccda/unstructured-external-reference.xml"),
    ("dicom/CT_small.dcm", "dicom/MR_small_implicit.dcm"),
]
PLACEHOLDERS = (DISCHARGE, "ccda/unstructured-embedded-text.xml", "ccda/unstructured-external-reference.xml")


def subjects(path: str) -> list[Subject]:
    """Return the persons whom a file names."""
    data = (DATA / path).read_bytes()
    name = path.rsplit("/", 1)[-1]
    kind = describe(io.BytesIO(data), name=name, size_bytes=len(data)).kind
    if not has_reader(kind):
        pytest.skip(f"nobody reads {kind} yet")
    try:
        stated = list(read(io.BytesIO(data), name=name, size_bytes=len(data)))
    except InvalidRequest as err:
        if err.code != EXTRA_MISSING:
            raise
        pytest.skip(err.message)
    found = [statement for statement in stated if isinstance(statement, Subject)]
    if not found:
        pytest.skip(f"the reader of {kind} names no person yet")
    return found


def owner(path: str) -> Owner:
    """Return the owner who took over what a file says of its first person."""
    return owner_from(facts_of_subject(subjects(path)[0], 1), "")


def results(one: str, other: str) -> set[str]:
    """Return the verdicts on the persons of another file."""
    known = owner(one)
    return {match(known, subject).result.value for subject in subjects(other)}


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_person(one: str, other: str) -> None:
    """Each is known in the other file, in either direction."""
    assert ["same", "same"] == [next(iter(results(*pair))) for pair in ((one, other), (other, one))]


@pytest.mark.parametrize(("one", "other"), NEVER_SAME)
def test_another_person(one: str, other: str) -> None:
    """Nobody is taken for somebody of the same name, number or room."""
    assert "same" not in results(one, other)


def test_the_same_number_with_another_birth_date() -> None:
    """Eve of the C-CDA and the first of twelve patients: a conflict, and the other eleven are others."""
    known = owner(EVE)
    found = [match(known, subject).result.value for subject in subjects(TWELVE)]
    assert "conflict" == found[0]
    assert {"other"} == set(found[1:])


def test_eve_in_her_fathers_file() -> None:
    """The same name, another birth date, no number: somebody else."""
    assert {"other"} == results(EVE, FATHER)


def test_a_filler_is_nobodys_number() -> None:
    """Three persons have the SSN 111-00-2330, and it becomes nobody's fact."""
    for path in PLACEHOLDERS:
        (only,) = subjects(path)[:1]
        assert any(number.code.replace("-", "") == "111002330" for number in only.identifiers), path
        assert not any("111" in fact.value and fact.system for fact in facts_of_subject(only, 1)), path


def test_no_id_of_a_resource_is_a_number() -> None:
    """What many files call their patient names nobody."""
    for path in (TWO, TWELVE, FATHER, f"{SYNTHEA}.r4.json"):
        for subject in subjects(path):
            assert not {"example", "1", "00001", "pat1", "d1"} & {number.code for number in subject.identifiers}


def test_two_persons_on_one_insurance_card() -> None:
    """The subscriber is named and is not whom the card is about."""
    john, jane = subjects("claims/carin-insurance-card-bundle.json")
    assert [False, True] == [john.is_main, jane.is_main]
    for one, other in ((john, jane), (jane, john)):
        known = owner_from(facts_of_subject(one, 1), "")
        assert ["same", "other"] == [match(known, each).result.value for each in (one, other)]


def test_a_name_in_three_scripts() -> None:
    """DICOM gives letters, ideographs and sounds: any of them is the name."""
    (yamada, *_) = subjects("dicom/chrH31.dcm")
    for text in ("Yamada Tarou", "Tarou Yamada", "YAMADA, TAROU", "山田太郎", "やまだ たろう"):
        known = Owner(names=(Name(text=text),), birth_date="1970-01-01")
        assert "unsure" == match(known, yamada).result.value, text
    assert "other" == match(Owner(names=(Name(text="Suzuki, Ichirou"),), birth_date="1970"), yamada).result.value


def test_forms_of_an_ssn() -> None:
    """The C-CDA writes the OID and hyphens, FHIR a URI and digits."""
    (eve, *_) = subjects(EVE)
    numbers = Owner(identifiers=(Coding(system="http://hl7.org/fhir/sid/us-ssn", code="444222222"),))
    assert "same" == match(numbers, eve).result.value
