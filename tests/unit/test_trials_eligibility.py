# SPDX-License-Identifier: Apache-2.0
"""No record of a thing is never proof that there is none; each answer names what it rests on."""

import json
from datetime import date

import pytest

from healthvault.trials.criteria import parse_criteria
from healthvault.trials.eligibility import Answer, Person, evaluate
from healthvault.trials.lab_values import Fact
from tests.trial_records import measured, stated

DAY = date(2026, 11, 20)
PENICILLIN = {"type": "allergy", "codes": ["snomed|91936005"], "words": ["Penicillin"]}
DIABETES = {"type": "condition", "codes": ["snomed|44054006"]}


def judged(
    *nodes: dict, birth_date: str | None = "1975-05-01", sex: str | None = "female", facts: tuple[Fact, ...] = ()
) -> Answer:
    """Return the answer to some criteria."""
    whole = {"version": 1, "study": "S1", "criteria": nodes}
    return evaluate(
        parse_criteria(json.dumps(whole).encode()), Person(birth_date=birth_date, sex=sex, facts=facts), DAY
    )


def said(node: dict, *facts: Fact, **about: str | None) -> str:
    """Return yes, no or unknown."""
    return judged(node, facts=facts, **about).truth.value


def test_age_and_sex() -> None:
    """Her own word; where it is missing, or not to the day, nobody knows."""
    adult = {"type": "age", "min": 18, "max": 51}
    assert ["yes", "no", "unknown", "unknown"] == [
        said(adult, birth_date=born) for born in ("1975-05-01", "2010-01-01", "2008", None)
    ]
    woman = {"type": "sex", "is": ["female"]}
    assert ["yes", "no", "unknown", "unknown"] == [
        said(woman, sex=sex) for sex in ("female", "male", None, "unknown")
    ]


def test_absence_of_a_record_is_no_proof() -> None:
    """Without a record neither the thing nor its contrary is known."""
    assert ("unknown", "unknown") == (said(PENICILLIN), said({"type": "not", "of": PENICILLIN}))
    other = stated("AllergyIntolerance", "Latex", "300916003")
    assert "unknown" == said(PENICILLIN, other)


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (stated("AllergyIntolerance", "No known allergies", "716186003"), "no"),
        (stated("AllergyIntolerance", "No Known Allergies"), "no"),
        (stated("AllergyIntolerance", "No known food allergy", "429625007"), "unknown"),
        (stated("AllergyIntolerance", "No known food allergies"), "unknown"),
        (stated("AllergyIntolerance", "Information not available", "no-allergy-info"), "unknown"),
        (stated("Condition", "No known problems", "160245001"), "unknown"),
        (stated("AllergyIntolerance", "No known allergies", "716186003", date="2026-11-21"), "unknown"),
        (stated("AllergyIntolerance", "No known allergies", "716186003", status="entered-in-error"), "unknown"),
    ],
)
def test_only_a_statement_that_there_is_none_is(fact: Fact, expected: str) -> None:
    """Of the same sort, of everything of that sort, not of a day to come, not in error."""
    assert expected == said(PENICILLIN, fact)


def test_none_known_beside_something_is_a_contradiction() -> None:
    """One document says none, another names latex: nothing is decided."""
    none, latex = (
        stated("AllergyIntolerance", "No known allergies", "716186003"),
        stated("AllergyIntolerance", "Latex"),
    )
    assert "unknown" == said(PENICILLIN, none, latex)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("active", "yes"),
        (None, "yes"),
        ("resolved", "unknown"),
        ("refuted", "no"),
        ("entered-in-error", "unknown"),
    ],
)
def test_a_condition_by_its_code(status: str | None, expected: str) -> None:
    """In force is yes, refuted is no, over is for a person to judge."""
    assert expected == said(DIABETES, stated("Condition", "Diabetes", "44054006", status=status))


def test_documents_that_differ_decide_nothing() -> None:
    """One says active, one resolved."""
    facts = [
        stated("Condition", "Diabetes", "44054006", status=word, document=word) for word in ("active", "resolved")
    ]
    answer = judged(DIABETES, facts=tuple(facts))
    assert ("unknown", ("active", "resolved")) == (answer.truth.value, answer.documents)


def test_an_end_that_is_past() -> None:
    """A condition until yesterday is for a person to judge; of another code system it is another thing."""
    assert "unknown" == said(DIABETES, stated("Condition", "Diabetes", "44054006", until="2026-11-19"))
    icd = {"type": "condition", "codes": ["icd-10|44054006"]}
    assert "unknown" == said(icd, stated("Condition", "Diabetes", "44054006", status="active"))


def test_words_decide_only_as_a_whole() -> None:
    """The title itself is a yes; words within a longer one may mean another thing."""
    assert "yes" == said(PENICILLIN, stated("AllergyIntolerance", "PENICILLIN", status="active"))
    for title in ("Penicillin allergy ruled out", "No penicillin allergy"):
        answer = judged(PENICILLIN, facts=(stated("AllergyIntolerance", title, status="active"),))
        assert ("unknown", ("d_1",)) == (answer.truth.value, answer.documents)


def test_medicines() -> None:
    """A prescription in force is a yes; a dose that was given is for a person to judge."""
    node = {"type": "medicine", "words": ["Metformin"]}
    assert "yes" == said(node, stated("MedicationRequest", "Metformin", status="active"))
    assert "unknown" == said(node, stated("MedicationAdministration", "Metformin", status="completed"))
    assert "unknown" == said(node, stated("Medication", "Metformin", status="active"))


def test_groups_and_unknown_criteria() -> None:
    """One no decides all, one yes decides any; what is not understood is named and unknown."""
    adult, child, odd = {"type": "age", "min": 18}, {"type": "age", "max": 17}, {"type": "horoscope"}
    assert ["no", "unknown", "yes", "unknown"] == [
        said({"type": kind, "of": of})
        for kind, of in (
            ("all", [odd, child]),
            ("all", [odd, adult]),
            ("any", [odd, adult]),
            ("any", [odd, child]),
        )
    ]
    answer = judged(odd, adult)
    assert "unknown" == answer.truth.value
    assert "horoscope" in answer.parts[0].why


def test_each_answer_names_its_documents() -> None:
    """Also through groups and contraries."""
    lab = {
        "type": "lab",
        "codes": ["loinc|4548-4"],
        "comparator": "<",
        "value": 6,
        "unit": "%",
        "within_days": 30,
        "name": "HbA1c",
    }
    answer = judged({"type": "not", "of": lab, "name": "Poorly controlled"}, facts=(measured("7.1"),))
    assert ("yes", ("d_lab",), "Poorly controlled") == (
        answer.truth.value,
        answer.parts[0].documents,
        answer.parts[0].name,
    )
    assert "7.1 % on 2026-11-01" in answer.parts[0].why
