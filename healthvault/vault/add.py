# SPDX-License-Identifier: Apache-2.0
"""Adding documents: described, sealed, linked and acknowledged, many in one transaction.

A document is reported only once it is durable. The same content is never stored twice: a duplicate is named.
Spec: docs/spec/journal.md section 3 and docs/spec/vault-folder.md section 8.
"""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from healthvault.errors import FormatError, InvalidRequest
from healthvault.ledger.documents import DocAdd, Part
from healthvault.ledger.secrets import dedupe_tag
from healthvault.records.describe import describe
from healthvault.records.description import Description
from healthvault.storage.blobs import Blob
from healthvault.storage.document_rows import DocumentRows
from healthvault.storage.inputs import Failure, InputError, InputFile, OpenInput
from healthvault.vault.card_checks import CardChecker
from healthvault.vault.read import document_of
from healthvault.vault.transaction import Draft, Transaction
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document

__all__ = ["AddOptions", "Observer", "add_documents", "check_tags", "seal_file"]

WHOLE_BYTES = 4 << 20  # files up to this size are read at once
BATCH_BYTES = 256 << 20  # a transaction is committed after this much, so that a long command keeps what is done
PATIENT = "patient"  # provenance: somebody with the vault's key added it, and nothing more is known


class Observer(Protocol):
    """Is told how a long command gets on; implemented by the terminal, or by nobody."""

    def advance(self, amount_bytes: int, label: str) -> None:
        """Say that so many bytes more are done, and what is at hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddOptions:
    """What the user says about the documents; None leaves it to what the file says."""

    title: str | None = None
    kind: str | None = None
    date: str | None = None
    author: str | None = None
    source: str | None = None
    tags: tuple[str, ...] = ()
    category: str | None = None
    sensitivity: tuple[str, ...] | None = None


def add_documents(
    vault: Vault,
    inputs: Iterable[InputFile | Failure],
    options: AddOptions,
    *,
    now_ms: int,
    observer: Observer | None = None,
) -> Iterator[Document | Failure]:
    """Add files and yield what became of each, in order, after its transaction was acknowledged.

    Raises:
        InvalidRequest: `bad_tag`; `io_error`, the vault cannot be written; what was not yielded is not in it.
    """
    check_tags(options.tags)
    batch = _Batch(vault, options, now_ms)
    try:
        for item in inputs:
            if isinstance(item, Failure):
                batch.note(item)
                continue
            size = batch.add(item)
            if observer:
                observer.advance(size, item.name)
            if batch.is_full:
                yield from batch.commit()
        yield from batch.commit()
    finally:
        batch.close()


def check_tags(tags: Iterable[str]) -> None:
    """Check tags that a user gave. Raises InvalidRequest: `bad_tag`."""
    for tag in tags:
        if not tag.strip() or "\n" in tag:
            raise InvalidRequest("bad_tag", "a tag is empty or has several lines")


def seal_file(
    vault: Vault, transaction: Transaction, draft: Draft, item: InputFile, options: AddOptions
) -> DocAdd:
    """Seal a file as the only blob of a draft, and return what is to be said of it; nothing is appended yet.

    Raises:
        InputError: `unreadable`, `not_a_file`, `file_changed`.
        InvalidRequest: `io_error`.
    """
    with item.open() as source:
        description, blob = _seal(transaction, draft, item, source)
        source.check_unchanged(blob.size_bytes)
    tag = dedupe_tag(vault.keys.identity.dedupe_key, blob.digest)
    part = Part(name=item.name, media_type=description.media_type, size_bytes=blob.size_bytes, dedupe=tag)
    return DocAdd(
        title=options.title or description.title,
        type=options.kind or description.kind,
        parts=(part,),
        provenance=PATIENT,
        date=options.date or description.date,
        author=options.author or description.author,
        source=options.source or description.source,
        tags=options.tags,
        category=options.category or description.category,
        sensitivity=description.sensitivity if options.sensitivity is None else options.sensitivity,
    )


def _seal(transaction: Transaction, draft: Draft, item: InputFile, source: OpenInput) -> tuple[Description, Blob]:
    if source.size_bytes <= WHOLE_BYTES:
        data = source.read(source.size_bytes + 1)  # one more, to notice that it grew
        description = describe(io.BytesIO(data), name=item.name, size_bytes=len(data))
        return description, transaction.put(draft, data)
    try:
        description = describe(source.file, name=item.name, size_bytes=source.size_bytes)
        source.file.seek(0)
    except OSError as err:
        raise InputError("unreadable", f"{item.shown}: {err.strerror}") from err
    return description, transaction.put(draft, source)


class _Batch:
    """The files of one transaction, and after its commit of the next."""

    def __init__(self, vault: Vault, options: AddOptions, now_ms: int) -> None:
        self._vault = vault
        self._options = options
        self._now_ms = now_ms
        self._rows = DocumentRows(vault.catalogue)
        self._start()

    def _start(self) -> None:
        self._transaction = Transaction(self._vault, now_ms=self._now_ms)
        self._outcomes: list[tuple[int, InputFile] | Failure] = []  # entries of new and known documents
        self._new: dict[bytes, int] = {}
        self._bytes = 0

    @property
    def is_full(self) -> bool:
        return self._transaction.is_full or self._bytes >= BATCH_BYTES

    def note(self, failure: Failure) -> None:
        self._outcomes.append(failure)

    def add(self, item: InputFile) -> int:
        """Take one file in, and return how many bytes it has."""
        draft = self._transaction.begin()
        try:
            return self._take(item, draft)
        except (InputError, FormatError) as err:
            self._transaction.abandon()
            self.note(Failure(name=item.shown, error=err))
            return 0

    def commit(self) -> Iterator[Document | Failure]:
        """Acknowledge what was taken in, then say what became of each file."""
        new, cards = set(self._new.values()), CardChecker(self._vault)
        self._transaction.commit()
        for outcome in self._outcomes:
            if isinstance(outcome, Failure):
                yield outcome
                continue
            seq, item = outcome
            document = replace(document_of(self._vault, seq), identity=item.identity)
            if seq in new:
                new.discard(seq)
                yield cards.checked(document)
            else:
                yield replace(document, name=item.name, duplicate_of=document.id)
        self._start()

    def close(self) -> None:
        self._transaction.close()

    def _take(self, item: InputFile, draft: Draft) -> int:
        document = seal_file(self._vault, self._transaction, draft, item, self._options)
        tag = document.parts[0].dedupe
        known = self._known(tag)
        if known is not None:
            self._transaction.abandon()
            self._outcomes.append((known, item))
            return document.size_bytes
        self._transaction.append(draft, document.to_map())
        self._new[tag] = draft.seq
        self._outcomes.append((draft.seq, item))
        self._bytes += document.size_bytes
        return document.size_bytes

    def _known(self, tag: bytes) -> int | None:
        if tag in self._new:
            return self._new[tag]
        row = self._rows.with_content(tag)
        return row.seq if row else None
