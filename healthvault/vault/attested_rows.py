# SPDX-License-Identifier: Apache-2.0
"""What an entry about an attestation says of it, in a few words and as whom it names. Nothing of it is verified.

Spec: docs/spec/journal.md section 3, `attest` and `attest.out`.
"""

from healthvault.bundle.attestation import Attestation, parse_attestation
from healthvault.errors import FormatError, IntegrityError
from healthvault.ledger.attested import Attested, AttestedOut
from healthvault.ledger.ids import contact_id_text

__all__ = ["attested_detail", "claimed"]

_UNREADABLE = "cannot be read by this version"


def claimed(raw: bytes) -> Attestation | None:
    """Return what the unverified bytes of an attestation say; None if this version cannot read them."""
    try:
        return parse_attestation(raw).unverified
    except (FormatError, IntegrityError):
        return None


def attested_detail(entry: Attested | AttestedOut) -> str:
    """Return who is said to attest what, or what this vault attested of whose document."""
    said = claimed(entry.attestation)
    if said is None:
        return _UNREADABLE
    if isinstance(entry, AttestedOut):
        return f"of {contact_id_text(entry.owner)}: {said.statement}"
    return f"by {contact_id_text(said.vault)}: {said.statement}"
