# SPDX-License-Identifier: Apache-2.0
"""What files of others show of a vault's history: compared, cut out, and joined into a proof of a fork.

Nothing here is remembered, and nothing that was remembered changes the judgement, but which keys were declared
stolen. Spec: docs/spec/views.md.
"""

from dataclasses import dataclass

from healthvault.bundle.erasure import parse_certificate
from healthvault.bundle.receipt import RECEIPT_KIND, parse_receipt
from healthvault.bundle.view import ForkProof, HistoryView, cut_view, fork_proof_text, parse_view_text, view_text
from healthvault.errors import FormatError, InvalidRequest
from healthvault.ledger.ids import contact_id_text
from healthvault.storage.inputs import InputFile
from healthvault.vault.memory import pin_file, pins_of, read_pins
from healthvault.vault.receipts import side_file_of
from healthvault.vault.receive import openers_of
from healthvault.vault.statements import certificate_text, view_file_text
from healthvault.vault.vault import Place, Vault
from healthvault.verify.bundle import verify_bundle
from healthvault.verify.compare import Comparison, compare
from healthvault.verify.context import Context, Opener, Verification
from healthvault.verify.erasure import verify_certificate
from healthvault.verify.forks import judge_proof, verify_view
from healthvault.verify.pins import PinBook
from healthvault.verify.verdicts import Question
from healthvault.verify.view import View

__all__ = ["Compared", "Side", "compare_files", "prove_fork", "view_in"]

_SHOWS_HISTORY = (Question.INTEGRITY, Question.AUTHORSHIP, Question.INCLUSION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A file, and what opens it."""

    file: InputFile
    code: str | None = None
    """Of a bundle that is opened by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Two views and the judgement over them."""

    old: View
    new: View
    comparison: Comparison

    @property
    def vault(self) -> str:
        """Id of the vault that the newer is of, as a contact's."""
        return contact_id_text(self.new.chain.vault_id)


def compare_files(vault: Vault | None, place: Place, old: Side, new: Side, *, now_ms: int) -> Compared:
    """Judge whether one file's history goes on from another's.

    Args:
        vault: Opens bundles and receipts; None for somebody who has none.
        place: Where this reader's memory is.
        old: The file that was had first: a bundle, receipt, view or erasure certificate.
        new: The one that came later.
        now_ms: The clock.

    Raises:
        As `view_in`.
    """
    first, second = (verify_view(view_in(vault, side, now_ms=now_ms)) for side in (old, new))
    found = compare(first, second, _stolen(vault, place, first.chain.vault_id))
    return Compared(old=first, new=second, comparison=found)


def prove_fork(vault: Vault | None, place: Place, sides: tuple[Side, ...], *, now_ms: int) -> bytes:
    """Return the text of a proof that two files contradict each other, checked; of one file its view alone.

    Raises:
        As `view_in` and `judge_proof`.
    """
    views = [view_in(vault, side, now_ms=now_ms) for side in sides]
    if len(views) == 1:
        return view_text(views[0])
    proof = ForkProof(views=(views[0], views[1]))
    judge_proof(proof, _stolen(vault, place, verify_view(views[0]).chain.vault_id))
    return fork_proof_text(proof)


def view_in(vault: Vault | None, side: Side, *, now_ms: int) -> HistoryView:
    """Return what a file shows of a history, once it is verified.

    Raises:
        FormatError, IntegrityError: the file, or what it shows of the history, does not hold.
        NoMatchingIdentity: `no_key`.
        AnswerNeeded: `code_needed`.
        InvalidRequest: `no_history`, a small file of another kind, which shows no history from its beginning.
    """
    text, certificate = view_file_text(side.file), certificate_text(side.file)
    context = Context(openers=(), pins=PinBook(), now_ms=now_ms)
    if text is not None:
        view = parse_view_text(text)
        verify_view(view)
        return view
    if certificate is not None:
        _check(verify_certificate(certificate, context))
        return _of_certificate(certificate)
    openers = _openers(vault, side.code)
    fields = side_file_of(side.file, openers)
    if fields is None:
        with side.file.open() as source:
            return _of_bundle(verify_bundle(source, Context(openers=openers, pins=PinBook(), now_ms=now_ms)))
    if fields.text("kind") != RECEIPT_KIND:
        raise InvalidRequest(
            "no_history", f"{side.file.shown}: this file does not show a history from its beginning"
        )
    view = parse_receipt(fields).view
    verify_view(view)
    return view


def _openers(vault: Vault | None, code: str | None) -> tuple[Opener, ...]:
    """Return the reader's keys and the code: one side may need these, the other that."""
    if vault is None or code is None:
        return openers_of(vault, code)
    return (*openers_of(vault, None), *openers_of(None, code))


def _of_bundle(verification: Verification) -> HistoryView:
    _check(verification)
    manifest = verification.manifest
    if manifest is None:
        raise FormatError("not_a_bundle", "the file shows no history")
    return cut_view(manifest.origin, manifest.note, manifest.slice, manifest.entries)


def _of_certificate(text: bytes) -> HistoryView:
    shown = parse_certificate(text).unverified
    erased = {document.seq: document.leaf for document in shown.documents}
    return cut_view(shown.origin, shown.note, shown.slice, shown.entries, erased)


def _check(verification: Verification) -> None:
    """Check that what a file shows of the history holds, whatever it says of consent."""
    for verdict in verification.verdicts:
        if verdict.question in _SHOWS_HISTORY:
            for problem in verdict.problems:
                if problem.code != "unknown_signer":
                    raise problem


def _stolen(vault: Vault | None, place: Place, vault_id: bytes) -> frozenset[int]:
    known = read_pins(pin_file(None, place)).of(vault_id) if vault is None else pins_of(vault, vault_id)
    return known.compromised_epochs
