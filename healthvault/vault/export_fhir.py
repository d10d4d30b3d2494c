# SPDX-License-Identifier: Apache-2.0
"""The vault as FHIR R4: its documents, their provenance, every grant as a Consent, and the trail as AuditEvents.

A view for other programs, not a proof: what proves it is a bundle. One stream, so that it costs no memory; a
literal reference leads to a resource of the same stream. Spec: docs/spec/records.md section 6.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from healthvault.consent.grant import parse_grant
from healthvault.consent.purposes import PURPOSES
from healthvault.consent.status import Status
from healthvault.ledger.documents import DocStatus
from healthvault.ledger.ids import contact_id_text, document_id_text
from healthvault.records.fhir_consent import AUDITED, AuditFacts, ConsentFacts, audit_event, consent
from healthvault.records.fhir_out import (
    Attached,
    EntryFacts,
    Owner,
    document_reference,
    entry_reference,
    patient,
    provenance,
)
from healthvault.records.fhir_parts import Actor, JsonObject, literal, logical
from healthvault.storage.consent_rows import ConsentRows, GrantRow
from healthvault.storage.document_rows import DocumentRows, Filter
from healthvault.vault.export import export_contents
from healthvault.vault.mentions import kinds_of
from healthvault.vault.read import list_documents
from healthvault.vault.status import owner_name
from healthvault.vault.trail import CODE, Event, PartyView, Trail, TrailFilter
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document, Failure, PartView

__all__ = ["export_fhir"]

_WHOLE = Filter()


@dataclass(slots=True)
class _Held:
    """Which documents are in the stream: all but some, or only some."""

    are_all: bool
    others: set[str] = field(default_factory=set)
    """The ids that are not as `are_all` says."""

    def note(self, id_text: str, *, written: bool) -> None:
        if written != self.are_all:
            self.others.add(id_text)

    def __contains__(self, id_text: str) -> bool:
        return (id_text in self.others) != self.are_all


def export_fhir(vault: Vault, wanted: Filter, *, with_content: bool) -> Iterator[JsonObject | Failure]:
    """Yield the Patient, each document with its Provenance, then consents, then audit events, the newest first.

    With a filter, consents and audit events are those that name a document of the stream. A document that is
    damaged is a failure in its place.

    Args:
        vault: Unlocked.
        wanted: Which documents.
        with_content: Carry the bytes of documents, and of the entries that grants stand in.

    Raises:
        InvalidRequest: `too_large`, with content, a document over 64 MiB.
        VaultDamaged: `vault_damaged`, an entry cannot be read.
    """
    view = _View(vault, with_content=with_content, are_all=wanted == _WHOLE)
    yield patient(view.owner)
    bare = ((document, ()) for document in list_documents(vault, wanted))
    for item in export_contents(vault, wanted) if with_content else bare:
        if isinstance(item, Failure):
            view.held.note(item.name, written=False)
            yield item
            continue
        yield from view.document(*item)
    for row in ConsentRows(vault.catalogue).grants():
        yield from view.grant(row)
    for event in view.trail.events(TrailFilter(kinds=kinds_of(AUDITED))):
        yield from view.event(event)


class _View:
    """From the vault's terms to FHIR's."""

    def __init__(self, vault: Vault, *, with_content: bool, are_all: bool) -> None:
        self._vault = vault
        self._with_content = with_content
        self._documents = DocumentRows(vault.catalogue)
        self.owner = Owner(vault=contact_id_text(vault.keyring.vault_id), name=owner_name(vault))
        self.trail = Trail(vault)
        self.held = _Held(are_all=are_all)

    def document(self, document: Document, contents: tuple[bytes, ...]) -> Iterator[JsonObject]:
        """Yield a document, what made it, and its import if it was one."""
        self.held.note(document.id, written=True)
        yield document_reference(
            id_text=document.id,
            title=document.title,
            media_type=document.media_type,
            date=document.date,
            added_ms=document.added_ms,
            status=document.status,
            owner=self.owner,
            content=contents[0] if contents and not document.parts else None,
            files=tuple(map(_attached, document.parts, contents)),
            category="" if document.status == DocStatus.ERASED.value else document.category,
            sensitivity=document.sensitivity,
            rung=document.provenance,
        )
        made = self._entry(document.entry)
        author, rung = document.author or "", document.provenance
        yield from _there(provenance(made, self._reference(document.id), self.owner, author=author, rung=rung))
        received = self.trail.at(document.entry) if document.is_received else None
        if received is not None:
            yield from self._audited(received)

    def grant(self, row: GrantRow) -> Iterator[JsonObject]:
        """Yield the Consent of a grant, its entry and what made it, if it names a document of the stream."""
        grant, entry = parse_grant(row.terms, row.seq), self._entry(row.seq, with_raw=self._with_content)
        event, documents = self.trail.at(row.seq), self._documents.ids_in(grant.records)
        if event is None or not self._is_told(documents):
            return
        yield entry_reference(entry, self.owner)
        facts = ConsentFacts(
            id_text=row.id,
            entry=entry,
            is_active=row.status == Status.ACTIVE,
            grantees=tuple(map(_actor, event.parties)),
            documents=tuple(map(self._reference, documents)),
            purposes=grant.purposes,
            actions=grant.actions,
            conditions=tuple(str(condition.to_map()["kind"]) for condition in grant.conditions),
            not_before_ms=grant.not_before_ms,
            not_after_ms=grant.not_after_ms,
        )
        yield consent(facts, self.owner)
        yield from _there(provenance(entry, literal("Consent", row.id), self.owner))

    def event(self, event: Event) -> Iterator[JsonObject]:
        """Yield an audit event, if it names a document of the stream; of a revocation also what changed."""
        if not self._is_told(event.documents):
            return
        yield from self._audited(event)
        if event.action == "revoke":
            changed = self._entry(event.entry.index)
            for grant in event.grants:
                yield from _there(provenance(changed, literal("Consent", grant), self.owner, is_new=False))

    def _audited(self, event: Event) -> Iterator[JsonObject]:
        facts = AuditFacts(
            entry=self._entry(event.entry.index),
            action=event.action,
            purposes=tuple(PURPOSES.get(word, word) for word in event.purposes),
            parties=tuple(map(_actor, event.parties)),
            entities=(
                *map(self._reference, event.documents),
                *(literal("Consent", grant) for grant in event.grants),
            ),
        )
        yield from _there(audit_event(facts, self.owner))

    def _is_told(self, documents: tuple[str, ...]) -> bool:
        return self.held.are_all or any(id_text in self.held for id_text in documents)

    def _reference(self, id_text: str) -> JsonObject:
        if id_text in self.held:
            return literal("DocumentReference", id_text)
        return logical("urn:healthvault:document", id_text)

    def _entry(self, seq: int, *, with_raw: bool = False) -> EntryFacts:
        entry = self._vault.history.entry(seq)
        return EntryFacts(
            seq=seq,
            key=document_id_text(entry.leaf).removeprefix("d_"),
            leaf=entry.leaf,
            prev=entry.header.prev,
            time_ms=entry.header.ts_ms,
            raw=entry.raw if with_raw else None,
        )


def _attached(part: PartView, content: bytes) -> Attached:
    return Attached(name=part.name, media_type=part.media_type, content=content)


def _actor(party: PartyView) -> Actor:
    if party.id == CODE:
        return Actor(system="", value="", name=party.name)
    kind = "vault" if party.id.startswith("c_") else "recipient"
    return Actor(system=f"urn:healthvault:{kind}", value=party.id, name=party.name)


def _there(resource: JsonObject | None) -> Iterator[JsonObject]:
    if resource is not None:
        yield resource
