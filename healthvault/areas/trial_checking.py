# SPDX-License-Identifier: Apache-2.0
"""What a bundle shows of a consent: bound to which form, in force or not, countersigned by whom.

The bundle is verified first; what it holds counts only for who signed it.
Spec: docs/spec/trial-consent.md section 5.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from healthvault.agefile.source import Source, read_fully
from healthvault.areas.trial_histories import histories
from healthvault.bundle.disclosure import DisclosedDocument, DisclosedPart
from healthvault.bundle.evidence import EVIDENCE_MEDIA_TYPE
from healthvault.errors import (
    ConsentRefused,
    FormatError,
    HealthVaultError,
    IntegrityError,
    InvalidRequest,
    NotEstablished,
    NotFound,
)
from healthvault.ledger.ids import contact_id_text, document_id_text
from healthvault.records.kinds import Kind
from healthvault.storage.inputs import InputFile
from healthvault.trials.consent import Consent, Withdrawal, countersignature, parse_consent, parse_withdrawal
from healthvault.trials.consent_history import Ended, History, KeptConsent, KeptWithdrawal, Standing
from healthvault.trials.form_fields import MAX_FORM_BYTES
from healthvault.vault.receive import VerifyOptions, read_bundle
from healthvault.vault.vault import Place, Vault
from healthvault.verify.attested import JudgedAttestation
from healthvault.verify.context import Verification, VerifiedDocument
from healthvault.verify.verdicts import Result

__all__ = ["Checked", "Question", "check_consent"]

MAX_KEPT_BYTES = 32 << 20  # of all records of one bundle
_BEARABLE = (NotEstablished, ConsentRefused)  # the bundle itself holds
_PARSERS: dict[str, Callable[[bytes], Consent | Withdrawal]] = {
    Kind.TRIAL_CONSENT.value: parse_consent,
    Kind.TRIAL_WITHDRAWAL.value: parse_withdrawal,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of a consent."""

    form: bytes
    """The reader's own copy of the form."""
    day: date
    """On which it is to be in force."""
    study: str | None = None
    option: str | None = None
    """Name of an option that must be answered yes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a bundle shows. Of a bundle that does not hold nothing but the verification is there."""

    verification: Verification
    kept: KeptConsent | None = None
    """The consent that was judged."""
    standing: Standing | None = None
    """On the day that was asked for."""
    ended: Ended | None = None
    """How it ends, if it does, as far as the bundle and the reader's own vault know."""
    is_bound: bool = False
    """To exactly the bytes of the reader's form."""
    countersignatures: tuple[JudgedAttestation, ...] = ()
    """Attestations of it with the very statement that a countersignature is."""
    faults: tuple[HealthVaultError, ...] = ()
    """What is wrong with the consent, the verification apart."""

    @property
    def problems(self) -> tuple[HealthVaultError, ...]:
        """Everything that is wrong."""
        return (*self.verification.problems, *self.faults)

    @property
    def countersigned(self) -> Result:
        """Whether somebody whom the reader knows countersigned it."""
        results = {judged.result for judged in self.countersignatures}
        return next((each for each in (Result.FAIL, Result.PASS) if each in results), Result.UNKNOWN)


class _RecordSink:
    """Keeps the records of a bundle in memory; everything else streams by."""

    def __init__(self) -> None:
        self.records: dict[int, bytes] = {}
        self._kept_bytes = 0

    def prepare(self, total_bytes: int) -> None:
        """Accept any size: little of it is kept."""

    def take(self, document: DisclosedDocument, part: DisclosedPart, stream: Source) -> None:
        """Read a record."""
        if document.claimed_type not in _PARSERS or part is not document.parts[0]:
            return
        self.records[document.seq] = read_fully(stream, MAX_FORM_BYTES + 1)
        self._kept_bytes += len(self.records[document.seq])
        if self._kept_bytes > MAX_KEPT_BYTES:
            raise InvalidRequest("too_large", "the bundle holds more records of consent than anybody reads")


def check_consent(
    vault: Vault | None, place: Place, file: InputFile, options: VerifyOptions, question: Question, *, now_ms: int
) -> Checked:
    """Verify a bundle, then judge the consent in it.

    Args:
        vault: The reader's, unlocked; None for somebody without one.
        place: Where this reader's memory is.
        file: The bundle.
        options: What is asked of the bundle itself.
        question: What is asked of the consent.
        now_ms: The clock.

    Returns:
        What it shows; what is wrong is in it, never raised.

    Raises:
        As `verify_file`; InvalidRequest: `too_large`.
        NotFound: `ambiguous`, it holds consents to several studies.
    """
    sink = _RecordSink()
    verification = read_bundle(vault, place, file, options, sink, now_ms=now_ms)
    is_broken = any(not isinstance(each, _BEARABLE) for each in verification.problems)
    if is_broken or verification.chain is None:
        return Checked(verification=verification)
    subject = contact_id_text(verification.chain.vault_id)
    shown, faults = _history(verification, sink, subject)
    known = History() if vault is None else histories(vault).of(subject)
    kept = _chosen(shown, question)
    if kept is None:
        none = ConsentRefused(
            "no_consent", f"{file.shown}: its signer's consent{_to(question.study)} is not in it"
        )
        return Checked(verification=verification, faults=(*faults, none))
    whole = _together(shown, known)
    judged = Checked(
        verification=verification,
        kept=kept,
        standing=whole.standing_of(kept, question.day),
        ended=whole.end_of(kept),
        is_bound=_is_bound(kept.consent, question.form),
        countersignatures=_countersignatures(verification, kept),
    )
    counts = whole.in_force(kept.consent.study, question.day)
    if judged.standing is Standing.IN_FORCE and counts is not None and counts.consent != kept.consent:
        newer = f"consent {counts.consent.record} of {counts.consent.date} counts, and not this one"
        faults = (*faults, ConsentRefused("no_consent", newer))
    return replace(judged, faults=(*faults, *_faults(judged, question)))


def _history(
    verification: Verification, sink: _RecordSink, subject: str
) -> tuple[History, tuple[HealthVaultError, ...]]:
    """Return the signer's records in a verified bundle, and what is wrong with some."""
    history, faults = History(), list[HealthVaultError]()
    for document in verification.documents:
        data = sink.records.get(document.seq)
        if data is None or _is_passed_on(document):
            continue  # what its signer had from somebody else is nobody's consent here
        try:
            said = _PARSERS[document.row.claimed_type](data)
        except FormatError as err:
            faults.append(err)
            continue
        if said.subject == subject:
            history = _with(history, said, document)
        else:
            words = f"{document_id_text(document.leaf)} names another vault as its subject"
            faults.append(IntegrityError("wrong_subject", words))
    return history, tuple(faults)


def _with(history: History, said: Consent | Withdrawal, document: VerifiedDocument) -> History:
    id_text, entered = document_id_text(document.leaf), document.entered_ms
    if isinstance(said, Withdrawal):
        ending = KeptWithdrawal(withdrawal=said, document=id_text, entry=document.seq, entered_ms=entered)
        return replace(history, withdrawals=(*history.withdrawals, ending))
    is_set_aside = document.row.claimed_status != "current"
    kept = KeptConsent(
        consent=said, document=id_text, entry=document.seq, entered_ms=entered, is_set_aside=is_set_aside
    )
    return replace(history, consents=(*history.consents, kept))


def _together(shown: History, known: History) -> History:
    """Return what a bundle shows with what the reader was sent before; the bundle's own word goes first."""
    records = {kept.consent.record for kept in shown.consents}
    return History(
        consents=(*shown.consents, *(kept for kept in known.consents if kept.consent.record not in records)),
        withdrawals=(*shown.withdrawals, *known.withdrawals),
    )


def _chosen(shown: History, question: Question) -> KeptConsent | None:
    """Return the consent to judge: the one in force, else the newest; of those on the form if there are any."""
    found = [kept for kept in shown.consents if question.study in (None, kept.consent.study)]
    studies = dict.fromkeys(kept.consent.study for kept in found)
    if len(studies) > 1:
        raise NotFound("ambiguous", "it holds consents to several studies", hint="--study says which")
    found = [kept for kept in found if _is_bound(kept.consent, question.form)] or found
    in_force = [kept for kept in found if shown.standing_of(kept, question.day) is Standing.IN_FORCE]
    return max(in_force or found, key=lambda kept: (kept.consent.date, kept.entry), default=None)


def _is_bound(consent: Consent, form: bytes) -> bool:
    return (consent.form.size_bytes, consent.form.sha256) == (len(form), hashlib.sha256(form).hexdigest())


def _countersignatures(verification: Verification, kept: KeptConsent) -> tuple[JudgedAttestation, ...]:
    statement = countersignature(kept.consent)
    return tuple(
        judged
        for judged in verification.attestations
        if (kept.entry, 0) in judged.places
        and judged.claimed is not None
        and judged.claimed.statement == statement
    )


def _faults(judged: Checked, question: Question) -> list[HealthVaultError]:
    if judged.kept is None:
        return []
    consent, faults = judged.kept.consent, list[HealthVaultError]()
    if not judged.is_bound:
        hint = "`hv trial check-consent` shows version, language and hash of the form that was"
        faults.append(IntegrityError("form_mismatch", "the form is not the one that was agreed to", hint=hint))
    if judged.standing is not Standing.IN_FORCE:
        faults.append(_not_in_force(judged, question.day))
    if question.option is not None and not consent.answer(question.option):
        said = f"the consent does not answer option {question.option} with yes"
        faults.append(ConsentRefused("no_consent", said))
    return faults


def _not_in_force(judged: Checked, day: date) -> ConsentRefused:
    if judged.standing is Standing.WITHDRAWN and judged.ended is not None:
        return ConsentRefused("consent_withdrawn", f"the consent was withdrawn from {judged.ended.begins}")
    said = "" if judged.standing is None else judged.standing.value.replace("_", " ")
    return ConsentRefused("no_consent", f"the consent is not in force on {day}: {said}")


def _is_passed_on(document: VerifiedDocument) -> bool:
    return document.row.parts[-1].claimed_media_type == EVIDENCE_MEDIA_TYPE


def _to(study: str | None) -> str:
    return "" if study is None else f" to study {study}"
