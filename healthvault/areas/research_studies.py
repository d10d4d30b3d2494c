# SPDX-License-Identifier: Apache-2.0
"""The studies that the owner takes part in: found, kept, ended, forgotten.

A study is a form; ending it revokes the grants that its exports were handed out under. Forgetting erases every
version of the form, and with them what connects the pseudonym to this vault.

Spec: docs/spec/research.md sections 6 and 7.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from healthvault.crypto.hashing import random_bytes
from healthvault.errors import ConsentRefused, FormatError, IntegrityError, NotFound
from healthvault.ledger.documents import DocStatus
from healthvault.records.categories import Category
from healthvault.records.kinds import Kind
from healthvault.research.keys import SECRET_BYTES, origin_of_key
from healthvault.research.study import Study, check_study_name, parse_study, study_key, study_name_in
from healthvault.research.withdrawal import Withdrawal, sign_withdrawal
from healthvault.vault.erase import erase_documents
from healthvault.vault.forms import Form, NewForm, find_forms, keep_form
from healthvault.vault.grants import find_grant, revoke_grant
from healthvault.vault.read import Filter, document_bytes, list_documents
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document, GrantView

__all__ = ["KeptStudy", "Withdrawn", "find_study", "forget_study", "keep_study", "list_studies", "study_to_export",
           "withdraw"]  # fmt: skip

FORM_NAME = "research-study.json"
MAX_DRAWS = 1000  # more studies than there are shifts: two of them share one
_ENDED = frozenset({"revoked", "superseded", "erased"})


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptStudy:
    """A study, and the document that holds it."""

    study: Study
    document: Document | None
    """None before the first export."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """The end of a study: the notice, and the grants that ended with it."""

    study: Study
    notice: bytes
    grants: tuple[GrantView, ...]


def list_studies(vault: Vault) -> Iterator[KeptStudy]:
    """Yield the studies, the newest changed first; see `broken_forms` for those that cannot be read."""
    for form in find_forms(vault, Kind.RESEARCH_STUDY):
        with suppress(FormatError, IntegrityError):
            yield KeptStudy(study=_opened(vault, form), document=form.document)


def broken_forms(vault: Vault) -> tuple[str, ...]:
    """Return the ids of documents that are said to be studies and are none of this vault's."""
    known = {kept.document.id for kept in list_studies(vault) if kept.document}
    found = (form.document.id for form in find_forms(vault, Kind.RESEARCH_STUDY))
    return tuple(id_text for id_text in found if id_text not in known)


def find_study(vault: Vault, name: str) -> KeptStudy:
    """Return a study by its name.

    Raises:
        NotFound: `not_found`; `ambiguous`, several forms of it are in force.
        InvalidRequest: `bad_text`.
        FormatError, IntegrityError: its form was replaced by something else.
    """
    check_study_name(name)
    found = [form for form in find_forms(vault, Kind.RESEARCH_STUDY) if _is_named(form.content, name)]
    if len(found) > 1:
        ids = ", ".join(form.document.id for form in found)
        raise NotFound(
            "ambiguous", f"several forms of {name} are in force: {ids}", hint="`hv retract` all but one"
        )
    if not found:
        raise NotFound("not_found", f"nothing was exported to {name}", hint="`hv research list` shows the studies")
    return KeptStudy(study=_opened(vault, found[0]), document=found[0].document)


def study_to_export(vault: Vault, name: str) -> KeptStudy:
    """Return the study that an export goes to, with a fresh secret if it is the first.

    Raises:
        ConsentRefused: `study_withdrawn`.
        As `find_study`.
    """
    try:
        kept = find_study(vault, name)
    except NotFound as err:
        if err.code != "not_found":
            raise
        return KeptStudy(study=_new_study(vault, name), document=None)
    if kept.study.withdrawn_ms is not None:
        hint = "to take part again under a new pseudonym, `hv research forget` it first, or use another name"
        raise ConsentRefused("study_withdrawn", f"you withdrew from {name}", hint=hint)
    return kept


def keep_study(vault: Vault, study: Study, older: Document | None, *, now_ms: int) -> Document:
    """Keep a study, in the place of its older version. Raises InvalidRequest: `io_error`."""
    form = NewForm(
        kind=Kind.RESEARCH_STUDY,
        name=FORM_NAME,
        title=f"Research study {study.name}",
        content=study.to_bytes(study_key(vault.keys.identity.state_key)),
        date=None,
        category=Category.OTHER,
    )
    return keep_form(vault, form, now_ms=now_ms, replaces=older.id if older else None)


def withdraw(vault: Vault, name: str, *, now_ms: int) -> Withdrawn:
    """End a study: no more exports, its grants are revoked. A second time gives the same notice.

    Args:
        vault: Unlocked, writing.
        name: Of the study.
        now_ms: The clock.

    Raises:
        As `find_study`; InvalidRequest: `io_error`.
    """
    kept = find_study(vault, name)
    study = kept.study
    if study.withdrawn_ms is None:
        study = replace(study, withdrawn_ms=now_ms)
        keep_study(vault, study, kept.document, now_ms=now_ms)  # first: from here on nothing more is exported
    grants = tuple(
        _ended(vault, grant, name, now_ms) for grant in dict.fromkeys(one.grant for one in study.handings)
    )
    return Withdrawn(study=study, notice=_notice(study, study.withdrawn_ms or now_ms), grants=grants)


def forget_study(vault: Vault, name: str, *, now_ms: int) -> tuple[str, ...]:
    """Erase every version of a study's form, and return their ids.

    Args:
        vault: Unlocked, writing.
        name: Of the study.
        now_ms: The clock.

    Raises:
        NotFound: `not_found`.
        InvalidRequest: `bad_text`, `too_many`, `io_error`.
    """
    check_study_name(name)
    victims = tuple(
        document
        for document in list_documents(vault, Filter(kind=Kind.RESEARCH_STUDY.value))
        if document.status != DocStatus.ERASED.value
        and not document.is_received
        and _is_named(document_bytes(vault, document), name)
    )
    if not victims:
        raise NotFound("not_found", f"nothing is kept of {name}", hint="`hv research list` shows the studies")
    erase_documents(vault, victims, reason="study-forgotten", now_ms=now_ms)
    return tuple(document.id for document in victims)


def _new_study(vault: Vault, name: str) -> Study:
    """Return a study with a fresh secret, with a shift of days that no other study of hers has."""
    taken = {kept.study.keys.shift_days for kept in list_studies(vault)}
    for _ in range(MAX_DRAWS):
        study = Study(name=name, secret=random_bytes(SECRET_BYTES))
        if study.keys.shift_days not in taken:
            break
    return study


def _is_named(data: bytes, name: str) -> bool:
    """Tell whether a form (unverified) is of a study; what is no form is of none."""
    try:
        return study_name_in(data) == name
    except FormatError:
        return False


def _opened(vault: Vault, form: Form) -> Study:
    return parse_study(form.content, study_key(vault.keys.identity.state_key))


def _ended(vault: Vault, grant: str, name: str, now_ms: int) -> GrantView:
    found = find_grant(vault, grant, now_ms=now_ms)
    if found.status in _ENDED:
        return found
    return revoke_grant(vault, grant, reason=f"withdrawn from {name}", now_ms=now_ms)


def _notice(study: Study, time_ms: int) -> bytes:
    key = study.keys.sign
    moment = datetime.fromtimestamp(time_ms // 1000, UTC).replace(tzinfo=None)
    said = Withdrawal(
        origin=origin_of_key(key.public),
        study=study.name,
        size=study.size,
        root=study.tree.root(),
        time=f"{moment.isoformat()}Z",
    )
    return sign_withdrawal(said, key)
