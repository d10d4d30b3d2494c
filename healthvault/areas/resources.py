# SPDX-License-Identifier: Apache-2.0
"""What documents state of some FHIR types: each statement with its document, and the resource word for word.

Read anew, apart, from the stored bytes of the documents that the index names. All of it is *unverified*: what the
document is worth stands in its provenance. Spec: docs/spec/contents.md sections 4 and 9.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from healthvault.errors import VaultDamaged
from healthvault.records.json_walk import Json, parse
from healthvault.records.statements import Item, Left, Resource
from healthvault.sandbox.reader import ReaderFailed, Sandbox
from healthvault.storage.document_rows import DocumentRow, DocumentRows
from healthvault.storage.item_rows import ItemRows
from healthvault.storage.item_scope import Scope
from healthvault.vault.add import Observer
from healthvault.vault.contents import statements_of
from healthvault.vault.looking import looked_into
from healthvault.vault.owners_view import owners_scope
from healthvault.vault.read import document_of
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document

__all__ = ["Stated", "Stumble", "stated_of_types"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """One thing that a document in force states."""

    document: Document
    item: Item
    resource: Json
    """The FHIR resource that says it, decoded; None where the document is no FHIR in JSON."""
    content: bytes | None
    """The same as JSON in UTF-8, with every number as it was written."""
    version: str | None
    """Of FHIR: `R4`, `STU3`, `DSTU2`, `R5` or `unknown`; None likewise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stumble:
    """A document of which not everything could be read."""

    document: Document
    reason: str


def stated_of_types(
    vault: Vault, types: Sequence[str], *, everyone: bool = False, observer: Observer | None = None
) -> Iterator[Stated | Stumble]:
    """Yield what documents state of some FHIR types, the oldest document first.

    Args:
        vault: Unlocked.
        types: FHIR resource types.
        everyone: What is not known to be about the owner too.
        observer: Is told how bringing up the index gets on.

    Raises:
        InvalidRequest: `io_error`.
    """
    wanted: dict[int, dict[str, Item]] = {}
    with looked_into(vault, observer=observer) as contents:
        scope, _ = owners_scope(vault, contents, Scope(), everyone=everyone)
        for found in ItemRows(contents).of_types(scope, types):
            wanted.setdefault(found.document.seq, {})[found.item.place] = found.item
    rows = DocumentRows(vault.catalogue)
    with Sandbox() as sandbox:
        for seq, items in wanted.items():
            row = rows.at(seq)
            if row is not None:
                yield from _of_document(vault, sandbox, row, items)


def _of_document(
    vault: Vault, sandbox: Sandbox, row: DocumentRow, wanted: dict[str, Item]
) -> Iterator[Stated | Stumble]:
    document = document_of(vault, row.seq)
    last: Resource | None = None
    try:
        for statement in statements_of(vault, sandbox, row, ("item", "left", "resource")):
            if isinstance(statement, Resource):
                last = statement
            elif isinstance(statement, Item) and statement.place in wanted:
                yield _stated(document, wanted[statement.place], last)
            elif isinstance(statement, Left):
                yield Stumble(document=document, reason=f"{statement.place}: {statement.reason}".lstrip(": "))
    except (ReaderFailed, OSError, VaultDamaged) as err:
        yield Stumble(document=document, reason=str(err))


def _stated(document: Document, item: Item, last: Resource | None) -> Stated:
    """Return an item with its resource: that which was stated last, if the item is what it says."""
    if last is None or item.place not in {last.place, last.place + item.type}:
        return Stated(document=document, item=item, resource=None, content=None, version=None)
    return Stated(
        document=document,
        item=item,
        resource=parse(last.content.decode()),
        content=last.content,
        version=last.version,
    )
