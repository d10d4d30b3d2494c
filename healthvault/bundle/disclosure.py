# SPDX-License-Identifier: Apache-2.0
"""The rows of a manifest: who it is for, which grants and documents it discloses, what goes along.

Parsing checks shapes and sizes only. What a sender says without proof (title, media type, status of a
document whose metadata stays sealed) is named `claimed_…`. Spec: docs/spec/bundle.md section 3.
"""

import re
from dataclasses import dataclass

from healthvault.codec import Fields, Value
from healthvault.errors import FormatError

__all__ = [
    "FILE_NAME",
    "MAX_MEMBER_BYTES",
    "MAX_RECIPIENTS",
    "AudienceMember",
    "DisclosedDocument",
    "DisclosedGrant",
    "DisclosedPart",
    "Extra",
    "Witnessed",
    "parse_audience",
    "parse_document",
    "parse_extra",
    "parse_grant_row",
    "parse_part",
    "parse_witnessed",
]

MAX_RECIPIENTS = 64
MAX_MEMBER_BYTES = 8 * 2**30 - 1  # eleven octal digits in a member's header
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceMember:
    """Somebody the bundle is addressed to."""

    recipient_pk: bytes
    vault: bytes | None = None
    sign_pk: bytes | None = None

    def to_value(self) -> Value:
        """Return the map that stands in the manifest."""
        return {"vault": self.vault, "recipient_pk": self.recipient_pk, "sign_pk": self.sign_pk}


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosedGrant:
    """A grant that the bundle stands on, with the opening of its terms and of its status slot."""

    seq: int
    meta: bytes
    """Opens the grant entry's sealed part (32 bytes)."""
    slot: int
    since_seq: int
    salt: bytes
    path: tuple[bytes, ...]

    def to_value(self) -> Value:
        """Return the map that stands in the manifest."""
        return {
            "seq": self.seq,
            "meta": self.meta,
            "k": self.slot,
            "since": self.since_seq,
            "salt": self.salt,
            "path": list(self.path),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosedPart:
    """One file of a disclosed document."""

    number: int
    """The blob j of its entry."""
    size_bytes: int
    file: str
    """Name inside the container, chosen by the sender's program."""
    commit_key: bytes
    """Opens commitment j of its entry (32 bytes)."""
    claimed_title: str
    claimed_media_type: str

    def to_value(self) -> Value:
        """Return the map that stands in the manifest."""
        return {
            "j": self.number,
            "size": self.size_bytes,
            "file": self.file,
            "commit_key": self.commit_key,
            "title": self.claimed_title,
            "media_type": self.claimed_media_type,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosedDocument:
    """A document of the bundle; with `meta` its sealed description is disclosed too."""

    seq: int
    claimed_status: str
    claimed_type: str
    parts: tuple[DisclosedPart, ...]
    meta: bytes | None = None

    def to_value(self) -> Value:
        """Return the map that stands in the manifest."""
        parts: list[Value] = [part.to_value() for part in self.parts]
        row: dict[str, Value] = {
            "seq": self.seq,
            "status": self.claimed_status,
            "type": self.claimed_type,
            "parts": parts,
        }
        return row if self.meta is None else {**row, "meta": self.meta}


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnessed:
    """An older checkpoint of the same vault with others' cosignatures, and perhaps a timestamp token."""

    note: bytes
    tsr: bytes | None = None

    def to_value(self) -> Value:
        """Return the map that stands in the manifest."""
        return {"note": self.note} if self.tsr is None else {"note": self.note, "tsr": self.tsr}


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """A file that goes along and is no document: a read-me, a page."""

    file: str
    size_bytes: int
    sha256: bytes

    def to_value(self) -> Value:
        """Return the map that stands in the manifest."""
        return {"file": self.file, "size": self.size_bytes, "sha256": self.sha256}


def parse_audience(audience: Fields) -> tuple[AudienceMember, ...] | None:
    """Return the addressees, or None for whoever has the code. Raises FormatError `bad_schema`."""
    if audience.has("code") == audience.has("recipients"):
        raise audience.wrong("recipients")
    if audience.has("code"):
        if not audience.flag("code"):
            raise audience.wrong("code")
        return None
    members = tuple(_parse_member(item) for item in audience.maps("recipients", MAX_RECIPIENTS))
    if not members or len({member.recipient_pk for member in members}) != len(members):
        raise audience.wrong("recipients")
    return members


def parse_grant_row(row: Fields) -> DisclosedGrant:
    """Parse one item of `grants`. Raises FormatError `bad_schema`."""
    return DisclosedGrant(
        seq=row.uint("seq"),
        meta=row.bin("meta", 32),
        slot=row.uint("k"),
        since_seq=row.uint("since"),
        salt=row.bin("salt", 32),
        path=tuple(row.bins("path", 32, 64)),
    )


def parse_document(row: Fields) -> DisclosedDocument:
    """Parse one item of `docs`. Raises FormatError `bad_schema`."""
    parts = tuple(parse_part(item) for item in row.maps("parts", 512))
    numbers = [part.number for part in parts]
    if not parts or len(set(numbers)) != len(numbers):
        raise row.wrong("parts")
    meta = row.bin("meta", 32) if row.has("meta") else None
    return DisclosedDocument(
        seq=row.uint("seq"),
        claimed_status=row.text("status"),
        claimed_type=row.text("type"),
        parts=parts,
        meta=meta,
    )


def parse_part(row: Fields) -> DisclosedPart:
    """Parse one item of `parts`. Raises FormatError `bad_schema`; `bad_container` for an unsafe file name."""
    return DisclosedPart(
        number=row.uint("j", 511),
        size_bytes=row.uint("size", MAX_MEMBER_BYTES),
        file=_file_name(row),
        commit_key=row.bin("commit_key", 32),
        claimed_title=row.text("title"),
        claimed_media_type=row.text("media_type"),
    )


def parse_witnessed(row: Fields) -> Witnessed:
    """Parse one item of `witnessed`. Raises FormatError `bad_schema`."""
    return Witnessed(note=row.bin("note"), tsr=row.bin("tsr") if row.has("tsr") else None)


def parse_extra(row: Fields) -> Extra:
    """Parse one item of `extras`. Raises FormatError `bad_schema`, `bad_container`."""
    return Extra(file=_file_name(row), size_bytes=row.uint("size", MAX_MEMBER_BYTES), sha256=row.bin("sha256", 32))


def _parse_member(row: Fields) -> AudienceMember:
    return AudienceMember(
        recipient_pk=row.bin("recipient_pk", 32),
        vault=row.bin("vault", 32) if row.has("vault") else None,
        sign_pk=row.bin("sign_pk", 32) if row.has("sign_pk") else None,
    )


def _file_name(row: Fields) -> str:
    name = row.text("file")
    if not FILE_NAME.match(name):
        raise FormatError("bad_container", "a file name inside the bundle is not of the allowed form")
    return name
