# SPDX-License-Identifier: Apache-2.0
"""An approval: the signed statement of somebody who was asked that exactly this grant may be used.

It names the leaf hash of the grant's entry, so it is about these terms and no others. Spec: docs/spec/grants.md
section 4.3.
"""

from dataclasses import dataclass

from healthvault.codec import Fields, Value, pack, unpack
from healthvault.crypto.signing import SIGNATURE_BYTES, SigningKey, check_signature, sign
from healthvault.errors import FormatError, IntegrityError
from healthvault.ledger.keychain import KeyChain

__all__ = [
    "Approval",
    "SignedApproval",
    "approval_file",
    "approval_in",
    "parse_approval",
    "sign_approval",
]

APPROVAL_KIND = "approval"
LABEL = "approval"
MAX_APPROVAL_BYTES = 4096
_VERSION = 1
_KNOWN = frozenset({"v", "vault", "signer", "owner", "grant_id", "leaf", "time_ms", "must"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What an approval says."""

    vault: bytes
    """Vault id of who approves (32 bytes)."""
    signer: int
    """Epoch of their keys."""
    owner: bytes
    """Vault id of the grant's journal (32 bytes)."""
    grant_id: bytes
    leaf: bytes
    """Leaf hash of the grant's entry (32 bytes)."""
    time_ms: int
    """By the approver's clock; informative."""

    def to_map(self) -> dict[str, Value]:
        """Return the map that is signed."""
        return {
            "v": _VERSION,
            "vault": self.vault,
            "signer": self.signer,
            "owner": self.owner,
            "grant_id": self.grant_id,
            "leaf": self.leaf,
            "time_ms": self.time_ms,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedApproval:
    """An approval as it came, its signature not checked yet."""

    raw: bytes
    unverified: Approval

    def verified(self, chain: KeyChain) -> Approval:
        """Return what it says, once the approver's key of that epoch has signed it.

        Args:
            chain: The approver's keys, from a card that was pinned.

        Raises:
            IntegrityError: `bad_key`, it is another vault's, or of an epoch that the card does not have;
                `bad_signature`.
        """
        said = self.unverified
        if said.vault != chain.vault_id or said.signer >= len(chain.epochs):
            raise IntegrityError(
                "bad_key",
                "the approval is signed by a key that is not on the card of its approver",
                hint="ask them for a new card, `hv contact add` it, then import the approval again",
            )
        body, signature = self.raw[:-SIGNATURE_BYTES], self.raw[-SIGNATURE_BYTES:]
        check_signature(chain.epochs[said.signer].keys.sign_pk, LABEL, body, signature)
        return said


def sign_approval(approval: Approval, key: SigningKey) -> bytes:
    """Return the bytes of an approval: its canonical map, then the signature over it."""
    body = pack(approval.to_map())
    return body + sign(key, LABEL, body)


def approval_file(raw: bytes) -> dict[str, Value]:
    """Return the map of the small file that an approval travels in."""
    return {"v": _VERSION, "kind": APPROVAL_KIND, "approval": raw}


def approval_in(fields: Fields) -> bytes | None:
    """Return the unverified approval in the map of a small file; None if that is of another kind.

    Raises:
        FormatError: `bad_schema`, `unsupported`.
    """
    if fields.text("kind") != APPROVAL_KIND:
        return None
    fields.refuse_unknown_must(frozenset({"v", "kind", "approval", "must"}))
    return fields.bin("approval")


def parse_approval(raw: bytes) -> SignedApproval:
    """Read the unverified bytes of an approval.

    Raises:
        FormatError: `limit_exceeded`, over 4 KiB; `bad_encoding`, `bad_text`, `bad_schema`, `unsupported`.
        IntegrityError: `bad_signature`, there is no room for one.
    """
    if len(raw) > MAX_APPROVAL_BYTES:
        raise FormatError("limit_exceeded", "the approval is longer than 4 KiB")
    if len(raw) <= SIGNATURE_BYTES:
        raise IntegrityError("bad_signature", "the approval has no signature")
    fields = Fields(unpack(raw[:-SIGNATURE_BYTES]), "approval")
    if fields.uint("v") != _VERSION:
        raise FormatError("unsupported", f"version {fields.uint('v')} of approvals is not known")
    fields.refuse_unknown_must(_KNOWN)
    said = Approval(
        vault=fields.bin("vault", 32),
        signer=fields.uint("signer"),
        owner=fields.bin("owner", 32),
        grant_id=fields.bin("grant_id", 16),
        leaf=fields.bin("leaf", 32),
        time_ms=fields.uint("time_ms"),
    )
    return SignedApproval(raw=raw, unverified=said)
