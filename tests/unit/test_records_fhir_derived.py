# SPDX-License-Identifier: Apache-2.0
"""Items as FHIR R4, checked by models that others wrote."""

import json
from dataclasses import replace

import pytest

from healthvault.records.fhir_derived import fhir_time, item_resource
from healthvault.records.json_stream import as_written
from healthvault.records.statements import Coding, Item, Quantity
from tests.fhir_rules import check_resource

FERRITIN = Coding(system="http://loinc.org", code="2276-4", display="Ferritin")
ITEM = Item(
    type="Observation",
    place="OBX[1]",
    title="Ferritin",
    date="2026-11-20T08:00:00+01:00",
    status="final",
    codes=(FERRITIN,),
    quantity=Quantity(number="6.30", unit="ug/L", comparator="<", low="10", high="120"),
)
TYPES = (
    "AllergyIntolerance",
    "Condition",
    "DiagnosticReport",
    "Immunization",
    "MedicationAdministration",
    "MedicationDispense",
    "MedicationRequest",
    "MedicationStatement",
    "Observation",
    "Procedure",
)
STATUSES = ("active", "completed", "final", "resolved", "stopped", "entered-in-error", "nonsense", None)


def made(item: Item) -> dict:
    """Return the resource of an item, checked."""
    resource = item_resource(
        item, id_text="i-1", source="urn:healthvault:document:d_1", subject={"reference": "Patient/c-1"}
    )
    assert resource is not None
    found: dict = json.loads(as_written(resource).decode())
    check_resource(found)
    return found


def test_a_number_keeps_its_digits_and_its_range() -> None:
    """Value, unit, comparator and range as written; the place is told."""
    resource = item_resource(ITEM, id_text="i-1", source="urn:x:1", subject={"reference": "Patient/c-1"})
    text = as_written(resource).decode()
    assert '"valueQuantity":{"value":6.30,"unit":"ug/L","comparator":"<"}' in text
    assert '"referenceRange":[{"low":{"value":10,"unit":"ug/L"},"high":{"value":120,"unit":"ug/L"}}]' in text
    assert "OBX[1]" == made(ITEM)["meta"]["tag"][0]["display"]


@pytest.mark.parametrize("type_", TYPES)
@pytest.mark.parametrize("status", STATUSES)
def test_every_type_is_valid_with_much_and_with_little(type_: str, status: str | None) -> None:
    """Whatever is known, nothing is made up and the resource is valid."""
    full = replace(ITEM, type=type_, status=status, until="2026-11-21", text="words")
    bare = Item(type=type_, place="x", title="y", status=status, date="2026-11-20T08:00")
    for item in (full, replace(full, quantity=None), replace(full, quantity=Quantity(number="n/a")), bare):
        made(item)


@pytest.mark.parametrize("type_", ["Claim", "Coverage", "Encounter", "Patient", "SupplyDelivery", "x"])
def test_what_cannot_be_held_is_left(type_: str) -> None:
    """A type that needs what is not known is not mapped."""
    assert item_resource(replace(ITEM, type=type_), id_text="i", source="u:1", subject={}) is None


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2026", "2026"),
        ("2026-11-20", "2026-11-20"),
        ("2026-11-20T08:00", "2026-11-20"),
        ("2026-11-20T08:00:00", "2026-11-20"),
        ("2026-11-20T08:00:00Z", "2026-11-20T08:00:00Z"),
        ("yesterday", None),
        (None, None),
    ],
)
def test_times(date: str | None, expected: str | None) -> None:
    """FHIR wants an offset with a time; none is made up."""
    assert expected == fhir_time(date)
