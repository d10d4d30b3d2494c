# SPDX-License-Identifier: Apache-2.0
"""The sealed part of an entry (field 10): `com32 ‖ nonce24 ‖ ciphertext`.

The key may be disclosed for one entry, so the ciphertext carries a commitment to it: without `com32` one
ciphertext could be made to open under two keys to two different grants. Spec: docs/spec/journal.md section 2.
"""

from healthvault.codec import Fields, Value, pack, pad, unpack, unpad
from healthvault.crypto.aead import SEAL_OVERHEAD_BYTES, open_sealed, seal
from healthvault.crypto.hashing import derive, equal, labelled_hash
from healthvault.errors import FormatError, IntegrityError
from healthvault.ledger.entry import Entry
from healthvault.ledger.header import Header

__all__ = ["PAD_BYTES", "meta_bytes", "open_meta", "seal_meta"]

PAD_BYTES = 256  # sealed maps are padded to a multiple of this
COMMITMENT_BYTES = 32


def seal_meta(meta_key: bytes, sealed: dict[str, Value], header: Header) -> bytes:
    """Return field 10 for a map and the header that it belongs to."""
    plaintext = pad(pack(sealed), PAD_BYTES)
    return derive(meta_key, "meta-commit") + seal(derive(meta_key, "meta-key"), plaintext, _aad(header))


def meta_bytes(sealed: dict[str, Value]) -> int:
    """Return how long `seal_meta` makes a map."""
    return COMMITMENT_BYTES + len(pad(pack(sealed), PAD_BYTES)) + SEAL_OVERHEAD_BYTES


def open_meta(meta_key: bytes, entry: Entry) -> Fields:
    """Return the sealed map of an entry.

    Args:
        meta_key: m of the entry (32 bytes), unverified.
        entry: The entry.

    Raises:
        IntegrityError: `commitment_mismatch`, not the key that the entry commits to; `tampered`.
        FormatError: `bad_schema`, nothing is sealed or the map has no kind; `bad_encoding`; `tampered`, padding.
    """
    if entry.enc is None:
        raise FormatError("bad_schema", f"entry {entry.seq} seals nothing")
    if not equal(derive(meta_key, "meta-commit"), entry.enc[:COMMITMENT_BYTES]):
        raise IntegrityError("commitment_mismatch", f"entry {entry.seq} does not commit to this metadata key")
    sealed = entry.enc[COMMITMENT_BYTES:]
    plaintext = open_sealed(derive(meta_key, "meta-key"), sealed, _aad(entry.header))
    opened = Fields(unpack(unpad(plaintext, PAD_BYTES)), f"sealed part of entry {entry.seq}")
    opened.text("kind")
    return opened


def _aad(header: Header) -> bytes:
    return labelled_hash("meta", pack(header.to_value()))
