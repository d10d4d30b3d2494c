# SPDX-License-Identifier: Apache-2.0
"""The proof that a received document keeps: it stood in that vault's log, under that grant.

Self-contained, and without its neighbours in the bundle, so that erasing one leaves no trace in the others.
Spec: docs/spec/bundle.md section 7.
"""

from dataclasses import dataclass

from healthvault.bundle.disclosure import DisclosedDocument, DisclosedGrant
from healthvault.bundle.manifest import Manifest, state_value
from healthvault.codec import Value, pack
from healthvault.ledger.entry import parse_entry
from healthvault.tlog.slice import KnownNodes, narrow

__all__ = ["EVIDENCE_MEDIA_TYPE", "EVIDENCE_NAME", "EvidenceMaker"]

EVIDENCE_NAME = "evidence"
EVIDENCE_MEDIA_TYPE = "application/vnd.healthvault.evidence"
_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceMaker:
    """Cuts the evidence of single documents out of a bundle that was verified."""

    manifest: Manifest
    known: KnownNodes
    """The nodes of the bundle's slice."""
    marks: tuple[int, ...]
    """The sizes that every slice of this vault passes through: rotations and restarts."""

    def make(self, document: DisclosedDocument) -> bytes:
        """Return the canonical bytes of a document's evidence."""
        manifest = self.manifest
        entries = self._entries({document.seq, *(grant.seq for grant in manifest.grants)})
        evidence: dict[str, Value] = {
            "v": _VERSION,
            "origin": manifest.origin,
            "note": manifest.note,
            "entries": [raw for _, raw in entries],
            "slice": narrow(self.known, [seq for seq, _ in entries], self.marks).to_value(),
            "state": state_value(manifest.state),
            "seq": document.seq,
            "parts": [
                {"j": part.number, "size": part.size_bytes, "commit_key": part.commit_key}
                for part in document.parts
            ],
            "grants": [_grant_value(grant) for grant in manifest.grants],
        }
        if document.meta is not None:
            evidence["meta"] = document.meta
        return pack(evidence)

    def _entries(self, wanted: set[int]) -> list[tuple[int, bytes]]:
        """Genesis, key events, the wanted entries and the tip."""
        last = self.manifest.slice.size - 1
        found: list[tuple[int, bytes]] = []
        for raw in self.manifest.entries:
            header = parse_entry(raw).header
            if header.event is not None or header.seq in wanted or header.seq == last:
                found.append((header.seq, raw))
        return found


def _grant_value(grant: DisclosedGrant) -> Value:
    return {"seq": grant.seq, "meta": grant.meta}
