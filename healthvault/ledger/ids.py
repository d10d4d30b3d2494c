# SPDX-License-Identifier: Apache-2.0
"""Ids as people see them: a letter, an underscore and lower-case base32.

A document's id comes from its entry's leaf hash, so it needs no key and survives erasure.
Spec: docs/spec/journal.md section 5.
"""

import base64

__all__ = [
    "base32",
    "bundle_id_text",
    "contact_id_text",
    "document_id_text",
    "emergency_id_text",
    "fingerprint_bytes",
    "from_base32",
    "grant_id_text",
    "rule_id_text",
]

DOCUMENT_ID_BYTES = 20
FINGERPRINT_BYTES = 16


def base32(data: bytes) -> str:
    """Return RFC 4648 base32 in lower case without padding."""
    return base64.b32encode(data).decode().rstrip("=").lower()


def from_base32(text: str) -> bytes | None:
    """Return the bytes of a canonical `base32` text, or None."""
    try:
        data = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
    except ValueError:
        return None
    return data if base32(data) == text else None


def document_id_text(leaf: bytes) -> str:
    """Return `d_…` for the leaf hash of the document's entry."""
    return "d_" + base32(leaf[:DOCUMENT_ID_BYTES])


def grant_id_text(grant_id: bytes) -> str:
    """Return `g_…` for a grant's 16 random bytes."""
    return "g_" + base32(grant_id)


def rule_id_text(rule_id: bytes) -> str:
    """Return `s_…` for a standing rule's 16 random bytes."""
    return "s_" + base32(rule_id)


def bundle_id_text(bundle_id: bytes) -> str:
    """Return `b_…` for a bundle's 16 random bytes."""
    return "b_" + base32(bundle_id)


def emergency_id_text(page_id: bytes) -> str:
    """Return `e_…` for an emergency page's 16 random bytes."""
    return "e_" + base32(page_id)


def contact_id_text(vault_id: bytes) -> str:
    """Return `c_…` for a contact's vault id."""
    return "c_" + base32(vault_id)


def fingerprint_bytes(vault_id: bytes) -> bytes:
    """Return the 128 bits of a vault id that people compare, as 12 words or as hex."""
    return vault_id[:FINGERPRINT_BYTES]
