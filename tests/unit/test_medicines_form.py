# SPDX-License-Identifier: Apache-2.0
"""Forms are written as FHIR and read strictly: a form may have come from anybody."""

import json
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from healthvault.errors import FormatError, InvalidRequest
from healthvault.medicines.form import MAX_CHARS, MAX_FORM_BYTES, form_bytes, parse_form
from healthvault.medicines.telling import Amount, Sort
from tests.prescribed import draft, form, named

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["status", "medicationCodeableConcept", "subject", "authoredOn", "requester", "dosageInstruction",
     "modifierExtension", "doNotPerform", "quantity", "intent", "supportingInformation",
     "identifier", "dispenseRequest"]
)  # fmt: skip


def changed(path: str, value: object, sort: Sort = Sort.PRESCRIPTION) -> bytes:
    """Return a form of which something is something else; a path is names with dots between."""
    whole = form(sort, quantity=Decimal(30), days=30, repeats=1, until="2026-08-31", dose="1", by="Dr Lee")
    inner, *names = whole, *path.split(".")
    for name in names[:-1]:
        inner = inner[name]
    inner[names[-1]] = value
    return json.dumps(whole).encode()


def test_a_prescription_is_read_as_it_was_written() -> None:
    """With exact numbers, and nothing that was not said."""
    told = parse_form(
        Sort.PRESCRIPTION,
        form_bytes(
            draft(
                medicine=named("Ramipril 5 mg", "1"),
                until="2026-08-31",
                dose="1 in the morning",
                by="Dr Lee",
                quantity=Decimal("30.50"),
                unit="Tablets",
                days=30,
                repeats=0,
                source="d_from",
            )
        ),
    )
    assert ("Ramipril 5 mg", "rxnorm|1", "Ana Silva") == (told.medicine.words, told.medicine.concept, told.patient)
    assert ("active", "2026-03-01", "2026-08-31") == (told.status, told.date, told.until)
    assert ("1 in the morning", "Dr Lee", 30, 0) == (told.dose, told.by, told.days, told.repeats)
    assert Amount(number=Decimal("30.5"), unit="tablets") == told.quantity
    bare = parse_form(Sort.PRESCRIPTION, form_bytes(draft()))
    assert (None,) * 6 == (bare.until, bare.dose, bare.by, bare.quantity, bare.days, bare.repeats)


def test_a_dispense_names_its_prescription_twice() -> None:
    """By the id of this vault, and by the address of its bytes, which is the same in all."""
    written = form(Sort.DISPENSE, about=("d_rx", "ni:///sha-256;abc"), pack="\x1d01(21)\u20ac", by="Kim", days=30)
    told = parse_form(Sort.DISPENSE, json.dumps(written).encode())
    assert ("ni:///sha-256;abc", "d_rx") == told.about
    assert ("\x1d01(21)\u20ac", "Kim", 30, "2026-03-01") == (told.pack, told.by, told.days, told.date)


def test_a_stop_has_a_day_and_a_reason() -> None:
    """And names a prescription or a medicine."""
    told = parse_form(Sort.STOP, form_bytes(draft(Sort.STOP, reason="cough", about=("d_rx", None))))
    assert ("2026-03-01", "cough", ("d_rx",), None) == (told.until, told.reason, told.about, told.date)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("resourceType", "MedicationDispense"),
        ("status", "entered in error"),
        ("status", ["active"]),
        ("medicationCodeableConcept", None),
        ("medicationCodeableConcept.text", ""),
        ("medicationCodeableConcept.text", "x" * (MAX_CHARS + 1)),
        ("medicationCodeableConcept.text", "two\nlines"),
        ("authoredOn", "2026-02-30"),
        ("authoredOn", "2026-03"),
        ("authoredOn", "yesterday"),
        ("authoredOn", None),
        ("dispenseRequest.validityPeriod", {"end": "soon"}),
        ("dispenseRequest.numberOfRepeatsAllowed", -1),
        ("dispenseRequest.numberOfRepeatsAllowed", 1.5),
        ("dispenseRequest.numberOfRepeatsAllowed", True),
        ("dispenseRequest.numberOfRepeatsAllowed", "1"),
        ("dispenseRequest.numberOfRepeatsAllowed", 10**30),
        ("dispenseRequest.quantity.value", 0),
        ("dispenseRequest.quantity.value", 1e300),
        ("dispenseRequest.expectedSupplyDuration.value", 0),
        ("requester.display", 5),
        ("dosageInstruction", [{"text": {"a": "b"}}]),
        ("modifierExtension", [{"url": "urn:not"}]),
        ("implicitRules", "urn:x"),
        ("doNotPerform", True),
    ],
)
def test_what_has_another_form_is_refused(path: str, value: object) -> None:
    """As `bad_schema`, and with what is wrong with it."""
    with pytest.raises(FormatError, match="this is no prescription form") as caught:
        parse_form(Sort.PRESCRIPTION, changed(path, value))
    assert "bad_schema" == caught.value.code


def test_unknown_members_are_let_be() -> None:
    """A later version may say more."""
    told = parse_form(Sort.PRESCRIPTION, changed("note", [{"text": "new"}]))
    assert "Ramipril 5 mg" == told.medicine.words


@pytest.mark.parametrize(
    "data", [b"", b"null", b"[]", b"\xff", b"{", b"[" * 100_000, b'{"a":"\\ud800"}', b" " * (MAX_FORM_BYTES + 1)]
)
def test_what_is_no_form_at_all_is_refused(data: bytes) -> None:
    """Too large, too deep, no JSON, no text."""
    with pytest.raises(FormatError):
        parse_form(Sort.STOP, data)


def test_what_could_not_be_read_is_not_written() -> None:
    """An empty name, two lines, too long a text."""
    for wrong in ({"medicine": named(" ")}, {"dose": "a\nb"}, {"by": "x" * 501}):
        with pytest.raises(InvalidRequest) as caught:
            form_bytes(draft(**wrong))
        assert "bad_text" == caught.value.code


@given(name=FIELDS, value=JSON, sort=st.sampled_from([Sort.PRESCRIPTION, Sort.DISPENSE, Sort.STOP]))
def test_any_change_is_read_or_refused(name: str, value: object, sort: Sort) -> None:
    """And raises nothing else."""
    with suppress(FormatError):
        parse_form(sort, json.dumps({**form(sort), name: value}).encode())
