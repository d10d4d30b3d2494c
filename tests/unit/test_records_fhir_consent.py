# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.fhir_consent, and of the entries and provenance of fhir_out."""

import base64

import pytest

from healthvault.codec import MAX_INT
from healthvault.consent.purposes import PURPOSES
from healthvault.records.fhir_consent import AUDITED, AuditFacts, ConsentFacts, audit_event, consent
from healthvault.records.fhir_out import EntryFacts, Owner, entry_reference, patient, provenance
from healthvault.records.fhir_parts import Actor, JsonObject, literal
from tests.fhir_rules import check_resource

OWNER = Owner(vault="c_" + "a" * 52, name="Ana Silva")
NOW_MS = 1_795_219_200_000
LEE = Actor(system="urn:healthvault:vault", value="c_lee", name="Dr Lee")
ANYBODY = Actor(system="", value="", name="whoever has the code")
DOCUMENT = literal("DocumentReference", "d_abc")


def entry(time_ms: int = NOW_MS, raw: bytes | None = None) -> EntryFacts:
    """Return an entry."""
    return EntryFacts(seq=7, key="k" * 32, leaf=b"\x01" * 32, prev=b"\x02" * 32, time_ms=time_ms, raw=raw)


def grant(**changes: object) -> JsonObject:
    """Return the Consent of a grant."""
    given: dict[str, object] = {
        "id_text": "g_abc",
        "entry": entry(),
        "is_active": True,
        "grantees": (LEE, ANYBODY),
        "documents": (DOCUMENT,),
        "purposes": ("TREAT",),
        "actions": ("view", "keep"),
        "conditions": (),
        "not_before_ms": NOW_MS,
        "not_after_ms": NOW_MS + 1000,
    }
    return consent(ConsentFacts(**{**given, **changes}), OWNER)  # type: ignore[arg-type]


def event(action: str, time_ms: int = NOW_MS) -> JsonObject | None:
    """Return the AuditEvent of an action."""
    facts = AuditFacts(
        entry=entry(time_ms), action=action, purposes=("TREAT",), parties=(LEE,), entities=(DOCUMENT,)
    )
    return audit_event(facts, OWNER)


def test_a_consent_round_trips_what_fhir_has() -> None:
    """Who, what, what for, how long, on what it stands: in the places that the profile gives them."""
    found = grant()
    check_resource(found)
    provision = found["provision"]
    assert isinstance(provision, dict)
    assert {"start": "2026-11-21T00:00:00Z", "end": "2026-11-21T00:00:01Z"} == provision["period"]
    who = [actor["reference"] for actor in provision["actor"]]  # type: ignore[union-attr,index,call-overload]
    named = {"identifier": {"system": "urn:healthvault:vault", "value": "c_lee"}, "display": "Dr Lee"}
    assert [named, {"display": "whoever has the code"}] == who
    assert [{"meaning": "instance", "reference": DOCUMENT}] == provision["data"]
    assert ["TREAT"] == [code["code"] for code in provision["purpose"]]  # type: ignore[union-attr,index,call-overload]
    assert {"reference": "DocumentReference/e-" + "k" * 32} == found["sourceReference"]
    assert "2026-11-21T00:00:00Z" == found["dateTime"]


def test_a_revoked_consent_has_the_same_name() -> None:
    """Whoever kept the older one knows which it was; nothing else of it changes."""
    before, after = grant(), grant(is_active=False)
    check_resource(after)
    assert ("active", "inactive") == (before.pop("status"), after.pop("status"))
    assert before == after


@pytest.mark.parametrize("code", PURPOSES.values())
def test_every_purpose(code: str) -> None:
    """Each is a code of HL7's own list."""
    check_resource(grant(purposes=(code,)))


def test_what_fhir_cannot_say_forbids_to_use_it() -> None:
    """A condition is a modifier: who does not know it must not take the Consent for a plain permission."""
    found = grant(conditions=("approvals",))
    check_resource(found)
    expected = [{"url": "urn:healthvault:grant:condition", "valueCode": "approvals"}]
    assert (expected, False) == (found["modifierExtension"], "modifierExtension" in grant())


@pytest.mark.parametrize("action", sorted(AUDITED))
def test_every_audit_event(action: str) -> None:
    """It names the entry that proves it, last, and hv's own word for what was done."""
    found = event(action)
    assert found is not None
    check_resource(found)
    assert [{"system": "urn:healthvault:action", "code": action}] == found["subtype"]
    what = found["entity"][-1]["what"]  # type: ignore[index,call-overload]
    assert {"system": "urn:healthvault:entry", "value": OWNER.vault + "/7"} == what["identifier"]  # type: ignore[index,call-overload]


@pytest.mark.parametrize(
    ("action", "code", "owner_role"),
    [("share", "110106", "110153"), ("import", "110107", "110152"), ("receipt", "110107", "110152")],
)
def test_which_way_documents_went(action: str, code: str, owner_role: str) -> None:
    """Out of the owner's vault, or into it."""
    found = event(action)
    assert found is not None
    role = found["agent"][0]["type"]["coding"][0]["code"]  # type: ignore[index,call-overload]
    assert (code, owner_role) == (found["type"]["code"], role)  # type: ignore[index,call-overload]


def test_where_nothing_moved_nobody_is_source_or_destination() -> None:
    """A revocation and an erasure change the record here."""
    assert [False, False] == [
        "type" in agent
        for action in ("revoke", "erase")
        for agent in (event(action) or {})["agent"][:1]  # type: ignore[index,union-attr]
    ]


def test_a_time_that_no_calendar_has() -> None:
    """What cannot be without a time is left out; a wrong clock stops no export."""
    assert (None, None) == (event("share", MAX_INT), provenance(entry(MAX_INT), DOCUMENT, OWNER))
    assert "dateTime" not in grant(entry=entry(MAX_INT))


def test_provenance_names_the_entry_before_and_claims_no_signature() -> None:
    """The chain as identifiers; what is signed stays in the journal."""
    made = provenance(entry(), DOCUMENT, OWNER, author="St Mary's")
    changed = provenance(entry(), DOCUMENT, OWNER, is_new=False)
    assert made is not None
    assert changed is not None
    check_resource(made)
    check_resource(changed)
    (before,) = made["entity"]  # type: ignore[misc]
    assert ("source", "02" * 32) == (before["role"], before["what"]["identifier"]["value"])  # type: ignore[index,call-overload]
    assert ["signature" in made, len(made["agent"]), len(changed["agent"])] == [False, 2, 1]  # type: ignore[arg-type]


def test_the_patient_and_an_entry() -> None:
    """Also without a name, and with the entry's bytes on demand."""
    for resource in (patient(OWNER), patient(Owner(vault="c_a", name="")), entry_reference(entry(), OWNER)):
        check_resource(resource)
    carried = entry_reference(entry(raw=b"entry"), OWNER)
    check_resource(carried)
    assert b"entry" == base64.b64decode(carried["content"][0]["attachment"]["data"])  # type: ignore[index,call-overload]
