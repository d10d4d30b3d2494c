# SPDX-License-Identifier: Apache-2.0
"""Whose records a document holds, with reasons: for `hv show` and `hv id check`.

Spec: docs/spec/identity.md section 7.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from healthvault.identity.matching import Owner, match
from healthvault.identity.names import shown_name
from healthvault.ledger.person import Decision
from healthvault.records.statements import Subject
from healthvault.storage.contents import Contents
from healthvault.storage.person_rows import DecisionRow, PersonRows
from healthvault.storage.verdict_rows import VerdictRows
from healthvault.vault.linking import decided
from healthvault.vault.person import owner_of
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document
from healthvault.vault.whose import NOT_CHECKED

__all__ = ["SubjectView", "WhoseView", "check_whose", "whose_of"]

LINKED, REFUSED, UNSAID, UNCHECKED = "linked", "refused", "unsaid", "unchecked"
_BEST_FIRST = (LINKED, "same", UNCHECKED, "unsure", "conflict", "other", REFUSED)
_DOUBTFUL_FIRST = ("conflict", "unsure", UNCHECKED, "other", REFUSED, LINKED, "same", UNSAID)
_DECIDED = {Decision.LINK: (LINKED, ("you said that these are yours",)),
            Decision.REFUSE: (REFUSED, ("you said that these are not yours",))}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectView:
    """A person whom a document names. Untrusted texts."""

    number: int
    """In the document, from 1."""
    name: str | None
    birth_date: str | None
    is_main: bool
    result: str
    """A word of `identity.matching.Result`, or `linked`, `refused`, `unchecked`."""
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoseView:
    """Whose records a document holds: what is said of the subject who is the owner most likely."""

    document: Document
    result: str
    """As of a subject; `unsaid` if it names nobody: then it counts as the owner's."""
    reasons: tuple[str, ...]
    subjects: tuple[SubjectView, ...]


def whose_of(vault: Vault, contents: Contents, document: Document, owner: Owner | None = None) -> WhoseView:
    """Return whose records a document holds, as far as it was read.

    Args:
        vault: Unlocked.
        contents: Brought up to the document.
        document: Any.
        owner: From `owner_of`, if it is at hand.
    """
    said = owner or owner_of(vault)
    decisions = PersonRows(vault.catalogue).decisions(document.entry)
    subjects = tuple(
        _subject(said, decisions, number, subject)
        for number, subject in enumerate(VerdictRows(contents).of(document.entry))
    )
    best = min(
        [each for each in subjects if each.is_main] or subjects,
        key=lambda each: _BEST_FIRST.index(each.result),
        default=None,
    )
    decision = decided(decisions, None)
    if best is not None:
        result, reasons = best.result, best.reasons
    else:
        result, reasons = _DECIDED[decision] if decision else (UNSAID, ("says nothing about whose it is",))
    return WhoseView(document=document, result=result, reasons=reasons, subjects=subjects)


def check_whose(vault: Vault, contents: Contents, documents: Iterable[Document]) -> Iterator[WhoseView]:
    """Yield whose records documents hold, those in doubt first."""
    owner = owner_of(vault)
    views = [whose_of(vault, contents, document, owner) for document in documents]
    yield from sorted(views, key=lambda view: _DOUBTFUL_FIRST.index(view.result))


def _subject(owner: Owner, decisions: tuple[DecisionRow, ...], number: int, subject: Subject) -> SubjectView:
    decision = decided(decisions, number)
    reasons: tuple[str, ...]
    if decision is not None:
        result, reasons = _DECIDED[decision]
    elif owner.is_telling:
        verdict = match(owner, subject)
        result, reasons = verdict.result.value, tuple(reason.whole for reason in verdict.reasons)
    else:
        result, reasons = UNCHECKED, (NOT_CHECKED,)
    names = [shown for name in subject.names if (shown := shown_name(name))]
    return SubjectView(
        number=number + 1,
        name=names[0] if names else None,
        birth_date=subject.birth_date,
        is_main=subject.is_main,
        result=result,
        reasons=reasons,
    )
