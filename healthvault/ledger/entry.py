# SPDX-License-Identifier: Apache-2.0
"""A journal entry: canonical array and signature, kept as the exact bytes that were signed.

`SignedEntry` is what bytes say; only `verify_entry` turns it into an `Entry`, whose content may be believed
to come from the vault's key. Links between entries and the tree are checked elsewhere.
Spec: docs/spec/journal.md section 1.
"""

from dataclasses import dataclass

from healthvault.codec import pack, positional, unpack
from healthvault.crypto import signing
from healthvault.errors import FormatError, IntegrityError
from healthvault.ledger.header import ENTRY_FIELDS, Header, parse_header
from healthvault.tlog.tree import leaf_hash

__all__ = [
    "MAX_ENTRY_BYTES",
    "Entry",
    "SignedEntry",
    "check_fits",
    "check_link",
    "parse_entry",
    "sign_entry",
    "verify_entry",
]

MAX_ENTRY_BYTES = 64 * 1024
_LABEL = "entry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry whose signature holds under the key that it was checked against."""

    header: Header
    enc: bytes | None
    """Sealed part (field 10), see `meta`; None if nothing is sealed."""
    raw: bytes
    """The exact bytes, signature included: what the tree and the journal hold."""
    leaf: bytes
    """RFC 6962 leaf hash of `raw` (32 bytes)."""

    @property
    def seq(self) -> int:
        """The entry's index in the journal and in the tree."""
        return self.header.seq


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedEntry:
    """An entry as bytes claim it to be: nothing of it is verified."""

    unverified: Entry
    body: bytes
    signature: bytes

    @property
    def header(self) -> Header:
        """The unverified header: enough to find the key that ought to have signed."""
        return self.unverified.header


def parse_entry(raw: bytes) -> SignedEntry:
    """Parse unverified bytes of one entry.

    Raises:
        FormatError: `bad_encoding`, `bad_text`, `bad_schema`, `unsupported`.
        IntegrityError: `bad_signature`, too short to hold a signature.
    """
    if len(raw) > MAX_ENTRY_BYTES:
        raise FormatError("bad_encoding", f"an entry of {len(raw)} bytes is too long")
    if len(raw) <= signing.SIGNATURE_BYTES:
        raise IntegrityError("bad_signature", "an entry is too short to hold a signature")
    body, signature = raw[: -signing.SIGNATURE_BYTES], raw[-signing.SIGNATURE_BYTES :]
    entry = positional(unpack(body), ENTRY_FIELDS, "entry")
    header = parse_header(entry)
    enc = entry.bin("enc") if entry.has("enc") else None
    unverified = Entry(header=header, enc=enc, raw=raw, leaf=leaf_hash(raw))
    return SignedEntry(unverified=unverified, body=body, signature=signature)


def verify_entry(signed: SignedEntry, public: bytes, *, own: bool = False) -> Entry:
    """Return the entry once its signature is known to hold.

    Args:
        signed: The parsed entry.
        public: The Ed25519 key (32 bytes) in force for the entry's signer number and place.
        own: The owner replays her own journal: skip the strict check that guards against hostile signers.

    Raises:
        IntegrityError: `bad_signature`, `bad_key`.
    """
    if not own:
        signing.check_signature(public, _LABEL, signed.body, signed.signature)
    elif not signing.is_own_signature(public, _LABEL, signed.body, signed.signature):
        raise IntegrityError("bad_signature", f"the signature of entry {signed.header.seq} does not hold")
    return signed.unverified


def sign_entry(header: Header, enc: bytes | None, key: signing.SigningKey) -> Entry:
    """Return a new entry, signed by the key of the epoch that its header names.

    Raises:
        FormatError: `bad_schema`, the entry would be longer than 64 KiB.
    """
    body = pack([*header.to_value(), enc])
    _check_length(len(body) + signing.SIGNATURE_BYTES)
    raw = body + signing.sign(key, _LABEL, body)
    return Entry(header=header, enc=enc, raw=raw, leaf=leaf_hash(raw))


def check_link(previous_leaf: bytes, expected_seq: int, header: Header) -> None:
    """Check that an entry directly follows the one with this leaf hash.

    Args:
        previous_leaf: Leaf hash of the entry before (32 bytes), zeros before genesis.
        expected_seq: Its index plus one.
        header: The next entry's header.

    Raises:
        IntegrityError: `bad_chain`, the number or the link differs.
    """
    if header.seq != expected_seq:
        raise IntegrityError("bad_chain", f"entry {expected_seq} calls itself {header.seq}")
    if header.prev != previous_leaf:
        raise IntegrityError("bad_chain", f"entry {expected_seq} does not link to the one before")


def check_fits(header: Header, enc_bytes: int) -> None:
    """Check that an entry with a sealed part of so many bytes is not too long.

    Raises:
        FormatError: `bad_schema`, it would be longer than 64 KiB.
    """
    _check_length(len(pack([*header.to_value(), bytes(enc_bytes)])) + signing.SIGNATURE_BYTES)


def _check_length(size_bytes: int) -> None:
    if size_bytes > MAX_ENTRY_BYTES:
        raise FormatError(
            "bad_schema", f"an entry of {size_bytes} bytes is too long", hint="shorten names and tags"
        )
