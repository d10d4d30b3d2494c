# SPDX-License-Identifier: Apache-2.0
"""Which older checkpoints a bundle ships with the cosignatures of contacts that the owner marked as witnesses.

Only theirs: every later reader sees who cosigned.
Spec: docs/spec/tree.md section 6, docs/spec/bundle.md section 3.
"""

from bisect import bisect_right
from collections.abc import Collection
from itertools import accumulate

from healthvault.bundle.disclosure import Witnessed
from healthvault.codec import MAX_INT
from healthvault.storage.consent_rows import ConsentRows, ReceiptRow
from healthvault.tlog.note import MAX_SIGNATURES, SignedNote, parse_note
from healthvault.vault.vault import Vault

__all__ = ["WITNESSED_MAX", "witnessed_rows"]

WITNESSED_MAX = 64  # rows of one bundle


def witnessed_rows(vault: Vault, seqs: Collection[int]) -> dict[int, Witnessed]:
    """Return the cosigned checkpoints for a bundle, by size, rising.

    Of each witness the newest, so that as much of the past as possible is covered; and for each document the one
    that was signed first of those that hold it, so that it is bounded as early as possible.

    Args:
        vault: Unlocked.
        seqs: The entries of the bundle's documents.
    """
    rows = ConsentRows(vault.catalogue)
    witnesses = {row.vault for row in rows.contacts() if row.is_witness}
    seen = [row for row in rows.receipts() if row.vault in witnesses]
    newest = {row.vault: row.size for row in sorted(seen, key=lambda row: row.size)}
    sizes = sorted({*newest.values(), *_earliest(seen, seqs)})[-WITNESSED_MAX:]
    return {size: Witnessed(note=_merged([row for row in seen if row.size == size])) for size in sizes}


def _earliest(seen: list[ReceiptRow], seqs: Collection[int]) -> set[int]:
    """Return, for each entry that some checkpoint holds, the size of the one that was cosigned first."""
    by_size = sorted((row.size, row.cosigned_ms) for row in seen)
    first = [*accumulate(((time_ms, size) for size, time_ms in reversed(by_size)), min)][::-1]
    places = {bisect_right(by_size, (seq, MAX_INT)) for seq in seqs}
    return {first[place][1] for place in places if place < len(first)}


def _merged(rows: list[ReceiptRow]) -> bytes:
    """Return one note with the vault's own line and the first cosignature of each witness."""
    notes = [parse_note(row.note) for row in sorted(rows, key=lambda row: row.cosigned_ms)]
    lines = {note.signatures[-1].key_id: note.signatures[-1] for note in reversed(notes)}
    signatures = (notes[0].signatures[0], *reversed(lines.values()))
    return SignedNote(text=notes[0].text, signatures=signatures[:MAX_SIGNATURES]).to_bytes()
