# SPDX-License-Identifier: Apache-2.0
"""The verification of an erasure certificate: does this vault's log call these documents erased, since when.

It proves what the log says, and by whom. That bytes are gone, and that nobody kept a copy, no file can prove.
Spec: docs/spec/erasure.md section 3.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from healthvault.bundle.erasure import ERASURE_LABEL, Certificate, SignedCertificate, parse_certificate
from healthvault.crypto.signing import check_signature
from healthvault.errors import HealthVaultError, IntegrityError, NotEstablished
from healthvault.ledger.documents import parse_doc_erase
from healthvault.ledger.entry import Entry
from healthvault.ledger.keychain import KeyChain
from healthvault.ledger.kinds import Kind
from healthvault.ledger.meta import open_meta
from healthvault.verify import authorship, inclusion
from healthvault.verify.consistency import check_events, judge_history, remember_keys
from healthvault.verify.context import CLOCK_SLACK_MS, Context, Erasure, Verification
from healthvault.verify.pins import PinBook, VaultPins
from healthvault.verify.thefts import thefts_declared, with_stolen_keys
from healthvault.verify.verdicts import Question, Report
from healthvault.verify.view import View

__all__ = ["verify_certificate"]

_KIND = "erasure"
_ASKED = (
    Question.INTEGRITY,
    Question.AUTHORSHIP,
    Question.INCLUSION,
    Question.CONSISTENCY,
    Question.TIME,
)


def verify_certificate(text: bytes, context: Context) -> Verification:
    """Verify the unverified text of an erasure certificate, of any length.

    Args:
        text: The file.
        context: Our pins, contacts and clock; no key of ours is needed.

    Returns:
        The verdicts that can be asked of it. Malformed or forged input is a verdict, not an exception.
    """
    report = Report()
    opened = _open(text, report)
    if opened is None:
        return Verification(verdicts=report.verdicts(_ASKED), pins=context.pins, kind=_KIND)
    return _Steps(*opened, context, report).run()


def _open(text: bytes, report: Report) -> tuple[Certificate, KeyChain] | None:
    """Steps 1 to 3: one reading, the vault's keys, and the newest key's signature."""
    question = Question.INTEGRITY
    try:
        signed = parse_certificate(text)
        question = Question.AUTHORSHIP
        chain = authorship.verify_chain(signed.unverified.origin, signed.unverified.entries)
        certificate = _signed_by_newest(signed, chain)
    except HealthVaultError as err:
        report.problem(question, err)
        return None
    report.passed(Question.INTEGRITY, "every byte is as the owner wrote it")
    return certificate, chain


def _signed_by_newest(signed: SignedCertificate, chain: KeyChain) -> Certificate:
    if signed.unverified.signer != chain.newest.number:
        raise IntegrityError("bad_key", "the certificate is not signed by the newest epoch")
    check_signature(chain.newest.keys.sign_pk, ERASURE_LABEL, signed.body, signed.signature)
    return signed.unverified


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proved:
    """What the tree proves of a certificate."""

    view: View
    erasure: Erasure
    tip_ms: int


class _Steps:
    """Steps 4 to 11 over a certificate that its vault's newest key signed."""

    def __init__(self, certificate: Certificate, chain: KeyChain, context: Context, report: Report) -> None:
        self._certificate = certificate
        self._chain = chain
        self._context = context
        self._report = report
        self._pins: VaultPins = context.pins.of(chain.vault_id)

    def run(self) -> Verification:
        """Take the steps in their order and return the outcome."""
        self._authorship()
        proved = self._inclusion()
        if proved:
            self._consistency(proved.view)
            self._time(proved.tip_ms)
        return Verification(
            verdicts=self._report.verdicts(_ASKED),
            pins=self._new_pins(proved),
            kind=_KIND,
            chain=self._chain,
            signer_name=self._context.contacts.get(self._chain.vault_id),
            size=proved.view.size if proved else None,
            root=proved.view.root if proved else None,
            tip_ms=proved.tip_ms if proved else None,
            erasure=proved.erasure if proved else None,
        )

    def _authorship(self) -> None:
        epoch, name = self._chain.newest.number, self._context.contacts.get(self._chain.vault_id)
        if epoch in self._pins.compromised_epochs:
            self._report.problem(Question.AUTHORSHIP, with_stolen_keys(epoch, self._pins, name))
        thefts = thefts_declared(self._chain, [self._certificate.erase_seq])
        authorship.judge_signer(self._report, name, thefts)

    def _inclusion(self) -> _Proved | None:
        certificate, question = self._certificate, Question.AUTHORSHIP
        try:
            entries = authorship.verify_entries(certificate.entries, self._chain)
            checkpoint = authorship.open_note(certificate.note, self._chain)
            question = Question.INCLUSION
            erased = {document.seq: document.leaf for document in certificate.documents}
            view = inclusion.verify_slice(certificate.slice, entries, checkpoint, self._chain, erased)
            tip = entries[view.size - 1]
            inclusion.check_tip_state(tip, certificate.state, self._chain)
            erasure = _erasure(certificate, entries)
        except HealthVaultError as err:
            self._report.problem(question, err)
            return None
        said = "1 document is" if len(erased) == 1 else f"{len(erased)} documents are"
        self._report.passed(
            question, f"{said} called erased by entry {erasure.seq} in a log of {view.size} entries"
        )
        return _Proved(view=view, erasure=erasure, tip_ms=tip.header.ts_ms)

    def _consistency(self, view: View) -> None:
        question, judged = Question.CONSISTENCY, judge_history(self._pins, view)
        self._report.problem(question, *check_events(self._pins, self._chain, view.size), *judged.problems)
        if judged.detail == "first_contact":
            self._report.unknown(question, judged.detail)
        else:
            self._report.passed(question, judged.detail)

    def _time(self, tip_ms: int) -> None:
        if tip_ms > self._context.now_ms + CLOCK_SLACK_MS:
            message = "the newest entry lies in the future, by your clock or by the owner's"
            self._report.problem(Question.TIME, NotEstablished("time_unknown", message))
        self._report.passed(Question.TIME, "the owner's clock says so; nobody else does")

    def _new_pins(self, proved: _Proved | None) -> PinBook:
        """Remember key events, and no size: the log knows of no certificate, so no bundle could connect."""
        if proved is None or self._report.has_failed(*_ASKED):
            return self._context.pins
        return self._context.pins.updated(remember_keys(self._pins, proved.view))


def _erasure(certificate: Certificate, entries: Mapping[int, Entry]) -> Erasure:
    """Return what the certificate says once the `doc.erase` entry names each of its documents.

    Raises:
        FormatError: `bad_encoding`, `bad_text`, `bad_schema`, `unsupported`, `tampered`.
        IntegrityError: `bad_proof`, the entry is not disclosed, or does not name one of the documents;
            `commitment_mismatch`, `tampered`.
    """
    entry = entries.get(certificate.erase_seq)
    if entry is None:
        raise IntegrityError("bad_proof", "the entry that erases is not disclosed")
    sealed = open_meta(certificate.erase_meta, entry)
    if sealed.text("kind") != Kind.DOC_ERASE.value:
        raise sealed.wrong("kind")
    erase = parse_doc_erase(sealed, entry.seq)
    if not {document.seq for document in certificate.documents} <= set(erase.victims):
        raise IntegrityError("bad_proof", "a document is not among those that the entry erases")
    return Erasure(
        seq=entry.seq,
        reason=erase.reason,
        erased_ms=entry.header.ts_ms,
        certified_ms=certificate.created_ms,
        documents=certificate.documents,
        reached=certificate.reached,
        unreached=certificate.unreached,
    )
