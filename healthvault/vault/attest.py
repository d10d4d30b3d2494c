# SPDX-License-Identifier: Apache-2.0
"""A reader's promise to the owner of a bundle: the file is deleted, and nothing from it is kept in this vault.

It is a promise and no proof: copies outside this vault cannot be seen from here.
Spec: docs/spec/status-and-proof-files.md section 4.
"""

from pathlib import Path

from healthvault.bundle.receipt import DELETED
from healthvault.errors import InvalidRequest
from healthvault.ledger.documents import RECEIVED, DocAdd, DocStatus
from healthvault.ledger.meta import open_meta
from healthvault.storage.document_rows import DocumentRows, Filter
from healthvault.storage.inputs import InputFile
from healthvault.vault.handed_out import meta_of
from healthvault.vault.receipts import receipt_bytes, why_no_receipt
from healthvault.vault.sealed import parse_sealed
from healthvault.vault.vault import Vault
from healthvault.verify.context import Verification

__all__ = ["attest_deleted", "check_may_attest"]


def check_may_attest(vault: Vault, file: InputFile, verification: Verification) -> Path:
    """Return the path of a bundle that may be deleted and attested.

    Args:
        vault: The reader's, unlocked.
        file: The bundle.
        verification: Of this file.

    Raises:
        HealthVaultError: the problem that forbids a receipt.
        InvalidRequest: `still_held`, documents from it are kept in this vault; `not_a_file`, it came by a pipe, or
            the file has another name that would stay.
    """
    problem = why_no_receipt(verification)
    if problem is not None:
        raise problem
    held = _held_from(vault, verification.bundle_id or b"")
    if held:
        hint = f"`hv erase {' '.join(held)}` first"
        raise InvalidRequest("still_held", f"this vault keeps {len(held)} documents from the bundle", hint=hint)
    path = file.path
    if path is None or path.is_symlink() or path.stat().st_nlink > 1:
        hint = "name the file itself, and remove its other names"
        raise InvalidRequest(
            "not_a_file", f"{file.shown}: deleting this name would not delete the file", hint=hint
        )
    return path


def attest_deleted(vault: Vault, path: Path, verification: Verification, *, now_ms: int) -> bytes:
    """Delete a bundle, then return the attestation for its owner; `check_may_attest` was called before.

    Raises:
        InvalidRequest: `io_error`, the file cannot be deleted.
        As `receipt_bytes`.
    """
    attestation = receipt_bytes(vault, verification, DELETED, now_ms=now_ms)
    try:
        path.unlink()
    except OSError as err:
        raise InvalidRequest("io_error", f"{path}: {err.strerror}", hint="nothing was attested") from err
    return attestation


def _held_from(vault: Vault, bundle_id: bytes) -> list[str]:
    """Return the ids of the documents that were imported from a bundle and are not erased."""
    received = (row for row in DocumentRows(vault.catalogue).list(Filter()) if row.provenance == RECEIVED)
    kept = (row for row in received if row.status != DocStatus.ERASED.value)
    return [row.id for row in kept if _is_from(vault, row.seq, bundle_id)]


def _is_from(vault: Vault, seq: int, bundle_id: bytes) -> bool:
    said = parse_sealed(open_meta(meta_of(vault, seq), vault.history.entry(seq)), seq)
    return isinstance(said, DocAdd) and said.received is not None and said.received.bundle_id == bundle_id
