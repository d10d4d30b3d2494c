# SPDX-License-Identifier: Apache-2.0
"""The audit of the journal: one walk over all frames, which goes on after what is not whole.

Where entries stand is looked at here, what they say in `audit_entries`.
Spec: docs/spec/vault-folder.md section 7.2.
"""

from collections.abc import Iterable

from healthvault.errors import IntegrityError
from healthvault.ledger.entry import check_link
from healthvault.storage.journal import Journal
from healthvault.tlog.tree import MemoryTree
from healthvault.vault.around import entries_text
from healthvault.vault.audit_entries import EntryAudit
from healthvault.vault.findings import SETTLED, Findings
from healthvault.vault.frames import Frame, Gap, walk_frames

__all__ = ["JournalAudit"]


class JournalAudit:
    """One walk; afterwards its attributes say what was seen."""

    def __init__(self, findings: Findings, entries: EntryAudit, journal: Journal, size: int | None) -> None:
        """Begin.

        Args:
            findings: Take what is wrong.
            entries: Takes each entry.
            journal: Opened `around`.
            size: How many entries are acknowledged; None if nobody can tell.
        """
        self.count = 0
        """Above the highest number of an acknowledged entry that was seen."""
        self.places: list[tuple[int, bytes]] = []
        """Position and leaf hash of each entry: what the tree cache should hold."""
        self.lost: set[int] = set()
        """Entries of which there is no whole frame."""
        self._findings = findings
        self._entries = entries
        self._journal = journal
        self._size = size
        self._previous: bytes | None = bytes(32)
        self._gap: Gap | None = None
        self._copies: set[str] = set()
        self._is_disordered = False

    def tree(self) -> MemoryTree | None:
        """Return the tree over the entries that were walked; None if one is lost."""
        return None if self.lost else MemoryTree([leaf for _, leaf in self.places])

    def run(self, vault_id: bytes | None) -> None:
        """Walk the journal of a vault; its id (32 bytes) is that of the keyring, if there is one."""
        self._walk(walk_frames(self._journal, vault_id))
        if self._size is not None and self.count < self._size:
            self._lose(self._size, self._gap, self._journal.end)
        elif self._gap and self._size is None:
            self._say_gap(self._gap)
        self._entries.finish()

    def _walk(self, items: Iterable[Frame | Gap]) -> None:
        for item in items:
            if self._size is not None and self.count >= self._size and not self.lost:
                where, offset = self._place(item.position)
                message = f"from offset {offset} on there is something that no checkpoint covers"
                self._findings.warn(where, "unfinished", message, hint=SETTLED)
                return
            if isinstance(item, Gap):
                self._gap = item
            else:
                self._frame(item)

    def _frame(self, item: Frame) -> None:
        seq = self._number(item)
        gap, self._gap = self._gap, None
        if seq > self.count:
            self._lose(seq, gap, item.position)
        elif gap:
            self._say_gap(gap, is_length=gap.position == item.position)
        if seq == self.count:
            self.places.append((item.position, item.entry.leaf))
            self.count += 1
            self._in_order(item, seq)
        elif seq in self.lost:
            self._late(item, seq)
        else:
            self._copy(item, seq)

    def _number(self, item: Frame) -> int:
        """Return which entry it is: the next one, unless frames are missing, exchanged or there twice."""
        header = item.entry.header
        is_number = self._size is None or header.seq < self._size
        return header.seq if is_number and header.prev != self._previous else self.count

    def _in_order(self, item: Frame, seq: int) -> None:
        where = self._entry(seq, item.position)
        try:
            check_link(self._previous or item.entry.header.prev, seq, item.entry.header)
        except IntegrityError as err:
            self._findings.add(where, err.code, f"{err.message}: it, or that one, was changed")
        self._previous = item.entry.leaf
        self._entries.take(item.signed, seq, where)

    def _late(self, item: Frame, seq: int) -> None:
        where = self._entry(seq, item.position)
        self.lost.discard(seq)
        self.places[seq] = (item.position, item.entry.leaf)
        if not self._is_disordered:
            self._is_disordered = True
            hint = "give the segments their right names again, or put them back from a backup"
            self._findings.add(where, "bad_chain", f"it stands behind entry {self.count - 1}", hint=hint)
        self._entries.take(item.signed, seq, where)

    def _copy(self, item: Frame, seq: int) -> None:
        where, offset = self._place(item.position)
        if where not in self._copies:
            self._copies.add(where)
            message = f"at offset {offset}: entry {seq} stands here too, a copy"
            self._findings.add(where, "bad_chain", message, hint="move the copy out of the vault's folder")

    def _lose(self, end: int, gap: Gap | None, position: int) -> None:
        """Note that the entries from `count` to below `end` are not there, before a position."""
        seqs = range(self.count, end)
        path, offset = self._journal.place(gap.position if gap else position, is_end=gap is None)
        where = f"journal/{path.name}"
        message = f"at offset {offset}: {gap.message if gap else 'missing, here or in a segment that is gone'}"
        self._findings.add(f"{where} {entries_text(list(seqs))}", gap.code if gap else "vault_damaged", message)
        self.lost.update(seqs)
        self.places += [(-1, b"")] * len(seqs)
        for seq in seqs:
            self._entries.lose(seq)
        self.count, self._previous = end, None

    def _say_gap(self, gap: Gap, *, is_length: bool = False) -> None:
        where, offset = self._place(gap.position)
        what = (
            f"the length of the frame of entry {self.count} is wrong" if is_length else f"no frame ({gap.message})"
        )
        self._findings.add(where, gap.code, f"at offset {offset}: {what}")

    def _place(self, position: int) -> tuple[str, int]:
        path, offset = self._journal.place(position)
        return f"journal/{path.name}", offset

    def _entry(self, seq: int, position: int) -> str:
        return f"{self._place(position)[0]} entry {seq}"
