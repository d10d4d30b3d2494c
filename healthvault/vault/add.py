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
from healthvault.vault.read import document_of
from healthvault.vault.transaction import Draft, Transaction
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document

__all__ = ["AddOptions", "Observer", "add_documents"]

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
    for tag in options.tags:
        if not tag.strip() or "\n" in tag:
            raise InvalidRequest("bad_tag", "a tag is empty or has several lines")
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
        self._outcomes: list[tuple[int, str] | Failure] = []  # (entry, own name) of new and known documents
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
        new = set(self._new.values())
        self._transaction.commit()
        for outcome in self._outcomes:
            if isinstance(outcome, Failure):
                yield outcome
                continue
            seq, name = outcome
            document = document_of(self._vault, seq)
            if seq in new:
                new.discard(seq)
                yield document
            else:
                yield replace(document, name=name, duplicate_of=document.id)
        self._start()

    def close(self) -> None:
        self._transaction.close()

    def _take(self, item: InputFile, draft: Draft) -> int:
        with item.open() as source:
            description, blob = self._seal(item, source, draft)
            source.check_unchanged(blob.size_bytes)
        tag = dedupe_tag(self._vault.keys.identity.dedupe_key, blob.digest)
        known = self._known(tag)
        if known is not None:
            self._transaction.abandon()
            self._outcomes.append((known, item.name))
            return blob.size_bytes
        part = Part(name=item.name, media_type=description.media_type, size_bytes=blob.size_bytes, dedupe=tag)
        self._transaction.append(draft, self._document(description, part).to_map())
        self._new[tag] = draft.seq
        self._outcomes.append((draft.seq, item.name))
        self._bytes += blob.size_bytes
        return blob.size_bytes

    def _seal(self, item: InputFile, source: OpenInput, draft: Draft) -> tuple[Description, Blob]:
        if source.size_bytes <= WHOLE_BYTES:
            data = source.read(source.size_bytes + 1)  # one more, to notice that it grew
            description = describe(io.BytesIO(data), name=item.name, size_bytes=len(data))
            return description, self._transaction.put(draft, data)
        try:
            description = describe(source.file, name=item.name, size_bytes=source.size_bytes)
            source.file.seek(0)
        except OSError as err:
            raise InputError("unreadable", f"{item.shown}: {err.strerror}") from err
        return description, self._transaction.put(draft, source)

    def _known(self, tag: bytes) -> int | None:
        if tag in self._new:
            return self._new[tag]
        row = self._rows.with_content(tag)
        return row.seq if row else None

    def _document(self, description: Description, part: Part) -> DocAdd:
        options = self._options
        return DocAdd(
            title=options.title or description.title,
            type=options.kind or description.kind,
            parts=(part,),
            provenance=PATIENT,
            date=options.date or description.date,
            author=options.author or description.author,
            source=options.source or description.source,
            tags=options.tags,
        )
