# SPDX-License-Identifier: Apache-2.0
"""The file that a researcher gets: a signed manifest with the study's checkpoint, and the records it speaks of.

The manifest holds the slice of the study's log, so it fixes which leaves are in the file, under which terms; each
record is fixed by its leaf. The plaintext is one line, one canonical map and padding to a power of two. An
`UnverifiedExport` says nothing yet: `reading` makes a verified one. Pure.

Spec: docs/spec/research.md section 5.
"""

from dataclasses import dataclass, field

from healthvault.codec import LARGE_ITEMS, Fields, Value, pack, pad, positional, unpack, unpad
from healthvault.crypto.hashing import labelled_hash
from healthvault.crypto.signing import PUBLIC_KEY_BYTES, SIGNATURE_BYTES, SigningKey, sign
from healthvault.errors import FormatError, InvalidRequest
from healthvault.research.duo import MAX_TERMS, DuoTerm, is_duo
from healthvault.research.keys import SALT_BYTES
from healthvault.research.record import FIELDS
from healthvault.research.study import is_study_name
from healthvault.tlog.note import MAX_NOTE_BYTES
from healthvault.tlog.slice import Slice, parse_slice

__all__ = ["FIRST_LINE", "MAX_PLAIN_BYTES", "LabelledRecord", "Manifest", "Terms", "UnverifiedExport",
           "commitment", "parse_export", "plaintext", "sign_export"]  # fmt: skip

FIRST_LINE = b"healthvault/v1/research-export\n"
LEAST_PLAIN_BYTES = 1 << 16
MAX_PLAIN_BYTES = 1 << 24
SIGNED_AS = "research-export"
_VERSION = 1
_KNOWN = frozenset({"v", "manifest", "sig", "records", "must"})
_KNOWN_MANIFEST = frozenset({"v", "study", "key", "note", "slice", "duo", "until", "fields", "digits", "must"})
_DAY_CHARS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the records may be used for, and until when."""

    duo: tuple[DuoTerm, ...]
    until: str
    """The last day (UTC)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What is signed."""

    study: str
    key: bytes
    """The study's public key (32 bytes): whose pseudonym it is."""
    note: bytes
    """The signed checkpoint."""
    slice: Slice
    """Leaves: the records of the file; marks: sizes that were exported before."""
    terms: Terms
    fields: tuple[str, ...]
    """What records could say, sorted as in `FIELDS`; in a file also words that are not known here."""
    digits: int

    def to_bytes(self) -> bytes:
        """Return the canonical map."""
        duo: list[Value] = [[term.id, term.value] for term in self.terms.duo]
        return pack(
            {
                "v": _VERSION,
                "study": self.study,
                "key": self.key,
                "note": self.note,
                "slice": self.slice.to_value(),
                "duo": duo,
                "until": self.terms.until,
                "fields": list(self.fields),
                "digits": self.digits,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledRecord:
    """A record's exact bytes and the salt of its commitment."""

    salt: bytes
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class UnverifiedExport:
    """The parts of a file, of the right form; nothing was checked."""

    manifest: Manifest
    signed: bytes
    """The manifest's bytes."""
    signature: bytes
    records: tuple[LabelledRecord, ...] = field(repr=False)


def commitment(salt: bytes, record: bytes) -> bytes:
    """Return what a leaf of the study's log holds (32 bytes), from a salt (32 bytes) and a record's bytes."""
    return labelled_hash("research-record", salt, record)


def sign_export(manifest: Manifest, records: tuple[LabelledRecord, ...], key: SigningKey) -> bytes:
    """Return the plaintext of a file. The same study, records and terms give the same bytes.

    Raises:
        InvalidRequest: `too_large`.
        FormatError: `bad_schema`, no reader would take it.
    """
    body = manifest.to_bytes()
    rows: list[Value] = [[record.salt, record.raw] for record in records]
    whole: dict[str, Value] = {"v": _VERSION, "manifest": body, "sig": sign(key, SIGNED_AS, body), "records": rows}
    plain = plaintext(pack(whole))
    parse_export(plain)
    return plain


def plaintext(body: bytes) -> bytes:
    """Return a map's bytes behind the first line, padded: its length tells a power of two and nothing finer.

    Raises:
        InvalidRequest: `too_large`.
    """
    whole = FIRST_LINE + body
    size = max(LEAST_PLAIN_BYTES, 1 << len(whole).bit_length())
    if size > MAX_PLAIN_BYTES:
        hint = "fewer documents, or fewer fields, at a time"
        raise InvalidRequest(
            "too_large", f"the export would be longer than {MAX_PLAIN_BYTES >> 20} MiB", hint=hint
        )
    return pad(whole, size)


def parse_export(plain: bytes) -> UnverifiedExport:
    """Take a file's plaintext (unverified, whole) apart.

    Raises:
        FormatError: `not_research`, `limit_exceeded`, `tampered` (the padding), `bad_encoding`, `bad_text`,
            `bad_schema`, `unsupported`.
        IntegrityError: `bad_proof`, a slice out of order.
    """
    if not plain.startswith(FIRST_LINE):
        raise FormatError("not_research", "this is no research export")
    if len(plain) > MAX_PLAIN_BYTES:
        raise FormatError("limit_exceeded", "the export is too long")
    whole = unpad(plain, len(plain))
    if plaintext(whole.removeprefix(FIRST_LINE)) != plain:
        raise FormatError("tampered", "the padding is not canonical")
    fields = Fields(unpack(whole.removeprefix(FIRST_LINE), max_items=LARGE_ITEMS), "export")
    _check_version(fields, _KNOWN)
    signed = fields.bin("manifest")
    rows = [positional(row, ("salt", "record"), "export.records") for row in fields.array("records")]
    manifest = _parse_manifest(Fields(unpack(signed, max_items=LARGE_ITEMS), "manifest"))
    if len(rows) != len(manifest.slice.leaves):
        raise FormatError("bad_schema", "there are not as many records as leaves")
    return UnverifiedExport(
        manifest=manifest,
        signed=signed,
        signature=fields.bin("sig", SIGNATURE_BYTES),
        records=tuple(LabelledRecord(salt=row.bin("salt", SALT_BYTES), raw=row.bin("record")) for row in rows),
    )


def _parse_manifest(fields: Fields) -> Manifest:
    _check_version(fields, _KNOWN_MANIFEST)
    study, note, until = fields.text("study"), fields.bin("note"), fields.text("until")
    if not is_study_name(study) or len(note) > MAX_NOTE_BYTES:
        raise fields.wrong("study")
    if len(until) != _DAY_CHARS or not is_duo("DUO:0000025", until):
        raise fields.wrong("until")
    named = fields.texts("fields", 64)
    if len(set(named)) != len(named):
        raise fields.wrong("fields")
    return Manifest(
        study=study,
        key=fields.bin("key", PUBLIC_KEY_BYTES),
        note=note,
        slice=parse_slice(fields.map.get("slice")),
        terms=Terms(duo=tuple(_duo(row) for row in fields.array("duo", MAX_TERMS)), until=until),
        fields=tuple(
            sorted(named, key=lambda name: (FIELDS.index(name) if name in FIELDS else len(FIELDS), name))
        ),
        digits=fields.uint("digits", 99),
    )


def _duo(row: Value) -> DuoTerm:
    pair = positional(row, ("id", "value"), "manifest.duo")
    id_text, value = pair.text("id"), pair.text("value") if pair.has("value") else None
    if not is_duo(id_text, value):
        raise FormatError(
            "unsupported", f"the term of use {id_text!r} is not known", hint="a newer hv may know it"
        )
    return DuoTerm(id=id_text, value=value)


def _check_version(fields: Fields, known: frozenset[str]) -> None:
    if fields.uint("v") != _VERSION:
        raise FormatError("unsupported", f"version {fields.uint('v')} of a research export is not known")
    fields.refuse_unknown_must(known)
