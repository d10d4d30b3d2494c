# SPDX-License-Identifier: Apache-2.0
"""The owner's directives: forms, the older superseded by the newer; which holds, and what speaks against it.

What came from others never decides which of the owner's own holds: it is named beside it.
Spec: docs/spec/directives.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from healthvault.directives.force import Kept, Standing, State, standings
from healthvault.directives.record import Act, Directive, Source, Topic, parse_directive, title_of
from healthvault.errors import FormatError, InvalidRequest, NotFound
from healthvault.ledger.documents import DocStatus
from healthvault.ledger.ids import contact_id_text
from healthvault.records.categories import Category
from healthvault.records.kinds import Kind
from healthvault.vault.amend import Correction, revise_document
from healthvault.vault.attestations import AttestationView, attested
from healthvault.vault.forms import NewForm, keep_form
from healthvault.vault.read import Filter, document_bytes, find_document, list_documents
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document

__all__ = [
    "Beside",
    "Directives",
    "Made",
    "NewDirective",
    "add_directive",
    "attested_of",
    "read_directives",
    "revoke_directive",
    "standing_of",
]

NAME = "directive.json"
ENDED = "No longer in force: "
_MOST_TITLE_CHARS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDirective:
    """What the owner says."""

    topic: Topic
    made: date
    words: str = ""
    document: str | None = None
    """Id of the document of her vault that holds the words, or its unique beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A document about directives that is no record of the owner's own: it is weighed by nobody here."""

    document: Document
    said: Directive | None
    """Of a directive that somebody else's vault wrote: what it says. None of anything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Directives:
    """Everything about directives that is in the vault."""

    documents: dict[str, Document]
    """Of the owner's records, by id."""
    standings: tuple[Standing, ...]
    beside: tuple[Beside, ...]
    sources: dict[str, Document]
    """Documents that records name as their words, by id; one that is not there is not among them."""
    unreadable: tuple[str, ...]
    """Ids of documents of this kind whose content is no directive."""

    def conflicts(self, standing: Standing) -> tuple[Beside, ...]:
        """Return what others say about the topic that is not older than what stands, or not known to be."""
        newest = standing.newest.said
        return tuple(
            one
            for one in self.beside
            if one.said is not None and one.said.topic is standing.topic and one.said.made >= newest.made
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What became of an addition or revocation."""

    document: Document
    said: Directive
    holds: bool
    """It is the newest of its topic."""
    replaced: str | None
    """Id of the record whose document it superseded."""
    retitled: str | None
    """Id of the document that held the words of that one, whose title says now that it holds no more."""


def read_directives(vault: Vault, *, at: date | None = None) -> Directives:
    """Return which directives there are, which hold, and what is beside them.

    Args:
        vault: Unlocked.
        at: As of this day; None: now.

    Raises:
        VaultDamaged: `vault_damaged`.
    """
    documents: dict[str, Document] = {}
    records: list[Kept] = []
    beside: list[Beside] = []
    unreadable: list[str] = []
    for document in _standing_documents(vault, Filter(kind=Kind.DIRECTIVE.value)):
        try:
            said = parse_directive(document_bytes(vault, document))
        except FormatError:
            unreadable.append(document.id)
            continue
        if document.is_received:
            beside += [Beside(document=document, said=said)] if _is_current(document) else []
            continue
        documents[document.id] = document
        records.append(_kept(document, said))
    sources = _sources(vault, records)
    beside += _others(vault, sources)
    return Directives(
        documents=documents,
        standings=standings(records, at=at),
        beside=tuple(beside),
        sources=sources,
        unreadable=tuple(unreadable),
    )


def add_directive(vault: Vault, new: NewDirective, *, now_ms: int) -> Made:
    """Keep a directive; what it replaces stays, as superseded.

    Raises:
        NotFound: `not_found`, `ambiguous`, the document that holds the words.
        InvalidRequest: `bad_text`; `erased`, `retracted`, that document; `already_there`; `io_error`.
    """
    found = read_directives(vault)
    source = None if new.document is None else _source(vault, new.document)
    said = Directive(
        topic=new.topic,
        act=Act.MADE,
        made=new.made,
        is_active=_is_newest(found, new.topic, new.made),
        words=new.words.strip(),
        source=source,
        vault=contact_id_text(vault.keyring.vault_id),
    )
    return _keep(vault, found, said, now_ms=now_ms)


def revoke_directive(vault: Vault, topic: Topic, *, made: date, words: str, now_ms: int) -> Made:
    """Keep that nothing is in force about a topic from a day on; what was said before does not come back.

    Raises:
        NotFound: `not_found`, nothing was ever said about it.
        InvalidRequest: `bad_text`, `already_there`, `io_error`.
    """
    found = read_directives(vault)
    if standing_of(found, topic) is None:
        raise NotFound("not_found", f"there is no directive about {topic.value}", hint="`hv directive list`")
    said = Directive(
        topic=topic,
        act=Act.REVOKED,
        made=made,
        is_active=False,
        words=words.strip(),
        vault=contact_id_text(vault.keyring.vault_id),
    )
    return _keep(vault, found, said, now_ms=now_ms)


def standing_of(found: Directives, topic: Topic) -> Standing | None:
    """Return what stands about a topic, if anything was said about it."""
    return next((one for one in found.standings if one.topic is topic), None)


def attested_of(vault: Vault, found: Directives, kept: Kept) -> tuple[AttestationView, ...]:
    """Return what others attest of a record, and of the document that holds its words, each judged now.

    Raises:
        VaultDamaged: `vault_damaged`.
    """
    entries = [kept.entry]
    if kept.said.source is not None and kept.said.source.id in found.sources:
        entries.append(found.sources[kept.said.source.id].entry)
    return tuple(view for entry in entries for view in attested(vault, entry))


def _kept(document: Document, said: Directive) -> Kept:
    return Kept(id=document.id, entry=document.entry, said=said, is_current=_is_current(document))


def _keep(vault: Vault, found: Directives, said: Directive, *, now_ms: int) -> Made:
    holds = _is_newest(found, said.topic, said.made)
    older = _current_record(found, said.topic) if holds else None
    form = NewForm(
        kind=Kind.DIRECTIVE,
        name=NAME,
        title=title_of(said),
        content=said.to_bytes(),
        date=said.made.isoformat(),
        category=Category.DIRECTIVE,
    )
    document = keep_form(vault, form, now_ms=now_ms, replaces=older.id if older else None)
    if document.duplicate_of is not None:
        raise InvalidRequest("already_there", f"{document.id} says exactly this")
    retitled = None if older is None else _retitle(vault, found, older, said, now_ms=now_ms)
    return Made(
        document=document,
        said=said,
        holds=holds,
        replaced=older.id if older else None,
        retitled=retitled,
    )


def _is_newest(found: Directives, topic: Topic, made: date) -> bool:
    standing = standing_of(found, topic)
    return standing is None or made >= standing.newest.said.made


def _current_record(found: Directives, topic: Topic) -> Kept | None:
    """Return the newest record of a topic whose document nothing has replaced."""
    standing = standing_of(found, topic)
    history = () if standing is None else standing.history
    return next((kept for kept in history if _is_current(found.documents[kept.id])), None)


def _retitle(vault: Vault, found: Directives, older: Kept, said: Directive, *, now_ms: int) -> str | None:
    """Say in the title of the document that held the words of a record that it holds no more.

    Not of one that came from others, that the new one names too, or that another topic stands on.
    """
    source = None if older.said.source is None else found.sources.get(older.said.source.id)
    if source is None or source.is_received or not _is_current(source) or source.title.startswith(ENDED):
        return None
    used = {
        one.newest.said.source.id
        for one in found.standings
        if one.topic is not said.topic and one.state is State.IN_FORCE and one.newest.said.source is not None
    }
    if source.id in used or (said.source is not None and said.source.id == source.id):
        return None
    title = f"{ENDED}{source.title}"[:_MOST_TITLE_CHARS]
    return revise_document(vault, source.id, Correction(title=title), now_ms=now_ms).id


def _source(vault: Vault, prefix: str) -> Source:
    document = find_document(vault, prefix)
    if document.status in {DocStatus.ERASED.value, DocStatus.RETRACTED.value}:
        raise InvalidRequest(document.status, f"{document.id} was {document.status}: it cannot hold the words")
    return Source(id=document.id, title=document.title)


def _sources(vault: Vault, records: list[Kept]) -> dict[str, Document]:
    found: dict[str, Document] = {}
    for kept in records:
        if kept.said.source is not None and kept.said.source.id not in found:
            try:
                found[kept.said.source.id] = find_document(vault, kept.said.source.id)
            except NotFound:
                continue
    return found


def _others(vault: Vault, sources: dict[str, Document]) -> Iterator[Beside]:
    """Yield the documents in force about directives that no record of the owner's stands for."""
    for document in _standing_documents(vault, Filter(category=Category.DIRECTIVE.value)):
        if _is_current(document) and document.kind != Kind.DIRECTIVE.value and document.id not in sources:
            yield Beside(document=document, said=None)


def _standing_documents(vault: Vault, wanted: Filter) -> Iterator[Document]:
    gone = {DocStatus.ERASED.value, DocStatus.RETRACTED.value}
    return (document for document in list_documents(vault, wanted) if document.status not in gone)


def _is_current(document: Document) -> bool:
    return document.status == DocStatus.CURRENT.value
