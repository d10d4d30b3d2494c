# SPDX-License-Identifier: Apache-2.0
"""What a sponsor registers before data: the protocol of a trial, its amendments, and which data came in.

A form names documents by their whole ids, and so commits to exactly their bytes. What it says is the sponsor's
word; when it was said is the journal's. Pure. Spec: docs/spec/trials.md section 1.
"""

import re
from dataclasses import dataclass
from datetime import date

from healthvault.errors import InvalidRequest
from healthvault.trials.form_fields import (
    JsonValue,
    check_line,
    document_text,
    form_bytes,
    parse_day,
    parse_form,
    record_text,
)

__all__ = [
    "MAX_BATCH",
    "Amendment",
    "DataBatch",
    "Protocol",
    "Registered",
    "check_analysis",
    "check_endpoint",
    "check_study_word",
    "check_subject",
    "check_title",
    "parse_amendment",
    "parse_batch",
    "parse_protocol",
]

PROTOCOL_TYPE = "trial-protocol"
AMENDMENT_TYPE = "trial-amendment"
DATA_TYPE = "trial-data"
MAX_ENDPOINTS = 50
MAX_TEXT_CHARS = 500
MAX_ANALYSIS_CHARS = 4000
MAX_BATCH = 4000  # documents named by one form
_STUDY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """A registration. *Unverified* until its entry is known."""

    record: str
    """Random number of this form (16 bytes, hexadecimal): the same words twice are two registrations."""
    study: str
    title: str
    registration: str | None
    """Number in a public register, such as NCT00000000: the sponsor's word."""
    document: str
    """Whole id of the document that holds the protocol."""
    endpoints: tuple[str, ...]
    """Primary endpoints, a line each."""
    analysis: str | None
    """How they are to be analysed."""

    def to_bytes(self) -> bytes:
        """Return the form."""
        return form_bytes(
            PROTOCOL_TYPE,
            {
                "record": self.record,
                "study": self.study,
                "title": self.title,
                "registration": self.registration,
                "document": self.document,
                "endpoints": [*self.endpoints],
                "analysis": self.analysis,
            },
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """What is in force from here on, in place of the form that it amends. *Unverified* likewise."""

    record: str
    study: str
    number: int
    """From 1."""
    amends: str
    """Whole id of the form of which its document is the newer version."""
    reason: str
    document: str
    """The protocol from now on; the same as before if its text is unchanged."""
    endpoints: tuple[str, ...]
    """All of them, from now on."""
    analysis: str | None

    def to_bytes(self) -> bytes:
        """Return the form."""
        return form_bytes(
            AMENDMENT_TYPE,
            {
                "record": self.record,
                "study": self.study,
                "number": self.number,
                "amends": self.amends,
                "reason": self.reason,
                "document": self.document,
                "endpoints": [*self.endpoints],
                "analysis": self.analysis,
            },
        )


Registered = Protocol | Amendment


@dataclass(frozen=True, slots=True, kw_only=True)
class DataBatch:
    """Which documents are data of a study. *Unverified* likewise."""

    record: str
    study: str
    documents: tuple[str, ...]
    """Whole ids."""
    subject: str | None
    """The sponsor's code of a participant, if all are about one."""
    first: date | None
    """The day the data are from, or the first of them."""
    last: date | None

    def to_bytes(self) -> bytes:
        """Return the form."""
        days: dict[str, JsonValue] = {
            name: day.isoformat() if day else None for name, day in (("first", self.first), ("last", self.last))
        }
        return form_bytes(
            DATA_TYPE,
            {
                "record": self.record,
                "study": self.study,
                "documents": [*self.documents],
                "subject": self.subject,
                **days,
            },
        )


def parse_protocol(data: bytes) -> Protocol:
    """Return the registration in a document's bytes (unverified).

    Raises:
        FormatError: `too_large`, `bad_schema`, `unsupported`.
    """
    fields = parse_form(data, PROTOCOL_TYPE)
    return Protocol(
        record=fields.text("record", record_text),
        study=fields.text("study", check_study_word),
        title=fields.text("title", check_title),
        registration=fields.text_or_none("registration", check_title),
        document=fields.text("document", document_text),
        endpoints=fields.texts("endpoints", check_endpoint, most=MAX_ENDPOINTS),
        analysis=fields.text_or_none("analysis", check_analysis),
    )


def parse_amendment(data: bytes) -> Amendment:
    """Return the amendment in a document's bytes (unverified). Raises as `parse_protocol`."""
    fields = parse_form(data, AMENDMENT_TYPE)
    return Amendment(
        record=fields.text("record", record_text),
        study=fields.text("study", check_study_word),
        number=fields.size("number"),
        amends=fields.text("amends", document_text),
        reason=fields.text("reason", check_endpoint),
        document=fields.text("document", document_text),
        endpoints=fields.texts("endpoints", check_endpoint, most=MAX_ENDPOINTS),
        analysis=fields.text_or_none("analysis", check_analysis),
    )


def parse_batch(data: bytes) -> DataBatch:
    """Return which data came in, from a document's bytes (unverified). Raises as `parse_protocol`."""
    fields = parse_form(data, DATA_TYPE)
    documents = fields.texts("documents", document_text, most=MAX_BATCH)
    if len(set(documents)) != len(documents):
        raise fields.wrong("documents")
    return DataBatch(
        record=fields.text("record", record_text),
        study=fields.text("study", check_study_word),
        documents=documents,
        subject=fields.text_or_none("subject", check_subject),
        first=fields.text_or_none("first", parse_day),
        last=fields.text_or_none("last", parse_day),
    )


def check_study_word(text: str) -> str:
    """Return the id of a study: 1 to 64 letters, digits, `.` and dashes. Raises InvalidRequest: `bad_text`."""
    if not _STUDY.fullmatch(text):
        hint = "1 to 64 letters, digits, dots, dashes: CDISCPILOT01"
        raise InvalidRequest("bad_text", f"{text!r} is no id of a study", hint=hint)
    return text


def check_title(text: str) -> str:
    """Return a title. Raises InvalidRequest: `blank_form`, `bad_text`."""
    return check_line(text, "title", most=MAX_TEXT_CHARS)


def check_endpoint(text: str) -> str:
    """Return an endpoint, or a reason. Raises InvalidRequest: `blank_form`, `bad_text`."""
    return check_line(text, "endpoint or reason", most=MAX_TEXT_CHARS)


def check_analysis(text: str) -> str:
    """Return the plan of the analysis. Raises InvalidRequest: `blank_form`, `bad_text`."""
    return check_line(text, "plan of the analysis", most=MAX_ANALYSIS_CHARS)


def check_subject(text: str) -> str:
    """Return the code of a participant. Raises InvalidRequest: `blank_form`, `bad_text`."""
    return check_line(text, "subject", most=MAX_TEXT_CHARS)
