# SPDX-License-Identifier: Apache-2.0
"""Adding documents: described, sealed, linked and acknowledged, many in one transaction.

A document is reported only once it is durable. The same content is never stored twice: a duplicate is named.
Spec: docs/spec/journal.md section 3 and docs/spec/vault-folder.md section 8.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from healthvault.crypto.hashing import random_bytes
from healthvault.errors import FormatError, InvalidRequest
from healthvault.identity.matching import Judged
from healthvault.ledger.documents import DocAdd
from healthvault.storage.document_rows import DocumentRows
from healthvault.storage.inputs import Failure, InputError, InputFile, InputFolder
from healthvault.vault.card_checks import CardChecker
from healthvault.vault.describing import Describer
from healthvault.vault.read import document_of
from healthvault.vault.sealing import AddOptions, Work, seal_file, seal_folder, shares_of
from healthvault.vault.transaction import Draft, Transaction
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document

__all__ = ["AddOptions", "Observer", "add_documents", "check_tags"]

BATCH_BYTES = 256 << 20  # a transaction is committed after this much, so that a long command keeps what is done


class Observer(Protocol):
    """Is told how a long command gets on; implemented by the terminal, or by nobody."""

    def advance(self, amount_bytes: int, label: str) -> None:
        """Say that so many bytes more are done, and what is at hand."""


def add_documents(
    vault: Vault,
    inputs: Iterable[InputFile | InputFolder | Failure],
    options: AddOptions,
    *,
    now_ms: int,
    observer: Observer | None = None,
    describer: Describer | None = None,
) -> Iterator[Document | Failure]:
    """Add files and yield what became of each, in order, after its transaction was acknowledged.

    Args:
        vault: Unlocked, writing.
        inputs: Files; a folder becomes one document, or several if it has more files than one holds.
        options: What the user says about each.
        now_ms: The clock.
        observer: Is told how it gets on.
        describer: Describes them, and counts what it could not; None: one of our own.

    Raises:
        InvalidRequest: `bad_tag`; `io_error`, the vault cannot be written; what was not yielded is not in it.
    """
    check_tags(options.tags)
    describing = describer or Describer()
    batch = _Batch(vault, options, now_ms, describing)
    try:
        for item in inputs:
            if isinstance(item, Failure):
                batch.note(item)
                continue
            for piece in _pieces(item):
                size = batch.add(piece)
                if observer:
                    observer.advance(size, item.name)
                if batch.is_full:
                    yield from batch.commit()
        yield from batch.commit()
    finally:
        batch.close()
        if describer is None:
            describing.close()


def check_tags(tags: Iterable[str]) -> None:
    """Check tags that a user gave. Raises InvalidRequest: `bad_tag`."""
    for tag in tags:
        if not tag.strip() or "\n" in tag:
            raise InvalidRequest("bad_tag", "a tag is empty or has several lines")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """What becomes one document."""

    name: str
    shown: str
    files: tuple[InputFile, ...]
    folder: InputFolder | None = None
    mark: str = ""
    """Behind the title, where a folder is several documents."""
    set_id: bytes | None = None
    identity: Judged | None = None


def _pieces(item: InputFile | InputFolder) -> Iterator[_Piece]:
    if isinstance(item, InputFile):
        yield _Piece(name=item.name, shown=item.shown, files=(item,), identity=item.identity)
        return
    shares = shares_of(item.files)
    count = len(shares)
    set_id = random_bytes(16) if count > 1 else None
    for number, files in enumerate(shares):
        mark = f" ({number + 1} of {count})" if count > 1 else ""
        yield _Piece(
            name=item.name,
            shown=item.shown,
            files=files,
            folder=item,
            mark=mark,
            set_id=set_id,
            identity=item.identity,
        )


class _Batch:
    """The files of one transaction, and after its commit of the next."""

    def __init__(self, vault: Vault, options: AddOptions, now_ms: int, describer: Describer) -> None:
        self._vault = vault
        self._options = options
        self._now_ms = now_ms
        self._describer = describer
        self._rows = DocumentRows(vault.catalogue)
        self._start()

    def _start(self) -> None:
        self._transaction = Transaction(self._vault, now_ms=self._now_ms)
        self._outcomes: list[tuple[int, _Piece] | Failure] = []  # entries of new and known documents
        self._new: dict[tuple[bytes, ...], int] = {}  # by the tags of all its files
        self._held: dict[bytes, int] = {}  # by that of one
        self._bytes = 0

    @property
    def is_full(self) -> bool:
        return self._transaction.is_full or self._bytes >= BATCH_BYTES

    def note(self, failure: Failure) -> None:
        self._outcomes.append(failure)

    def add(self, item: _Piece) -> int:
        """Take one document in, and return how many bytes it has."""
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

    def _take(self, item: _Piece, draft: Draft) -> int:
        document = self._sealed(item, draft)
        tags = tuple(sorted(part.dedupe for part in document.parts))
        known = self._known(tags)
        if known is not None:
            self._transaction.abandon()
            self._outcomes.append((known, item))
            return document.size_bytes
        self._transaction.append(draft, document.to_map())
        self._new[tags] = draft.seq
        self._held |= {tag: draft.seq for tag in tags if tag not in self._held}
        self._outcomes.append((draft.seq, item))
        self._bytes += document.size_bytes
        return document.size_bytes

    def _sealed(self, item: _Piece, draft: Draft) -> DocAdd:
        work = Work(vault=self._vault, transaction=self._transaction, draft=draft, describer=self._describer)
        if item.folder is None:
            return seal_file(work, item.files[0], self._options)
        document = seal_folder(work, item.folder, item.files, self._options)
        return replace(document, title=document.title + item.mark, set_id=item.set_id)

    def _known(self, tags: tuple[bytes, ...]) -> int | None:
        """Return a document of the same files; of a single file also one that it is a part of."""
        if tags in self._new:
            return self._new[tags]
        row = self._rows.with_contents(tags)
        if row is None and len(tags) == 1:
            if tags[0] in self._held:
                return self._held[tags[0]]
            row = self._rows.with_content(tags[0])
        return row.seq if row else None
