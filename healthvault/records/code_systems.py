# SPDX-License-Identifier: Apache-2.0
"""The URI of a code system that a file names by an OID (CDA) or by a short name of HL7's table 0396 (HL7 v2).

What is not in the tables keeps the name that the file gives it: nothing is looked up, and nothing is guessed.
Source: terminology.hl7.org, NamingSystems of code systems; HL7 v2 table 0396.
"""

import re

__all__ = ["UCUM", "system_of_name", "system_of_oid"]

UCUM = "http://unitsofmeasure.org"
_LOINC = "http://loinc.org"
_SNOMED = "http://snomed.info/sct"
_ICD_9 = "http://hl7.org/fhir/sid/icd-9-cm"
_ICD_10_CM = "http://hl7.org/fhir/sid/icd-10-cm"
_ICD_10 = "http://hl7.org/fhir/sid/icd-10"
_CPT = "http://www.ama-assn.org/go/cpt"
_CVX = "http://hl7.org/fhir/sid/cvx"
_NDC = "http://hl7.org/fhir/sid/ndc"
_RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
_NCI = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"
_DICOM = "http://dicom.nema.org/resources/ontology/DCM"
_V3 = "http://terminology.hl7.org/CodeSystem/v3-"

_OF_OID = {
    "2.16.840.1.113883.6.1": _LOINC,
    "2.16.840.1.113883.6.96": _SNOMED,
    "2.16.840.1.113883.6.88": _RXNORM,
    "2.16.840.1.113883.12.292": _CVX,
    "2.16.840.1.113883.6.59": _CVX,
    "2.16.840.1.113883.6.90": _ICD_10_CM,
    "2.16.840.1.113883.6.3": _ICD_10,
    "2.16.840.1.113883.6.103": _ICD_9,
    "2.16.840.1.113883.6.104": _ICD_9,
    "2.16.840.1.113883.6.12": _CPT,
    "2.16.840.1.113883.6.69": _NDC,
    "2.16.840.1.113883.6.8": UCUM,
    "2.16.840.1.113883.6.73": "http://www.whocc.no/atc",
    "2.16.840.1.113883.6.285": "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
    "2.16.840.1.113883.3.26.1.1": _NCI,
    "2.16.840.1.113883.4.9": "http://fdasis.nlm.nih.gov",
    "1.2.840.10008.2.16.4": _DICOM,
    "2.16.840.1.113883.5.1": _V3 + "AdministrativeGender",
    "2.16.840.1.113883.5.4": _V3 + "ActCode",
    "2.16.840.1.113883.5.6": _V3 + "ActClass",
    "2.16.840.1.113883.5.8": _V3 + "ActReason",
    "2.16.840.1.113883.5.83": _V3 + "ObservationInterpretation",
    "2.16.840.1.113883.5.111": _V3 + "RoleCode",
    "2.16.840.1.113883.5.112": _V3 + "RouteOfAdministration",
}
_OF_NAME = {
    "LN": _LOINC,
    "SCT": _SNOMED,
    "SNOMED": _SNOMED,
    "SNOMED-CT": _SNOMED,
    "RXNORM": _RXNORM,
    "CVX": _CVX,
    "I9C": _ICD_9,
    "I9CDX": _ICD_9,
    "I10": _ICD_10,
    "I10C": _ICD_10_CM,
    "ICD-10-CM": _ICD_10_CM,
    "C4": _CPT,
    "CPT": _CPT,
    "CPT4": _CPT,
    "NDC": _NDC,
    "UCUM": UCUM,
    "MVX": "http://hl7.org/fhir/sid/mvx",
    "NCIT": _NCI,
    "DCM": _DICOM,
    "ATC": "http://www.whocc.no/atc",
}
_OID = re.compile(r"[0-2](?:\.(?:0|[1-9]\d{0,38})){1,40}\Z", re.ASCII)
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\Z", re.ASCII)
_TABLE = re.compile(r"HL7\d{4}\Z", re.ASCII)


def system_of_oid(root: str) -> str:
    """Return the URI of an OID or UUID; empty for nothing, and other words as they are."""
    if known := _OF_OID.get(root):
        return known
    if _OID.match(root):
        return f"urn:oid:{root}"
    return f"urn:uuid:{root.lower()}" if _UUID.match(root) else root


def system_of_name(name: str) -> str:
    """Return the URI of a code system in HL7 v2: by short name, table or OID; other words stay as they are."""
    if known := _OF_NAME.get(name.upper()):
        return known
    if _TABLE.match(name):
        return f"http://terminology.hl7.org/CodeSystem/v2-{name[-4:]}"
    return system_of_oid(name)
