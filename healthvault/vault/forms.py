# SPDX-License-Identifier: Apache-2.0
"""Forms: what hv itself writes down for the owner, as documents of kinds of its own.

A form is a document like any other: sealed, linked, shared under a grant, attested, amended, erased. So an area
that needs something written (an emergency sheet, a prescription, a protocol) needs no entry of a new kind.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from healthvault.ledger.documents import DocStatus
from healthvault.records.categories import Category
from healthvault.records.kinds import Kind
from healthvault.storage.inputs import Failure, InputFile
from healthvault.vault.add import AddOptions, add_documents
from healthvault.vault.amend import replace_document
from healthvault.vault.read import Filter, document_bytes, list_documents
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document

__all__ = ["Form", "NewForm", "find_forms", "keep_form"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewForm:
    """A form to be kept."""

    kind: Kind
    name: str
    """File name, e.g. `prescription.json`."""
    title: str
    content: bytes
    date: str | None
    """ISO 8601."""
    category: Category
    sensitivity: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form in the vault: its bytes are verified, what they say may be anybody's."""

    document: Document
    content: bytes

    @property
    def is_received(self) -> bool:
        """It came from somebody else."""
        return self.document.is_received


def keep_form(vault: Vault, form: NewForm, *, now_ms: int, replaces: str | None = None) -> Document:
    """Keep a form, in the place of an older version of it if there is one, and return its document.

    Args:
        vault: Unlocked, writing.
        form: What to keep; the very same content is not kept twice.
        now_ms: The clock.
        replaces: Id text of the document that it replaces.

    Raises:
        InvalidRequest: `io_error`.
        NotFound: `not_found`, there is no such document to replace.
    """
    item = InputFile(name=form.name, data=form.content)
    options = AddOptions(
        kind=form.kind.value,
        title=form.title,
        date=form.date,
        tags=form.tags,
        category=form.category.value,
        sensitivity=form.sensitivity,
    )
    if replaces is not None:
        return replace_document(vault, replaces, item, options, now_ms=now_ms)
    (added,) = add_documents(vault, [item], options, now_ms=now_ms)
    if isinstance(added, Failure):
        raise added.error
    return added


def find_forms(vault: Vault, *kinds: Kind, with_received: bool = False) -> Iterator[Form]:
    """Yield the forms in force of some kinds, the newest added first, kind by kind.

    Raises:
        VaultDamaged: `vault_damaged`.
    """
    for kind in kinds:
        for document in list_documents(vault, Filter(kind=kind.value)):
            is_there = document.status == DocStatus.CURRENT.value
            if is_there and (with_received or not document.is_received):
                yield Form(document=document, content=document_bytes(vault, document))
