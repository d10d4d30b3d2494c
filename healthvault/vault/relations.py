# SPDX-License-Identifier: Apache-2.0
"""How a document stands to the others: what it says that they say too, and whose bytes lie within whose.

Shown, never acted upon: no document is dropped or merged for it. Spec: docs/spec/contents.md section 6.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from healthvault.records.kinds import Kind
from healthvault.storage.contents import Contents
from healthvault.storage.document_rows import DocumentRow, DocumentRows
from healthvault.storage.relation_rows import holders, inner_tags, said_anew, said_in_all, shared_with
from healthvault.vault.vault import Vault

__all__ = ["CONTAINERS", "Related", "Relations", "relations_of"]

CONTAINERS = frozenset(
    kind.value
    for kind in (
        Kind.APPLE_HEALTH,
        Kind.CCDA,
        Kind.DICOM,
        Kind.FHIR_BUNDLE,
        Kind.FHIR_NDJSON,
        Kind.FOLDER,
        Kind.IPS,
        Kind.ZIP,
    )
)
"""Kinds that hold many things, of which a later one often repeats most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """Another document of the vault."""

    id: str
    title: str
    count: int
    """How many things both say; 0 where one lies within the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relations:
    """What is known of one document beside the others that were read so far."""

    said: int
    """How many different things it says."""
    new: int
    """How many of them no document says that was added before it."""
    same: tuple[Related, ...]
    """Documents that say some of them too, at most ten."""
    holds: tuple[Related, ...]
    """Documents whose bytes lie within this one."""
    held_by: tuple[Related, ...]
    """Documents within which the bytes of this one lie."""


def relations_of(vault: Vault, contents: Contents, seq: int) -> Relations:
    """Return how the document of an entry stands to the others, as far as they were read.

    Args:
        vault: Unlocked.
        contents: Brought up to this document at least.
        seq: Its entry.
    """
    rows = DocumentRows(vault.catalogue)
    inside = (rows.with_content(tag) for tag in inner_tags(contents, seq))
    around = [row for part in rows.parts(seq) for row in _at(rows, holders(contents, part.dedupe))]
    counts = {each.seq: each.count for each in shared_with(contents, seq)}
    return Relations(
        said=said_in_all(contents, seq),
        new=said_anew(contents, seq),
        same=_related(_at(rows, counts), seq, counts),
        holds=_related((row for row in inside if row is not None), seq),
        held_by=_related(around, seq),
    )


def _at(rows: DocumentRows, seqs: Iterable[int]) -> list[DocumentRow]:
    found = (rows.at(seq) for seq in seqs)
    return [row for row in found if row is not None and row.status != "erased"]


def _related(found: Iterable[DocumentRow], own: int, counts: dict[int, int] | None = None) -> tuple[Related, ...]:
    others = {row.seq: row for row in found if row.seq != own}
    return tuple(
        Related(id=row.id, title=row.title, count=(counts or {}).get(seq, 0)) for seq, row in others.items()
    )
