# SPDX-License-Identifier: Apache-2.0
"""Random histories of documents, and their inventories the long way round, as the specification says them.

Nothing is shared with the code under test but the values of entries; hashes are made by hashlib. Not a test.
"""

import hashlib
import hmac
import random
from collections.abc import Iterable
from dataclasses import dataclass, field

from healthvault.bundle.completeness import DisclosedInventories, open_inventories
from healthvault.ledger.changes import CATEGORIES, change_of
from healthvault.ledger.documents import DocAdd, DocErase, DocRevise, Part
from healthvault.ledger.inventory import Inventories, Line, LineKind
from healthvault.ledger.membership import NO_SHELF

STATE_KEY = b"\x04" * 32
ALLERGY, LAB, OTHER = (CATEGORIES.index(word) for word in ("allergy", "lab", "other"))
TIP = 1000
REASONS = {"current": 2, "superseded": 3, "retracted": 4, "erased": 5}
Said = DocAdd | DocRevise | DocErase
PART = Part(name="a.txt", media_type="text/plain", size_bytes=1, dedupe=bytes(32))


def prev_of(seq: int) -> bytes:
    """Return what stands for the leaf hash before entry `seq`."""
    return hashlib.sha256(b"prev%d" % seq).digest()


def labelled(label: str, *parts: bytes) -> bytes:
    """Return what is hashed for one use."""
    return b"healthvault/v1/" + label.encode() + b"\0" + b"".join(parts)


def mac(label: str, *parts: bytes) -> bytes:
    """Return the keyed hash of the state key."""
    return hmac.digest(STATE_KEY, labelled(label, *parts), "sha256")


def u64(number: int) -> bytes:
    """Return eight bytes."""
    return number.to_bytes(8, "big")


def merkle(leaves: list[bytes]) -> bytes:
    """Return the root of RFC 6962, by its definition."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\x01" + merkle(leaves[:half]) + merkle(leaves[half:])).digest()


@dataclass(slots=True)
class Document:
    """A document of the model."""

    slot: int
    supersedes: int | None
    state: str = "stands"
    """stands, retracted or erased."""


@dataclass(slots=True)
class Model:
    """Documents by the words of journal.md section 4, and all lines of all inventories."""

    documents: dict[int, Document] = field(default_factory=dict)
    lines: list[list[tuple[int, int]]] = field(default_factory=lambda: [[] for _ in range(16)])
    is_named: bool = False

    def status(self, seq: int) -> str:
        """Return what a document is."""
        found = self.documents[seq]
        if found.state != "stands":
            return found.state
        return "superseded" if self._is_replaced(seq) else "current"

    def members(self) -> dict[int, int]:
        """Return the inventory of each document that is in force."""
        return {seq: one.slot for seq, one in self.documents.items() if self.status(seq) == "current"}

    def take(self, seq: int, said: Said) -> None:
        """Follow an entry: what differs afterwards becomes lines."""
        before = self.members()
        self._apply(seq, said)
        after = self.members()
        for one in sorted(before):
            slot = before[one]
            if after.get(one) != slot:
                line = max(number for number, item in enumerate(self.lines[slot]) if item == (1, one))
                self.lines[slot].append((REASONS[self.status(one)], line))
        for one in sorted(after):
            if before.get(one) != after[one]:
                self.lines[after[one]].append((1, one))

    def ext_root(self, prev: bytes) -> bytes:
        """Return what the state of the entry after `prev` commits to."""
        if not self.is_named:
            return bytes(32)
        key = mac("inventories", prev)
        commitments = b""
        for slot in range(16):
            pair = hashlib.sha256(labelled("inventory-blind", key, bytes([slot // 2]))).digest()
            blind = pair[16:] if slot % 2 else pair[:16]
            whole = labelled("inventory", blind, bytes([slot]), u64(len(self.lines[slot])), self._root(slot))
            commitments += hashlib.sha256(whole).digest()
        return hashlib.sha256(labelled("inventories", commitments)).digest()

    def _root(self, slot: int) -> bytes:
        leaves = []
        for number, (kind, ref) in enumerate(self.lines[slot]):
            salt = mac("line-salt", bytes([slot]), u64(number))
            leaves.append(hashlib.sha256(b"\0" + labelled("line", salt, bytes([slot, kind]), u64(ref))).digest())
        return merkle(leaves)

    def _is_replaced(self, seq: int) -> bool:
        newer = [(other, one) for other, one in self.documents.items() if one.supersedes == seq]
        return any(
            one.state == "stands" or (one.state == "retracted" and self._is_replaced(other))
            for other, one in newer
        )

    def _apply(self, seq: int, said: Said) -> None:
        if isinstance(said, DocErase):
            for victim in said.victims:
                if victim in self.documents:
                    self.documents[victim].state = "erased"
            for victim in said.victims:
                if victim in self.documents:
                    self.documents[victim].supersedes = None
            return
        slot = None
        if said.category is not None:
            self.is_named = True
            slot = CATEGORIES.index(said.category) if said.category in CATEGORIES else OTHER
        if isinstance(said, DocAdd):
            self.documents[seq] = Document(OTHER if slot is None else slot, said.supersedes)
            return
        found = self.documents[said.about]
        found.slot = found.slot if slot is None else slot
        if said.is_retracted:
            found.state = "retracted"


@dataclass(slots=True)
class History:
    """Entries about documents, by seq, and what was erased."""

    said: dict[int, Said] = field(default_factory=dict)
    model: Model = field(default_factory=Model)

    def append(self, said: Said) -> int:
        """Add an entry."""
        seq = len(self.said) + 1
        self.said[seq] = said
        self.model.take(seq, said)
        return seq

    def victims_of(self, seqs: list[int]) -> tuple[int, ...]:
        """Return documents with all entries about them."""
        about = [seq for seq, said in self.said.items() if isinstance(said, DocRevise) and said.about in seqs]
        return tuple(sorted({*seqs, *about}))

    def inventories(self) -> Inventories:
        """Return the inventories after all entries."""
        found = Inventories(STATE_KEY, NO_SHELF)
        for seq, said in self.said.items():
            found.take(seq, change_of(said))
        return found


def add(category: str | None = "allergy", supersedes: int | None = None) -> DocAdd:
    """Return a new document."""
    return DocAdd(
        title="t", type="text", parts=(PART,), provenance="patient", category=category, supersedes=supersedes
    )


def random_history(seed: int, length: int) -> History:
    """Return a history that a writer can write: it revises and replaces what is current only."""
    rng, history = random.Random(seed), History()
    words = [*rng.sample(CATEGORIES, 3), "other", "a word to come", *([None] if seed % 2 else [])]
    for _ in range(length):
        status = {seq: history.model.status(seq) for seq in history.model.documents}
        current = [seq for seq, word in status.items() if word == "current"]
        there = [seq for seq, word in status.items() if word != "erased"]
        what = rng.choice(("add", "add", "replace", "replace", "move", "move", "retract", "erase", "title"))
        if what == "add" or not current:
            history.append(add(rng.choice(words)))
        elif what == "replace":
            history.append(add(rng.choice(words), supersedes=rng.choice(current)))
        elif what == "move":
            history.append(DocRevise(about=rng.choice(current), category=rng.choice(words) or ""))
        elif what == "title":
            history.append(DocRevise(about=rng.choice(current), title="new"))
        elif what == "retract":
            category = rng.choice([None, None, "lab"])
            history.append(DocRevise(about=rng.choice(there), is_retracted=True, category=category))
        else:
            chosen = rng.sample(there, min(len(there), rng.randint(1, 3)))
            history.append(DocErase(victims=history.victims_of(chosen), ks_epoch=1))
    return history


def lines_of(history: History, slot: int) -> tuple[Line, ...]:
    """Return the lines of an inventory."""
    rows = enumerate(history.model.lines[slot])
    return tuple(Line(slot=slot, number=number, kind=LineKind(kind), ref=ref) for number, (kind, ref) in rows)


def opened(
    history: History, shown: Iterable[int], slots: Iterable[int] = (ALLERGY,), tip: int = TIP
) -> DisclosedInventories:
    """Return what an honest sender discloses."""
    lines = {slot: lines_of(history, slot) for slot in slots}
    return open_inventories(history.inventories(), prev_of(tip), lines, frozenset(shown))


def seven() -> History:
    """Return seven allergies and as many laboratory results, in turn."""
    history = History()
    for _ in range(7):
        history.append(add("allergy"))
        history.append(add("lab"))
    return history


def allergies(history: History) -> list[int]:
    """Return the documents in force of that category."""
    return [seq for seq, slot in history.model.members().items() if slot == ALLERGY]
