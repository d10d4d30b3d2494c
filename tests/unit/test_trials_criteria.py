# SPDX-License-Identifier: Apache-2.0
"""Criteria are a stranger's: what is not understood is kept as that, and nothing is left out."""

import json
from decimal import Decimal

import pytest

from healthvault.errors import FormatError
from healthvault.trials.criteria import Age, All, Lab, Node, Not, NotUnderstood, Sex, Stated, parse_criteria


def node(**members: object) -> Node:
    """Return what becomes of one criterion."""
    whole = {"version": 1, "study": "S1", "criteria": [members]}
    return parse_criteria(json.dumps(whole).encode()).criteria[0].node


LAB = {
    "type": "lab",
    "codes": ["loinc|4548-4"],
    "comparator": ">=",
    "value": "6.50",
    "unit": "%",
    "within_days": 30,
}


def test_each_type() -> None:
    """With all that it may say."""
    assert Age(least=18, most=None) == node(type="age", min=18)
    assert Sex(words=("female",)) == node(type="sex", **{"is": ["female"]})
    loinc = ("http://loinc.org", "urn:oid:2.16.840.1.113883.6.1")
    wanted = Lab(codes=((loinc, "4548-4"),), comparator=">=", value=Decimal("6.50"), unit="%", within_days=30)
    assert wanted == node(**LAB)
    assert wanted == node(**{**LAB, "value": 6.5})
    assert Stated(sort="allergy", codes=(((), "7"),), words=("penicillin g",)) == node(
        type="allergy", codes=["7"], words=["Penicillin  G"]
    )
    inner = {"type": "age", "min": 18}
    group = node(type="any", of=[inner, {"type": "not", "of": inner}])
    assert isinstance(group, All)
    assert group.is_any
    assert isinstance(group.of[1].node, Not)


@pytest.mark.parametrize(
    "members",
    [
        {"type": "horoscope"},
        {},
        {"type": None},
        {"type": ["age"]},
        {"type": "age"},
        {"type": "age", "min": "18"},
        {"type": "age", "min": 18.5},
        {"type": "age", "min": True},
        {"type": "age", "min": 20, "max": 10},
        {"type": "age", "min": 18, "mxa": 75},
        {"type": "sex", "is": []},
        {"type": "sex", "is": ["woman"]},
        {"type": "condition"},
        {"type": "condition", "codes": "x"},
        {"type": "condition", "codes": [7]},
        {"type": "condition", "codes": ["snomed|"]},
        {"type": "condition", "words": [" "]},
        {**LAB, "unit": None},
        {**LAB, "unit": "u" * 201},
        {**LAB, "value": "much"},
        {**LAB, "value": "1e999"},
        {**LAB, "comparator": "!="},
        {**LAB, "within_days": 0},
        {**LAB, "codes": []},
        {**LAB, "fasting": True},
        {"type": "all", "of": []},
        {"type": "any"},
        {"type": "not"},
        {"type": "all", "of": [{"type": "age", "min": 18}], "unless": 1},
    ],
)
def test_what_is_not_understood_is_kept_as_that(members: dict[str, object]) -> None:
    """An unknown type, a typo, a member too many: never a guess, never an error."""
    assert isinstance(node(**members), NotUnderstood)


def test_a_criterion_that_is_no_object() -> None:
    """Among others that are understood."""
    found = parse_criteria(b'{"version":1,"study":"S1","criteria":[7,{"type":"age","min":18}]}')
    assert [NotUnderstood, Age] == [type(each.node) for each in found.criteria]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"version":1,"study":"S"}',
        b'{"version":1,"study":"S","criteria":[]}',
        b'{"version":2,"study":"S","criteria":[1]}',
        b'{"version":true,"study":"S","criteria":[1]}',
        b'{"version":1,"study":"S","criteria":[{"type":"age","min":18,"min":1}]}',
        b"[" * 100_000,
    ],
)
def test_files_that_are_no_criteria(data: bytes) -> None:
    """Nobody is eligible for a study without criteria; a member twice has two meanings."""
    with pytest.raises(FormatError) as raised:
        parse_criteria(data)
    assert "bad_schema" == raised.value.code


def test_limits() -> None:
    """Sixteen levels, a thousand criteria, 256 KiB."""
    deep = '{"type":"not","of":' * 20 + '{"type":"age","min":1}' + "}" * 20
    many = ",".join(['{"type":"age","min":1}'] * 1001)
    for text in (deep, many, " " * (300 << 10)):
        with pytest.raises(FormatError) as raised:
            parse_criteria(f'{{"version":1,"study":"S","criteria":[{text}]}}'.encode())
        assert "too_large" == raised.value.code
