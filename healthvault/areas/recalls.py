# SPDX-License-Identifier: Apache-2.0
"""Lists of recalls in the vault: taken in, and looked up, those that others handed over too.

A list counts whoever it is from; who that is stands beside what it says. Spec: docs/spec/packs.md section 5.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from healthvault.errors import FormatError, InvalidRequest
from healthvault.ledger.documents import DocStatus
from healthvault.packs.recall_lists import MAX_LIST_BYTES, RecallList, parse_recall_list
from healthvault.packs.verdicts import KnownList
from healthvault.records.categories import Category
from healthvault.records.kinds import Kind
from healthvault.vault.forms import NewForm, keep_form
from healthvault.vault.read import Filter, document_bytes, list_documents
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document

__all__ = ["KnownLists", "documents_in_force", "import_recall_list", "known_lists"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLists:
    """The lists in force."""

    lists: tuple[KnownList, ...]
    unreadable: tuple[Document, ...]
    """Documents of that kind that are no lists: what they recall is not known."""


def known_lists(vault: Vault) -> KnownLists:
    """Return the lists in force, the newest added first.

    Raises:
        VaultDamaged: `vault_damaged`.
    """
    lists, unreadable = [], []
    for document in documents_in_force(vault, Kind.RECALL_LIST):
        found = _parsed(vault, document)
        if found is None:
            unreadable.append(document)
        else:
            lists.append(
                KnownList(
                    document=document.id,
                    day=found.day,
                    source=found.source,
                    recalls=found.recalls,
                    is_received=document.is_received,
                )
            )
    return KnownLists(lists=tuple(lists), unreadable=tuple(unreadable))


def import_recall_list(vault: Vault, data: bytes, name: str, *, now_ms: int) -> tuple[Document, RecallList]:
    """Keep a list as it is, if every line of it can be read.

    Args:
        vault: Unlocked, writing.
        data: *Unverified*.
        name: Of the file.
        now_ms: The clock.

    Raises:
        FormatError: `bad_recall_list`, nothing was kept.
        InvalidRequest: `io_error`.
    """
    found = parse_recall_list(data)
    of = f" of {found.day.isoformat()}" if found.day else ""
    form = NewForm(
        kind=Kind.RECALL_LIST,
        name=name,
        title=f"Recall list{of}",
        content=data,
        date=found.day.isoformat() if found.day else None,
        category=Category.OTHER,
    )
    return keep_form(vault, form, now_ms=now_ms), found


def documents_in_force(vault: Vault, kind: Kind) -> Iterator[Document]:
    """Yield the documents of a kind that are in force, received ones too, the newest added first."""
    for document in list_documents(vault, Filter(kind=kind.value)):
        if document.status == DocStatus.CURRENT.value:
            yield document


def _parsed(vault: Vault, document: Document) -> RecallList | None:
    if document.size_bytes > MAX_LIST_BYTES:
        return None
    try:
        return parse_recall_list(document_bytes(vault, document))
    except (FormatError, InvalidRequest):
        return None
