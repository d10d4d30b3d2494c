# SPDX-License-Identifier: Apache-2.0
"""The same thing said twice is the same; what differs in anything that matters is not."""

from dataclasses import replace

import pytest

from healthvault.records.sense import SENSE_BYTES, sense_of
from healthvault.records.statements import Coding, Item, Quantity

SYSTOLIC = Item(
    type="Observation",
    place="entry[0]",
    title="Systolic",
    date="2020-04-28T21:53:35-04:00",
    codes=(Coding(system="http://loinc.org", code="8480-6"),),
    quantity=Quantity(number="120", unit="mm[Hg]"),
)
SHOT = Item(
    type="Immunization",
    place="entry[1]",
    title="MMR",
    date="2020-01-01",
    status="completed",
    codes=(Coding(system="http://hl7.org/fhir/sid/cvx", code="03"),),
)


@pytest.mark.parametrize(
    "same",
    [
        replace(SYSTOLIC, place="x", title="Systolic blood pressure", identity="Observation/1", category="vitals"),
        replace(SYSTOLIC, date="2020-04-29T01:53:35Z"),
        replace(SYSTOLIC, date="2020-04-28T21:53:35.761-04:00"),
        replace(SYSTOLIC, quantity=Quantity(number="120.0", unit="mmHg", low="90", high="130")),
        replace(SYSTOLIC, codes=(*SYSTOLIC.codes, Coding(system="urn:own", code="bp-s"))),
        replace(SYSTOLIC, text="high", status="final"),
    ],
)
def test_the_same(same: Item) -> None:
    """Place, name, zeros, offsets, spellings of a unit, and a further code of its own make no difference."""
    assert SENSE_BYTES == len(sense_of(SYSTOLIC))
    assert sense_of(SYSTOLIC) == sense_of(same)


@pytest.mark.parametrize(
    "other",
    [
        replace(SYSTOLIC, codes=(Coding(system="http://loinc.org", code="8462-4"),)),
        replace(SYSTOLIC, codes=(Coding(system="urn:own", code="8480-6"),)),
        replace(SYSTOLIC, date="2020-04-28T21:54:35-04:00"),
        replace(SYSTOLIC, date="2020-04-28T21:53:35"),
        replace(SYSTOLIC, date="2020-04-28"),
        replace(SYSTOLIC, date=None),
        replace(SYSTOLIC, quantity=Quantity(number="121", unit="mm[Hg]")),
        replace(SYSTOLIC, quantity=Quantity(number="120", unit="kPa")),
        replace(SYSTOLIC, quantity=Quantity(number="120", unit="mm[Hg]", comparator="<")),
        replace(SYSTOLIC, quantity=None),
        replace(SYSTOLIC, type="Condition"),
        replace(SYSTOLIC, status="entered-in-error"),
    ],
)
def test_another(other: Item) -> None:
    """Code, system, moment, number, unit, comparator, type and a mistake make it another thing."""
    assert sense_of(SYSTOLIC) != sense_of(other)


def test_words_count_where_they_are_the_value() -> None:
    """A lot is told beside a vaccination, and the words of an observation are what it says."""
    assert sense_of(SHOT) == sense_of(replace(SHOT, text="lot 7"))
    assert sense_of(SHOT) != sense_of(replace(SHOT, status="not-done"))
    smoker = replace(SYSTOLIC, quantity=None, text="Never")
    assert sense_of(smoker) == sense_of(replace(smoker, text=" never "))
    assert sense_of(smoker) != sense_of(replace(smoker, text="Daily"))
    dose = replace(smoker, type="MedicationRequest", text="1 a day")
    assert sense_of(dose) != sense_of(replace(dose, text="2 a day"))


def test_what_says_too_little_is_like_nothing_else() -> None:
    """Without a date the identity decides, and without one the place."""
    undated = replace(SHOT, date=None, identity="Immunization/1")
    assert sense_of(undated) == sense_of(replace(undated, place="elsewhere"))
    assert sense_of(undated) != sense_of(replace(undated, identity="Immunization/2"))
    nameless = replace(undated, identity=None)
    assert sense_of(nameless) != sense_of(replace(nameless, place="elsewhere"))
    assert sense_of(replace(SHOT, codes=())) != sense_of(replace(SHOT, codes=(), title="Flu"))


def test_numbers_and_dates_that_are_none() -> None:
    """What cannot be understood counts as it is written."""
    odd = replace(SYSTOLIC, quantity=Quantity(number="many"), date="2020-04-28T99:99")
    assert sense_of(odd) == sense_of(replace(odd, title="x"))
