# SPDX-License-Identifier: Apache-2.0
"""Numbers that name a person, and those that prove nothing."""

import pytest

from healthvault.identity.numbers import SSN, label_of, proves, proving, system_named, system_of
from healthvault.records.statements import Coding

FILLERS = (
    *("111-00-2330", "111002330", "000-12-3456", "123-00-4567", "123-45-0000", "999-99-9999", "111111111"),
    *("123-45-6789", "123456789", "987654321", "078-05-1120", "219-09-9999"),
    *("4442222", "XXX-XX-2222", "*****2222", "MRN"),
)


@pytest.mark.parametrize("value", FILLERS)
def test_an_ssn_that_proves_nothing(value: str) -> None:
    """Fillers, numbers printed in examples, masked and short ones."""
    assert proves(Coding(system=SSN, code=value)) is None


@pytest.mark.parametrize(
    "value", ["1", "123", "12345", "654321", "0000", "7777777", "UNKNOWN", "n/a", "-", "", "A-0-0-0"]
)
def test_another_number_that_proves_nothing(value: str) -> None:
    """Too short, one character, counting, or no digit at all."""
    assert proves(Coding(system="http://hospital.example", code=value)) is None


def test_forms_of_a_number() -> None:
    """Signs between digits do not matter to an SSN, letter case and spaces to nothing else."""
    assert {"444222222"} == {
        proves(Coding(system=SSN, code=text)) for text in ("444-22-2222", "444 22 2222", "444222222")
    }
    assert {"pid1234"} == {proves(Coding(system="hosp", code=text)) for text in ("PID1234", " pid 1234 ")}
    assert "12-34-57" == proves(Coding(system="hosp", code="12-34-57"))


def test_forms_of_a_system() -> None:
    """URI, OID and word are one system; without a system nothing is proved."""
    forms = (SSN, "urn:oid:2.16.840.1.113883.4.1", "2.16.840.1.113883.4.1", "HTTP://HL7.org/fhir/sid/us-ssn/")
    assert {SSN} == {system_of(form) for form in (*forms, system_named("SSN"))}
    everybodys = [proves(Coding(system=system, code="PID4711")) for system in ("1", "A", "MRN", "mrn:Hospital")]
    assert [None] * 4 == everybodys
    assert system_of("HOSP") == system_of(system_named("mrn:HOSP"))
    assert proves(Coding(system="", code="PID1234")) is None
    assert ("SSN", "number of hosp") == (label_of(SSN), label_of("mrn:HOSP"))


def test_by_system() -> None:
    """Values of different systems are never mixed."""
    found = proving(
        [
            Coding(system="urn:a", code="44556"),
            Coding(system="urn:b", code="44556"),
            Coding(system="urn:a", code="1"),
        ]
    )
    assert {"urn:a": {"44556"}, "urn:b": {"44556"}} == found
