# SPDX-License-Identifier: Apache-2.0
"""The sponsor's side of a trial: register a protocol, amend it, take data in. Each is a document of the journal.

Spec: docs/spec/trials.md sections 1 and 2.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from healthvault.areas.trial_forms import Study, find_study, new_form, study_of
from healthvault.areas.trial_histories import check_participants
from healthvault.crypto.hashing import random_bytes
from healthvault.errors import InvalidRequest
from healthvault.ledger.documents import DocStatus
from healthvault.records.kinds import Kind
from healthvault.storage.inputs import Failure, InputFile, InputFolder
from healthvault.trials.consent_history import Period
from healthvault.trials.protocol import (
    MAX_BATCH,
    Amendment,
    DataBatch,
    Protocol,
    check_analysis,
    check_endpoint,
    check_study_word,
    check_subject,
    check_title,
)
from healthvault.vault.add import AddOptions, Observer, add_documents
from healthvault.vault.forms import keep_form
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document

__all__ = [
    "Came",
    "Change",
    "NewTrial",
    "added_document",
    "amend_trial",
    "new_record",
    "register_trial",
    "take_data",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTrial:
    """What is to be registered."""

    study: str
    title: str
    endpoints: tuple[str, ...]
    registration: str | None = None
    analysis: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an amendment says anew; None and nothing leave it as it was."""

    reason: str
    endpoints: tuple[str, ...] = ()
    analysis: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What is said of data that come in."""

    subject: str | None = None
    first: date | None = None
    last: date | None = None
    participant: str | None = None
    """Name or id of a contact whose consent must cover them; not written down."""
    option: str = "data"
    """Name of the option that the consent must answer with yes."""


def register_trial(vault: Vault, new: NewTrial, file: InputFile, *, now_ms: int) -> Study:
    """Keep a protocol and its registration, and return the trial.

    Args:
        vault: Unlocked, writing.
        new: What is registered.
        file: The protocol.
        now_ms: The clock.

    Raises:
        InvalidRequest: `already_registered`; `bad_text`, `blank_form`; as `add_documents` for the file.
    """
    checked = NewTrial(
        study=check_study_word(new.study),
        title=check_title(new.title),
        endpoints=_lines(new.endpoints),
        registration=None if new.registration is None else check_title(new.registration),
        analysis=None if new.analysis is None else check_analysis(new.analysis),
    )
    if not checked.endpoints:
        raise InvalidRequest("blank_form", "no primary endpoint is named", hint="--endpoint TEXT, repeatable")
    known = find_study(vault, checked.study)
    if known is not None:
        hint = f"hv trial amend {checked.study} --reason ..."
        raise InvalidRequest("already_registered", f"{checked.study} is registered already", hint=hint)
    form = Protocol(
        record=new_record(),
        study=checked.study,
        title=checked.title,
        registration=checked.registration,
        document=added_document(vault, file, now_ms=now_ms).id,
        endpoints=checked.endpoints,
        analysis=checked.analysis,
    )
    keep_form(vault, new_form(Kind.TRIAL_PROTOCOL, form.study, form.to_bytes()), now_ms=now_ms)
    return study_of(vault, form.study)


def amend_trial(vault: Vault, study: str, file: InputFile | None, change: Change, *, now_ms: int) -> Study:
    """Put an amendment in the place of what is registered, and return the trial.

    Raises:
        NotFound: `not_registered`.
        InvalidRequest: `bad_text`, `blank_form`; as `add_documents` for the file.
    """
    reason, endpoints = check_endpoint(change.reason), _lines(change.endpoints)
    analysis = None if change.analysis is None else check_analysis(change.analysis)
    found = study_of(vault, study)
    older = found.in_force or found.first
    form = Amendment(
        record=new_record(),
        study=found.id,
        number=sum(isinstance(one.form, Amendment) for one in found.registered) + 1,
        amends=older.document.id,
        reason=reason,
        document=older.form.document if file is None else added_document(vault, file, now_ms=now_ms).id,
        endpoints=endpoints or older.form.endpoints,
        analysis=analysis or older.form.analysis,
    )
    kept = new_form(Kind.TRIAL_AMENDMENT, form.study, form.to_bytes(), number=form.number)
    keep_form(vault, kept, now_ms=now_ms, replaces=older.document.id)
    return study_of(vault, form.study)


def take_data(
    vault: Vault,
    study: str,
    inputs: Iterable[InputFile | InputFolder | Failure],
    came: Came,
    *,
    now_ms: int,
    observer: Observer | None = None,
) -> Iterator[Document | Failure]:
    """Keep files as data of a trial, yield what became of each, and at the end write down which they are.

    Raises:
        NotFound: `not_registered`.
        InvalidRequest: `bad_text`, `blank_form`; `bad_date`, the last day without a first, or before it; as
            `add_documents`.
        ConsentRefused: `no_consent`, `consent_withdrawn`, of the participant, or of a subject who is a contact.
    """
    subject = None if came.subject is None else check_subject(came.subject)
    if came.last is not None and (came.first is None or came.last < came.first):
        raise InvalidRequest("bad_date", "the last day needs a first one, and not a later one", hint="--date DATE")
    found = study_of(vault, study)
    period = Period(first=came.first, last=came.last or came.first) if came.first else None
    check_participants(vault, found.id, (came.participant, subject), period, came.option)
    options = AddOptions(date=came.first.isoformat() if came.first else None)
    taken: dict[str, None] = {}
    for outcome in add_documents(vault, inputs, options, now_ms=now_ms, observer=observer):
        if isinstance(outcome, Document) and outcome.status != DocStatus.CURRENT.value:
            said = f"{outcome.name}: {outcome.id} has these bytes, and is not in force ({outcome.status})"
            yield Failure(name=outcome.name, error=InvalidRequest("document_closed", said))
            continue
        if isinstance(outcome, Document):
            taken[outcome.id] = None
        yield outcome
    for batch in _batches([*taken]):
        form = DataBatch(
            record=new_record(), study=found.id, documents=batch, subject=subject, first=came.first, last=came.last
        )
        keep_form(vault, new_form(Kind.TRIAL_DATA, found.id, form.to_bytes()), now_ms=now_ms)


def _batches(ids: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(ids), MAX_BATCH):
        yield tuple(ids[start : start + MAX_BATCH])


def added_document(vault: Vault, file: InputFile, *, now_ms: int) -> Document:
    """Keep a file, unless it is there already, and return its document. Raises as `add_documents`."""
    (added,) = add_documents(vault, [file], AddOptions(), now_ms=now_ms)
    if isinstance(added, Failure):
        raise added.error
    return added


def _lines(endpoints: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(check_endpoint, endpoints))


def new_record() -> str:
    """Return the number of a new form: 16 random bytes in hexadecimal."""
    return random_bytes(16).hex()
