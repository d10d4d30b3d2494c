# SPDX-License-Identifier: Apache-2.0
"""An attestation: somebody's signed statement about one file of a document, by its place in its owner's journal.

It names the leaf hash of the entry and a commitment in it, never a hash of the plain bytes, so it says nothing to
whoever does not have the document, and dies with its erasure. It says that a key signed a statement about exactly
these bytes, not that the statement is true.

    raw = sign_attestation(Attestation(…), key)          # the attester, `vault.attesting`
    signed = parse_attestation(raw)                      # unverified; `signed.verified(chain, compromised)`

Spec: docs/spec/bundle.md section 8.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from healthvault.bundle.armour import armour, begin_line, dearmour
from healthvault.codec import Fields, Value, pack, unpack
from healthvault.crypto.signing import SIGNATURE_BYTES, SigningKey, check_signature, sign
from healthvault.errors import FormatError, IntegrityError, NotEstablished
from healthvault.ledger.keychain import KeyChain

__all__ = [
    "BEGIN_ATTESTATION",
    "MAX_ATTESTATION_BYTES",
    "MAX_STATEMENT_BYTES",
    "MAX_TEXT_BYTES",
    "Attestation",
    "SignedAttestation",
    "armour_attestation",
    "dearmour_attestation",
    "is_statement",
    "parse_attestation",
    "sign_attestation",
]

MAX_ATTESTATION_BYTES = 16 << 10  # it is kept in an entry
MAX_STATEMENT_BYTES = 4096
MAX_TEXT_BYTES = 32 << 10  # the text form of the longest, with CRLF and some blank space
ATTESTATION_LABEL = "attest"
_VERSION = 1
_WHAT = "ATTESTATION"
BEGIN_ATTESTATION = begin_line(_WHAT)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_KNOWN = frozenset({"v", "vault", "signer", "leaf", "commit", "statement", "time_ms", "must"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """What an attestation says."""

    vault: bytes
    """Vault id of who attests (32 bytes)."""
    signer: int
    """Epoch of their keys."""
    leaf: bytes
    """Leaf hash of the document's entry in its owner's journal (32 bytes)."""
    commit: bytes
    """That entry's commitment to the file (32 bytes)."""
    statement: str
    """One line, as `is_statement` says; untrusted."""
    time_ms: int
    """By the attester's clock."""

    def to_map(self) -> dict[str, Value]:
        """Return the map that is signed."""
        return {
            "v": _VERSION,
            "vault": self.vault,
            "signer": self.signer,
            "leaf": self.leaf,
            "commit": self.commit,
            "statement": self.statement,
            "time_ms": self.time_ms,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedAttestation:
    """An attestation as it came, its signature not checked yet."""

    raw: bytes
    unverified: Attestation

    def verified(self, chain: KeyChain, compromised: Collection[int]) -> Attestation:
        """Return what it says, once the attester's key of that epoch is known to have signed it.

        Args:
            chain: Keys that the reader knows to be the attester's.
            compromised: Numbers of the epochs whose keys are known as stolen.

        Raises:
            NotEstablished: `unknown_signer`, the chain is another vault's, or ends before that epoch.
            IntegrityError: `key_revoked`; `bad_signature`.
        """
        said = self.unverified
        if said.vault != chain.vault_id or said.signer >= len(chain.epochs):
            hint = "ask the attester for a new card, and `hv contact add` it"
            raise NotEstablished(
                "unknown_signer", "the attestation is by keys that are not on the attester's card", hint=hint
            )
        if said.signer in compromised:
            raise IntegrityError("key_revoked", "the keys that signed the attestation were declared stolen")
        body, signature = self.raw[:-SIGNATURE_BYTES], self.raw[-SIGNATURE_BYTES:]
        check_signature(chain.epochs[said.signer].keys.sign_pk, ATTESTATION_LABEL, body, signature)
        return said


def is_statement(text: str) -> bool:
    """Tell whether a text can be a statement: one line of 1 to 4,096 bytes of UTF-8, no control characters."""
    try:
        size_bytes = len(text.encode())
    except UnicodeEncodeError:
        return False
    return 0 < size_bytes <= MAX_STATEMENT_BYTES and not _CONTROL.search(text)


def sign_attestation(attestation: Attestation, key: SigningKey) -> bytes:
    """Return the bytes of an attestation: its canonical map, then the signature over it.

    Raises:
        FormatError: `bad_schema`, nobody would accept the statement.
    """
    body = pack(attestation.to_map())
    raw = body + sign(key, ATTESTATION_LABEL, body)
    parse_attestation(raw)
    return raw


def parse_attestation(raw: bytes) -> SignedAttestation:
    """Read the unverified bytes of an attestation.

    Raises:
        FormatError: `limit_exceeded`, over 16 KiB; `bad_encoding`, `bad_text`, `bad_schema`, `unsupported`.
        IntegrityError: `bad_signature`, there is no room for one.
    """
    if len(raw) > MAX_ATTESTATION_BYTES:
        raise FormatError("limit_exceeded", "the attestation is longer than 16 KiB")
    if len(raw) <= SIGNATURE_BYTES:
        raise IntegrityError("bad_signature", "the attestation is too short to hold a signature")
    fields = Fields(unpack(raw[:-SIGNATURE_BYTES]), "attestation")
    if fields.uint("v") != _VERSION:
        raise FormatError("unsupported", f"version {fields.uint('v')} of attestations is not known")
    fields.refuse_unknown_must(_KNOWN)
    if not is_statement(fields.text("statement")):
        raise fields.wrong("statement")
    said = Attestation(
        vault=fields.bin("vault", 32),
        signer=fields.uint("signer"),
        leaf=fields.bin("leaf", 32),
        commit=fields.bin("commit", 32),
        statement=fields.text("statement"),
        time_ms=fields.uint("time_ms"),
    )
    return SignedAttestation(raw=raw, unverified=said)


def armour_attestation(raw: bytes) -> str:
    """Return an attestation as text for mail: what a file `.hva` holds."""
    return armour(raw, _WHAT)


def dearmour_attestation(text: bytes) -> bytes:
    """Return the unverified bytes of an attestation from its text form.

    Raises:
        FormatError: `bad_encoding`, not exactly a text form; `limit_exceeded`, over 32 KiB.
    """
    if len(text) > MAX_TEXT_BYTES:
        raise FormatError("limit_exceeded", "the text of the attestation is longer than 32 KiB")
    raw = dearmour(text, _WHAT)
    if raw is None:
        raise FormatError("bad_encoding", "this is not the text of an attestation")
    return raw
