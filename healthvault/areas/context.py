# SPDX-License-Identifier: Apache-2.0
"""A feed of what documents say, for a call or a program, under a grant: judged and logged before it leaves.

Only documents that the grant names; each line with the document that says it, where that comes from and when. What
the documents say is untrusted, and so is the feed. Spec: docs/spec/context.md.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from healthvault.consent.grant import Grant
from healthvault.errors import InvalidRequest
from healthvault.feed.fitting import Fitted, Line, fitted
from healthvault.feed.redaction import Redaction, Rule, make_redaction
from healthvault.ledger.documents import DocStatus
from healthvault.records.provenance import Rung
from healthvault.records.reading import MAX_STATEMENTS
from healthvault.records.statements import Item, Passage, Quantity
from healthvault.storage.consent_rows import ConsentRows
from healthvault.storage.contents import Contents
from healthvault.storage.document_rows import DocumentRows, Filter
from healthvault.storage.item_rows import ItemRows
from healthvault.storage.verdict_rows import VerdictRows
from healthvault.vault.add import Observer
from healthvault.vault.contents import opened_contents, unread
from healthvault.vault.handing import NO_LETTER, Handed, UnderGrant, hand_over, parcel_under
from healthvault.vault.person import owner_of
from healthvault.vault.read import document_of
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document
from healthvault.vault.whose import Whose, whose_records

__all__ = ["Context", "ContextLine", "ContextWish", "Tally", "hand_context", "prepare_context"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextWish:
    """What is asked for."""

    grant: str
    """Its id, or the unique beginning of it."""
    wanted: Filter
    """Which of its documents."""
    rules: tuple[tuple[Rule | None, str], ...] = ()
    """What is taken out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextLine:
    """A line of the feed, redacted. Texts are untrusted and unescaped."""

    document: Document
    provenance: str
    item: Item | None = None
    passage: Passage | None = None
    """Neither: the line says what the document is."""
    is_owners: bool = True
    """It is known to be about the owner, or nothing says whom it is about."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """Why documents of the grant are not in the feed, or not all of them."""

    filtered: int = 0
    superseded: int = 0
    redacted: int = 0
    """Of a category that is left out."""
    unread: int = 0
    """In the feed, without what they say: nobody could read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """A feed that was judged, and neither cut nor logged yet."""

    grant: Grant
    redaction: Redaction
    documents: tuple[Document, ...]
    lines: tuple[ContextLine, ...]
    tally: Tally


def prepare_context(vault: Vault, wish: ContextWish, *, now_ms: int, observer: Observer | None = None) -> Context:
    """Judge what is asked for and return its lines, the newest document first.

    Args:
        vault: Unlocked.
        wish: What is asked for.
        now_ms: The clock.
        observer: Is told how reading gets on.

    Raises:
        As `parcel_under`; InvalidRequest: `nothing_to_share`, the filter leaves nothing.
    """
    parcel, grant, _ = parcel_under(vault, UnderGrant(grant=wish.grant), NO_LETTER, now_ms=now_ms)
    named = {row.seq for row in parcel.rows}
    chosen = {row.seq for row in DocumentRows(vault.catalogue).list(wish.wanted)} & named
    tally = Tally(filtered=len(named - chosen))
    documents = _newest_first([document_of(vault, seq) for seq in chosen])
    standing = [one for one in documents if one.status == DocStatus.CURRENT.value]
    tally.superseded = len(documents) - len(standing)
    with opened_contents(vault, only=[one.entry for one in standing], observer=observer) as contents:
        redaction = _redaction(vault, contents, wish, standing)
        kept = tuple(one for one in standing if not redaction.drops(one.category))
        tally.redacted = len(standing) - len(kept)
        silent = {seq for why in unread(contents) for seq in why.entries}
        tally.unread = sum(one.entry in silent for one in kept)
        whose = whose_records(vault, contents)
        lines = tuple(line for one in kept for line in _lines(contents, one, redaction, whose))
    if not kept:
        raise InvalidRequest("nothing_to_share", "no document of the grant is as described and in force")
    return Context(grant=grant, redaction=redaction, documents=kept, lines=lines, tally=tally)


def hand_context(
    vault: Vault,
    wish: ContextWish,
    context: Context,
    *,
    room_bytes: int,
    to_text: Callable[[ContextLine], str],
    now_ms: int,
) -> tuple[Handed, Fitted]:
    """Cut a feed to its size, judge again and log that the documents of which something is left leave.

    Args:
        vault: Unlocked, writing.
        wish: What was asked for.
        context: What it came to.
        room_bytes: For all lines but the first.
        to_text: Returns a line as it is written.
        now_ms: The clock.

    Raises:
        InvalidRequest: `too_large`, not one line fits; `io_error`. As `hand_over`.
    """
    made = (Line(document=line.document.id, text=to_text(line)) for line in context.lines)
    fit = fitted(made, room_bytes=room_bytes)
    if not fit.lines:
        raise InvalidRequest("too_large", "not one line fits", hint="give a larger --max-bytes")
    handed = hand_over(vault, UnderGrant(grant=wish.grant, records=fit.documents), now_ms=now_ms)
    return handed, fit


def _newest_first(documents: Sequence[Document]) -> list[Document]:
    """Return documents by their own date, those without one last, then by when they were added."""
    return sorted(documents, key=lambda one: ((one.date or "")[:10], one.entry), reverse=True)


def _lines(contents: Contents, document: Document, redaction: Redaction, whose: Whose) -> Iterator[ContextLine]:
    """Yield what the document is, then what it states, in its own order."""
    rung = document.provenance or Rung.PATIENT.value
    shown = _shown(document, redaction)
    yield ContextLine(document=shown, provenance=rung)
    for statement in _statements(contents, document.entry):
        if isinstance(statement, Item):
            if not redaction.drops(statement.category):
                is_owners = whose.includes(document.entry, statement.subject)
                item = _redacted(statement, redaction)
                yield ContextLine(document=shown, provenance=rung, item=item, is_owners=is_owners)
        elif (words := redaction.free_text(statement.words)) is not None:
            passage = Passage(words=words, place=statement.place)
            yield ContextLine(document=shown, provenance=rung, passage=passage)


def _statements(contents: Contents, seq: int) -> Iterator[Item | Passage]:
    rows = ItemRows(contents)
    yield from rows.stated(seq, limit=MAX_STATEMENTS)
    for words in rows.passages(seq, limit=MAX_STATEMENTS):
        yield Passage(words=words, place="")


def _shown(document: Document, redaction: Redaction) -> Document:
    title = redaction.free_text(document.title)
    return replace(
        document,
        title=document.category if title is None else title,
        date=redaction.date(document.date),
    )


def _redacted(item: Item, redaction: Redaction) -> Item:
    keeps_text = Rule.TEXT not in redaction.rules
    codes = tuple(replace(code, display=redaction.text(code.display)) for code in item.codes)
    coded = next((code.display for code in codes if code.display), item.type)
    is_plain = not {Rule.IDENTIFIERS, Rule.NAMES} & redaction.rules
    return replace(
        item,
        place=redaction.text(item.place) or "",  # a file in it may be named after somebody
        title=(redaction.text(item.title) or "") if keeps_text else coded,
        codes=codes,
        text=redaction.free_text(item.text),
        quantity=_quantity(item.quantity, redaction),
        date=redaction.date(item.date),
        until=redaction.date(item.until),
        identity=item.identity if is_plain else None,
        author=redaction.text(item.author) if Rule.NAMES not in redaction.rules else None,
        source=redaction.text(item.source),
    )


def _quantity(quantity: Quantity | None, redaction: Redaction) -> Quantity | None:
    return None if quantity is None else replace(quantity, unit=redaction.text(quantity.unit))


def _redaction(vault: Vault, contents: Contents, wish: ContextWish, documents: Sequence[Document]) -> Redaction:
    """Return the rules with the names and numbers that are known: of the owner, contacts, and the documents."""
    owner, rows = owner_of(vault), VerdictRows(contents)
    subjects = [subject for one in documents for subject in rows.of(one.entry)]
    people = [*owner.names, *(name for subject in subjects for name in subject.names)]
    names = [text for name in people for text in (name.text, name.family, *name.given) if text]
    numbers = [*owner.identifiers, *(number for subject in subjects for number in subject.identifiers)]
    return make_redaction(
        wish.rules,
        names=[owner.vault_name, *(row.name for row in ConsentRows(vault.catalogue).contacts()), *names],
        identifiers=[number.code for number in numbers],
    )
