# SPDX-License-Identifier: Apache-2.0
"""Out again: the original bytes in a folder with a manifest, or rows for other programs.

Every file is verified before it gets its name. Spec: docs/reference/cli.md.
"""

from collections.abc import Iterator
from pathlib import Path

from healthvault.errors import InvalidRequest
from healthvault.records.fhir_out import JsonObject, document_reference
from healthvault.storage.document_rows import DocumentRows, Filter
from healthvault.storage.outputs import safe_name
from healthvault.vault.read import document_bytes, list_documents, write_document
from healthvault.vault.status import owner_name
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document

__all__ = ["export_fhir", "export_files"]


def export_files(vault: Vault, folder: Path, wanted: Filter) -> Iterator[tuple[Document, str]]:
    """Write the original bytes of documents into folders by kind, and yield each with its path inside `folder`.

    Raises:
        InvalidRequest: `unsafe_output`, a file is there already; `io_error`.
        VaultDamaged: `vault_damaged`, a document is not what its entry commits to.
    """
    for document in list_documents(vault, wanted):
        if document.status == "erased":
            continue
        place = folder / safe_name(document.kind, "other")
        try:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as err:
            raise InvalidRequest("io_error", f"{place}: {err.strerror}") from err
        name = f"{document.id[2:10]}-{safe_name(document.name, 'document')}"
        write_document(vault, document, place / name)
        yield document, f"{place.name}/{name}"


def export_fhir(vault: Vault, wanted: Filter, *, with_content: bool) -> Iterator[JsonObject]:
    """Yield a FHIR R4 DocumentReference for each document; a view for other programs, not a proof.

    Raises:
        VaultDamaged: `vault_damaged`.
        InvalidRequest: `too_large`, with content, a document over 64 MiB.
    """
    owner = owner_name(vault)
    for document in list_documents(vault, wanted):
        parts = DocumentRows(vault.catalogue).parts(document.entry)
        content = document_bytes(vault, document) if with_content and parts else None
        yield document_reference(
            id_text=document.id,
            title=document.title,
            media_type=document.media_type,
            date=document.date,
            added_ms=document.added_ms,
            status=document.status,
            owner=owner,
            content=content,
        )
