# SPDX-License-Identifier: Apache-2.0
"""The verification of a view and of a fork proof, as files: verdicts, and what is remembered.

A view is compared with what was seen of its vault and leaves nothing behind. A fork proof that holds exits 23 and
is remembered; one that does not is refused. Spec: docs/spec/views.md sections 2 and 4.
"""

from collections.abc import Callable
from typing import TypeVar

from healthvault.bundle.view import ForkProof, parse_fork_proof_text, parse_view_text
from healthvault.errors import HealthVaultError, HistoryError
from healthvault.tlog.checkpoint import vault_id_of
from healthvault.verify.authorship import judge_signer
from healthvault.verify.consistency import check_events, judge_history
from healthvault.verify.context import Context, Forked, Verification
from healthvault.verify.forks import judge_proof, remember_fork, verify_view
from healthvault.verify.pins import VaultPins
from healthvault.verify.thefts import thefts_declared
from healthvault.verify.verdicts import Question, Report

__all__ = ["verify_fork_proof", "verify_view_file"]

_ASKED = (Question.INTEGRITY, Question.AUTHORSHIP, Question.INCLUSION, Question.CONSISTENCY)
_PROVES_NOTHING = frozenset({"bad_proof"})  # a matter of the tree; everything else is one of keys
_T = TypeVar("_T")


def verify_view_file(text: bytes, context: Context) -> Verification:
    """Verify the unverified text of a view, of any length, and compare it with what was seen of its vault.

    Args:
        text: The file.
        context: Our pins and contacts; no key of ours is needed.

    Returns:
        The verdicts that can be asked of it. Malformed or forged input is a verdict, not an exception.
    """
    report = Report()
    parsed = _parsed(text, parse_view_text, report)
    view = _held(lambda: verify_view(parsed), report) if parsed else None
    if view is None:
        return Verification(verdicts=report.verdicts(_ASKED), pins=context.pins, kind="view")
    pins, question = context.pins.of(view.chain.vault_id), Question.CONSISTENCY
    name = context.contacts.get(view.chain.vault_id)
    judge_signer(report, name, thefts_declared(view.chain, ()))
    report.passed(Question.INCLUSION, f"a log of {view.size} entries, and {len(view.mark_roots)} older sizes")
    judged = judge_history(pins, view)
    report.problem(question, *check_events(pins, view.chain, view.size), *judged.problems)
    if judged.detail == "first_contact":
        report.unknown(question, judged.detail)
    else:
        report.passed(question, judged.detail)
    return Verification(
        verdicts=report.verdicts(_ASKED),
        pins=context.pins,
        kind="view",
        chain=view.chain,
        signer_name=name,
        size=view.size,
        root=view.root,
    )


def verify_fork_proof(text: bytes, context: Context) -> Verification:
    """Verify the unverified text of a fork proof, of any length; one that holds goes into the pins.

    Args, returns: as `verify_view_file`. A fork that is proved is the problem `fork`.
    """
    report, kind = Report(), "fork-proof"
    proof = _parsed(text, parse_fork_proof_text, report)
    pins = _pins_of(proof, context)
    judged = _held(lambda: judge_proof(proof, pins.compromised_epochs), report) if proof and pins else None
    if proof is None or pins is None or judged is None:
        return Verification(verdicts=report.verdicts(_ASKED), pins=context.pins, kind=kind)
    first, second, problem, at = judged
    name = context.contacts.get(first.chain.vault_id)
    judge_signer(report, name, thefts_declared(first.chain, ()))
    report.passed(Question.INCLUSION, f"one shows {first.size} entries, the other {second.size}")
    hint = "rely on neither history until the owner has explained it in person; later files of hers are flagged"
    report.problem(Question.CONSISTENCY, HistoryError("fork", problem.message, hint=hint))
    return Verification(
        verdicts=report.verdicts(_ASKED),
        pins=context.pins.updated(remember_fork(pins, proof, first, second)),
        kind=kind,
        chain=first.chain,
        signer_name=name,
        forked=Forked(at=at, sizes=(first.size, second.size), roots=(first.root_at(at), second.root_at(at))),
    )


def _pins_of(proof: ForkProof | None, context: Context) -> VaultPins | None:
    """Return what is remembered of the vault that a proof speaks of."""
    if proof is None:
        return None
    try:
        return context.pins.of(vault_id_of(proof.views[0].origin))
    except HealthVaultError:
        return VaultPins(vault=b"")  # its key events will not fit that origin either


def _parsed(text: bytes, parse: Callable[[bytes], _T], report: Report) -> _T | None:
    try:
        parsed = parse(text)
    except HealthVaultError as err:
        report.problem(Question.INTEGRITY, err)
        return None
    report.passed(Question.INTEGRITY, "every byte is as the format wants it")
    return parsed


def _held(judge: Callable[[], _T], report: Report) -> _T | None:
    try:
        return judge()
    except HealthVaultError as err:
        question = Question.INCLUSION if err.code in _PROVES_NOTHING else Question.AUTHORSHIP
        report.problem(question, err)
        return None
