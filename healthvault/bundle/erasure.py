# SPDX-License-Identifier: Apache-2.0
"""The erasure certificate: which documents a vault's log calls erased, since when, and what was not reached.

Self-contained, and without anything that was sealed about them: of an erased document it holds its place and
leaf hash, from which its id comes. It does not prove that bytes are gone.

    text = sign_certificate(Certificate(…), key)         # `vault.certificate` collects the parts from a vault
    signed = parse_certificate(text)                     # unverified; `verify.erasure` judges it

Spec: docs/spec/erasure.md.
"""

from dataclasses import dataclass

from healthvault.bundle.armour import armour, begin_line, dearmour
from healthvault.bundle.manifest import parse_state, state_value
from healthvault.codec import LARGE_ITEMS, Fields, Value, pack, unpack
from healthvault.crypto.signing import SIGNATURE_BYTES, SigningKey, sign
from healthvault.errors import FormatError, IntegrityError
from healthvault.ledger.state import StateOpening
from healthvault.tlog.slice import Slice, parse_slice

__all__ = [
    "BEGIN_CERTIFICATE",
    "ERASURE_LABEL",
    "MAX_CERTIFICATE_BYTES",
    "MAX_TEXT_BYTES",
    "Certificate",
    "ErasedDocument",
    "SignedCertificate",
    "Trace",
    "parse_certificate",
    "sign_certificate",
]

MAX_CERTIFICATE_BYTES = 4 << 20
MAX_TEXT_BYTES = 6 << 20  # the text form of the longest, with CRLF and some blank space
ERASURE_LABEL = "erasure"
_VERSION = 1
_WHAT = "ERASURE CERTIFICATE"
BEGIN_CERTIFICATE = begin_line(_WHAT)
_KNOWN = frozenset({
    "v", "origin", "created_ms", "signer", "note", "entries", "slice", "state", "erase", "documents", "reached",
    "unreached", "must",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasedDocument:
    """What is left of an erased document in the log."""

    seq: int
    leaf: bytes
    """Leaf hash of its entry (32 bytes): the document's id comes from it."""

    def to_value(self) -> Value:
        """Return the map that stands in the certificate."""
        return {"seq": self.seq, "leaf": self.leaf}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A place where an erased document was, and which the owner did or did not reach: her word."""

    kind: str
    """`keys`, `objects`, `index`, `backup` or `bundle`; the list may grow."""
    time_ms: int | None = None
    """When the bundle was handed out, or the backup made, by the owner's clock."""
    bundle_id: bytes | None = None
    """Of a bundle (16 bytes)."""
    recipients: tuple[str, ...] = ()
    """Of a bundle: the owner's names for them; none for a code."""
    place: str | None = None
    """Of a backup: where it is, as the owner knows it."""

    def to_value(self) -> Value:
        """Return the map that stands in the certificate; what is unknown is left out."""
        names: list[Value] = list(self.recipients)
        known: dict[str, Value | None] = {
            "kind": self.kind,
            "time_ms": self.time_ms,
            "bundle_id": self.bundle_id,
            "recipients": names or None,
            "place": self.place,
        }
        return {key: value for key, value in known.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What an erasure certificate says."""

    origin: str
    created_ms: int
    """The owner's clock."""
    signer: int
    """Number of the newest epoch."""
    note: bytes
    """A checkpoint at or after the `doc.erase` entry."""
    entries: tuple[bytes, ...]
    """Exact bytes of genesis, all key events, the `doc.erase` entry and the tip, rising by seq."""
    slice: Slice
    """Over these entries and the erased documents' places."""
    state: StateOpening
    """Opens the tip's state, so that no key event was left out."""
    erase_seq: int
    """The `doc.erase` entry."""
    erase_meta: bytes
    """Opens its sealed part (32 bytes), which names the erased entries."""
    documents: tuple[ErasedDocument, ...]
    """Strictly rising by seq."""
    reached: tuple[Trace, ...]
    unreached: tuple[Trace, ...]

    def to_map(self) -> dict[str, Value]:
        """Return the map that is signed."""
        return {
            "v": _VERSION,
            "origin": self.origin,
            "created_ms": self.created_ms,
            "signer": self.signer,
            "note": self.note,
            "entries": list(self.entries),
            "slice": self.slice.to_value(),
            "state": state_value(self.state),
            "erase": {"seq": self.erase_seq, "meta": self.erase_meta},
            "documents": [document.to_value() for document in self.documents],
            "reached": [trace.to_value() for trace in self.reached],
            "unreached": [trace.to_value() for trace in self.unreached],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCertificate:
    """A certificate as bytes claim it to be: its signature is not checked yet."""

    unverified: Certificate
    body: bytes
    signature: bytes


def sign_certificate(certificate: Certificate, key: SigningKey) -> bytes:
    """Return the text form of a certificate, signed by the newest epoch's key.

    Raises:
        FormatError: `limit_exceeded`, it would be longer than 4 MiB.
    """
    body = pack(certificate.to_map())
    if len(body) + SIGNATURE_BYTES > MAX_CERTIFICATE_BYTES:
        raise FormatError("limit_exceeded", "the certificate would be longer than 4 MiB")
    return armour(body + sign(key, ERASURE_LABEL, body), _WHAT).encode()


def parse_certificate(text: bytes) -> SignedCertificate:
    """Parse an unverified text form.

    Raises:
        FormatError: `bad_encoding`, not exactly a text form, or not canonical; `bad_text`, `bad_schema`,
            `unsupported`; `limit_exceeded`, longer than 4 MiB.
        IntegrityError: `bad_signature`, too short to hold one; `bad_proof`, a slice out of order.
    """
    raw = dearmour(text, _WHAT)
    if raw is None:
        raise FormatError("bad_encoding", "this is not the text of an erasure certificate")
    if len(raw) > MAX_CERTIFICATE_BYTES:
        raise FormatError("limit_exceeded", "the certificate is longer than 4 MiB")
    if len(raw) <= SIGNATURE_BYTES:
        raise IntegrityError("bad_signature", "the certificate is too short to hold a signature")
    body, signature = raw[:-SIGNATURE_BYTES], raw[-SIGNATURE_BYTES:]
    fields = Fields(unpack(body, max_items=LARGE_ITEMS), "certificate")
    if fields.uint("v") != _VERSION:
        raise FormatError("unsupported", f"certificate version {fields.uint('v')} is not known")
    fields.refuse_unknown_must(_KNOWN)
    return SignedCertificate(unverified=_parse_fields(fields), body=body, signature=signature)


def _parse_fields(fields: Fields) -> Certificate:
    erase = Fields(fields.map.get("erase"), "erase")
    documents = tuple(
        ErasedDocument(seq=row.uint("seq"), leaf=row.bin("leaf", 32)) for row in fields.maps("documents")
    )
    seqs = [document.seq for document in documents]
    if not seqs or seqs != sorted(set(seqs)):
        raise fields.wrong("documents")
    return Certificate(
        origin=fields.text("origin"),
        created_ms=fields.uint("created_ms"),
        signer=fields.uint("signer"),
        note=fields.bin("note"),
        entries=tuple(fields.bins("entries")),
        slice=parse_slice(fields.map.get("slice")),
        state=parse_state(Fields(fields.map.get("state"), "state")),
        erase_seq=erase.uint("seq"),
        erase_meta=erase.bin("meta", 32),
        documents=documents,
        reached=tuple(_parse_trace(row) for row in fields.maps("reached")),
        unreached=tuple(_parse_trace(row) for row in fields.maps("unreached")),
    )


def _parse_trace(row: Fields) -> Trace:
    return Trace(
        kind=row.text("kind"),
        time_ms=row.uint("time_ms") if row.has("time_ms") else None,
        bundle_id=row.bin("bundle_id", 16) if row.has("bundle_id") else None,
        recipients=tuple(row.texts("recipients")) if row.has("recipients") else (),
        place=row.text("place") if row.has("place") else None,
    )
