# SPDX-License-Identifier: Apache-2.0
"""Reading what was added: the index into contents is brought up by whoever needs it, never by who only adds.

What was read is derived, unverified and disposable; whatever cannot be read is named, with what would help.
Spec: docs/spec/contents.md section 4.
"""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, cast

from healthvault.bundle.evidence import EVIDENCE_MEDIA_TYPE
from healthvault.errors import InvalidRequest, VaultBusy, VaultDamaged
from healthvault.ledger.secrets import dedupe_tag, file_key
from healthvault.records.extras import EXTRA_MISSING, is_installed
from healthvault.records.kinds import Kind
from healthvault.records.reading import MAX_STATEMENTS, READER_VERSION, has_reader, placed
from healthvault.records.sense import sense_of
from healthvault.records.statements import Inner, Item, Statement, Subject
from healthvault.sandbox.reader import ALL_BUT_RESOURCES, ReaderFailed, Sandbox
from healthvault.storage.blobfile import BlobFile
from healthvault.storage.blobs import BlobPlace
from healthvault.storage.contents import READ, Contents
from healthvault.storage.document_rows import DocumentRow, DocumentRows, PartRow
from healthvault.vault.add import Observer
from healthvault.vault.contents_file import contents_as_it_is
from healthvault.vault.history import damaged
from healthvault.vault.packwalk import places_of
from healthvault.vault.read import stream_part
from healthvault.vault.vault import Vault

__all__ = ["NO_READER", "UNREAD_KINDS", "Unread", "bring_up", "opened_contents", "statements_of", "unread"]

NO_READER = "no_reader"
WHOLE_BYTES = 16 << 20  # parts up to this size are verified as a whole before they are read
SLICE = 2000  # statements that are kept in one change
UNREAD_KINDS = frozenset(kind.value for kind in Kind if kind is not Kind.FOLDER and not has_reader(kind.value))
"""Kinds that nobody reads; of a folder each file has its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """Documents that were not read, or not to the end, for one reason."""

    code: str
    detail: str
    hint: str | None
    entries: tuple[int, ...]


@contextmanager
def opened_contents(
    vault: Vault, *, only: Sequence[int] | None = None, observer: Observer | None = None
) -> Iterator[Contents]:
    """Open the index into contents, brought up to all documents, or to those of some entries.

    Args:
        vault: Unlocked.
        only: Entries; None means all.
        observer: Is told how reading gets on.

    Raises:
        InvalidRequest: `io_error`.
    """
    contents = contents_as_it_is(vault)
    try:
        with contents.guard():
            bring_up(vault, contents, only=only, observer=observer)
            yield contents
    finally:
        contents.close()


def bring_up(
    vault: Vault, contents: Contents, *, only: Sequence[int] | None = None, observer: Observer | None = None
) -> None:
    """Read the documents that were not read yet. What is damaged is skipped, and tried again the next time."""
    rows = _to_read(vault, contents, only)
    if not rows:
        return
    with Sandbox() as sandbox:
        for row in rows:
            _read(vault, contents, sandbox, row)
            if observer:
                observer.advance(row.size_bytes, row.title)


def unread(contents: Contents) -> tuple[Unread, ...]:
    """Return what was not read, or not to the end, by reason; kinds that nobody reads are not among it."""
    reasons: dict[tuple[str, str, str | None], list[int]] = {}
    for row in contents.readings_but(READ, NO_READER):
        reasons.setdefault((row.state, row.detail, row.hint), []).append(row.seq)
    return tuple(
        Unread(code=code, detail=detail, hint=hint, entries=tuple(entries))
        for (code, detail, hint), entries in sorted(reasons.items(), key=lambda each: each[1])
    )


def statements_of(
    vault: Vault, sandbox: Sandbox, row: DocumentRow, wanted: tuple[str, ...] = ALL_BUT_RESOURCES
) -> Iterator[Statement]:
    """Yield what a document states, read anew from the stored bytes.

    Of several files each is read, whatever becomes of another; the first failure is raised after the last file.
    Subjects are among it whatever is wanted: by them those of several files are numbered.

    Raises:
        ReaderFailed: `extra_missing`, `too_large`, `reader_failed`.
        VaultDamaged: `vault_damaged`.
        OSError: A chunk of a large part is not authentic.
    """
    parts = [
        part for part in DocumentRows(vault.catalogue).parts(row.seq) if part.media_type != EVIDENCE_MEDIA_TYPE
    ]
    subjects, number, asked = 0, 0, tuple({*wanted, "subject"})
    failed: ReaderFailed | None = None
    for part in parts:
        outer, own = f"{part.name}/" if len(parts) > 1 else "", list[int]()
        try:
            with _plain_part(vault, part, row.id) as stream:
                for statement in sandbox.statements(
                    stream, name=part.name, size_bytes=part.size_bytes, kind=None, wanted=asked
                ):
                    if isinstance(statement, Subject):
                        own.append(subjects)
                        subjects += 1
                    number += 1
                    yield placed(statement, outer, own)
        except ReaderFailed as err:
            failed = failed or err
        if number > MAX_STATEMENTS:
            failed = ReaderFailed("too_large", "the document states more than is kept of one")
            break
    if failed is not None:
        raise failed


def _to_read(vault: Vault, contents: Contents, only: Sequence[int] | None) -> list[DocumentRow]:
    documents = DocumentRows(vault.catalogue)
    again = _waiting(contents)
    if only is None and not again and contents.count_done(READER_VERSION) >= documents.count_kept():
        return []
    done = contents.done(READER_VERSION) - again
    wanted = documents.kept() if only is None else only
    found = (documents.at(seq) for seq in wanted if seq not in done)
    return [row for row in found if row is not None and row.status != "erased"]


def _waiting(contents: Contents) -> frozenset[int]:
    """Return the documents that waited for an extra that is installed now."""
    waiting = contents.in_state(EXTRA_MISSING)
    there = {name for name in set(waiting.values()) if is_installed(name)}
    return frozenset(seq for seq, name in waiting.items() if name in there)


def _read(vault: Vault, contents: Contents, sandbox: Sandbox, row: DocumentRow) -> None:
    with contents.change():
        token = contents.begin(row.seq, READER_VERSION)
        if row.type in UNREAD_KINDS:
            contents.finish(row.seq, NO_READER)
            return
    state, detail, hint, number = READ, "", None, 0
    try:
        for batch in _sliced(statements_of(vault, sandbox, row)):
            marked = [(each, _mark(vault, each)) for each in batch]
            if not _keep(contents, row.seq, token, number, marked):
                return
            number += len(batch)
    except ReaderFailed as err:
        state, detail, hint = err.code, err.message, err.hint
    except (OSError, InvalidRequest, VaultBusy, VaultDamaged):
        return  # it counts as underway, and is tried again
    with contents.change():
        if contents.is_ours(row.seq, token):
            contents.finish(row.seq, state, detail, hint)


def _keep(contents: Contents, seq: int, token: bytes, number: int, batch: list[tuple[Statement, bytes]]) -> bool:
    """Add a slice; False if somebody else has begun to read the document since."""
    with contents.change():
        if not contents.is_ours(seq, token):
            return False
        contents.add(seq, number, batch)
    return True


def _mark(vault: Vault, statement: Statement) -> bytes:
    """Return the bytes by which a statement is compared with those of other documents."""
    if isinstance(statement, Item):
        return sense_of(statement)
    if isinstance(statement, Inner):
        return dedupe_tag(vault.keys.identity.dedupe_key, statement.digest)
    return b""


def _sliced(statements: Iterator[Statement]) -> Iterator[list[Statement]]:
    """Yield the statements in lists; what came before a fault is yielded before it is raised."""
    batch: list[Statement] = []
    try:
        for statement in statements:
            batch.append(statement)
            if len(batch) == SLICE:
                yield batch
                batch = []
    except ReaderFailed:
        yield batch
        raise
    yield batch


@contextmanager
def _plain_part(vault: Vault, part: PartRow, expected_id: str) -> Iterator[BinaryIO]:
    if part.size_bytes <= WHOLE_BYTES:
        pieces: list[bytes] = []
        stream_part(vault, part, pieces.append, expected_id=expected_id)
        yield io.BytesIO(b"".join(pieces))
        return
    entry, secret = vault.history.entry(part.seq), vault.keystore.read(part.seq)
    if secret is None:
        raise damaged(f"the record of entry {part.seq} is missing")
    pack, offset = places_of(vault, entry)[part.number]
    place = BlobPlace(offset=offset, stored_size_bytes=part.stored_bytes, oid=part.oid)
    with vault.objects().open_pack(pack) as file:
        blob = BlobFile(file, place, file_key(secret, part.number), part.size_bytes)
        yield cast("BinaryIO", io.BufferedReader(blob, 1 << 18))
