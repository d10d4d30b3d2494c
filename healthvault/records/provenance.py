# SPDX-License-Identifier: Apache-2.0
"""Where a document comes from, as far as anything shows it: one word on a ladder, the strongest that is earned.

Only the topmost word is proved, by signatures over the document's own bytes. All others say what the document is
by its form and by its own words, which anybody can write. Spec: docs/spec/issuers.md section 6.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from urllib.parse import quote

from healthvault.records.cards import CardDocument, CardVerdict
from healthvault.records.kinds import Kind

__all__ = ["MADE_HERE", "Evidence", "Rung", "machine_source", "rung_of"]

MADE_HERE = "urn:healthvault"
"""How the source of what hv, or another program, wrote begins."""
_MACHINE = f"{MADE_HERE}:machine:"


def machine_source(model: str, inputs: Sequence[str]) -> str:
    """Return the source of what a program made: its name, and the ids of what it was made from.

    An id is made of the digest of a journal entry, which commits to the very bytes.
    """
    query = "&".join(f"input={each}" for each in inputs)
    return _MACHINE + quote(model, safe="") + (f"?{query}" if query else "")


class Rung(Enum):
    """From the strongest to the weakest."""

    CLINIC_SIGNED = "clinic-signed"
    """Signed, all of it, by issuers or clinicians whose keys are pinned."""
    CLINIC_EXPORTED = "clinic-exported"
    """By its form and its own words from a clinic; not signed."""
    DEVICE = "device"
    SCAN = "scan"
    PATIENT = "patient"
    """Somebody with the vault's key added it, and nothing more is known."""
    MACHINE = "machine"
    """Made by hv, or by another program, from other documents."""
    RECEIVED = "received"
    """Came in a bundle: what is known of it is what its sender's vault says, with evidence."""


_CLINICAL = {
    Kind.FHIR.value,
    Kind.FHIR_BUNDLE.value,
    Kind.FHIR_NDJSON.value,
    Kind.IPS.value,
    Kind.CCDA.value,
    Kind.HL7V2.value,
    Kind.DICOM.value,
    Kind.SMART_HEALTH_CARD.value,
}
_RUNGS = {
    Kind.APPLE_HEALTH.value: Rung.DEVICE,
    Kind.FIT.value: Rung.DEVICE,
    Kind.IMAGE.value: Rung.SCAN,
    Kind.PDF.value: Rung.SCAN,
}
_FALSE = {CardVerdict.TAMPERED, CardVerdict.WRONG_ISSUER, CardVerdict.MALFORMED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a word on the ladder is decided by."""

    kind: str
    source: str | None = None
    """The organisation that the file, or the owner, names."""
    is_received: bool = False
    cards: CardDocument | None = None
    """Of a document that consists of cards: what was found out about them with the keys that are pinned."""
    is_attested: bool = False
    """A clinician whose key is pinned signed for all of the document; verified by who says so."""


def rung_of(evidence: Evidence) -> Rung:
    """Return the strongest word that the evidence earns.

    Whether a card is in force does not matter: it is signed by its issuer, and the verdict stands beside. One that
    was revoked, changed, or signed with another's key earns nothing by it.
    """
    cards = evidence.cards
    is_made_here = (evidence.source or "").startswith(MADE_HERE)
    if is_made_here and not evidence.is_received:
        return Rung.MACHINE  # whatever signed things a program put into it
    if evidence.is_attested or (cards is not None and cards.is_signed):
        return Rung.CLINIC_SIGNED
    if evidence.is_received:
        return Rung.RECEIVED
    is_false = cards is not None and any(card.state in _FALSE for card in cards.cards)
    if evidence.kind in _CLINICAL and evidence.source and not is_false:
        return Rung.CLINIC_EXPORTED
    return _RUNGS.get(evidence.kind, Rung.PATIENT)
