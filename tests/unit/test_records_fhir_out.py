# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.fhir_out."""

import base64
import json
import re

import pytest

from healthvault.codec import MAX_INT
from healthvault.records.fhir_out import Owner, document_reference
from healthvault.records.fhir_parts import JsonObject
from tests.fhir_rules import check_resource

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


def reference(**changes: object) -> JsonObject:
    """Return the reference of a document."""
    given: dict[str, object] = {
        "id_text": "d_sr7zkzxgnl53s7wd3dgpttdes5wrgyod",
        "title": "Ferritin",
        "media_type": "text/plain",
        "date": "2026-11-20",
        "added_ms": 1_795_219_200_000,
        "status": "current",
        "owner": Owner(vault="c_abc", name="Ana Silva"),
        "content": None,
    }
    return document_reference(**{**given, **changes})  # type: ignore[arg-type]


def test_a_document() -> None:
    """What is known of a document, in FHIR's words."""
    expected = {
        "resourceType": "DocumentReference",
        "id": "d-sr7zkzxgnl53s7wd3dgpttdes5wrgyod",
        "identifier": [{"system": "urn:healthvault:document", "value": "d_sr7zkzxgnl53s7wd3dgpttdes5wrgyod"}],
        "status": "current",
        "subject": {"reference": "Patient/c-abc", "display": "Ana Silva"},
        "date": "2026-11-21T00:00:00Z",
        "description": "Ferritin",
        "content": [{"attachment": {"contentType": "text/plain", "title": "Ferritin", "creation": "2026-11-20"}}],
    }
    assert expected == reference()


def test_the_forms_that_fhir_asks_for() -> None:
    """An id without an underscore, an instant with its zone."""
    found = reference(added_ms=1_795_219_200_999)
    assert ID.fullmatch(str(found["id"]))
    assert INSTANT.fullmatch(str(found["date"]))


def test_content_goes_along_with_its_hash() -> None:
    """In base64, with its size, and its SHA-256 as a name of RFC 6920 (the example of that RFC, section 8.1)."""
    found = reference(content=b"Hello World!")
    (described,) = found["content"]  # type: ignore[misc]
    assert b"Hello World!" == base64.b64decode(described["attachment"]["data"])  # type: ignore[index,call-overload]
    assert 12 == described["attachment"]["size"]  # type: ignore[index,call-overload]
    name = "ni:///sha-256;f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk"
    assert {"system": "urn:ietf:rfc:6920", "value": name} in found["identifier"]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("current", "current"),
        ("superseded", "superseded"),
        ("retracted", "entered-in-error"),
        ("erased", "entered-in-error"),
    ],
)
def test_status(status: str, expected: str) -> None:
    """What is no longer good is never called current."""
    assert expected == reference(status=status)["status"]


def test_no_date() -> None:
    """An unknown date is left out, not made up."""
    found = reference(date=None)
    assert "creation" not in json.dumps(found)


def test_a_time_that_no_calendar_has() -> None:
    """A wrong clock does not stop an export: the time is left out."""
    assert "date" not in reference(added_ms=MAX_INT)


def test_an_erased_document_has_no_empty_text() -> None:
    """FHIR forbids one: the attachment says what became of it."""
    found = reference(title="", media_type="", date=None, status="erased")
    assert [{"attachment": {"title": "erased"}}] == found["content"]
    assert "description" not in found


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2026", "2026"),
        ("2026-11-20T10:00:00+01:00", "2026-11-20T10:00:00+01:00"),
        ("2026-11-20T10:00", "2026-11-20"),
    ],
)
def test_dates_that_fhir_does_not_know_are_cut_to_the_day(date: str, expected: str) -> None:
    """A time without seconds or zone is none there."""
    (described,) = reference(date=date)["content"]  # type: ignore[misc]
    assert expected == described["attachment"]["creation"]  # type: ignore[index,call-overload]


def test_what_is_sensitive_says_so() -> None:
    """By HL7's code where there is one, by our word where a later version has another; valid as a whole."""
    found = reference(category="letter", sensitivity=("mental-health", "from-tomorrow"))
    check_resource(found)
    said = [coding for concept in found["securityLabel"] for coding in concept["coding"]]  # type: ignore[union-attr,index,call-overload]
    assert [("v3-ActCode", "MH"), ("urn:healthvault:sensitivity", "from-tomorrow")] == [
        (one["system"].rpartition("/")[2], one["code"]) for one in said
    ]
    assert [{"coding": [{"system": "urn:healthvault:category", "code": "letter"}]}] == found["category"]
    assert {"category", "securityLabel"}.isdisjoint(reference())
