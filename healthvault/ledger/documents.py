# SPDX-License-Identifier: Apache-2.0
"""Sealed maps about documents: nothing but a document's own entry holds its title, names or opening.

Later entries name the document by `about`, so that erasing it erases what was said of it.
Spec: docs/spec/journal.md section 3.
"""

import re
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from healthvault.codec import Fields, Value
from healthvault.ledger.kinds import Kind

__all__ = [
    "CODING_PLAIN",
    "RECEIVED",
    "DocAdd",
    "DocErase",
    "DocRevise",
    "DocStatus",
    "Part",
    "Received",
    "parse_doc_add",
    "parse_doc_erase",
    "parse_doc_revise",
]

_DOC_ADD_KEYS = frozenset(
    {
        "kind",
        "title",
        "type",
        "parts",
        "provenance",
        "date",
        "author",
        "source",
        "tags",
        "category",
        "sensitivity",
        "supersedes",
        "evidence",
        "received",
        "set",
        "must",
    }
)
_DOC_REVISE_KEYS = frozenset(
    {
        "kind",
        "about",
        "title",
        "date",
        "tags",
        "type",
        "author",
        "source",
        "category",
        "sensitivity",
        "status",
        "reason",
        "must",
    }
)
_DOC_ERASE_KEYS = frozenset({"kind", "victims", "reason", "ks_epoch", "changes", "must"})
LATER_CATEGORIES = frozenset({"protocol"})
"""The first programs counted them as `other`: an entry has the one that it uses in its `must`, or is `other`."""
CODING_PLAIN = 0  # the only coding of version 1; another is `unsupported` for that part
MAX_VICTIMS = 4096
_REASON = re.compile(r"[a-z][a-z-]{0,31}")
RECEIVED = "received"  # provenance of an imported document: what its sender's vault says, with evidence


class DocStatus(Enum):
    """What became of a document since it was added."""

    CURRENT = "current"
    SUPERSEDED = "superseded"
    RETRACTED = "retracted"
    ERASED = "erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file of a document: part j is blob j of its entry."""

    name: str
    """The file's own name, untrusted."""
    media_type: str
    size_bytes: int
    """Without padding."""
    dedupe: bytes
    """Keyed tag of the content (32 bytes)."""
    coding: int = CODING_PLAIN

    def to_value(self) -> Value:
        """Return the map that stands in `parts`."""
        return {
            "name": self.name,
            "media_type": self.media_type,
            "size": self.size_bytes,
            "coding": self.coding,
            "dedupe": self.dedupe,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """Under which terms a document came from another vault."""

    vault: bytes
    """The sender's vault id (32 bytes)."""
    bundle_id: bytes
    actions: tuple[str, ...]
    """What the sender's grant allows."""
    accepted: tuple[str, ...] = ()
    """Codes that the owner chose to accept when she took it in."""
    proxy: bytes | None = None
    """The owner's own grant (16 bytes) under which the sender may add documents for her, and did."""

    def to_value(self) -> Value:
        """Return the map that stands in `received`."""
        proxy: dict[str, Value] = {} if self.proxy is None else {"proxy": self.proxy}
        return {
            "vault": self.vault,
            "bundle_id": self.bundle_id,
            "actions": list(self.actions),
            "accepted": list(self.accepted),
            **proxy,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class DocAdd:
    """A new document."""

    title: str
    type: str
    """The kind of record, see `records`."""
    parts: tuple[Part, ...]
    provenance: str
    date: str | None = None
    """ISO 8601, as far as known."""
    author: str | None = None
    source: str | None = None
    tags: tuple[str, ...] = ()
    category: str | None = None
    """What it is about, see `records.categories`; None is `other`."""
    sensitivity: tuple[str, ...] = ()
    supersedes: int | None = None
    """Entry of the document that this one replaces."""
    evidence: int | None = None
    """Number of the blob that holds the proof of where a received document came from."""
    received: Received | None = None
    set_id: bytes | None = None
    """The same (16 bytes) in all documents of a folder that has more files than one document holds."""

    @property
    def size_bytes(self) -> int:
        """Size of its files, without padding and without the proof of where it came from."""
        return sum(part.size_bytes for number, part in enumerate(self.parts) if number != self.evidence)

    def to_map(self) -> dict[str, Value]:
        """Return the sealed map; what is unknown is left out."""
        known: dict[str, Value | None] = {
            "kind": Kind.DOC_ADD.value,
            "title": self.title,
            "type": self.type,
            "parts": [part.to_value() for part in self.parts],
            "provenance": self.provenance,
            "date": self.date,
            "author": self.author,
            "source": self.source,
            "tags": list(self.tags),
            "category": self.category,
            "must": _must(self.category),
            "sensitivity": list(self.sensitivity) or None,
            "supersedes": self.supersedes,
            "evidence": self.evidence,
            "received": self.received.to_value() if self.received else None,
            "set": self.set_id,
        }
        return {key: value for key, value in known.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class DocRevise:
    """A correction of what is said about a document; None leaves a field as it was, an empty text clears it."""

    about: int
    title: str | None = None
    date: str | None = None
    type: str | None = None
    author: str | None = None
    source: str | None = None
    tags: tuple[str, ...] | None = None
    """All the tags from now on."""
    category: str | None = None
    sensitivity: tuple[str, ...] | None = None
    """All the labels from now on."""
    is_retracted: bool = False
    reason: str | None = None

    @property
    def changed(self) -> dict[str, Value]:
        """What it says anew of the document, by key."""
        tags: list[Value] | None = None if self.tags is None else list(self.tags)
        labels: list[Value] | None = None if self.sensitivity is None else list(self.sensitivity)
        said: dict[str, Value] = {
            "title": self.title,
            "date": self.date,
            "type": self.type,
            "author": self.author,
            "source": self.source,
            "tags": tags,
            "category": self.category,
            "sensitivity": labels,
        }
        return {key: value for key, value in said.items() if value is not None}

    def to_map(self) -> dict[str, Value]:
        """Return the sealed map; what is left as it was is left out."""
        sealed: dict[str, Value] = {"kind": Kind.DOC_REVISE.value, "about": self.about, **self.changed}
        if self.is_retracted:
            sealed["status"] = DocStatus.RETRACTED.value
        if self.reason is not None:
            sealed["reason"] = self.reason
        must = _must(self.category)
        return sealed if must is None else {**sealed, "must": must}


@dataclass(frozen=True, slots=True, kw_only=True)
class DocErase:
    """That entries are forgotten: from a keystore epoch on nobody holds their secrets."""

    victims: tuple[int, ...]
    """Entries before this one, strictly rising: 1 to 4,096."""
    ks_epoch: int
    """The keystore epoch that no longer holds them."""
    reason: str | None = None
    """A code, never free text."""
    changes: bytes | None = None
    """What the victims had changed, sealed by themselves: see `changes`."""

    def to_map(self) -> dict[str, Value]:
        """Return the sealed map; what is unknown is left out."""
        known: dict[str, Value | None] = {
            "kind": Kind.DOC_ERASE.value,
            "victims": list(self.victims),
            "reason": self.reason,
            "ks_epoch": self.ks_epoch,
            "changes": self.changes,
        }
        return {key: value for key, value in known.items() if value is not None}


def parse_doc_add(sealed: Fields) -> DocAdd:
    """Parse a `doc.add` map. Raises FormatError `bad_schema`, `unsupported`."""
    sealed.refuse_unknown_must(_DOC_ADD_KEYS | LATER_CATEGORIES)
    return DocAdd(
        title=sealed.text("title"),
        type=sealed.text("type"),
        parts=tuple(_parse_part(item) for item in sealed.maps("parts", 512)),
        provenance=sealed.text("provenance"),
        date=_text_if_there(sealed, "date"),
        author=_text_if_there(sealed, "author"),
        source=_text_if_there(sealed, "source"),
        tags=tuple(sealed.texts("tags")),
        category=_category_if_there(sealed),
        sensitivity=tuple(sealed.texts("sensitivity")) if sealed.has("sensitivity") else (),
        supersedes=sealed.uint("supersedes") if sealed.has("supersedes") else None,
        evidence=sealed.uint("evidence", 511) if sealed.has("evidence") else None,
        received=_parse_received(sealed) if sealed.has("received") else None,
        set_id=sealed.bin("set", 16) if sealed.has("set") else None,
    )


def parse_doc_revise(sealed: Fields) -> DocRevise:
    """Parse a `doc.revise` map. Raises FormatError `bad_schema`, `unsupported`."""
    sealed.refuse_unknown_must(_DOC_REVISE_KEYS | LATER_CATEGORIES)
    if sealed.has("status") and sealed.text("status") != DocStatus.RETRACTED.value:
        raise sealed.wrong("status")
    return DocRevise(
        about=sealed.uint("about"),
        title=_text_if_there(sealed, "title"),
        date=_text_if_there(sealed, "date"),
        type=_text_if_there(sealed, "type"),
        author=_text_if_there(sealed, "author"),
        source=_text_if_there(sealed, "source"),
        tags=tuple(sealed.texts("tags")) if sealed.has("tags") else None,
        category=_category_if_there(sealed),
        sensitivity=tuple(sealed.texts("sensitivity")) if sealed.has("sensitivity") else None,
        is_retracted=sealed.has("status"),
        reason=_text_if_there(sealed, "reason"),
    )


def parse_doc_erase(sealed: Fields, seq: int) -> DocErase:
    """Parse the `doc.erase` map of entry `seq`. Raises FormatError `bad_schema`, `unsupported`."""
    sealed.refuse_unknown_must(_DOC_ERASE_KEYS)
    victims = tuple(sealed.uints("victims", MAX_VICTIMS))
    if not victims or victims[-1] >= seq or any(later <= earlier for earlier, later in pairwise(victims)):
        raise sealed.wrong("victims")
    reason = _text_if_there(sealed, "reason")
    if reason is not None and not _REASON.fullmatch(reason):
        raise sealed.wrong("reason")
    changes = sealed.bin("changes") if sealed.has("changes") else None
    return DocErase(victims=victims, ks_epoch=sealed.uint("ks_epoch"), reason=reason, changes=changes)


def _text_if_there(sealed: Fields, key: str) -> str | None:
    return sealed.text(key) if sealed.has(key) else None


def _must(category: str | None) -> Value | None:
    return [category] if category in LATER_CATEGORIES else None


def _category_if_there(sealed: Fields) -> str | None:
    """Return the category; a later word without its place in `must` is what the first programs took it for."""
    word = _text_if_there(sealed, "category")
    is_named = sealed.has("must") and word in sealed.texts("must")
    return "other" if word in LATER_CATEGORIES and not is_named else word


def _parse_part(part: Fields) -> Part:
    return Part(
        name=part.text("name"),
        media_type=part.text("media_type"),
        size_bytes=part.uint("size"),
        dedupe=part.bin("dedupe", 32),
        coding=part.uint("coding"),
    )


def _parse_received(sealed: Fields) -> Received:
    received = Fields(sealed.map["received"], "received")
    return Received(
        vault=received.bin("vault", 32),
        bundle_id=received.bin("bundle_id", 16),
        actions=tuple(received.texts("actions")),
        accepted=tuple(received.texts("accepted")),
        proxy=received.bin("proxy", 16) if received.has("proxy") else None,
    )
