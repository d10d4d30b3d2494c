# SPDX-License-Identifier: Apache-2.0
"""The clear part of an entry: fields 0 to 9 of its array.

Parsing checks shapes only: no signature, no link, no key. Spec: docs/spec/journal.md section 1.
"""

from dataclasses import dataclass

from healthvault.codec import Fields, Value, positional
from healthvault.errors import FormatError

__all__ = ["ENTRY_FIELDS", "MAX_BLOBS", "VERSION", "BlobRef", "Header", "SignedEvent", "parse_header"]

VERSION = 1
MAX_BLOBS = 512  # blobs of one entry; a larger study takes several entries with one `set`
DELEGATE_SIGNERS_FROM = 65536  # signer numbers kept for delegates, refused in version 1
ENTRY_FIELDS = (
    "version",
    "vault_id",
    "seq",
    "prev",
    "ts_ms",
    "signer",
    "state",
    "event",
    "blobs",
    "commits",
    "enc",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobRef:
    """A stored object as the entry names it."""

    oid: bytes
    """SHA-256 of the stored bytes (32 bytes)."""
    stored_bytes: int
    """Their number, padding and tags included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedEvent:
    """A key event as stored: its exact bytes and the cold root key's signatures."""

    event: bytes
    root_sig: bytes
    new_root_sig: bytes | None = None

    def to_value(self) -> Value:
        """Return field 7."""
        return [self.event, self.root_sig, self.new_root_sig]


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Fields 1 to 9 of an entry, unverified until the entry's signature has been checked."""

    vault_id: bytes
    seq: int
    prev: bytes
    """Leaf hash of the entry before (32 bytes); zeros in genesis."""
    ts_ms: int
    """Milliseconds since 1970, UTC: the owner's claim."""
    signer: int
    """The epoch whose key signs."""
    state: bytes
    """Blinded commitment to grants and keys (32 bytes), see `state`."""
    event: SignedEvent | None = None
    blobs: tuple[BlobRef, ...] = ()
    commits: tuple[bytes, ...] = ()
    """A hiding commitment to each blob's plaintext (32 bytes each)."""

    def to_value(self) -> list[Value]:
        """Return fields 0 to 9 as an array."""
        return [
            VERSION,
            self.vault_id,
            self.seq,
            self.prev,
            self.ts_ms,
            self.signer,
            self.state,
            self.event.to_value() if self.event else None,
            [[blob.oid, blob.stored_bytes] for blob in self.blobs],
            list(self.commits),
        ]


def parse_header(entry: Fields) -> Header:
    """Read fields 0 to 9 of an entry whose array was named with `ENTRY_FIELDS`.

    Raises:
        FormatError: `unsupported`, another version or a delegate's signer number; `bad_schema`, a field is
            missing or of another shape.
    """
    if entry.uint("version") != VERSION:
        raise FormatError("unsupported", f"entry version {entry.uint('version')} is not known")
    if entry.uint("signer") >= DELEGATE_SIGNERS_FROM:
        raise FormatError("unsupported", "an entry signed by a delegate")
    blobs = tuple(_parse_blob(item) for item in entry.array("blobs", MAX_BLOBS))
    commits = tuple(entry.bins("commits", 32, MAX_BLOBS))
    if len(blobs) != len(commits):
        raise FormatError("bad_schema", "an entry has not as many commitments as blobs")
    return Header(
        vault_id=entry.bin("vault_id", 32),
        seq=entry.uint("seq"),
        prev=entry.bin("prev", 32),
        ts_ms=entry.uint("ts_ms"),
        signer=entry.uint("signer"),
        state=entry.bin("state", 32),
        event=_parse_event(entry.map["event"]),
        blobs=blobs,
        commits=commits,
    )


def _parse_blob(value: Value) -> BlobRef:
    blob = positional(value, ("oid", "stored_bytes"), "blob")
    return BlobRef(oid=blob.bin("oid", 32), stored_bytes=blob.uint("stored_bytes"))


def _parse_event(value: Value) -> SignedEvent | None:
    if value is None:
        return None
    block = positional(value, ("event", "root_sig", "new_root_sig"), "key event")
    new_root_sig = block.bin("new_root_sig", 64) if block.has("new_root_sig") else None
    return SignedEvent(event=block.bin("event"), root_sig=block.bin("root_sig", 64), new_root_sig=new_root_sig)
