# SPDX-License-Identifier: Apache-2.0
"""Out again: the original bytes in a folder with a manifest, or rows for other programs.

Every file is verified before it gets its name. Spec: docs/reference/cli.md.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from healthvault.errors import InvalidRequest, VaultDamaged
from healthvault.ledger.documents import DocStatus
from healthvault.storage.document_rows import Filter
from healthvault.storage.outputs import safe_name
from healthvault.vault.parts import files_of, write_files
from healthvault.vault.read import document_bytes, list_documents, write_document
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document, Failure

__all__ = ["export_contents", "export_files"]


def export_files(vault: Vault, folder: Path, wanted: Filter) -> Iterator[Document | Failure]:
    """Write the original bytes of documents into folders by kind, and yield each with its path inside `folder`.

    One that is damaged is yielded as a failure: it does not keep the others in.

    Raises:
        InvalidRequest: `unsafe_output`, a file is there already; `io_error`.
    """
    for document in list_documents(vault, wanted):
        if document.status == DocStatus.ERASED.value:
            continue
        place = folder / safe_name(document.kind, "other")
        try:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as err:
            raise InvalidRequest("io_error", f"{place}: {err.strerror}") from err
        try:
            yield _written(vault, document, place)
        except VaultDamaged as err:
            yield Failure(name=document.id, error=err)


def _written(vault: Vault, document: Document, place: Path) -> Document:
    """Write one document: a file, or a folder of its own if it has several."""
    if len(files_of(vault, document)) <= 1:
        name = f"{document.id[2:10]}-{safe_name(document.name, 'document')}"
        write_document(vault, document, place / name)
        return replace(document, path=f"{place.name}/{name}")
    name = f"{document.id[2:10]}-{safe_name(document.title, 'document')}"
    written = write_files(vault, document, place / name)
    parts = tuple(
        replace(part, path=Path(part.path or "").relative_to(place.parent).as_posix()) for part in written.parts
    )
    return replace(written, path=f"{place.name}/{name}", parts=parts)


def export_contents(vault: Vault, wanted: Filter) -> Iterator[tuple[Document, tuple[bytes, ...]] | Failure]:
    """Yield documents with the bytes of their files: none of what was erased, a failure for what is damaged.

    A document of several files has them in its `parts`, in the same order.

    Raises:
        InvalidRequest: `too_large`, a document over 64 MiB.
    """
    for document in list_documents(vault, wanted):
        is_erased = document.status == DocStatus.ERASED.value
        try:
            files = () if is_erased else files_of(vault, document)
            contents = tuple(document_bytes(vault, document, part=part.number) for part in files)
        except VaultDamaged as err:
            yield Failure(name=document.id, error=err)
        else:
            yield replace(document, parts=files if len(files) > 1 else ()), contents
