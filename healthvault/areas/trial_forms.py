# SPDX-License-Identifier: Apache-2.0
"""The forms of a vault's own trials, as they stand in it. What came from others is no registration of this vault.

Spec: docs/spec/trials.md section 1.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from healthvault.errors import FormatError, NotFound
from healthvault.ledger.documents import DocStatus
from healthvault.records.categories import Category
from healthvault.records.kinds import MEDIA_TYPES, Kind
from healthvault.trials.lock import Lock, Results, parse_lock, parse_results
from healthvault.trials.protocol import (
    DataBatch,
    Protocol,
    Registered,
    parse_amendment,
    parse_batch,
    parse_protocol,
)
from healthvault.vault.forms import NewForm
from healthvault.vault.read import Filter, document_bytes, list_documents
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document

__all__ = ["KeptForm", "Study", "find_studies", "find_study", "new_form", "study_of"]

_Form = TypeVar("_Form")
_Held_co = TypeVar("_Held_co", covariant=True)
_WORDS = {
    Kind.TRIAL_PROTOCOL: "Protocol of",
    Kind.TRIAL_AMENDMENT: "Amendment of",
    Kind.TRIAL_DATA: "Data of",
    Kind.TRIAL_LOCK: "Lock of",
    Kind.TRIAL_RESULT: "Results of",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptForm(Generic[_Held_co]):
    """A form and the document that holds it."""

    document: Document
    form: _Held_co


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """All that a vault holds of one trial, each list in the order of entry."""

    id: str
    registered: tuple[KeptForm[Registered], ...]
    """The registration and its amendments, those that are not in force any more among them."""
    batches: tuple[KeptForm[DataBatch], ...]
    locks: tuple[KeptForm[Lock], ...]
    results: tuple[KeptForm[Results], ...]

    @property
    def in_force(self) -> KeptForm[Registered] | None:
        """The protocol as it is now; None if it was retracted."""
        current = [one for one in self.registered if one.document.status == DocStatus.CURRENT.value]
        return current[-1] if current else None

    @property
    def first(self) -> KeptForm[Registered]:
        """What was registered first."""
        return self.registered[0]

    @property
    def title(self) -> str:
        """Of the registration."""
        return next((one.form.title for one in self.registered if isinstance(one.form, Protocol)), "")


def find_studies(vault: Vault) -> list[Study]:
    """Return every trial that was registered here, by its id.

    Raises:
        VaultDamaged: `vault_damaged`.
    """
    protocols: Sequence[KeptForm[Registered]] = _kept(vault, Kind.TRIAL_PROTOCOL, parse_protocol)
    amendments: Sequence[KeptForm[Registered]] = _kept(vault, Kind.TRIAL_AMENDMENT, parse_amendment)
    counted = [one for one in (*protocols, *amendments) if one.document.category == Category.PROTOCOL.value]
    batches = _kept(vault, Kind.TRIAL_DATA, parse_batch)
    locks = _kept(vault, Kind.TRIAL_LOCK, parse_lock)
    results = _kept(vault, Kind.TRIAL_RESULT, parse_results)
    return [
        Study(
            id=study,
            registered=_of(study, counted),
            batches=_of(study, batches),
            locks=_of(study, locks),
            results=_of(study, results),
        )
        for study in sorted({one.form.study for one in counted})
    ]


def find_study(vault: Vault, study: str) -> Study | None:
    """Return a trial that was registered here, or None."""
    return next((one for one in find_studies(vault) if one.id == study), None)


def study_of(vault: Vault, study: str) -> Study:
    """Return a trial that is registered here. Raises NotFound: `not_registered`."""
    found = find_study(vault, study)
    if found is None or found.in_force is None:
        hint = f"hv trial register {study} PROTOCOL.pdf --title ... --endpoint ..."
        raise NotFound("not_registered", f"no protocol of {study} is registered in this vault", hint=hint)
    return found


def new_form(kind: Kind, study: str, content: bytes, *, number: int | None = None) -> NewForm:
    """Return a form to be kept; only registrations and amendments are counted as such."""
    is_counted = kind in {Kind.TRIAL_PROTOCOL, Kind.TRIAL_AMENDMENT}
    mark = "" if number is None else f"-{number}"
    return NewForm(
        kind=kind,
        name=f"{study}-{kind.value}{mark}.json",
        title=f"{_WORDS[kind]} {study}" + ("" if number is None else f" ({number})"),
        content=content,
        date=None,
        category=Category.PROTOCOL if is_counted else Category.OTHER,
    )


def _of(study: str, forms: "Sequence[KeptForm[_Form]]") -> "tuple[KeptForm[_Form], ...]":
    mine = [one for one in forms if getattr(one.form, "study", None) == study]
    return tuple(sorted(mine, key=lambda one: one.document.entry))


def _kept(vault: Vault, kind: Kind, parse: Callable[[bytes], _Form]) -> "Sequence[KeptForm[_Form]]":
    return list(_read(vault, kind, parse))


def _read(vault: Vault, kind: Kind, parse: Callable[[bytes], _Form]) -> "Iterator[KeptForm[_Form]]":
    for document in list_documents(vault, Filter(kind=kind.value)):
        is_ours = not document.is_received and document.status != DocStatus.ERASED.value
        if is_ours and document.media_type == MEDIA_TYPES[kind]:
            try:
                yield KeptForm(document=document, form=parse(document_bytes(vault, document)))
            except FormatError:  # somebody called another file so: it says nothing of a trial
                continue
