# SPDX-License-Identifier: Apache-2.0
"""The proof that a received document keeps: it stood in that vault's log, under that grant.

Self-contained, and without its neighbours in the bundle, so that erasing one leaves no trace in the others.
Spec: docs/spec/bundle.md section 7.
"""

from healthvault.bundle.disclosure import DisclosedDocument, DisclosedGrant, DisclosedPart
from healthvault.bundle.manifest import Manifest, state_value
from healthvault.codec import Value, pack
from healthvault.ledger.entry import parse_entry
from healthvault.tlog.slice import known_nodes, narrow

__all__ = ["EVIDENCE_MEDIA_TYPE", "EVIDENCE_NAME", "EvidenceMaker"]

EVIDENCE_NAME = "evidence"
EVIDENCE_MEDIA_TYPE = "application/vnd.healthvault.evidence"
_VERSION = 1


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
    return {"seq": grant.seq, "meta": grant.meta}
