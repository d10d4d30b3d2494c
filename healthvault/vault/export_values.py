# SPDX-License-Identifier: Apache-2.0
"""The numbers that documents state, a row each, for spreadsheets and scripts. Nothing is converted.

Spec: docs/spec/contents.md section 8.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from healthvault.records.statements import Item, parse_statement
from healthvault.storage.contents import Contents
from healthvault.storage.document_rows import DocumentRows, Filter
from healthvault.vault.contents import opened_contents
from healthvault.vault.vault import Vault
from healthvault.vault.whose import whose_records

__all__ = ["StatedValue", "stated_items", "stated_values"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedValue:
    """One item and the document that states it."""

    document: str
    """Id text."""
    item: Item
    is_owners: bool
    """It is known to be about the owner."""


def stated_items(vault: Vault, wanted: Filter) -> Iterator[StatedValue]:
    """Yield every item of the documents asked for, by document in the order they were added.

    Raises:
        InvalidRequest: `io_error`.
    """
    rows = DocumentRows(vault.catalogue).list(wanted)
    documents = {row.seq: row.id for row in rows if row.status in {"current", "superseded"}}
    with opened_contents(vault) as contents:
        whose = whose_records(vault, contents)
        for seq, id_text in sorted(documents.items()):
            for item in _items(contents, seq):
                is_owners = whose.includes(seq, item.subject)
                yield StatedValue(document=id_text, item=item, is_owners=is_owners)


def stated_values(vault: Vault, wanted: Filter) -> Iterator[StatedValue]:
    """Yield the items that have a number. Raises as `stated_items`."""
    return (stated for stated in stated_items(vault, wanted) if stated.item.quantity is not None)


def _items(contents: Contents, seq: int) -> Iterator[Item]:
    query = "select statement from item where seq = ? order by number"
    for (data,) in contents.connection.execute(query, (seq,)):
        statement = parse_statement(data)
        if isinstance(statement, Item):
            yield statement
