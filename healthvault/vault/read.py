# SPDX-License-Identifier: Apache-2.0
"""Reading: finding documents, and getting their bytes back as they went in.

The catalogue says where things are; what is handed out is checked against the journal's entry: signature, object
id and commitment. Spec: docs/spec/vault-folder.md section 5.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from healthvault.errors import InvalidRequest, NotFound, VaultBusy, VaultDamaged
from healthvault.ledger.documents import RECEIVED
from healthvault.ledger.entry import Entry
from healthvault.ledger.ids import document_id_text
from healthvault.ledger.secrets import commit_key, file_key
from healthvault.records.cards import CardDocument
from healthvault.records.provenance import Evidence, rung_of
from healthvault.storage import files
from healthvault.storage.blobs import BlobKeys, BlobPlace, read_document
from healthvault.storage.document_rows import DocumentRow, DocumentRows, Filter, PartRow
from healthvault.storage.keyring import MAX_KEYRING_BYTES
from healthvault.storage.outputs import OutputFile
from healthvault.vault.card_cache import CardCache
from healthvault.vault.history import damaged
from healthvault.vault.packwalk import places_of
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document

__all__ = [
    "Filter",
    "document_at",
    "document_bytes",
    "document_of",
    "document_view",
    "find_document",
    "list_documents",
    "stream_document",
    "stream_part",
    "unique",
    "write_document",
]

_T = TypeVar("_T")

MAX_MEMORY_BYTES = 64 << 20  # what is checked as a whole before its first byte goes to standard output
MIN_PREFIX_CHARS = 4
_LISTED_BY = {"d_": "hv list", "g_": "hv grants", "s_": "hv standing list"}


def list_documents(vault: Vault, wanted: Filter) -> Iterator[Document]:
    """Yield the documents asked for, the newest added first."""
    with CardCache(vault) as cache:
        for row in DocumentRows(vault.catalogue).list(wanted):
            yield document_view(row, cache.find(row))


def document_of(vault: Vault, seq: int) -> Document:
    """Return the document of an entry. Raises NotFound: `not_found`."""
    found = document_at(vault, seq)
    if found is None:
        raise NotFound("not_found", f"entry {seq} is no document")
    return found


def document_at(vault: Vault, seq: int) -> Document | None:
    """Return the document of an entry, or None if it is another entry."""
    row = DocumentRows(vault.catalogue).at(seq)
    return None if row is None else _known(vault, row)


def find_document(vault: Vault, prefix: str) -> Document:
    """Return the document that an id or its unique beginning names, with or without `d_`.

    Raises:
        NotFound: `not_found`, `ambiguous`.
    """
    whole = unique_prefix(prefix, "d_")
    rows = DocumentRows(vault.catalogue).with_prefix(whole)
    return unique(whole, [_known(vault, row) for row in rows], [row.id for row in rows])


def unique_prefix(text: str, letter: str) -> str:
    """Return an id text or its beginning with its letter, ready to be looked up.

    Raises:
        NotFound: `not_found`, too short, or not of the form of an id.
    """
    body = text.lower().removeprefix(letter)
    if len(body) < MIN_PREFIX_CHARS or not body.isascii() or not body.isalnum():
        hint = f"give at least {MIN_PREFIX_CHARS} characters of the id"
        raise NotFound("not_found", f"{text!r} is not the beginning of an id", hint=hint)
    return letter + body


def unique(asked: str, found: list[_T], ids: list[str]) -> _T:
    """Return the only thing found for an id with its letter.

    Raises:
        NotFound: `not_found`; `ambiguous`, with the candidates.
    """
    if not found:
        hint = f"`{_LISTED_BY[asked[:2]]}` shows what there is"
        raise NotFound("not_found", f"nothing has the id {asked}", hint=hint)
    if len(found) > 1:
        raise NotFound("ambiguous", f"{asked} could be any of {', '.join(ids)}", hint="give more characters")
    return found[0]


def write_document(vault: Vault, document: Document, out: Path, *, part: int = 0, overwrite: bool = False) -> None:
    """Write one file of a document to `out`, which gets its name only when every byte is verified.

    Raises:
        InvalidRequest: `unsafe_output`, something is there already; `erased`; `io_error`.
        VaultDamaged: `vault_damaged`, the bytes are not what the entry commits to.
    """
    if str(out) == os.devnull:  # to see that it can be read, as a whole and verified
        stream_document(vault, document, len, part=part)
        return
    with OutputFile(out, overwrite=overwrite) as file:
        stream_document(vault, document, file.write, part=part)
        file.publish()


def document_bytes(vault: Vault, document: Document, *, part: int = 0) -> bytes:
    """Return the verified bytes of one file of a document.

    Raises:
        InvalidRequest: `too_large`, over 64 MiB; `erased`.
        VaultDamaged: `vault_damaged`.
    """
    if document.size_bytes > MAX_MEMORY_BYTES:
        raise InvalidRequest(
            "too_large",
            "over 64 MiB, too large to be checked before it is printed",
            hint="write it to a file with -o, or say --unsafe-stream to print unchecked bytes",
        )
    pieces: list[bytes] = []
    stream_document(vault, document, pieces.append, part=part)
    return b"".join(pieces)


def stream_document(vault: Vault, document: Document, write: Callable[[bytes], object], *, part: int = 0) -> None:
    """Hand the bytes of one file to `write`; they are verified as a whole only when this returns.

    Raises:
        InvalidRequest: `erased`.
        NotFound: `not_found`, no such part.
        VaultDamaged: `vault_damaged`.
        VaultBusy: `vault_in_use`, something was erased or the keys were replaced meanwhile.
    """
    rows = DocumentRows(vault.catalogue)
    parts = rows.parts(document.entry)
    if rows.at(document.entry) is None:
        raise damaged(f"entry {document.entry}, which holds {document.id}, cannot be read")
    if not parts:
        raise InvalidRequest("erased", f"{document.id} was erased: nothing can bring it back from here")
    if part >= len(parts):
        raise NotFound("not_found", f"{document.id} has no part {part}")
    stream_part(vault, parts[part], write, expected_id=document.id)


def stream_part(vault: Vault, row: PartRow, write: Callable[[bytes], object], *, expected_id: str) -> None:
    """Hand the bytes of a part to `write`, checked against its entry. Raises as `stream_document`."""
    try:
        _stream_part(vault, row, write, expected_id)
    except VaultDamaged as err:
        if files.find_bytes(vault.paths.keyring, MAX_KEYRING_BYTES) == vault.keyring.to_bytes():
            raise  # else the old keystore is zeros by now, and so are the objects of what was erased
        raise VaultBusy(
            "vault_in_use",
            f"the keys of the vault were replaced while {expected_id} was read",
            hint="run the command again",
        ) from err


def _stream_part(vault: Vault, row: PartRow, write: Callable[[bytes], object], expected_id: str) -> None:
    entry = vault.history.entry(row.seq)
    secret = vault.keystore.read(row.seq)
    if secret is None:
        path = vault.paths.keys(vault.keys.ks_epoch)
        raise damaged(f"{path}: the record of entry {row.seq} is missing")
    if document_id_text(entry.leaf) != expected_id:
        raise damaged(f"entry {row.seq} is not the one that the catalogue names")
    if row.coding != 0:
        raise InvalidRequest("unsupported", f"part {row.number} of {expected_id} is stored in an unknown coding")
    keys = BlobKeys(
        file_key=file_key(secret, row.number),
        commit_key=commit_key(secret, row.number),
        commit=entry.header.commits[row.number],
        size_bytes=row.size_bytes,
    )
    blob = entry.header.blobs[row.number]
    place = BlobPlace(offset=row.position, stored_size_bytes=blob.stored_bytes, oid=blob.oid)
    begun = False

    def forward(data: bytes) -> None:
        nonlocal begun
        begun = True
        write(data)

    try:
        _read_at(vault, row.pack, place, keys, forward)
    except VaultDamaged:
        found = None if begun else _elsewhere(vault, entry, row)
        if found is None:
            raise
        first_seq, offset = found
        _read_at(vault, first_seq, replace(place, offset=offset), keys, write)


def _read_at(vault: Vault, pack: int, place: BlobPlace, keys: BlobKeys, write: Callable[[bytes], object]) -> None:
    with vault.objects().open_pack(pack) as file:
        read_document(file, place, keys, write)


def _elsewhere(vault: Vault, entry: Entry, row: PartRow) -> tuple[int, int] | None:
    """Return where a part is, if not where the catalogue says: a pack was put back, or is not what it was."""
    try:
        found = places_of(vault, entry)[row.number]
    except VaultDamaged:
        return None
    return None if found == (row.pack, row.position) else found


def _known(vault: Vault, row: DocumentRow) -> Document:
    with CardCache(vault) as cache:
        return document_view(row, cache.find(row))


def document_view(row: DocumentRow, cards: CardDocument | None) -> Document:
    """Return a document as it is shown, with what is known of its cards."""
    is_received = row.provenance == RECEIVED
    evidence = Evidence(kind=row.type, source=row.source, is_received=is_received, cards=cards)
    return Document(
        id=row.id,
        entry=row.seq,
        title=row.title,
        name=row.name,
        kind=row.type,
        media_type=row.media_type,
        size_bytes=row.size_bytes,
        date=row.date,
        added_ms=row.added_ms,
        tags=row.tags,
        author=row.author,
        source=row.source,
        provenance=rung_of(evidence).value if row.provenance else "",
        is_received=is_received,
        cards=cards,
        status=row.status,
        category=row.category,
        sensitivity=row.sensitivity,
    )
