# SPDX-License-Identifier: Apache-2.0
"""Prescriptions, dispenses and stops written down: each is a document, kept also where something about it is odd.

Spec: docs/spec/medicines.md section 2.
"""

from dataclasses import dataclass, replace

from healthvault.areas.medicines import FORMS, Known, known_medicines
from healthvault.errors import InvalidRequest, NotFound
from healthvault.medicines.flags import Flag, find_flags
from healthvault.medicines.form import Draft, form_bytes
from healthvault.medicines.linking import Book
from healthvault.medicines.telling import Sort, Telling
from healthvault.medicines.wording import normal_words
from healthvault.records.categories import Category
from healthvault.vault.forms import NewForm, keep_form
from healthvault.vault.read import find_document
from healthvault.vault.status import owner_name
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document

__all__ = ["Written", "add_prescription", "dispense", "prescription_named", "stop_medicine"]

FOREVER = "9999-12-31"
_KINDS = {sort: kind for kind, sort in FORMS.items()}
_TITLES = {Sort.PRESCRIPTION: "Prescription", Sort.DISPENSE: "Dispensed", Sort.STOP: "Stopped"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A form that was kept, and what is odd now that was not before, or could not be judged."""

    document: Document
    telling: Telling
    prescription: Telling | None
    flags: tuple[Flag, ...]


def add_prescription(
    vault: Vault, draft: Draft, *, source: str | None, replaces: str | None, now_ms: int
) -> Written:
    """Keep a prescription as the owner typed it, or as she writes it for a patient.

    Args:
        vault: Unlocked, writing.
        draft: Without source; an empty patient is the owner.
        source: Id of the document that it was taken from, or its beginning.
        replaces: Id of the prescription that it is a newer version of, or its beginning.
        now_ms: The clock.

    Raises:
        NotFound: `not_found`, `ambiguous`: a document that is named is not there.
        InvalidRequest: `bad_text`; `already_there`, an older version says the same; as `replace_document`.
    """
    return _kept(vault, _from_source(vault, draft, source), now_ms=now_ms, replaces=replaces)


def dispense(vault: Vault, asked: str, draft: Draft, *, now_ms: int) -> Written:
    """Record that something was handed over on a prescription, whatever is odd about it.

    Args:
        vault: Unlocked, writing.
        asked: Id of the prescription's document, or its beginning; behind a colon the place in it.
        draft: Medicine and patient are those of the prescription, whatever it says.
        now_ms: The clock.

    Raises:
        As `prescription_named`; InvalidRequest: `bad_text`, `io_error`.
    """
    known = known_medicines(vault)
    found = prescription_named(vault, known.book, asked)
    return _kept(vault, _about(draft, found), now_ms=now_ms, known=known, prescription=found)


def stop_medicine(vault: Vault, asked: str, draft: Draft, *, source: str | None, now_ms: int) -> Written:
    """Record that a medicine was stopped: a prescription by its id, else the medicine of these words.

    Args:
        vault: Unlocked, writing.
        asked: An id that begins with `d_`, or words.
        draft: Its medicine counts where `asked` is words.
        source: Id of the document that says so, or its beginning.
        now_ms: The clock.

    Raises:
        As `prescription_named`; InvalidRequest: `bad_text`, `io_error`.
    """
    known = known_medicines(vault)
    found = prescription_named(vault, known.book, asked) if asked.startswith("d_") else None
    draft = _about(draft, found) if found else _as_known(known, draft)
    return _kept(vault, _from_source(vault, draft, source), now_ms=now_ms, known=known, prescription=found)


def prescription_named(vault: Vault, book: Book, asked: str) -> Telling:
    """Return the prescription that an id names.

    Raises:
        NotFound: `not_found`, no such document in force states a prescription; `ambiguous`, several, or one of
            several documents.
    """
    prefix, _, place = asked.partition(":")
    document = find_document(vault, prefix)
    found = [
        each
        for each in book.tellings
        if each.sort is Sort.PRESCRIPTION
        and any(
            one.document == document.id and (not place or one.id == f"{document.id}:{place}")
            for one in each.tellings
        )
    ]
    if not found:
        raise NotFound(
            "not_found", f"{document.id} states no prescription that is in force", hint="`hv rx list` shows them"
        )
    if len(found) > 1:
        ids = ", ".join(one.id for each in found for one in each.tellings if one.document == document.id)
        raise NotFound("ambiguous", f"{asked} states several: {ids}", hint="give the place too")
    return found[0]


def _about(draft: Draft, prescription: Telling) -> Draft:
    return replace(
        draft,
        medicine=prescription.medicine,
        patient=prescription.patient_name,
        about=(prescription.id, prescription.content),
    )


def _as_known(known: Known, draft: Draft) -> Draft:
    """Return a stop of a medicine with the codes by which it is known, if all who name it so agree."""
    words = normal_words(draft.medicine.words)
    named = {each.medicine.key: each.medicine for each in known.said if each.medicine.key[0] == words}
    if len(named) != 1 or draft.medicine.codes:
        return draft
    (medicine,) = named.values()
    return replace(draft, medicine=replace(draft.medicine, codes=medicine.codes))


def _from_source(vault: Vault, draft: Draft, source: str | None) -> Draft:
    return draft if source is None else replace(draft, source=find_document(vault, source).id)


def _kept(
    vault: Vault,
    draft: Draft,
    *,
    now_ms: int,
    known: Known | None = None,
    prescription: Telling | None = None,
    replaces: str | None = None,
) -> Written:
    draft = draft if draft.patient else replace(draft, patient=owner_name(vault))
    labels = {label for name in _named(draft) for label in find_document(vault, name).sensitivity}
    form = NewForm(
        kind=_KINDS[draft.sort],
        name=f"{_KINDS[draft.sort].value}.json",
        title=f"{_TITLES[draft.sort]}: {draft.medicine.words}"[:200],
        content=form_bytes(draft),
        date=draft.date,
        category=Category.MEDICATION,
        sensitivity=tuple(sorted(labels)),  # what was sensitive there is so here
    )
    before = {_facts(flag) for flag in find_flags(known.book, FOREVER)} if known else set()
    document = keep_form(vault, form, now_ms=now_ms, replaces=replaces)
    now = known_medicines(vault)
    telling = next((each for each in now.said if each.id == document.id), None)
    if telling is None:
        raise InvalidRequest("already_there", f"{document.id} has these very words, and was replaced since")
    flags = [
        flag
        for flag in find_flags(now.book, FOREVER)
        if document.id in flag.documents or (known and flag.is_found and _facts(flag) not in before)
    ]
    return Written(document=document, telling=telling, prescription=prescription, flags=tuple(flags))


def _facts(flag: Flag) -> tuple[object, ...]:
    return flag.code, flag.is_found, flag.documents, flag.said


def _named(draft: Draft) -> tuple[str, ...]:
    about = (draft.about[0].partition(":")[0],) if draft.about else ()
    return (*about, draft.source) if draft.source else about
