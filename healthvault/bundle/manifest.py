# SPDX-License-Identifier: Apache-2.0
"""The manifest of a bundle: a canonical map and the newest key's signature over exactly those bytes.

It names its audience inside the signed part, so that a recipient who passes the bundle on cannot make it
look addressed to somebody else. Spec: docs/spec/bundle.md section 3.
"""

from dataclasses import dataclass

from healthvault.bundle.completeness import DisclosedInventories, parse_inventories
from healthvault.bundle.disclosure import (
    AudienceMember,
    DisclosedDocument,
    DisclosedGrant,
    Extra,
    Witnessed,
    parse_audience,
    parse_document,
    parse_extra,
    parse_grant_row,
    parse_witnessed,
)
from healthvault.codec import LARGE_ITEMS, Fields, Value, pack, unpack
from healthvault.crypto.hashing import sha256
from healthvault.crypto.signing import SIGNATURE_BYTES, SigningKey, sign
from healthvault.errors import FormatError, IntegrityError
from healthvault.ledger.state import StateOpening
from healthvault.tlog.slice import Slice, parse_slice

__all__ = ["MANIFEST_LABEL", "MAX_MANIFEST_BYTES", "Manifest", "SignedManifest", "parse_manifest", "sign_manifest"]

MAX_MANIFEST_BYTES = 64 << 20
MAX_PARTS = 999_999  # six digits in a member's name
MAX_MARKS = 4096  # a writer gives 1,024 sizes, and one for each change of keys and witnessed note
MANIFEST_LABEL = "manifest"
_VERSION = 1
_KNOWN = frozenset({
    "v", "bundle_id", "origin", "created_ms", "signer", "audience", "note", "entries", "slice", "state", "grants",
    "docs", "witnessed", "attestations", "extras", "message", "complete", "must",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a bundle says it is and holds."""

    bundle_id: bytes
    origin: str
    created_ms: int
    """The sender's clock."""
    signer: int
    audience: tuple[AudienceMember, ...] | None
    """None: whoever has the code."""
    note: bytes
    """The checkpoint note taken at the bundle's own share entry."""
    entries: tuple[bytes, ...]
    """Exact bytes of genesis, key events, grants, documents and tip, rising by seq."""
    slice: Slice
    state: StateOpening
    """Opens the tip's state."""
    grants: tuple[DisclosedGrant, ...]
    docs: tuple[DisclosedDocument, ...]
    witnessed: tuple[Witnessed, ...] = ()
    attestations: tuple[bytes, ...] = ()
    extras: tuple[Extra, ...] = ()
    message: str = ""
    complete: DisclosedInventories | None = None
    """Says of some categories how many documents there are."""

    def to_map(self) -> dict[str, Value]:
        """Return the map that is signed."""
        return {
            "v": _VERSION,
            "bundle_id": self.bundle_id,
            "origin": self.origin,
            "created_ms": self.created_ms,
            "signer": self.signer,
            "audience": self._audience_value(),
            "note": self.note,
            "entries": list(self.entries),
            "slice": self.slice.to_value(),
            "state": state_value(self.state),
            "grants": [grant.to_value() for grant in self.grants],
            "docs": [document.to_value() for document in self.docs],
            "witnessed": [witnessed.to_value() for witnessed in self.witnessed],
            "attestations": list(self.attestations),
            "extras": [extra.to_value() for extra in self.extras],
            "message": self.message,
            **({"complete": self.complete.to_value()} if self.complete else {}),
        }

    def _audience_value(self) -> Value:
        if self.audience is None:
            return {"code": True}
        return {"recipients": [member.to_value() for member in self.audience]}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedManifest:
    """A manifest as bytes claim it to be: its signature is not checked yet."""

    unverified: Manifest
    body: bytes
    signature: bytes

    @property
    def digest(self) -> bytes:
        """What names exactly this bundle (32 bytes): whoever has the signing key can use its id again."""
        return sha256(self.body + self.signature)


def sign_manifest(manifest: Manifest, key: SigningKey) -> bytes:
    """Return the manifest's bytes with the signature of the newest epoch's key."""
    body = pack(manifest.to_map())
    return body + sign(key, MANIFEST_LABEL, body)


def parse_manifest(data: bytes) -> SignedManifest:
    """Parse unverified bytes of at most 64 MiB.

    Raises:
        FormatError: `bad_encoding`, `bad_text`, `bad_schema`, `bad_container`, `unsupported`; `limit_exceeded`,
            more than 4,096 marks.
        IntegrityError: `bad_signature`, too short to hold one; `bad_proof`, a slice out of order.
    """
    if len(data) <= SIGNATURE_BYTES:
        raise IntegrityError("bad_signature", "the manifest is too short to hold a signature")
    body, signature = data[:-SIGNATURE_BYTES], data[-SIGNATURE_BYTES:]
    fields = Fields(unpack(body, max_items=LARGE_ITEMS), "manifest")
    if fields.uint("v") != _VERSION:
        raise FormatError("unsupported", f"bundle version {fields.uint('v')} is not known")
    fields.refuse_unknown_must(_KNOWN)
    manifest = _parse_fields(fields)
    _check_order(manifest, fields)
    return SignedManifest(unverified=manifest, body=body, signature=signature)


def state_value(state: StateOpening) -> Value:
    """Return the map that opens a state."""
    return {
        "blind": state.blind,
        "grants_root": state.grants_root,
        "capacity": state.capacity,
        "ext_root": state.ext_root,
    }


def parse_state(state: Fields) -> StateOpening:
    """Parse a map that `state_value` made. Raises FormatError `bad_schema`."""
    return StateOpening(
        blind=state.bin("blind", 32),
        grants_root=state.bin("grants_root", 32),
        capacity=state.uint("capacity"),
        ext_root=state.bin("ext_root", 32),
    )


def _check_order(manifest: Manifest, fields: Fields) -> None:
    for key, seqs in (
        ("grants", [grant.seq for grant in manifest.grants]),
        ("docs", [document.seq for document in manifest.docs]),
    ):
        if seqs != sorted(set(seqs)):
            raise fields.wrong(key)
    if len(manifest.slice.marks) > MAX_MARKS:
        raise FormatError("limit_exceeded", f"the bundle names more than {MAX_MARKS} older sizes")
    if not manifest.entries or sum(len(document.parts) for document in manifest.docs) > MAX_PARTS:
        raise fields.wrong("entries")
    names = [extra.file for extra in manifest.extras]
    if len(set(names)) != len(names):
        raise FormatError("bad_container", "two files that go along have one name")


def _parse_fields(fields: Fields) -> Manifest:
    return Manifest(
        bundle_id=fields.bin("bundle_id", 16),
        origin=fields.text("origin"),
        created_ms=fields.uint("created_ms"),
        signer=fields.uint("signer"),
        audience=parse_audience(Fields(fields.map.get("audience"), "audience")),
        note=fields.bin("note"),
        entries=tuple(fields.bins("entries")),
        slice=parse_slice(fields.map.get("slice")),
        state=parse_state(Fields(fields.map.get("state"), "state")),
        grants=tuple(parse_grant_row(row) for row in fields.maps("grants")),
        docs=tuple(parse_document(row) for row in fields.maps("docs")),
        witnessed=tuple(parse_witnessed(row) for row in fields.maps("witnessed")),
        attestations=tuple(fields.bins("attestations")),
        extras=tuple(parse_extra(row) for row in fields.maps("extras")),
        message=fields.text("message"),
        complete=parse_inventories(Fields(fields.map["complete"], "complete")) if fields.has("complete") else None,
    )
