# SPDX-License-Identifier: Apache-2.0
"""A second judge of views and fork proofs, written from docs/spec/views.md alone.

It shares no code with the program but that of the other independent reader, which it is handed.
"""

from bisect import bisect_left, bisect_right
from types import ModuleType


def judge_proof(proof: dict, stolen: set[int], reader: ModuleType) -> str:
    """Section 2: the code that a fork proof leads to."""
    try:
        views = [View(one, reader) for one in proof["views"]]
    except reader.Bad as fault:
        return str(fault)
    word, code = compare(*views, stolen)
    if word == "fork":
        return "fork"
    return code if code in {"wrong_vault", "key_revoked"} else "bad_proof"


class View:
    """Section 1.1."""

    def __init__(self, view: dict, reader: ModuleType) -> None:
        self.chain = reader.Chain({"entries": view["events"], "origin": view["origin"]})
        self.seqs = [entry.seq for entry in self.chain.entries]
        reader.need(all(entry.event is not None for entry in self.chain.entries), "bad_schema")
        self.size, root = self.chain.checkpoint(view["note"])
        reader.need(self.seqs[-1] < self.size, "bad_proof")
        self.restarts = [event["from_size"] for event in self.chain.restarts]
        piece, changes = view["slice"], {epoch.seq for epoch in self.chain.epochs[1:]} | set(self.restarts)
        reader.need(piece["size"] == self.size and changes <= set(piece["marks"]), "bad_proof")
        self.roots = roots_of(piece, reader)
        reader.need(self.roots[self.size] == root, "bad_proof")
        named = {event["from_size"]: event["from_root"] for event in self.chain.restarts}
        reader.need(all(self.roots[size] == one for size, one in named.items()), "bad_key")
        self.signed = [entry.event[0] for entry in self.chain.entries]
        self.stolen = {place for place, after in enumerate(self.chain.epochs[1:]) if after.reason == "compromised"}
        self.epoch = len(self.chain.epochs) - 1


def roots_of(piece: dict, reader: ModuleType) -> dict[int, bytes]:
    """tree.md 3.1 without leaves: the root at the size and at each mark."""
    marks, hashes, seen = piece["marks"], iter(piece["hashes"]), {}

    def half(low: int, high: int) -> int:
        return low + (1 << (high - low - 1).bit_length() - 1)

    def walk(low: int, high: int) -> bytes:
        if bisect_right(marks, low) >= bisect_left(marks, high):
            seen[low, high] = next(hashes, None)
            reader.need(seen[low, high], "bad_proof")
        else:
            seen[low, high] = reader.sha(b"\1", walk(low, half(low, high)), walk(half(low, high), high))
        return seen[low, high]

    def mark_root(low: int, mark: int) -> bytes:
        if (low, mark) in seen:
            return seen[low, mark]
        return reader.sha(b"\1", seen[low, half(low, mark)], mark_root(half(low, mark), mark))

    whole = walk(0, piece["size"])
    reader.need(next(hashes, None) is None, "bad_proof")
    return {piece["size"]: whole} | {mark: mark_root(0, mark) for mark in marks}


def left_out(size: int, own: View, other: View) -> bool:
    """Tell whether the other has a restart that this one has not, from before a size of this one."""
    return any(start < size and start not in own.restarts for start in other.restarts)


def lacks(own: View, other: View) -> bool:
    """Tell whether the other has a key event that lies within this one and is not there."""
    starts = [start for start in other.restarts if start not in own.restarts]
    return any(seq < own.size and all(seq < start for start in starts) for seq in other.seqs[len(own.seqs) :])


def compare(old: View, new: View, stolen: set[int]) -> tuple[str, str | None]:
    """Section 3, rules 1 to 3: the word and the code."""
    if old.chain.vault != new.chain.vault:
        return "cannot_tell", "wrong_vault"
    for place, (a, b) in enumerate(zip(old.signed, new.signed, strict=False)):
        if a != b:
            lost = left_out(old.seqs[place] + 1, old, new) or left_out(new.seqs[place] + 1, new, old)
            return ("cannot_tell", "history_restarted") if lost else ("fork", "fork")
    both = old.roots.keys() & new.roots.keys()
    both = [size for size in both if not left_out(size, old, new) and not left_out(size, new, old)]
    if all(old.roots[size] == new.roots[size] for size in both):
        return in_order(old, new)
    if lacks(old, new) or lacks(new, old):
        return "cannot_tell", "events_old"
    is_stolen = {old.epoch, new.epoch} & (stolen | old.stolen | new.stolen)
    return ("cannot_tell", "key_revoked") if is_stolen else ("fork", "fork")


def in_order(old: View, new: View) -> tuple[str, str | None]:
    """Section 3, rules 4 to 9."""
    rules = (
        (lacks(old, new) or lacks(new, old), ("cannot_tell", "events_old")),
        (left_out(old.size, old, new) or left_out(new.size, new, old), ("cannot_tell", "history_restarted")),
        (old.size == new.size, ("same", None)),
        (old.size < new.size and old.size in new.roots, ("extends", None)),
        (new.size < old.size and new.size in old.roots, ("rollback", "rollback")),
    )
    return next((answer for holds, answer in rules if holds), ("cannot_tell", "unconnected"))
