# SPDX-License-Identifier: Apache-2.0
"""Whose record it is: the table of docs/spec/identity.md section 2, line by line."""

from dataclasses import replace

import pytest

from healthvault.identity.matching import Owner, Result, judged, match
from healthvault.records.statements import Coding, Name, Subject

SSN = "http://hl7.org/fhir/sid/us-ssn"
HOSPITAL = "http://hospital.example"
EVE = Owner(
    names=(Name(text="Eve Everywoman"),),
    birth_date="1975-05-01",
    sex="female",
    identifiers=(Coding(system=SSN, code="444-22-2222"), Coding(system=HOSPITAL, code="PID4711")),
)


def subject(
    name: str = "", birth: str | None = None, sex: str | None = None, ssn: str = "", hospital: str = ""
) -> Subject:
    """Return what a file says."""
    numbers = ((SSN, ssn), (HOSPITAL, hospital))
    return Subject(
        names=(Name(text=name),) if name else (),
        birth_date=birth,
        sex=sex,
        identifiers=tuple(Coding(system=system, code=code) for system, code in numbers if code),
    )


EVES, DAY, NUMBER = "Eve Everywoman", "1975-05-01", "444222222"
TABLE = [
    (1, subject(EVES, "1973-05-31", ssn=NUMBER), "conflict"),
    (1, subject("Ann Everywoman", DAY, ssn=NUMBER), "conflict"),
    (1, subject(EVES, "1975-01-05", ssn=NUMBER), "conflict"),
    (1, subject(EVES, DAY, ssn="555-33-4444", hospital="PID4711"), "conflict"),
    (2, subject(EVES, sex="male", ssn=NUMBER), "conflict"),
    (3, subject("E. Everywoman", DAY, ssn=NUMBER), "unsure"),
    (3, subject("Eve Betterhalf", ssn=NUMBER), "unsure"),
    (3, subject("Eve Everywoman Jr", ssn=NUMBER), "unsure"),
    (4, subject(EVES, ssn=NUMBER), "same"),
    (4, subject("Eve Betterhalf", DAY, ssn=NUMBER), "same"),
    (4, subject(EVES, DAY, sex="male", ssn=NUMBER), "same"),
    (4, subject(ssn=NUMBER), "same"),
    (4, subject(EVES, hospital="pid4711"), "same"),
    (5, subject(EVES, DAY, sex="male"), "conflict"),
    (5, subject(EVES, DAY, ssn="555-33-4444"), "conflict"),
    (6, subject(EVES, DAY), "same"),
    (6, subject("EVERYWOMAN, EVE", DAY, ssn="111-00-2330"), "same"),
    (6, subject(EVES, DAY, hospital="PID4712"), "same"),
    (7, subject("Ann Everywoman", DAY), "other"),
    (7, subject("Ann Everywoman"), "other"),
    (7, subject(EVES, ssn="555-33-4444"), "other"),
    (8, subject(EVES, "1973-05-31"), "other"),
    (8, subject(birth="1973-05-31"), "other"),
    (8, subject("Eve Betterhalf", "1975-01-05"), "other"),
    (9, subject("Eve Betterhalf"), "other"),
    (9, subject(EVES, sex="male"), "other"),
    (10, subject(EVES), "unsure"),
    (10, subject(EVES, "1975"), "unsure"),
    (10, subject(EVES, "1975-01-05"), "unsure"),
    (10, subject("E. Everywoman", DAY), "unsure"),
    (10, subject("Eve Betterhalf", DAY), "unsure"),
    (10, subject(birth=DAY), "unsure"),
    (10, subject(), "unsure"),
]


@pytest.mark.parametrize(("line", "said", "expected"), TABLE)
def test_the_table(line: int, said: Subject, expected: str) -> None:
    """Each line gives its verdict, with a reason, and the same one when the two change places."""
    verdict = match(EVE, said)
    assert expected == verdict.result.value, line
    assert verdict.reasons
    turned = Owner(names=said.names, birth_date=said.birth_date, sex=said.sex, identifiers=said.identifiers)
    as_subject = Subject(names=EVE.names, birth_date=EVE.birth_date, sex=EVE.sex, identifiers=EVE.identifiers)
    assert expected == match(turned, as_subject).result.value


def test_reasons_name_fields_and_keep_values_apart() -> None:
    """What speaks against comes first; numbers are never quoted; words alone may stand in a log."""
    reasons = match(EVE, subject(EVES, "1973-05-31", ssn=NUMBER)).reasons
    assert ["birth date differs: 1975-05-01 / 1973-05-31", "same SSN", "same name: Eve Everywoman"] == [
        reason.whole for reason in reasons
    ]
    assert "birth date differs, same SSN, same name" == ", ".join(reason.words for reason in reasons)
    (nothing,) = match(EVE, subject()).reasons
    assert "says nothing about whose it is" == nothing.whole


def test_the_name_of_the_vault() -> None:
    """It completes a birth date that agrees, is not enough alone, and is held against nobody."""
    owner = Owner(vault_name="Ana Silva", birth_date=DAY)
    assert ["same", "unsure", "unsure", "other"] == [
        match(owner, said).result.value
        for said in (
            subject("Silva, Ana Maria", DAY),
            subject("Ana Silva"),
            subject("Eve Everywoman", DAY),
            subject("Ana Silva", "1990-01-02"),
        )
    ]


def test_who_can_be_told_from_others() -> None:
    """By a birth date or a number that proves something; not by a name or a sex."""
    assert EVE.is_telling
    assert [False, False, True] == [
        owner.is_telling
        for owner in (
            replace(EVE, birth_date=None, identifiers=()),
            Owner(identifiers=(Coding(system=SSN, code="111-00-2330"),)),
            Owner(birth_date="1975"),
        )
    ]


def test_a_maiden_name_that_was_given() -> None:
    """Every name that the owner had counts."""
    owner = replace(EVE, names=(*EVE.names, Name(text="Betterhalf, Eve")))
    assert Result.SAME is match(owner, subject("Eve Betterhalf", DAY)).result


def test_a_file_with_several_persons() -> None:
    """One who is the owner is enough, and one who may be her; nobody named is no verdict."""
    same, unsure, other = (
        match(EVE, subject(EVES, DAY)),
        match(EVE, subject(EVES)),
        match(EVE, subject("Al Bo", DAY)),
    )
    conflict = match(EVE, subject(EVES, "1973-05-31", ssn=NUMBER))
    found = [judged(each) for each in ([other, same], [other, conflict, unsure], [other, conflict], [other], [])]
    assert [("same", 2), ("unsure", 3), ("conflict", 2), ("other", 1), None] == [
        verdict and (verdict.result.value, verdict.subjects) for verdict in found
    ]
