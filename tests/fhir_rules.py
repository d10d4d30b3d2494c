# SPDX-License-Identifier: Apache-2.0
"""FHIR R4 as others check it: the models of `fhir.resources`, and rules that they do not hold.

Nothing here tests anything.
"""

import re
from collections.abc import Iterator
from importlib import import_module

__all__ = ["check_consent", "check_resource", "check_stream", "codes_of"]

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_STATUS = {
    "Consent": {"active", "inactive"},
    "DocumentReference": {"current", "superseded", "entered-in-error"},
}
_REASONS = {"TREAT", "ETREAT", "CAREMGT", "HPAYMT", "HOPERAT", "HRESCH", "PUBHLTH", "PATRQT", "FAMRQT"}
_NOT_IN_PCF = {"policyRule", "verification", "sourceAttachment"}
_NOT_IN_PCF_PROVISION = {"action", "class", "code", "securityLabel"}


def check_stream(resources: list[dict], *, with_words: bool = False) -> None:
    """Check every resource, that no two have one id, and that every literal reference leads to one of them."""
    assert with_words or all("id" in resource for resource in resources)
    for resource in resources:
        check_resource(resource)
    names = [f"{resource['resourceType']}/{resource['id']}" for resource in resources if "id" in resource]
    assert len(names) == len(set(names))
    assert set() == {text for resource in resources for text in _references(resource)} - set(names)


def check_resource(resource: dict) -> None:
    """Check one resource: the library's model, its id, its status, nothing empty, and what its type needs."""
    kind = resource["resourceType"]
    model = getattr(import_module(f"fhir.resources.R4B.{kind.lower()}"), kind)
    model.model_validate(resource)
    assert "id" not in resource or _ID.fullmatch(resource["id"])  # a document's own words may have none
    assert kind not in _STATUS or resource["status"] in _STATUS[kind]
    assert [] == [value for value in _values(resource) if value in ("", None, [], {})]
    if kind == "Consent":
        check_consent(resource)
    if kind == "AuditEvent":
        _check_audit_event(resource)


def check_consent(consent: dict) -> None:
    """Check what IHE Privacy Consent on FHIR, Foundation and Intermediate, asks for beyond FHIR itself."""
    assert {("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy")} == codes_of(
        consent["scope"]
    )
    assert ("http://loinc.org", "59284-0") in codes_of(consent["category"][0])
    assert {"patient", "dateTime", "performer", "organization", "sourceReference"} <= set(consent)
    assert [["uri"]] == [list(policy) for policy in consent["policy"]]
    assert not _NOT_IN_PCF & set(consent)
    provision = consent["provision"]
    assert "permit" == provision["type"]
    assert not _NOT_IN_PCF_PROVISION & set(provision)
    roles = {code for actor in provision["actor"] for code in codes_of(actor["role"])}
    assert {("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP")} == roles
    assert {"instance"} >= {item["meaning"] for item in provision["data"]}
    assert {"http://terminology.hl7.org/CodeSystem/v3-ActReason"} == {
        item["system"] for item in provision["purpose"]
    }
    assert {item["code"] for item in provision["purpose"]} <= _REASONS


def codes_of(concept: dict) -> set[tuple[str, str]]:
    """Return the system and code of each coding of a concept."""
    return {(coding["system"], coding["code"]) for coding in concept["coding"]}


def _check_audit_event(event: dict) -> None:
    dicom = "http://dicom.nema.org/resources/ontology/DCM"
    assert (dicom, True) == (event["type"]["system"], event["type"]["code"] in {"110106", "110107", "110110"})
    assert event["action"] in set("CRUDE")
    assert "0" == event["outcome"]
    assert [True] == [agent["requestor"] for agent in event["agent"]][:1]
    assert "observer" in event["source"]


def _references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def _values(value: object) -> Iterator[object]:
    yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        yield from _values(one)
