# SPDX-License-Identifier: Apache-2.0
"""FHIR resources as papers: digit for digit, R4 and STU3."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from healthvault.claims.fhir import paper_of, reference_id, written
from healthvault.claims.money import shown
from healthvault.claims.paper import Paper, Person, Role


def read(text: str | dict) -> Paper | None:
    """Return the paper in a resource."""
    content = (text if isinstance(text, str) else json.dumps(text)).encode()
    return paper_of(written(content), document="d_1", seq=1, place="", person=Person.OWNER, digest=None)


def test_no_digit_is_lost() -> None:
    """0.1 + 0.2 and a number beyond the precision of a float are what they are."""
    text = '{"resourceType":"Claim","id":"1","total":{"value":%s,"currency":"EUR"}}'
    for number in ("0.30000", "9007199254740993.01", "135.57"):
        found = read(text % number)
        assert found is not None
        assert f"{number[: number.index('.') + 3]} EUR" == shown(found.stated.billed)


def test_r4_and_stu3_say_the_same() -> None:
    """STU3 calls the service otherwise, and writes money as a quantity."""
    service = {"servicedDate": "2026-03-10", "sequence": 1}
    concept = {"coding": [{"code": "99213"}]}
    totals = [{"category": {"coding": [{"code": code}]}, "amount": {"value": value, "currency": "EUR"}}
              for code, value in (("submitted", 5), ("benefit", 4))]  # fmt: skip
    line = {**service, "productOrService": concept, "net": {"value": 5, "currency": "EUR"}}
    r4 = read({"resourceType": "ExplanationOfBenefit", "id": "1", "claim": {"reference": "Claim/7"},
               "total": totals, "item": [line]})  # fmt: skip
    system = "urn:iso:std:iso:4217"
    stu3 = read({"resourceType": "ExplanationOfBenefit", "id": "1", "claim": {"reference": "Claim/7"},
                 "totalCost": {"value": 5, "code": "EUR", "system": system},
                 "totalBenefit": {"value": 4, "code": "EUR", "system": system},
                 "item": [{"sequence": 1, "service": {"coding": [{"code": "99213"}]}, "servicedDate": "2026-03-10",
                           "net": {"value": 5, "code": "EUR", "system": system}}]})  # fmt: skip
    assert r4 == stu3
    assert r4 is not None
    assert (Role.EOB, ("7",), "4.00 EUR") == (r4.role, r4.claims, shown(r4.stated.paid))


@pytest.mark.parametrize(
    ("money", "words"),
    [
        ({"value": 5}, "unknown (no currency)"),
        ({"value": "5", "currency": "EUR"}, "unknown (no number)"),
        ({"value": True, "currency": "EUR"}, "unknown (no number)"),
        ({"value": 5, "code": "EUR", "system": "http://unitsofmeasure.org"}, "unknown (no currency)"),
        ({"value": 5.125, "currency": "EUR"}, "unknown (too many decimals)"),
        ({}, ""),
        ("5 EUR", ""),
    ],
)
def test_money_that_is_none(money: object, words: str) -> None:
    """It is unknown, with the reason."""
    found = read({"resourceType": "Claim", "total": money})
    assert found is not None
    assert words == shown(found.stated.billed)


def test_the_patients_share_is_whole_or_of_parts() -> None:
    """A stated share goes before the sum of copay, deductible and coinsurance."""

    def share(**amounts: int) -> tuple[str, bool]:
        told = [{"category": {"coding": [{"code": name}]}, "amount": {"value": value, "currency": "EUR"}}
                for name, value in amounts.items()]  # fmt: skip
        found = read({"resourceType": "ExplanationOfBenefit", "total": told})
        assert found is not None
        return shown(found.stated.patient), found.stated.patient_is_whole

    assert ("6.00 EUR", False) == share(copay=1, deductible=2, coinsurance=3)
    assert ("9.00 EUR", True) == share(copay=1, memberliability=9)


def test_references() -> None:
    """The id that each form of a reference ends with."""
    assert "7" == reference_id("Claim/7") == reference_id("https://x.example/fhir/Claim/7/_history/2")
    assert "a-b" == reference_id("urn:uuid:a-b")
    assert "" == reference_id("#7") == reference_id("") == reference_id("7")


def test_other_resources_are_no_papers() -> None:
    """Nor is what is no object."""
    assert read({"resourceType": "Patient"}) is None
    assert read("[]") is None
    assert read("7") is None


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
                        st.sampled_from(["item", "total", "net", "value", "currency", "adjudication", "category",
                                         "coding", "code", "amount", "id", "claim", "reference", "insurance",
                                         "billablePeriod", "start", "servicedDate", "identifier", "related"]),
                        inner, max_size=4), max_leaves=20))  # fmt: skip
def test_no_resource_is_an_error(members: object) -> None:
    """Whatever stands where something else should."""
    resource = {"resourceType": "ExplanationOfBenefit", **(members if isinstance(members, dict) else {})}
    assert read(resource) is not None


def test_deep_json_is_an_error_that_is_caught() -> None:
    """Nested beyond the limit of the decoder."""
    with pytest.raises(ValueError, match="nested too deep"):
        written(b"[" * 200_000)
