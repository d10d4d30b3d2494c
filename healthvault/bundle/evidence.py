# SPDX-License-Identifier: Apache-2.0
"""The proof that a received document keeps: it stood in that vault's log, under that grant.

Self-contained, and without its neighbours in the bundle, so that erasing one leaves no trace in the others.
Spec: docs/spec/bundle.md section 7.
"""

from dataclasses import dataclass

from healthvault.bundle.disclosure import DisclosedDocument, DisclosedGrant, DisclosedPart
from healthvault.bundle.manifest import Manifest, parse_state, state_value
from healthvault.codec import LARGE_ITEMS, SMALL_ITEMS, Fields, Value, pack, unpack
from healthvault.errors import FormatError
from healthvault.ledger.entry import parse_entry
from healthvault.ledger.state import StateOpening
from healthvault.tlog.slice import Slice, known_nodes, narrow, parse_slice

__all__ = [
    "EVIDENCE_MEDIA_TYPE",
    "EVIDENCE_NAME",
    "MAX_EVIDENCE_BYTES",
    "Evidence",
    "EvidenceMaker",
    "grants_of",
    "parse_evidence",
]

EVIDENCE_NAME = "evidence"
EVIDENCE_MEDIA_TYPE = "application/vnd.healthvault.evidence"
MAX_EVIDENCE_BYTES = 4 << 20
MAX_PATH = 64
_VERSION = 1
_KNOWN = frozenset({"v", "origin", "note", "entries", "slice", "state", "seq", "parts", "meta", "grants", "must"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a piece of evidence says, unverified."""

    origin: str
    note: bytes
    entries: tuple[bytes, ...]
    slice: Slice
    state: StateOpening
    seq: int
    """The document's entry in the log that it came from."""
    parts: tuple[tuple[int, int, bytes], ...]
    """Blob number there, size and commitment key of each file of the document."""
    raw_grants: Value
    """The grants that it came under, not looked at: `grants_of` does."""


def parse_evidence(raw: bytes) -> Evidence:
    """Parse unverified bytes of at most 4 MiB.

    Raises:
        FormatError: `bad_encoding`, `bad_text`, `bad_schema`, `unsupported`.
        IntegrityError: `bad_proof`, a slice out of order.
    """
    fields = Fields(unpack(raw, max_items=LARGE_ITEMS), "evidence")
    if fields.uint("v") != _VERSION:
        raise FormatError("unsupported", f"evidence version {fields.uint('v')} is not known")
    fields.refuse_unknown_must(_KNOWN)
    if fields.has("meta"):
        fields.bin("meta", 32)
    return Evidence(
        origin=fields.text("origin"),
        note=fields.bin("note"),
        entries=tuple(fields.bins("entries")),
        slice=parse_slice(fields.map.get("slice")),
        state=parse_state(Fields(fields.map.get("state"), "state")),
        seq=fields.uint("seq"),
        parts=tuple(
            (part.uint("j"), part.uint("size"), part.bin("commit_key", 32)) for part in fields.maps("parts")
        ),
        raw_grants=fields.map.get("grants"),
    )


def grants_of(evidence: Evidence) -> tuple[DisclosedGrant, ...]:
    """Return the grants that a document came under, unverified; those without a status proof are left out.

    Raises:
        FormatError: `bad_schema`.
    """
    rows = Fields({"grants": evidence.raw_grants}, "evidence").maps("grants", SMALL_ITEMS)
    return tuple(_parse_grant(row) for row in rows if row.has("path"))


class EvidenceMaker:
    """Cuts the evidence of single documents out of a bundle that was verified."""

    def __init__(self, manifest: Manifest, marks: tuple[int, ...]) -> None:
        """Read the bundle's entries once.

        Args:
            manifest: Verified.
            marks: The sizes that every slice of this vault passes through: rotations and restarts.
        """
        entries = [parse_entry(raw).unverified for raw in manifest.entries]
        self._manifest = manifest
        self._marks = tuple(mark for mark in marks if mark < manifest.slice.size)
        self._known = known_nodes(manifest.slice, {entry.seq: entry.leaf for entry in entries})
        self._raw = {entry.seq: entry.raw for entry in entries}
        events = {entry.seq for entry in entries if entry.header.event is not None}
        self._always = {*events, manifest.slice.size - 1}

    def make(self, document: DisclosedDocument, grants: tuple[DisclosedGrant, ...]) -> bytes:
        """Return the canonical bytes of a document's evidence, with the grants that list it."""
        manifest = self._manifest
        seqs = sorted({*self._always, *(grant.seq for grant in grants), document.seq})
        evidence: dict[str, Value] = {
            "v": _VERSION,
            "origin": manifest.origin,
            "note": manifest.note,
            "entries": [self._raw[seq] for seq in seqs],
            "slice": narrow(self._known, seqs, self._marks).to_value(),
            "state": state_value(manifest.state),
            "seq": document.seq,
            "parts": [_part_value(part) for part in document.parts],
            "grants": [_grant_value(grant) for grant in grants],
        }
        if document.meta is not None:
            evidence["meta"] = document.meta
        return pack(evidence)


def _part_value(part: DisclosedPart) -> Value:
    return {"j": part.number, "size": part.size_bytes, "commit_key": part.commit_key}


def _grant_value(grant: DisclosedGrant) -> Value:
    """Return a grant with the proof of its status at the bundle's tip: who acts as a proxy has to show it."""
    return {
        "seq": grant.seq,
        "meta": grant.meta,
        "k": grant.slot,
        "salt": grant.salt,
        "path": list(grant.path),
    }


def _parse_grant(row: Fields) -> DisclosedGrant:
    return DisclosedGrant(
        seq=row.uint("seq"),
        meta=row.bin("meta", 32),
        slot=row.uint("k"),
        since_seq=row.uint("seq"),
        salt=row.bin("salt", 32),
        path=tuple(row.bins("path", 32, MAX_PATH)),
    )
