# SPDX-License-Identifier: Apache-2.0
"""Reading what a document says: the one door to the readers, each of which states what it finds, piece by piece.

A reader may stumble, stop early or say nothing; the document is not touched by it. Readers are loaded when they
are used, and run apart from the vault's keys (see `sandbox`), because files come from strangers.
Spec: docs/spec/contents.md.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import BinaryIO, Protocol, TypeAlias, cast

from healthvault.errors import InvalidRequest
from healthvault.records.describe import describe
from healthvault.records.description import Description, Found
from healthvault.records.extras import EXTRA_MISSING, STUMBLES
from healthvault.records.kinds import Kind
from healthvault.records.probe import Probe
from healthvault.records.statements import Card, Inner, Item, Left, Passage, Resource, Statement, Subject

__all__ = [
    "MAX_STATEMENTS",
    "READER_VERSION",
    "DocumentFull",
    "Inside",
    "Reader",
    "describe_apart",
    "has_reader",
    "is_described_apart",
    "placed",
    "read",
]

READER_VERSION = 3  # goes up when readers say more or something else: what older ones said is then read again
MAX_STATEMENTS = 300_000
MAX_WORDS_CHARS = 16 << 20  # of all passages of one document
HASHED_BYTES = 1 << 18
MAX_DEPTH = 4  # a card in a record in a zip in a zip
MAX_INNER_BYTES = 256 << 20  # of all that is unpacked from one document, where it is read as a whole


class DocumentFull(InvalidRequest):
    """A document, with everything in it, states more than is kept of one: no part of it is read any further."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A statement with its place in the outermost document; readers in between pass it on as it is."""

    statement: Statement


class Inside(Protocol):
    """Reads a document within a document, e.g. a PDF in a C-CDA."""

    def __call__(self, stream: BinaryIO, /, *, name: str, size_bytes: int, place: str) -> "Iterator[Placed]":
        """Yield what it states, every place under `place`. The stream is seekable.

        What cannot be read of it is a `Left`, and costs nothing else.

        Raises:
            DocumentFull: `too_large`.
        """


Reader: TypeAlias = "Callable[[Probe, Inside], Iterator[Statement | Placed]]"

_ROOM = "healthvault.records."
_READERS: dict[Kind, str] = {
    Kind.APPLE_HEALTH: "apple_read:read_export",
    Kind.CCDA: "ccda_read:read_ccda",
    Kind.CDISC: "cdisc_read:read_cdisc",
    Kind.CSV: "table_read:read_table",
    Kind.DIRECTIVE: "fhir_reader:read_resource",
    Kind.DISPENSE: "fhir_reader:read_resource",
    Kind.EPCIS: "epcis_read:read_epcis",
    Kind.FHIR: "fhir_reader:read_resource",
    Kind.FHIR_BUNDLE: "fhir_reader:read_bundle",
    Kind.FHIR_NDJSON: "fhir_reader:read_lines",
    Kind.HL7V2: "hl7_read:read_hl7v2",
    Kind.IMPLANT_CARD: "fhir_reader:read_resource",
    Kind.IPS: "fhir_reader:read_bundle",
    Kind.JSON: "wearable_json:read_json",
    Kind.MEDICATION_STOP: "fhir_reader:read_resource",
    Kind.PRESCRIPTION: "fhir_reader:read_resource",
    Kind.DICOM: "dicom:read_dicom",
    Kind.FIT: "fit:read_fit",
    Kind.IMAGE: "image:read_image",
    Kind.PDF: "pdf_text:read_pdf",
    Kind.RTF: "rtf:read_rtf",
    Kind.SMART_HEALTH_CARD: "shc_reader:read_cards",
    Kind.SMART_HEALTH_LINK: "shc_reader:read_link",
    Kind.TEXT: "plain_text:read_text",
    Kind.ZIP: "zip_members:read_zip",
}
"""Module and function of the reader of each kind; a kind that is not here is kept and not read."""
_DESCRIBERS: dict[Kind, str] = {
    Kind.DICOM: "dicom:describe_dicom",
    Kind.FIT: "fit:describe_fit",
}
"""Likewise of kinds whose description needs a reader of others' making: it too is made apart."""


def has_reader(kind: str) -> bool:
    """Tell whether documents of a kind are read at all."""
    return any(kind == each.value for each in _READERS)


def is_described_apart(kind: str) -> bool:
    """Tell whether the description of a kind is made by `describe_apart`."""
    return any(kind == each.value for each in _DESCRIBERS)


def describe_apart(stream: BinaryIO, *, name: str, size_bytes: int) -> Description:
    """Describe a file of a kind that `is_described_apart`, as `describe` does others.

    Raises:
        InvalidRequest: `extra_missing`. Anything else that the reader of the format raises.
    """
    plain = describe(stream, name=name, size_bytes=size_bytes)
    stream.seek(0)
    describer = _loaded(_DESCRIBERS[Kind(plain.kind)])
    found = cast("Found", describer(Probe(stream, name=name, size_bytes=size_bytes)))
    return found.finished(name)


def read(stream: BinaryIO, *, name: str, size_bytes: int, kind: str | None = None) -> Iterator[Statement]:
    """Yield what a file states.

    Args:
        stream: Seekable, at its start; *unverified* bytes.
        name: The file's own name, untrusted.
        size_bytes: Size of the file.
        kind: A value of `Kind` if it is known; None: it is recognised.

    Raises:
        InvalidRequest: `extra_missing`, a library that reads this kind is not installed; `too_large`, it states
            more than one document may. Anything else that the reader of the format raises.
    """
    reading = _Reading()
    for statement in reading.read(stream, name=name, size_bytes=size_bytes, kind=kind, place="", depth=0):
        yield statement.statement
    if reading.missing is not None:
        raise reading.missing


@dataclass(slots=True)
class _Reading:
    """How much one document, with everything in it, has stated and unpacked so far."""

    statements: int = 0
    words_chars: int = 0
    inner_bytes: int = 0
    subjects: int = 0
    missing: InvalidRequest | None = None
    """Something in it needs an extra that is not installed."""

    def read(
        self, stream: BinaryIO, *, name: str, size_bytes: int, kind: str | None, place: str, depth: int
    ) -> Iterator[Placed]:
        known = kind or describe(stream, name=name, size_bytes=size_bytes).kind
        if not has_reader(known):
            yield from _unread(known, place)
            return
        reader = cast("Reader", _loaded(_READERS[Kind(known)]))
        own: list[int] = []  # numbers, in the outermost document, of the subjects that this reader has stated
        stream.seek(0)

        def inside(inner: BinaryIO, /, *, name: str, size_bytes: int, place: str) -> Iterator[Placed]:
            whole = f"{outer}{place}"
            try:
                self._unpack(size_bytes, depth + 1)
                yield Placed(Inner(place=whole, digest=_digest(inner)))
                yield from self.read(
                    inner, name=name, size_bytes=size_bytes, kind=None, place=whole, depth=depth + 1
                )
            except DocumentFull:
                raise
            except InvalidRequest as err:
                self.missing = err if err.code == EXTRA_MISSING else self.missing
                yield Placed(Left(place=whole, reason=f"{err.code}: {err.message}"))
            except STUMBLES as err:
                yield Placed(Left(place=whole, reason=f"its reader stumbled ({type(err).__name__})"))

        outer = f"{place}/" if place else ""
        for statement in reader(Probe(stream, name=name, size_bytes=size_bytes), inside):
            if isinstance(statement, Placed):
                yield statement
            else:
                self._count(statement, own)
                yield Placed(placed(statement, outer, own))

    def _unpack(self, size_bytes: int, depth: int) -> None:
        self.inner_bytes += size_bytes
        if depth >= MAX_DEPTH:
            raise InvalidRequest("too_large", "packed too deep")
        if self.inner_bytes > MAX_INNER_BYTES:
            raise DocumentFull("too_large", "more is packed into the document than is unpacked of one")

    def _count(self, statement: Statement, own: list[int]) -> None:
        self.statements += 1
        if isinstance(statement, Passage):
            self.words_chars += len(statement.words)
        elif isinstance(statement, Subject):
            own.append(self.subjects)  # people in a document inside may have come in between
            self.subjects += 1
        if self.statements > MAX_STATEMENTS or self.words_chars > MAX_WORDS_CHARS:
            raise DocumentFull("too_large", "the document states more than is kept of one")


def _digest(stream: BinaryIO) -> bytes:
    """Return the SHA-256 of a stream, and leave it at its start."""
    digest = hashlib.sha256()
    stream.seek(0)
    while data := stream.read(HASHED_BYTES):
        digest.update(data)
    stream.seek(0)
    return digest.digest()


def placed(statement: Statement, outer: str, subjects: Sequence[int]) -> Statement:
    """Return a statement as one of the outermost document.

    Args:
        statement: With place and subject as its own document counts them.
        outer: What stands before its place.
        subjects: Number, in the outermost document, of each subject that its own has stated so far. What is about
            one that was not stated names none.
    """
    if isinstance(statement, Item):
        named = statement.subject
        number = subjects[named] if named is not None and named < len(subjects) else None
        return replace(statement, place=outer + statement.place, subject=number)
    if isinstance(statement, Passage | Left | Resource | Card | Inner):
        return replace(statement, place=outer + statement.place)
    return statement


def _unread(kind: str, place: str) -> Iterator[Placed]:
    """Say of what is inside something that nobody reads it; of a whole document that is known without it."""
    if place:
        yield Placed(Left(place=place, reason=f"nobody reads what it is: {kind}"))


def _loaded(reader: str) -> Callable[..., object]:
    module, _, function = reader.partition(":")
    loaded: Callable[..., object] = getattr(import_module(_ROOM + module), function)
    return loaded
