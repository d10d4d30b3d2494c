# SPDX-License-Identifier: Apache-2.0
"""Inventories of a vault for its owner: what is kept, where copies are, who was given what, and what could go.

Nothing is changed. What happened outside of this vault and this machine is not known here, and no report says that
it is. Sources: docs/reference/cli.md, `hv report`.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from healthvault.consent.grant import parse_grant
from healthvault.consent.status import Status
from healthvault.ledger.documents import DocStatus
from healthvault.ledger.ids import contact_id_text
from healthvault.storage.consent_rows import ConsentRows
from healthvault.storage.document_rows import DocumentRows
from healthvault.storage.known_backups import known_backups
from healthvault.vault.copies import list_copies
from healthvault.vault.grants import list_grants
from healthvault.vault.mentions import kinds_of
from healthvault.vault.read import Filter, list_documents
from healthvault.vault.trail import Event, Trail, TrailFilter
from healthvault.vault.vault import Vault
from healthvault.vault.views import Copy, Document

__all__ = [
    "ACCESS_ACTIONS",
    "Access",
    "Kept",
    "Place",
    "Proposal",
    "Reason",
    "access_kinds",
    "access_rows",
    "kept_rows",
    "place_rows",
    "retention_rows",
]

ACCESS_ACTIONS = ("share", "emergency", "status", "receipt", "revoke")
"""What hands something out, and what came back or ended it."""
_END = {4: "-99-99", 7: "-99", 10: ""}
"""What makes a year or a month later than each of its days: it is old once all of it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Documents of one category and kind."""

    category: str
    kind: str
    count: int
    size_bytes: int
    first: str | None
    """Of their own dates the earliest."""
    last: str | None
    undated: int
    provenance: tuple[tuple[str, int], ...]
    """Word of the ladder and how many, the most first."""
    sensitivity: tuple[tuple[str, int], ...]
    """Label and how many; not labelled is no label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something of the vault is beside its documents, as far as this vault and this machine know."""

    what: str
    """`contact`, `handed-out`, `backup`, `cache`, `erased`."""
    name: str
    """A person, a path; untrusted."""
    count: int
    """Bundles, entries or documents."""
    size_bytes: int | None = None
    first_ms: int | None = None
    last_ms: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """An entry that handed something out, or says what came of that."""

    event: Event
    copies: tuple[Copy, ...]
    """Of a share: one for each recipient, with what they said."""


class Reason(Enum):
    """Why something is proposed."""

    OLD = "old-document"
    ENDING = "ending-grant"
    IDLE = "idle-contact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Something to look at; nothing is done about it."""

    reason: Reason
    id: str
    name: str
    """A title or a person; untrusted."""
    date: str | None
    """Of a document its own day, else the one on which it was added; of a grant its end."""
    category: str | None
    note: str


def kept_rows(vault: Vault) -> Iterator[Kept]:
    """Yield what documents there are, by category and kind, those erased left out."""
    groups: dict[tuple[str, str], list[Document]] = {}
    for document in list_documents(vault, Filter()):
        if document.status != DocStatus.ERASED.value:
            groups.setdefault((document.category, document.kind), []).append(document)
    for (category, kind), documents in sorted(groups.items()):
        days = sorted(one.date for one in documents if one.date)
        yield Kept(
            category=category,
            kind=kind,
            count=len(documents),
            size_bytes=sum(one.size_bytes for one in documents),
            first=days[0] if days else None,
            last=days[-1] if days else None,
            undated=len(documents) - len(days),
            provenance=_counted(one.provenance for one in documents),
            sensitivity=_counted(label for one in documents for label in one.sensitivity),
        )


def place_rows(vault: Vault) -> Iterator[Place]:
    """Yield where copies are, what is made anew on this machine, and what was erased.

    Raises:
        VaultDamaged: `vault_damaged`, an entry or the list of backups cannot be read.
        InvalidRequest: `io_error`.
    """
    yield from _handed_out(vault)
    for known in known_backups(vault.state, vault.keyring.vault_id):
        is_clean = known.ks_epoch >= vault.keys.ks_epoch
        note = "" if is_clean else "holds what was erased since"
        yield Place(what="backup", name=str(known.path), count=known.size, last_ms=known.time_ms, note=note)
    for path in (vault.paths.catalogue, vault.paths.contents):
        if path.exists():
            yield _cache(path)
    contacts = ConsentRows(vault.catalogue).contacts()
    for contact in contacts:
        yield Place(what="contact", name=contact.name, count=1, first_ms=contact.pinned_ms, note="name and card")
    erased = sum(one.status == DocStatus.ERASED.value for one in list_documents(vault, Filter()))
    if erased:
        yield Place(what="erased", name="", count=erased, note="place and id stay; nothing of what they said")


def access_kinds() -> tuple[str, ...]:
    """Return the kinds of entries that `access_rows` is about."""
    return kinds_of(ACCESS_ACTIONS)


def access_rows(vault: Vault, wanted: TrailFilter) -> Iterator[Access]:
    """Yield what was handed out and what came of it, the newest first.

    Raises:
        VaultDamaged: `vault_damaged`, an entry cannot be read.
    """
    by_entry: dict[int, list[Copy]] = {}
    for copy in list_copies(vault):
        by_entry.setdefault(copy.entry, []).append(copy)
    for event in Trail(vault).events(wanted):
        yield Access(event=event, copies=tuple(by_entry.get(event.entry.index, ())))


def retention_rows(
    vault: Vault, *, before: str, category: str | None, soon_ms: int, now_ms: int
) -> Iterator[Proposal]:
    """Yield what is older than a day, which grants end soon, and contacts that no grant names.

    Args:
        vault: Unlocked.
        before: ISO 8601; a document of this day or later is not old.
        category: Of documents; None: any.
        soon_ms: A grant that ends before this ends soon.
        now_ms: The clock.
    """
    yield from _old(vault, before, category)
    for grant in list_grants(vault, now_ms=now_ms):
        if grant.status == "active" and grant.not_after_ms < soon_ms:
            note = "its recipients keep what they have"
            end = _day(grant.not_after_ms)
            yield Proposal(
                reason=Reason.ENDING, id=grant.id, name=grant.contact, date=end, category=None, note=note
            )
    yield from _idle(vault, now_ms)


def _old(vault: Vault, before: str, category: str | None) -> Iterator[Proposal]:
    gone = {DocStatus.ERASED.value}
    for document in list_documents(vault, Filter(category=category)):
        day = (document.date or _day(document.added_ms))[:10]
        if document.status in gone or day + _END.get(len(day), "") >= before:
            continue
        note = "" if document.date else "has no date of its own: by when it was added"
        note = document.status if document.status != DocStatus.CURRENT.value else note
        row = DocumentRows(vault.catalogue).at(document.entry)
        if row is not None and row.supersedes is not None:
            note = "replaced another, which would be in force again"
        yield Proposal(
            reason=Reason.OLD,
            id=document.id,
            name=document.title,
            date=day,
            category=document.category,
            note=note,
        )


def _idle(vault: Vault, now_ms: int) -> Iterator[Proposal]:
    rows = ConsentRows(vault.catalogue)
    for contact in rows.contacts():
        grants = [
            parse_grant(row.terms, row.seq)
            for row in rows.grants_of((contact.vault,))
            if row.status == Status.ACTIVE
        ]
        if not any(grant.not_after_ms > now_ms for grant in grants):
            note = "no grant in force names them" + ("; a witness" if contact.is_witness else "")
            yield Proposal(
                reason=Reason.IDLE,
                id=contact_id_text(contact.vault),
                name=contact.name,
                date=None,
                category=None,
                note=note,
            )


def _handed_out(vault: Vault) -> Iterator[Place]:
    people: dict[tuple[str, str | None], list[Copy]] = {}
    for copy in list_copies(vault):
        people.setdefault((copy.recipient, copy.vault), []).append(copy)
    for (name, _), copies in sorted(people.items(), key=lambda each: each[0][0]):
        states = _counted(copy.state for copy in copies)
        yield Place(
            what="handed-out",
            name=name,
            count=len(copies),
            first_ms=min(copy.shared_ms for copy in copies),
            last_ms=max(copy.shared_ms for copy in copies),
            note=", ".join(f"{count} {state}" for state, count in states),
        )


def _cache(path: Path) -> Place:
    note = "encrypted; made anew where it is missing"
    return Place(what="cache", name=str(path), count=1, size_bytes=path.stat().st_size, note=note)


def _counted(words: Iterator[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(words).items(), key=lambda each: (-each[1], each[0])))


def _day(time_ms: int) -> str:
    return dt.datetime.fromtimestamp(time_ms / 1000, dt.UTC).date().isoformat()
