# SPDX-License-Identifier: Apache-2.0
"""The kinds of documents that are told apart, as stable strings, and the media type that each has by default.

The strings stand in sealed entries and in JSON output: one may be added, none may change.
Spec: docs/spec/records.md section 1.
"""

from enum import Enum

from healthvault.records.categories import Category

__all__ = ["CATEGORIES", "MEDIA_TYPES", "Kind"]


class Kind(Enum):
    """What a file is, as far as its bytes tell."""

    FHIR = "fhir"
    """One FHIR resource of any version, in JSON or XML."""
    FHIR_BUNDLE = "fhir-bundle"
    IPS = "ips"
    """International Patient Summary: a document Bundle of LOINC 60591-5."""
    FHIR_NDJSON = "fhir-ndjson"
    NDJSON = "ndjson"
    CCDA = "ccda"
    HL7V2 = "hl7v2"
    DICOM = "dicom"
    SMART_HEALTH_CARD = "smart-health-card"
    SMART_HEALTH_LINK = "smart-health-link"
    APPLE_HEALTH = "apple-health"
    EPCIS = "epcis"
    CDISC = "cdisc"
    FIT = "fit"
    EMERGENCY_SHEET = "emergency-sheet"
    """What the owner wants to be known in an emergency: never recognised, only written."""
    CLAIM_DISPUTE = "claim-dispute"
    """What the owner says of a claim that she disputes: never recognised, only written by `hv claims dispute`."""
    DIRECTIVE = "directive"
    """An advance directive or its revocation, as hv writes it: likewise."""
    ISSUER_KEYS = "issuer-keys"
    """Keys of issuers of health cards, of one or of a directory: never recognised, only written by `hv issuer`."""
    ISSUER_REVOCATIONS = "issuer-revocations"
    """Which cards an issuer took back; likewise."""
    RESEARCH_STUDY = "research-study"
    """A study that the owner takes part in, mostly sealed: never recognised, only written by `hv research`."""
    PRESCRIPTION = "prescription"
    """What `hv rx add` writes down, a FHIR MedicationRequest: never recognised, only written."""
    DISPENSE = "dispense"
    """What `hv rx dispense` writes down, a MedicationDispense; likewise."""
    MEDICATION_STOP = "medication-stop"
    """What `hv rx stop` writes down, a MedicationStatement; likewise."""
    TRIAL_PROTOCOL = "trial-protocol"
    """The registration of a trial: never recognised, only written by `hv trial`, as those that follow."""
    TRIAL_AMENDMENT = "trial-amendment"
    """What replaces it."""
    TRIAL_DATA = "trial-data"
    """Which documents are data of a trial."""
    TRIAL_LOCK = "trial-lock"
    """Which of them its analysis runs on."""
    TRIAL_RESULT = "trial-result"
    """What came out of it."""
    TRIAL_CONSENT = "trial-consent"
    """Consent to a trial, signed by the participant's journal: never recognised, only written by `hv trial`."""
    TRIAL_WITHDRAWAL = "trial-withdrawal"
    """That such a consent ends; likewise."""
    PACK = "pack"
    """What was scanned on a pack: never recognised, only written; likewise the next two."""
    RECALL_LIST = "recall-list"
    """Which products, lots or pieces are called back."""
    IMPLANT_CARD = "implant-card"
    """A device in or on the owner: a FHIR R4 Device."""
    PDF = "pdf"
    IMAGE = "image"
    CSV = "csv"
    JSON = "json"
    XML = "xml"
    RTF = "rtf"
    ZIP = "zip"
    FOLDER = "folder"
    """Several files that the owner added as one document: never recognised, only written."""
    TEXT = "text"
    BINARY = "binary"


MEDIA_TYPES = {
    Kind.FHIR: "application/fhir+json",
    Kind.FHIR_BUNDLE: "application/fhir+json",
    Kind.IPS: "application/fhir+json",
    Kind.FHIR_NDJSON: "application/fhir+ndjson",
    Kind.NDJSON: "application/x-ndjson",
    Kind.CCDA: "application/xml",
    Kind.HL7V2: "x-application/hl7-v2+er7",
    Kind.DICOM: "application/dicom",
    Kind.SMART_HEALTH_CARD: "application/smart-health-card",
    Kind.SMART_HEALTH_LINK: "text/plain",
    Kind.APPLE_HEALTH: "application/xml",
    Kind.EPCIS: "application/xml",
    Kind.CDISC: "application/x-sas-xport",
    Kind.FIT: "application/vnd.ant.fit",
    Kind.EMERGENCY_SHEET: "application/json",
    Kind.CLAIM_DISPUTE: "application/json",
    Kind.DIRECTIVE: "application/fhir+json",
    Kind.ISSUER_KEYS: "application/json",
    Kind.ISSUER_REVOCATIONS: "application/json",
    Kind.RESEARCH_STUDY: "application/json",
    Kind.PRESCRIPTION: "application/fhir+json",
    Kind.DISPENSE: "application/fhir+json",
    Kind.MEDICATION_STOP: "application/fhir+json",
    Kind.TRIAL_PROTOCOL: "application/json",
    Kind.TRIAL_AMENDMENT: "application/json",
    Kind.TRIAL_DATA: "application/json",
    Kind.TRIAL_LOCK: "application/json",
    Kind.TRIAL_RESULT: "application/json",
    Kind.TRIAL_CONSENT: "application/json",
    Kind.TRIAL_WITHDRAWAL: "application/json",
    Kind.PACK: "application/json",
    Kind.RECALL_LIST: "application/octet-stream",
    Kind.IMPLANT_CARD: "application/fhir+json",
    Kind.PDF: "application/pdf",
    Kind.IMAGE: "application/octet-stream",
    Kind.CSV: "text/csv",
    Kind.JSON: "application/json",
    Kind.XML: "application/xml",
    Kind.RTF: "application/rtf",
    Kind.ZIP: "application/zip",
    Kind.FOLDER: "application/octet-stream",
    Kind.TEXT: "text/plain",
    Kind.BINARY: "application/octet-stream",
}

CATEGORIES = {
    Kind.IPS: Category.LETTER,
    Kind.CCDA: Category.LETTER,
    Kind.DICOM: Category.IMAGING,
    Kind.APPLE_HEALTH: Category.VITALS,
    Kind.FIT: Category.VITALS,
    Kind.PRESCRIPTION: Category.MEDICATION,
    Kind.DISPENSE: Category.MEDICATION,
    Kind.MEDICATION_STOP: Category.MEDICATION,
}
"""What files of a kind are about where their content does not tell; of the others it is not known."""
