# SPDX-License-Identifier: Apache-2.0
"""The approver's side: read the terms of a grant that asks for approval, and sign that exactly they may be used.

Spec: docs/spec/grants.md section 4.3.
"""

from dataclasses import dataclass
from pathlib import Path

from healthvault.agefile.recipients import X25519Recipient
from healthvault.bundle.approval import Approval, approval_file, sign_approval
from healthvault.bundle.sidefile import write_side_file
from healthvault.consent.grant import Grant
from healthvault.errors import ConsentRefused, FormatError
from healthvault.ledger.entry import parse_entry
from healthvault.ledger.keychain import KeyChain
from healthvault.storage.inputs import InputFile
from healthvault.storage.outputs import OutputFile
from healthvault.vault.approvals import asked_of
from healthvault.vault.receive import VerifyOptions, unaccepted, verify_file
from healthvault.vault.vault import Vault
from healthvault.verify.context import Verification

__all__ = ["Asked", "approve", "options_accepting", "read_request"]

_ACCEPTED = ("not_grantee", "grant_not_yet")  # an approver is no grantee, and may be asked early


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A grant that asks for the approval of this vault, verified."""

    owner: KeyChain
    owner_name: str
    """The approver's own name for the owner."""
    grant: Grant
    leaf: bytes
    """Leaf hash of the grant's entry (32 bytes)."""


def options_accepting(accept: tuple[str, ...]) -> VerifyOptions:
    """Return how a request is verified: with what its reader accepts, and what never hinders an approver."""
    return VerifyOptions(accept=(*accept, *_ACCEPTED))


def read_request(
    vault: Vault, file: InputFile, options: VerifyOptions, *, now_ms: int
) -> tuple[Verification, Asked | None]:
    """Verify a request, and return what it asks for; None if the verdicts do not allow to go on.

    Raises:
        As `verify_file`.
        FormatError: `not_a_request`, it holds documents, or not exactly one grant.
        ConsentRefused: `not_approver`, the grant does not ask for this vault's approval.
    """
    verification = verify_file(vault, vault.place, file, options, now_ms=now_ms)
    manifest, chain = verification.manifest, verification.chain
    if unaccepted(verification, options.accept) or chain is None:
        return verification, None
    if manifest is None or manifest.docs or len(verification.grants) != 1:
        raise FormatError("not_a_request", f"{file.shown}: it asks for no approval")
    grant, row = verification.grants[0], manifest.grants[0]
    if vault.keyring.vault_id not in {party.vault for party in asked_of(grant)}:
        raise ConsentRefused("not_approver", f"{file.shown}: the grant does not ask for your approval")
    leaf = next(entry.leaf for raw in manifest.entries if (entry := parse_entry(raw).unverified).seq == row.seq)
    name = verification.signer_name or "somebody whom you do not know"
    return verification, Asked(owner=chain, owner_name=name, grant=grant, leaf=leaf)


def approve(vault: Vault, asked: Asked, out: Path, *, now_ms: int) -> None:
    """Sign that the grant may be used, and write that to a file which only its owner opens.

    Raises:
        InvalidRequest: `unsafe_output`, `io_error`.
    """
    approval = Approval(
        vault=vault.keyring.vault_id,
        signer=vault.history.chain.newest.number,
        owner=asked.owner.vault_id,
        grant_id=asked.grant.grant_id,
        leaf=asked.leaf,
        time_ms=now_ms,
    )
    raw = sign_approval(approval, vault.keys.sign_key)
    with OutputFile(out) as file:
        recipient = X25519Recipient(public=asked.owner.newest.keys.recipient_pk)
        write_side_file(file.write, approval_file(raw), [recipient])
        file.publish()
