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
        name = f"{document.id[2:10]}-{safe_name(document.name, 'document')}"
        try:
            write_document(vault, document, place / name)
        except VaultDamaged as err:
            yield Failure(name=document.id, error=err)
        else:
            yield replace(document, path=f"{place.name}/{name}")


def export_contents(vault: Vault, wanted: Filter) -> Iterator[tuple[Document, bytes | None] | Failure]:
    """Yield documents with their bytes: None for what was erased, a failure for what is damaged.

    Raises:
        InvalidRequest: `too_large`, a document over 64 MiB.
    """
    for document in list_documents(vault, wanted):
        is_erased = document.status == DocStatus.ERASED.value
        try:
            content = None if is_erased else document_bytes(vault, document)
        except VaultDamaged as err:
            yield Failure(name=document.id, error=err)
        else:
            yield document, content
