# SPDX-License-Identifier: Apache-2.0
"""A participant's consent to a trial, and its withdrawal: signed by keeping the record in her journal.

Spec: docs/spec/trial-consent.md sections 1 and 4.
"""

import hashlib
from dataclasses import dataclass
from datetime import date

from healthvault.agefile.source import read_fully
from healthvault.areas.trial_histories import own_id, readable_history
from healthvault.crypto.hashing import random_bytes
from healthvault.errors import InvalidRequest
from healthvault.records.categories import Category
from healthvault.records.kinds import Kind
from healthvault.storage.inputs import Failure, InputFile
from healthvault.trials.consent import (
    Consent,
    FormRef,
    Option,
    Withdrawal,
    check_language,
    check_name,
    check_options,
    check_reason,
    check_study,
    check_version,
)
from healthvault.trials.consent_history import History
from healthvault.vault.add import AddOptions, add_documents
from healthvault.vault.forms import NewForm, keep_form
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document

__all__ = ["ConsentWish", "read_whole_form", "sign_consent", "withdraw"]

MAX_SHEET_BYTES = 64 << 20  # of the form itself
RECORD_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWish:
    """What a participant agrees to."""

    study: str
    version: str
    language: str
    options: tuple[Option, ...]
    date: date
    explained_by: str | None
    anew: bool = False
    """In the place of the consent in force."""


def read_whole_form(file: InputFile) -> bytes:
    """Return the bytes of a consent form.

    Raises:
        InputError: `unreadable`, `not_a_file`, `file_changed`.
        InvalidRequest: `blank_form`, it is empty; `too_large`, over 64 MiB.
    """
    with file.open() as source:
        data = read_fully(source, MAX_SHEET_BYTES + 1)
        if len(data) > MAX_SHEET_BYTES:
            raise InvalidRequest("too_large", f"{file.shown}: a form is at most {MAX_SHEET_BYTES >> 20} MiB")
        source.check_unchanged(len(data))
    if not data:
        raise InvalidRequest("blank_form", f"{file.shown}: the form is empty")
    return data


def sign_consent(
    vault: Vault, wish: ConsentWish, file: InputFile, *, today: date, now_ms: int
) -> tuple[Consent, Document]:
    """Keep a form and the consent to it; the journal's signature is the participant's.

    Args:
        vault: The participant's, unlocked, writing.
        wish: What she agrees to.
        file: The form.
        today: By the clock on the wall.
        now_ms: The clock.

    Returns:
        The consent and its document.

    Raises:
        InvalidRequest: `blank_form`, `bad_option`, `bad_text`; `bad_date`, of a day to come; `consent_in_force`,
            there is one already; `too_large`, `io_error`.
        ConsentRefused: `no_consent`, `consent_withdrawn`: there is none to replace.
        InputError: as `read_whole_form`.
        FormatError: `bad_schema`, a record of hers cannot be read, so that nobody knows what holds.
    """
    study, version = check_study(wish.study), check_version(wish.version)
    check_options(wish.options)
    language = check_language(wish.language)
    explained_by = None if wish.explained_by is None else check_name(wish.explained_by)
    if wish.date > today:
        raise InvalidRequest(
            "bad_date", f"{wish.date} is still to come", hint="a consent holds from when it is given"
        )
    replaces = _replaced(readable_history(vault, own_id(vault)), wish, study, today)
    data = read_whole_form(file)
    consent = Consent(
        record=random_bytes(RECORD_BYTES).hex(),
        study=study,
        subject=own_id(vault),
        form=FormRef(
            document=_kept_sheet(vault, file, data, now_ms=now_ms).id,
            sha256=hashlib.sha256(data).hexdigest(),
            size_bytes=len(data),
            version=version,
            language=language,
        ),
        options=wish.options,
        date=wish.date,
        explained_by=explained_by,
        replaces=replaces,
    )
    title = f"Consent to {study}, form version {version}"
    form = _form(Kind.TRIAL_CONSENT, title, consent.to_bytes(), wish.date)
    return consent, keep_form(vault, form, now_ms=now_ms)


def withdraw(
    vault: Vault, study: str, begins: date, reason: str | None, *, now_ms: int
) -> tuple[Withdrawal, Document]:
    """Keep a withdrawal of all consents to a study that none of that day or before has ended.

    Args:
        vault: The participant's, unlocked, writing.
        study: Id.
        begins: The first day on which consent does not hold any more.
        reason: Her word, if any.
        now_ms: The clock.

    Raises:
        ConsentRefused: `no_consent`, `consent_withdrawn`: there is nothing to withdraw.
        InvalidRequest: `blank_form`, `bad_text`, `io_error`.
        FormatError: `bad_schema`, a record of hers cannot be read.
    """
    history = readable_history(vault, own_id(vault))
    ends = history.open_records(study, begins)
    if not ends:
        raise history.refusal(study, begins)
    withdrawal = Withdrawal(
        record=random_bytes(RECORD_BYTES).hex(),
        study=check_study(study),
        subject=own_id(vault),
        ends=ends,
        begins=begins,
        reason=None if reason is None else check_reason(reason),
    )
    form = _form(Kind.TRIAL_WITHDRAWAL, f"Withdrawal from {study}", withdrawal.to_bytes(), begins)
    return withdrawal, keep_form(vault, form, now_ms=now_ms)


def _replaced(history: History, wish: ConsentWish, study: str, today: date) -> str | None:
    """Return the number of the consent that a new one comes in the place of, if it is given anew."""
    kept = history.in_force(study, wish.date)
    if wish.anew:
        if kept is None:
            raise history.refusal(study, wish.date)
        return kept.consent.record
    kept = kept or history.in_force(study, today)  # dated back, it would stand beside that
    if kept is not None:
        hint = "`hv trial reconsent` puts a new one in its place"
        raise InvalidRequest("consent_in_force", f"consent {kept.document} to {study} is in force", hint=hint)
    return None


def _kept_sheet(vault: Vault, file: InputFile, data: bytes, *, now_ms: int) -> Document:
    """Keep the form itself; one that is there already, such as one that the investigator sent, is named."""
    (added,) = add_documents(vault, [InputFile(name=file.name, data=data)], AddOptions(), now_ms=now_ms)
    if isinstance(added, Failure):
        raise added.error
    return added


def _form(kind: Kind, title: str, content: bytes, day: date) -> NewForm:
    return NewForm(
        kind=kind,
        name=f"{kind.value}.json",
        title=title,
        content=content,
        date=day.isoformat(),
        category=Category.DIRECTIVE,
    )
