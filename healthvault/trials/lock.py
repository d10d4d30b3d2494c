# SPDX-License-Identifier: Apache-2.0
"""The lock of a trial's data: the complete list of the analysis' inputs, under one hash. Pure.

Spec: docs/spec/trials.md sections 1.4 and 1.5.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from healthvault.trials.form_fields import Fields, digest_text, document_text, form_bytes, parse_form, record_text
from healthvault.trials.protocol import check_study_word

__all__ = ["MAX_INPUTS", "Input", "Lock", "Results", "inputs_hash", "parse_lock", "parse_results"]

LOCK_TYPE = "trial-lock"
RESULT_TYPE = "trial-result"
MAX_INPUTS = 2000  # documents of one lock, or of one form of results
_FIRST_LINE = "healthvault trial inputs v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A data document that the analysis is to run on."""

    document: str
    """Whole id: it commits to the bytes."""
    size_bytes: int
    """Of all its files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """The data as they were when the analysis began. *Unverified* until its entry is known."""

    record: str
    study: str
    number: int
    """From 1: a study may be locked again, and that shows."""
    protocol: str
    """Whole id of the registration or amendment in force."""
    inputs: tuple[Input, ...]
    """Rising by id."""
    script: str | None
    """Whole id of the program of the analysis."""

    @property
    def inputs_hash(self) -> str:
        """SHA-256 over the ids of the inputs, in hexadecimal."""
        return inputs_hash(one.document for one in self.inputs)

    def to_bytes(self) -> bytes:
        """Return the form."""
        return form_bytes(
            LOCK_TYPE,
            {
                "record": self.record,
                "study": self.study,
                "number": self.number,
                "protocol": self.protocol,
                "inputs": [{"document": one.document, "size_bytes": one.size_bytes} for one in self.inputs],
                "inputs_hash": self.inputs_hash,
                "script": self.script,
            },
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """Which documents hold what came out of the analysis of a lock. *Unverified* likewise."""

    record: str
    study: str
    lock: str
    """Whole id of the lock's document."""
    documents: tuple[str, ...]

    def to_bytes(self) -> bytes:
        """Return the form."""
        return form_bytes(
            RESULT_TYPE,
            {"record": self.record, "study": self.study, "lock": self.lock, "documents": [*self.documents]},
        )


def inputs_hash(ids: Iterable[str]) -> str:
    """Return the hash of a set of inputs: SHA-256 in hexadecimal over a first line, then each id, rising."""
    lines = (_FIRST_LINE, *sorted(set(ids)))
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def parse_lock(data: bytes) -> Lock:
    """Return the lock in a document's bytes (unverified).

    Raises:
        FormatError: `too_large`, `unsupported`; `bad_schema`, its inputs are not rising, or its hash is another.
    """
    fields = parse_form(data, LOCK_TYPE)
    inputs = fields.several("inputs", _input, most=MAX_INPUTS)
    ids = [one.document for one in inputs]
    if ids != sorted(set(ids)):
        raise fields.wrong("inputs")
    if fields.text("inputs_hash", digest_text) != inputs_hash(ids):
        raise fields.wrong("inputs_hash")
    return Lock(
        record=fields.text("record", record_text),
        study=fields.text("study", check_study_word),
        number=fields.size("number"),
        protocol=fields.text("protocol", document_text),
        inputs=inputs,
        script=fields.text_or_none("script", document_text),
    )


def parse_results(data: bytes) -> Results:
    """Return what came out of an analysis, from a document's bytes (unverified). Raises as `parse_lock`."""
    fields = parse_form(data, RESULT_TYPE)
    return Results(
        record=fields.text("record", record_text),
        study=fields.text("study", check_study_word),
        lock=fields.text("lock", document_text),
        documents=fields.texts("documents", document_text, most=MAX_INPUTS),
    )


def _input(fields: Fields) -> Input:
    return Input(document=fields.text("document", document_text), size_bytes=fields.size("size_bytes"))
