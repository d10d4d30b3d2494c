# SPDX-License-Identifier: Apache-2.0
"""What hangs off an entry's secret ES (32 random bytes, kept in the keystore and never in the log).

Each derived key opens one thing and may be handed out alone; ES itself never leaves the vault. Destroying ES
makes all of it unreadable. Spec: docs/spec/cryptography.md section 5.
"""

from healthvault.crypto.hashing import derive, labelled_mac

__all__ = ["COMMIT_KEY_BYTES", "META_KEY_BYTES", "commit_key", "commitment", "dedupe_tag", "file_key", "meta_key"]

META_KEY_BYTES = 32
COMMIT_KEY_BYTES = 32
FILE_KEY_BYTES = 16


def meta_key(entry_secret: bytes) -> bytes:
    """Return m (32 bytes), which opens the entry's sealed part."""
    return derive(entry_secret, "meta")


def file_key(entry_secret: bytes, part: int) -> bytes:
    """Return the age file key (16 bytes) of blob `part`."""
    return derive(entry_secret, f"file-key/{part}")[:FILE_KEY_BYTES]


def commit_key(entry_secret: bytes, part: int) -> bytes:
    """Return the opening (32 bytes) of commitment `part`."""
    return derive(entry_secret, f"commit/{part}")


def commitment(opening: bytes, size_bytes: int, data_digest: bytes) -> bytes:
    """Return the hiding commitment (32 bytes) to a document.

    Args:
        opening: `commit_key`, 32 bytes.
        size_bytes: The document's size, without padding.
        data_digest: SHA-256 of its bytes, without padding.
    """
    return labelled_mac(opening, "doc", size_bytes.to_bytes(8, "big"), data_digest)


def dedupe_tag(dedupe_key: bytes, data_digest: bytes) -> bytes:
    """Return the keyed tag (32 bytes) by which the vault knows a document that it holds already."""
    return labelled_mac(dedupe_key, "dedupe", data_digest)
