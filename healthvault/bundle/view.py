# SPDX-License-Identifier: Apache-2.0
"""A view: what one file shows of a vault's history and nothing else; and two that contradict, as a fork proof.

A view holds the key events, a signed checkpoint and a proof of older sizes: no document, no name of the owner.

    text = view_text(view)                          # a file for somebody who has another side to compare with
    text = fork_proof_text(ForkProof(views=(a, b)))  # `verify.forks` judges it; anybody can

Spec: docs/spec/views.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from healthvault.bundle.armour import armour, begin_line, dearmour
from healthvault.codec import LARGE_ITEMS, Fields, Value, pack, unpack
from healthvault.errors import FormatError
from healthvault.ledger.entry import parse_entry
from healthvault.tlog.slice import Slice, known_nodes, narrow, parse_slice

__all__ = [
    "BEGIN_FORK_PROOF",
    "BEGIN_VIEW",
    "MAX_VIEW_TEXT_BYTES",
    "ForkProof",
    "HistoryView",
    "cut_view",
    "fork_proof_bytes",
    "fork_proof_text",
    "parse_fork_proof",
    "parse_fork_proof_text",
    "parse_view",
    "parse_view_text",
    "view_text",
]

MAX_VIEW_BYTES = 4 << 20
MAX_VIEW_TEXT_BYTES = 6 << 20  # the text form of the longest, with CRLF and some blank space
MAX_MARKS = 4096
_VERSION = 1
_VIEW = "VIEW"
_PROOF = "FORK PROOF"
_VIEW_KIND = "view"
_PROOF_KIND = "fork-proof"
BEGIN_VIEW = begin_line(_VIEW)
BEGIN_FORK_PROOF = begin_line(_PROOF)
_VIEW_KEYS = frozenset({"v", "kind", "origin", "events", "note", "slice", "must"})
_PROOF_KEYS = frozenset({"v", "kind", "views", "must"})


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryView:
    """What a view says, unverified."""

    origin: str
    events: tuple[bytes, ...]
    """Exact bytes of the entries of genesis and all key events below the size of the note, rising by seq."""
    note: bytes
    """A checkpoint note; it may have lines of cosigners."""
    slice: Slice
    """Without leaves: it proves the roots at its marks."""

    def to_map(self) -> dict[str, Value]:
        """Return the map of the view."""
        return {
            "v": _VERSION,
            "kind": _VIEW_KIND,
            "origin": self.origin,
            "events": list(self.events),
            "note": self.note,
            "slice": self.slice.to_value(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkProof:
    """Two views that are said to contradict each other, unverified."""

    views: tuple[HistoryView, HistoryView]


def cut_view(
    origin: str,
    note: bytes,
    proof: Slice,
    entries: tuple[bytes, ...],
    undisclosed: Mapping[int, bytes] | None = None,
) -> HistoryView:
    """Return what a verified file shows of the history, without its documents.

    Args:
        origin: Of its vault.
        note: Its checkpoint.
        proof: Its slice.
        entries: Exact bytes of the entries that it discloses.
        undisclosed: Leaf hashes, by seq, of the slice's other leaves.

    Raises:
        IntegrityError: `bad_proof`, the entries are not those of the slice.
    """
    shown = [parse_entry(raw).unverified for raw in entries]
    known = known_nodes(proof, {**(undisclosed or {}), **{entry.seq: entry.leaf for entry in shown}})
    events = tuple(entry.raw for entry in shown if entry.header.event is not None)
    return HistoryView(origin=origin, events=events, note=note, slice=narrow(known, (), proof.marks))


def view_text(view: HistoryView) -> bytes:
    """Return the text form of a view. Raises FormatError: `limit_exceeded`, longer than 4 MiB."""
    return armour(_bounded(pack(view.to_map())), _VIEW).encode()


def fork_proof_bytes(proof: ForkProof) -> bytes:
    """Return the canonical bytes of a fork proof. Raises FormatError: `limit_exceeded`, longer than 4 MiB."""
    views: list[Value] = [view.to_map() for view in proof.views]
    return _bounded(pack({"v": _VERSION, "kind": _PROOF_KIND, "views": views}))


def fork_proof_text(proof: ForkProof) -> bytes:
    """Return the text form of a fork proof. Raises FormatError: `limit_exceeded`, longer than 4 MiB."""
    return armour(fork_proof_bytes(proof), _PROOF).encode()


def parse_view_text(text: bytes) -> HistoryView:
    """Read an unverified text form.

    Raises:
        FormatError: `bad_encoding`, not exactly a text form; as `parse_view`.
        IntegrityError: as `parse_view`.
    """
    return parse_view(Fields(_unpacked(text, _VIEW), "view"))


def parse_view(fields: Fields) -> HistoryView:
    """Read the unverified map of a view.

    Raises:
        FormatError: `bad_schema`, `unsupported`; `limit_exceeded`, more than 4,096 marks.
        IntegrityError: `bad_proof`, a slice out of order.
    """
    _check_kind(fields, _VIEW_KIND, _VIEW_KEYS)
    view = HistoryView(
        origin=fields.text("origin"),
        events=tuple(fields.bins("events")),
        note=fields.bin("note"),
        slice=parse_slice(fields.map.get("slice")),
    )
    if view.slice.leaves:
        raise fields.wrong("slice")
    if len(view.slice.marks) > MAX_MARKS:
        raise FormatError("limit_exceeded", f"a view names more than {MAX_MARKS} older sizes")
    return view


def parse_fork_proof_text(text: bytes) -> ForkProof:
    """Read an unverified text form. Raises as `parse_view_text`."""
    return _parse_proof(Fields(_unpacked(text, _PROOF), "fork proof"))


def parse_fork_proof(raw: bytes) -> ForkProof:
    """Read the canonical bytes of a fork proof. Raises as `parse_view_text`."""
    return _parse_proof(Fields(unpack(raw, max_items=LARGE_ITEMS), "fork proof"))


def _parse_proof(fields: Fields) -> ForkProof:
    _check_kind(fields, _PROOF_KIND, _PROOF_KEYS)
    views = [parse_view(item) for item in fields.maps("views", 2)]
    if len(views) != 2:
        raise fields.wrong("views")
    return ForkProof(views=(views[0], views[1]))


def _check_kind(fields: Fields, kind: str, known: frozenset[str]) -> None:
    if fields.uint("v") != _VERSION or fields.text("kind") != kind:
        raise FormatError("unsupported", f"{fields.where} is of a version or kind that is not known")
    fields.refuse_unknown_must(known)


def _unpacked(text: bytes, what: str) -> Value:
    raw = dearmour(text, what)
    if raw is None:
        raise FormatError("bad_encoding", f"this is not the text of a {what.lower()}")
    return unpack(_bounded(raw), max_items=LARGE_ITEMS)


def _bounded(raw: bytes) -> bytes:
    if len(raw) > MAX_VIEW_BYTES:
        raise FormatError("limit_exceeded", "the file is longer than 4 MiB")
    return raw
