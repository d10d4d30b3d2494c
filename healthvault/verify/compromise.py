# SPDX-License-Identifier: Apache-2.0
"""The verification of a compromise note: did the owner's cold root key declare an epoch's keys stolen?

Believed is the root key that the reader knows already, and nothing that came along. What it declares is remembered
for ever, also where it contradicts what was seen: the keys are in other hands all the same.
Spec: docs/spec/keys.md section 6.
"""

from dataclasses import replace

from healthvault.errors import FormatError, HealthVaultError, NotEstablished
from healthvault.ledger.keychain import KeyChain
from healthvault.tlog.checkpoint import vault_id_of
from healthvault.tlog.compromise import Compromise, open_compromise, parse_compromise
from healthvault.verify.consistency import check_closing
from healthvault.verify.context import Context, Declared, Verification
from healthvault.verify.pins import VaultPins
from healthvault.verify.thefts import known_chain
from healthvault.verify.verdicts import Question, Report

__all__ = ["verify_note"]

_KIND = "compromise"
_ASKED = (Question.INTEGRITY, Question.AUTHORSHIP, Question.CONSISTENCY)


def verify_note(note: bytes, context: Context) -> Verification:
    """Verify the unverified bytes of a compromise note, of any length.

    Args:
        note: The file.
        context: Our pins, with the cards of our contacts, and our names for them; no key of ours is needed.

    Returns:
        The verdicts that can be asked of it. Malformed or forged input is a verdict, not an exception.
    """
    report = Report()
    question = Question.INTEGRITY
    try:
        vault = vault_id_of(parse_compromise(note).origin)
        report.passed(question, "every byte is as the owner wrote it")
        question = Question.AUTHORSHIP
        chain = _chain_of(context.pins.of(vault))
        compromise = open_compromise(note, chain.root_pk)
        _check_place(compromise, chain)
    except HealthVaultError as err:
        report.problem(question, err)
        return Verification(verdicts=report.verdicts(_ASKED), pins=context.pins, kind=_KIND)
    return _remembered(note, compromise, chain, context, report)


def _chain_of(pins: VaultPins) -> KeyChain:
    chain = known_chain(pins)
    if chain is None:
        hint = "`hv contact add` her card first; who never saw a file of hers has nothing to fear from old keys"
        raise NotEstablished("unknown_signer", "the note is about a vault that you have not met", hint=hint)
    return chain


def _check_place(compromise: Compromise, chain: KeyChain) -> None:
    """Check that the epoch is known, and closed where the note says, or not closed yet."""
    number, size = compromise.epoch, compromise.size
    if number > chain.newest.number:
        hint = "take her new card or a newer bundle first (`hv verify`), then the note again"
        raise NotEstablished("unconnected", "the note is about keys that you have not met", hint=hint)
    closings = {epoch.number - 1: epoch.since_seq for epoch in chain.epochs[1:]}
    if closings.get(number, size) != size or (number not in closings and size <= chain.last_seq):
        raise FormatError("bad_note", "the note is about keys that the vault did not have then")


def _remembered(
    note: bytes, compromise: Compromise, chain: KeyChain, context: Context, report: Report
) -> Verification:
    pins, name = context.pins.of(chain.vault_id), context.contacts.get(chain.vault_id)
    closing = (compromise.epoch, compromise.size, compromise.root)
    is_known = compromise.epoch in {epoch for epoch, _, _ in pins.compromised}
    problems = check_closing(pins, chain, closing)
    report.passed(Question.AUTHORSHIP, f"signed by the root key of {name or 'a vault that you met before'}")
    report.problem(Question.CONSISTENCY, *problems)
    report.passed(Question.CONSISTENCY, "agrees with what was seen before")
    grown = replace(
        pins,
        compromised=pins.compromised if is_known else (*pins.compromised, closing),
        evidence=(*pins.evidence, note) if problems and note not in pins.evidence else pins.evidence,
    )
    return Verification(
        verdicts=report.verdicts(_ASKED),
        pins=context.pins.updated(grown),
        kind=_KIND,
        chain=chain,
        signer_name=name,
        size=compromise.size,
        root=compromise.root,
        declared=Declared(epoch=compromise.epoch, was_known=closing in pins.compromised),
    )
