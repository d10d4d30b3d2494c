# SPDX-License-Identifier: Apache-2.0
"""Grants and the audit trail as FHIR R4: Consent and AuditEvent, a view for other programs.

A Consent has the shape of IHE Privacy Consent on FHIR 1.1, "Intermediate": what that profile does not allow
(`provision.action`, `policyRule`, `verification`) is not there. The actions of a grant are an extension;
conditions that FHIR cannot say are modifier extensions, which forbid to use the Consent to who does not know them.
Sources: profiles.ihe.net/ITI/PCF, hl7.org/fhir/R4/consent.html and auditevent.html.
"""

from dataclasses import dataclass

from healthvault.records.fhir_out import EntryFacts, Owner
from healthvault.records.fhir_parts import (
    Actor,
    Json,
    JsonObject,
    coded,
    coding,
    fhir_id,
    filled,
    identifier,
    instant,
    literal,
    participant,
)

__all__ = ["AUDITED", "AuditFacts", "ConsentFacts", "audit_event", "consent"]

_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
_SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope"
_DICOM = "http://dicom.nema.org/resources/ontology/DCM"
_ENTITY_TYPE = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
_ENTITY_ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
_POLICY = "urn:healthvault:grant:1"
_FROM, _TO = ("110153", "Source Role ID"), ("110152", "Destination Role ID")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Audited:
    """How an action is told to a program that knows DICOM's audit events."""

    type: tuple[str, str]
    """Code and display of DCM."""
    action: str
    """C, R, U or D."""
    roles: tuple[tuple[str, str], tuple[str, str]] | None = None
    """Codes and displays of DCM for the owner and for the others; none where nothing moved."""
    outcome: str = ""
    """What the entry does not say about how it ended."""


_BEFORE = "logged before the file was written"
_EXPORT, _IMPORT, _RECORD = ("110106", "Export"), ("110107", "Import"), ("110110", "Patient Record")
AUDITED = {
    "share": _Audited(type=_EXPORT, action="R", roles=(_FROM, _TO), outcome=_BEFORE),
    "status": _Audited(type=_EXPORT, action="R", roles=(_FROM, _TO), outcome=_BEFORE),
    "import": _Audited(type=_IMPORT, action="C", roles=(_TO, _FROM)),
    "receipt": _Audited(type=_IMPORT, action="C", roles=(_TO, _FROM)),
    "revoke": _Audited(type=_RECORD, action="U"),
    "erase": _Audited(type=_RECORD, action="D"),
}
"""By the action of an event; other actions are no AuditEvent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentFacts:
    """A grant."""

    id_text: str
    entry: EntryFacts
    is_active: bool
    """Neither revoked nor replaced; whether it has expired its period says."""
    grantees: tuple[Actor, ...]
    documents: tuple[JsonObject, ...]
    """References."""
    purposes: tuple[str, ...]
    """Codes of HL7 v3 ActReason."""
    actions: tuple[str, ...]
    conditions: tuple[str, ...]
    """Kinds of conditions that FHIR has no words for."""
    not_before_ms: int
    not_after_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFacts:
    """An event of the audit trail."""

    entry: EntryFacts
    action: str
    """One of `AUDITED`."""
    purposes: tuple[str, ...]
    """Codes of HL7 v3 ActReason."""
    parties: tuple[Actor, ...]
    entities: tuple[JsonObject, ...]
    """References to documents and consents."""


def consent(grant: ConsentFacts, owner: Owner) -> JsonObject:
    """Return the Consent of a grant: revoked or replaced it is `inactive`, under the same id and identifier."""
    period = {"start": instant(grant.not_before_ms), "end": instant(grant.not_after_ms)}
    conditions: list[Json] = [
        {"url": "urn:healthvault:grant:condition", "valueCode": kind} for kind in grant.conditions
    ]
    actors: list[Json] = [
        {"role": participant("IRCP"), "reference": grantee.reference()} for grantee in grant.grantees
    ]
    return filled(
        {
            "resourceType": "Consent",
            "id": fhir_id(grant.id_text),
            "modifierExtension": conditions,
            "identifier": [identifier("grant", grant.id_text)],
            "status": "active" if grant.is_active else "inactive",
            "scope": coded(_SCOPE, "patient-privacy"),
            "category": [coded("http://loinc.org", "59284-0")],
            "patient": owner.reference(),
            "dateTime": instant(grant.entry.time_ms),
            "performer": [owner.reference()],
            "organization": [owner.as_organization()],
            "sourceReference": literal("DocumentReference", grant.entry.id_text),
            "policy": [{"uri": _POLICY}],
            "provision": filled(
                {
                    "extension": [
                        {"url": "urn:healthvault:grant:action", "valueCode": it} for it in grant.actions
                    ],
                    "type": "permit",
                    "period": filled({**period}),
                    "actor": actors,
                    "purpose": [coding(_REASON, code) for code in grant.purposes],
                    "data": [{"meaning": "instance", "reference": reference} for reference in grant.documents],
                }
            ),
        }
    )


def audit_event(event: AuditFacts, owner: Owner) -> JsonObject | None:
    """Return the AuditEvent of an event; None where its time cannot be said, without which there is none."""
    recorded, audited = instant(event.entry.time_ms), AUDITED[event.action]
    if recorded is None:
        return None
    own, other = ({"type": coded(_DICOM, *role)} for role in audited.roles) if audited.roles else ({}, {})
    others: list[Json] = [{**other, "who": party.reference(), "requestor": False} for party in event.parties]
    return filled(
        {
            "resourceType": "AuditEvent",
            "id": f"a-{event.entry.key}",
            "type": coding(_DICOM, *audited.type),
            "subtype": [coding("urn:healthvault:action", event.action)],
            "action": audited.action,
            "recorded": recorded,
            "outcome": "0",
            "outcomeDesc": audited.outcome,
            "purposeOfEvent": [coded(_REASON, code) for code in event.purposes],
            "agent": [
                {**own, "who": owner.reference(), "requestor": True},
                *others,
            ],
            "source": {"observer": owner.as_organization()},
            "entity": [_entity(reference) for reference in (*event.entities, _source(event.entry, owner))],
        }
    )


def _source(entry: EntryFacts, owner: Owner) -> JsonObject:
    """Return what names the entry that proves the event."""
    return {
        "identifier": identifier("entry", f"{owner.vault}/{entry.seq}"),
        "display": f"journal entry {entry.seq}",
    }


def _entity(reference: JsonObject) -> JsonObject:
    return {
        "what": reference,
        "type": coding(_ENTITY_TYPE, "2", "System Object"),
        "role": coding(_ENTITY_ROLE, "3", "Report"),
    }
