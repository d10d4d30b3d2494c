# SPDX-License-Identifier: Apache-2.0
"""Which version of FHIR a document is in: by what it says of itself, else by where the versions differ in shape.

Each sign allows some versions. The version that most signs allow is the answer; where two are allowed equally, or
nothing tells them apart, it stays `unknown`. Sources: the lists of changes in hl7.org/fhir/STU3, R4 and R5.
Spec: docs/spec/contents.md section 3.
"""

import re
from collections import Counter

from healthvault.records.json_walk import Json, items_at, text_at, value_at

__all__ = ["UNKNOWN", "VersionSigns"]

UNKNOWN = "unknown"
MARKED = 1000  # what a document says of itself weighs more than all shapes
VERSIONS = {"2": "DSTU2", "3": "STU3", "4": "R4", "b": "R4B", "5": "R5"}
_MARK = re.compile(r"hl7\.org/fhir/(DSTU2|STU3|R4B|R4|R5|1\.0|3\.0|4\.0|4\.3|5\.0)/")
_NUMBERS = {"1.0": "DSTU2", "3.0": "STU3", "4.0": "R4", "4.3": "R4B", "5.0": "R5"}
_CORE_GUIDE = "/fhir/us/core/"  # never of DSTU2 or R5
_R4_GUIDES = ("/fhir/uv/ips/", "/fhir/us/carin-bb/", "/fhir/us/insurance-card/", "/fhir/uv/shc-vaccination/")
_OLD_SYSTEM = re.compile(r"http://hl7\.org/fhir/(v[23]/|observation-category$|condition-category$)")

# type: what is there : versions that have it so. A name stands for being there; `=text`, `=one` and `=many` for its
# form: a text, an object, an array. R4 stands for R4B too, which differs in nothing that is looked at.
_SIGNS_TEXT = """
AllergyIntolerance substance:2 assertedDate:3 recordedDate:245 clinicalStatus=text:3 clinicalStatus=one:45
AllergyIntolerance type=text:234 type=one:5 verificationStatus=text:3 verificationStatus=one:45
AuditEvent agent.who:45 agent.userId:3 agent.reference:3 type:34 code:5 outcome=text:34 outcome=one:5
CarePlan context:3 encounter:45 intent:345 definition:3
CareTeam context:3 encounter:4
Claim organization:23 item.service:23 item.productOrService:45 total.currency:45 total.code:3 information:3
Claim supportingInfo:45 type=text:2 employmentImpacted:3
ClaimResponse requestProvider:3 requestor:45 use:45 outcome=one:3 outcome=text:45
Composition class:23 category:45 subject=many:5 confidentiality=text:234
Condition patient:2 context:3 encounter:245 dateRecorded:2 assertedDate:3 recordedDate:45 category=one:2
Condition clinicalStatus=text:23 clinicalStatus=one:45 verificationStatus=text:23 verificationStatus=one:45
Consent scope:4 provision=one:4 except:3 dateTime:34 consentingParty:3 patient:34 subject:5 date:5
Coverage grouping:3 class:45 payor:34 insurer:5 bin:2
Device deviceName:4 udiCarrier:45 udi:23 patient:234 distinctIdentifier:4
DiagnosticReport context:3 encounter:245 category=one:23 category=many:45 conclusionCode:45 codedDiagnosis:23
DocumentReference indexed:23 created:2 class:23 date:45 masterIdentifier:234 context=one:234 context=many:5
DocumentReference content.format:234 content.profile:5 securityLabel:345
Encounter class=text:2 class=one:34 class=many:5 patient:2 period:234 actualPeriod:5 hospitalization:234
ExplanationOfBenefit organization:3 information:3 supportingInfo:45 item.service:3 item.productOrService:45
ExplanationOfBenefit outcome=one:3 outcome=text:45 insurance=one:3 insurance=many:45 use:45
FamilyMemberHistory notDone:3
Goal lifecycleStatus:45 achievementStatus:45
ImagingStudy uid:23 context:3 encounter:45 status:45
Immunization date:23 wasNotGiven:2 reported:2 notGiven:3 occurrenceDateTime:45 occurrenceString:45
Immunization reasonCode:4 primarySource:345 vaccinationProtocol:23 protocolApplied:45 practitioner:3
MedicationDispense medicationCodeableConcept:234 medicationReference:234 medication:5 patient:2 whenHandedOver:2345
MedicationRequest medicationCodeableConcept:34 medicationReference:34 medication:5 context:3 encounter:45
MedicationRequest requester.agent:3 requester.reference:45
MedicationStatement medicationCodeableConcept:234 medicationReference:234 medication:5 patient:2 taken:3
MedicationStatement informationSource=many:5
MessageHeader event:23 eventCoding:45 timestamp:23 receiver:23
Observation category=one:2 category=many:345 context:3 encounter:245 comments:2 comment:3 note:45
Organization type=one:2 type=many:345
Patient animal:23 careProvider:2 generalPractitioner:345
Practitioner name=one:2 name=many:345 practitionerRole:2
Procedure context:3 encounter:245 notPerformed:2 notDone:3 performedDateTime:234 performedPeriod:234
Procedure occurrenceDateTime:5 occurrencePeriod:5 recorder:45
Provenance agent.who:45 agent.whoReference:3 agent.actor:2 signature.sigFormat:45 signature.contentType:3
ResearchSubject individual:34 subject:5
ServiceRequest requester.reference:45 code.concept:5
"""
_TYPES = {
    **dict.fromkeys(("MedicationOrder", "DiagnosticOrder", "Conformance", "DeviceUseRequest", "BodySite"), "2"),
    **dict.fromkeys(("ProcedureRequest", "ReferralRequest", "EligibilityRequest", "EligibilityResponse"), "23"),
    **dict.fromkeys(("Sequence", "DeviceComponent", "ExpansionProfile", "ImagingManifest"), "3"),
    **dict.fromkeys(("MedicationRequest", "AuditEvent", "Consent", "CareTeam", "ResearchStudy"), "345"),
    **dict.fromkeys(("ServiceRequest", "CoverageEligibilityRequest", "MolecularSequence", "DeviceRequest"), "45"),
    **dict.fromkeys(("MedicationStatement", "Media", "DeviceUseStatement"), "234"),
    **dict.fromkeys(("MedicationUsage", "DeviceUsage", "Transport", "GenomicStudy"), "5"),
}


def _signs() -> dict[str, list[tuple[tuple[str, ...], str, str]]]:
    """Return for each type: path, form (or nothing), and the letters of the versions."""
    signs: dict[str, list[tuple[tuple[str, ...], str, str]]] = {}
    for line in _SIGNS_TEXT.split("\n"):
        kind, *rest = line.split() or [""]
        for each in rest:
            what, _, allowed = each.partition(":")
            path, _, form = what.partition("=")
            signs.setdefault(kind, []).append((tuple(path.split(".")), form, allowed))
    return signs


_SIGNS = _signs()


class VersionSigns:
    """What is known so far.

    Args:
        is_xml: The members come from XML, where one cannot be told from many.
    """

    def __init__(self, *, is_xml: bool = False) -> None:
        self._is_xml = is_xml
        self._allowed: Counter[str] = Counter()

    def take(self, resource: Json) -> None:
        """Look at one resource (unverified)."""
        self._take_marks(resource)
        kind = text_at(resource, "resourceType") or ""
        if kind in _TYPES:
            self._allow(_TYPES[kind])
        for path, form, allowed in _SIGNS.get(kind, ()):
            found = value_at(resource, *path)
            if found is not None and (not form or self._has_form(found, form)):
                self._allow(allowed)
        if any(
            _is_old(coding) for concept in items_at(resource, "category") for coding in items_at(concept, "coding")
        ):
            self._allow("23")

    def version(self) -> str:
        """Return `DSTU2`, `STU3`, `R4`, `R4B`, `R5` or `unknown`."""
        best = self._allowed.most_common(2)
        if not best or (len(best) > 1 and best[0][1] == best[1][1]):
            return UNKNOWN
        return VERSIONS[best[0][0]]

    def _take_marks(self, resource: Json) -> None:
        number = text_at(resource, "fhirVersion")
        if number and (version := _NUMBERS.get(number[:3])):
            self._mark(version)
        for profile in items_at(resource, "meta", "profile"):
            if isinstance(profile, str):
                mark = _MARK.search(profile)
                if mark:
                    self._mark(_NUMBERS.get(mark.group(1), mark.group(1)))
                elif any(guide in profile for guide in _R4_GUIDES):
                    self._allow("4")
                elif _CORE_GUIDE in profile:
                    self._allow("34")

    def _mark(self, version: str) -> None:
        letter = next(letter for letter, name in VERSIONS.items() if name == version)
        self._allowed[letter] += MARKED

    def _allow(self, letters: str) -> None:
        self._allowed.update(letters)

    def _has_form(self, found: Json, form: str) -> bool:
        if form == "text":
            return isinstance(found[0] if isinstance(found, list) and found and self._is_xml else found, str)
        if self._is_xml:
            return False
        return isinstance(found, dict if form == "one" else list)


def _is_old(coding: Json) -> bool:
    return _OLD_SYSTEM.match(text_at(coding, "system") or "") is not None
