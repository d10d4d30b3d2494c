# SPDX-License-Identifier: Apache-2.0
"""What hospitals say beside words and dates is taken where it has FHIR's form, and else is not known."""

from decimal import Decimal

import pytest

from healthvault.medicines.fhir import amount_of, with_structure
from healthvault.medicines.telling import Amount
from tests.prescribed import dispensed, prescription, stopped


def test_a_dispense_of_a_hospital() -> None:
    """Quantity, days and prescription; what was prepared was not handed over."""
    resource = {
        "whenPrepared": "2026-03-01",
        "whenHandedOver": "2026-03-02T10:00:00Z",
        "quantity": {"value": 60, "unit": "TAB"},
        "daysSupply": {"value": 4, "unit": "weeks"},
        "authorizingPrescription": [{"reference": "MedicationRequest/7"}],
        "performer": [{"actor": {"display": "Ward 3"}}],
    }
    told = with_structure(dispensed(), resource)
    assert ("2026-03-02T10:00:00Z", 28, ("MedicationRequest/7",)) == (told.date, told.days, told.about)
    assert (Amount(number=Decimal(60), unit="tab"), "Ward 3") == (told.quantity, told.by)
    assert with_structure(dispensed(), {"whenPrepared": "2026-03-01"}).date is None


@pytest.mark.parametrize(
    "duration",
    [{"value": 30}, {"value": 1, "unit": "mo"}, {"value": 1.5, "unit": "d"}, {"value": -3, "unit": "d"}, "30"],
)
def test_days_without_a_clear_unit_are_not_known(duration: object) -> None:
    """A number alone could be anything."""
    assert with_structure(dispensed(), {"daysSupply": duration}).days is None


def test_a_prescription_of_a_hospital() -> None:
    """A plan is none that may be dispensed, and what must not be given is not in use."""
    request = {"validityPeriod": {"start": "2026-03-05", "end": "2026-08-31"}, "numberOfRepeatsAllowed": 3}
    told = with_structure(prescription(), {"dispenseRequest": request, "intent": "order"})
    assert ("2026-03-05", "2026-08-31", 3, "active") == (told.begins, told.until, told.repeats, told.status)
    assert "draft" == with_structure(prescription(), {"intent": "plan"}).status
    assert "not-taken" == with_structure(prescription(), {"doNotPerform": True}).status
    assert with_structure(prescription(), {"dispenseRequest": {"numberOfRepeatsAllowed": "many"}}).repeats is None


def test_a_stop_of_a_hospital() -> None:
    """With its days and its reason."""
    told = with_structure(
        stopped(),
        {"effectivePeriod": {"start": "2026-01", "end": "2026-03-04"}, "statusReason": [{"text": "rash"}]},
    )
    assert ("2026-01", "2026-03-04", "rash", ()) == (told.date, told.until, told.reason, told.about)


def test_an_amount_is_exact_or_none() -> None:
    """A bound is no amount, and neither is nothing."""
    assert Amount(number=Decimal("0.1"), unit="") == amount_of({"value": 0.1})
    for wrong in ({"value": 5, "comparator": "<"}, {"value": 0}, {"value": "x"}, {}, None, []):
        assert amount_of(wrong) is None
