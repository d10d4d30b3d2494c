# SPDX-License-Identifier: Apache-2.0
"""The documents themselves: step 15 of the verification, in constant memory.

Each part is hashed while it streams and compared with the commitment in its entry, so that what the sink took
is, byte for byte, what was logged. Spec: docs/spec/bundle.md section 6.
"""

import hashlib
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field

from healthvault.bundle.container import ContainerReader, document_member, extra_member
from healthvault.bundle.disclosure import DisclosedDocument, DisclosedPart, Extra
from healthvault.bundle.evidence import EVIDENCE_MEDIA_TYPE, MAX_EVIDENCE_BYTES
from healthvault.bundle.manifest import Manifest
from healthvault.consent.decision import Subject
from healthvault.consent.exclusion import DocumentWords
from healthvault.crypto.hashing import equal
from healthvault.errors import FormatError, IntegrityError
from healthvault.ledger.documents import CODING_PLAIN, DocAdd, parse_doc_add
from healthvault.ledger.entry import Entry
from healthvault.ledger.kinds import Kind
from healthvault.ledger.meta import open_meta
from healthvault.ledger.secrets import commitment
from healthvault.records.card_file import MAX_CARD_FILE_BYTES
from healthvault.records.categories import Category
from healthvault.verify.context import Sink, VerifiedDocument

MAX_KEPT_BYTES = (
    32 << 20
)  # evidence and cards of one bundle that are held until they are judged; no more is judged

__all__ = ["Members", "ReceivedEvidence", "describe", "disclosed_words", "read_members", "subject_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedEvidence:
    """The proof that came with a document that its sender had from somebody else, not checked yet."""

    seq: int
    raw: bytes
    contents: tuple[tuple[int, bytes], ...]
    """Size and SHA-256 of each of the document's files, as they were in this bundle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """What is kept of a container's members."""

    evidence: tuple[ReceivedEvidence, ...] = ()
    """Of documents that their sender received from others."""
    cards: Mapping[int, bytes] = field(default_factory=dict)
    """The bytes of documents of health cards, by entry."""


def read_members(
    container: ContainerReader,
    manifest: Manifest,
    entries: Mapping[int, Entry],
    sink: Sink,
    *,
    with_cards: Container[int] = (),
) -> Members:
    """Read every member to the end of the container, each document through the sink.

    Args:
        container: Its manifest was read.
        manifest: Verified.
        entries: Verified, by seq.
        sink: Takes the documents.
        with_cards: Entries of the documents whose bytes are wanted, as far as they are short.

    Returns:
        What was kept on the way.

    Raises:
        FormatError: `bad_container`, `bad_schema`; or what the age stream raises.
        IntegrityError: `commitment_mismatch`, `trailing_data`.
    """
    sink.prepare(sum(part.size_bytes for document in manifest.docs for part in document.parts))
    for extra in manifest.extras:
        _read_extra(container, extra)
    number = kept_bytes = 0
    found: list[ReceivedEvidence] = []
    cards: dict[int, bytes] = {}
    for document in manifest.docs:
        passed: list[_HashedPart] = []
        for part in document.parts:
            number += 1
            is_card = part is document.parts[0] and _is_card(document, part, with_cards)
            is_kept = is_card or (part is document.parts[-1] and _is_evidence(part))
            kept_bytes += part.size_bytes if is_kept else 0
            steps = container.member(document_member(number, part.file), part.size_bytes)
            stream = _HashedPart(steps, part, is_kept=is_kept and kept_bytes <= MAX_KEPT_BYTES)
            _read_part(stream, document, _entry_of(document, entries), sink)
            passed.append(stream)
        found += _evidence(document, passed)
        cards |= _cards(document, passed, with_cards)
    container.finish()
    return Members(evidence=tuple(found), cards=cards)


def describe(document: DisclosedDocument, entries: Mapping[int, Entry]) -> VerifiedDocument:
    """Return what may be said of a document: sealed values where `meta` opens them, else the sender's word.

    Raises:
        FormatError: `bad_schema`, `bad_encoding`, `tampered`.
        IntegrityError: `bad_proof`, its entry is not disclosed; `commitment_mismatch`, `tampered`.
    """
    entry = _entry_of(document, entries)
    first = document.parts[0]
    sealed = _sealed(document, entry)
    return VerifiedDocument(
        seq=document.seq,
        leaf=entry.leaf,
        title=sealed.title if sealed else first.claimed_title,
        type=sealed.type if sealed else document.claimed_type,
        media_type=sealed.parts[first.number].media_type if sealed else first.claimed_media_type,
        size_bytes=sum(
            part.size_bytes for part in document.parts if part.claimed_media_type != EVIDENCE_MEDIA_TYPE
        ),
        is_disclosed=sealed is not None,
        row=document,
        entered_ms=entry.header.ts_ms,
        date=sealed.date if sealed else None,
        author=sealed.author if sealed else None,
        part_names=_own_names(document, sealed),
        supersedes=sealed.supersedes if sealed else None,
        category=sealed.category if sealed else None,
        sensitivity=sealed.sensitivity if sealed else (),
    )


def subject_of(document: DisclosedDocument, entries: Mapping[int, Entry]) -> Subject:
    """Return a document as grants are judged by: with its words if they are disclosed and can be read.

    That they cannot is the fault that `describe` raises.
    """
    try:
        sealed = _sealed(document, _entry_of(document, entries))
    except (FormatError, IntegrityError):
        sealed = None
    return Subject(seq=document.seq, words=None if sealed is None else disclosed_words(sealed))


def disclosed_words(sealed: DocAdd) -> DocumentWords:
    """Return what a document said of itself when it was added."""
    return DocumentWords(
        category=sealed.category or Category.OTHER.value,
        type=sealed.type,
        tags=sealed.tags,
        sensitivity=sealed.sensitivity,
    )


class _HashedPart:
    """A part as the sink reads it: what passes is hashed on the way, and evidence is kept."""

    def __init__(self, steps: Iterator[bytes], part: DisclosedPart, *, is_kept: bool) -> None:
        self.part = part
        self.digest = hashlib.sha256()
        self.kept: list[bytes] | None = [] if is_kept else None
        self._steps = steps
        self._rest = b""

    def read(self, size: int, /) -> bytes:
        while not self._rest:
            step = next(self._steps, None)
            if step is None:
                return b""
            self.digest.update(step)
            if self.kept is not None:
                self.kept.append(step)
            self._rest = step
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece


def _is_evidence(part: DisclosedPart) -> bool:
    return part.claimed_media_type == EVIDENCE_MEDIA_TYPE and part.size_bytes <= MAX_EVIDENCE_BYTES


def _is_card(document: DisclosedDocument, part: DisclosedPart, with_cards: Container[int]) -> bool:
    return document.seq in with_cards and not _is_evidence(part) and part.size_bytes <= MAX_CARD_FILE_BYTES


def _read_part(stream: _HashedPart, document: DisclosedDocument, entry: Entry, sink: Sink) -> None:
    part = stream.part
    if part.number >= len(entry.header.commits):
        raise FormatError("bad_schema", f"entry {document.seq} has no part {part.number}")
    sink.take(document, part, stream)
    while stream.read(1 << 16):
        pass
    shown = commitment(part.commit_key, part.size_bytes, stream.digest.digest())
    if not equal(shown, entry.header.commits[part.number]):
        raise IntegrityError(
            "commitment_mismatch", f"a document is not the one that entry {document.seq} commits to"
        )


def _evidence(document: DisclosedDocument, passed: list[_HashedPart]) -> list[ReceivedEvidence]:
    contents = tuple(
        (stream.part.size_bytes, stream.digest.digest())
        for stream in passed
        if stream.kept is None or not _is_evidence(stream.part)
    )
    return [
        ReceivedEvidence(seq=document.seq, raw=b"".join(stream.kept), contents=contents)
        for stream in passed
        if stream.kept is not None and _is_evidence(stream.part)
    ]


def _cards(document: DisclosedDocument, passed: list[_HashedPart], with_cards: Container[int]) -> dict[int, bytes]:
    first = passed[0]
    if first.kept is None or not _is_card(document, first.part, with_cards):
        return {}
    return {document.seq: b"".join(first.kept)}


def _read_extra(container: ContainerReader, extra: Extra) -> None:
    digest = hashlib.sha256()
    for step in container.member(extra_member(extra.file), extra.size_bytes):
        digest.update(step)
    if not equal(digest.digest(), extra.sha256):
        raise IntegrityError(
            "commitment_mismatch", "a file that goes along is not the one that the manifest names"
        )


def _own_names(document: DisclosedDocument, sealed: DocAdd | None) -> dict[int, str]:
    """Return the names of the files of a document that has several: sealed, else claimed in place of a title."""
    files = [part for part in document.parts if part.claimed_media_type != EVIDENCE_MEDIA_TYPE]
    if len(files) <= 1:
        return {}
    if sealed is not None:
        return {part.number: sealed.parts[part.number].name for part in files}
    return {part.number: part.claimed_title or part.file for part in files[1:]}


def _entry_of(document: DisclosedDocument, entries: Mapping[int, Entry]) -> Entry:
    if document.seq not in entries:
        raise IntegrityError("bad_proof", "a document's entry is not disclosed")
    return entries[document.seq]


def _sealed(document: DisclosedDocument, entry: Entry) -> DocAdd | None:
    if document.meta is None:
        return None
    opened = open_meta(document.meta, entry)
    if opened.text("kind") != Kind.DOC_ADD.value:
        raise opened.wrong("kind")
    sealed = parse_doc_add(opened)
    if len(sealed.parts) != len(entry.header.blobs):
        raise opened.wrong("parts")
    for part in document.parts:
        if part.number >= len(sealed.parts):
            raise opened.wrong("parts")
        if sealed.parts[part.number].coding != CODING_PLAIN:
            raise FormatError("unsupported", f"a part of entry {document.seq} is stored in an unknown coding")
        if sealed.parts[part.number].size_bytes != part.size_bytes:
            raise IntegrityError("commitment_mismatch", f"the parts of entry {document.seq} are of other sizes")
    return sealed
