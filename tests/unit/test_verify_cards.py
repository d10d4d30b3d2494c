# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.verify.cards: health cards in a bundle, and the issuer verdict."""

import builtins

import pytest

from healthvault.bundle.evidence import EVIDENCE_MEDIA_TYPE
from healthvault.records.card_file import MAX_CARD_FILE_BYTES
from healthvault.records.cards import CardVerdict
from healthvault.records.issuer_keys import NO_TRUST, Trust, parse_issuer_file
from healthvault.verify.verdicts import Question, Result
from tests.bundles import make_bundle
from tests.issuers import NBF, Clinic, card_file, flipped
from tests.owners import Owner
from tests.readers import Outcome, Reader

CLINIC = Clinic()
BELIEVED = Trust([parse_issuer_file(CLINIC.jwks()).of([CLINIC.iss])])
CARD = "smart-health-card"


def read(
    *contents: bytes,
    trust: Trust = BELIEVED,
    kind: str = CARD,
    evidence: tuple[bytes, ...] = (),
    **context: object,
) -> Outcome:
    """Verify a bundle of documents of this kind as somebody who pinned its sender, and the clinic."""
    owner, reader = Owner(), Reader()
    seqs = [owner.add(data, *evidence) for data in contents]
    grant = owner.grant([reader.party], seqs)
    draft = make_bundle(owner, reader, seqs, [grant])
    for row in draft.map["docs"]:
        row["type"] = kind
        for part in row["parts"][1:]:
            part["media_type"] = EVIDENCE_MEDIA_TYPE
    return reader.read(draft.seal(), contacts={owner.vault_id: "Ana"}, issuers=trust, **context)


def issuer_of(outcome: Outcome) -> tuple[Result, set[str], int]:
    """Return the verdict on the issuer, the codes, and the exit code."""
    return outcome.results[Question.ISSUER], outcome.codes, outcome.exit


def test_a_card_of_a_pinned_issuer() -> None:
    """Pass, named; and the document says so."""
    outcome = read(card_file(CLINIC.card()))
    assert (Result.PASS, set(), 0) == issuer_of(outcome)
    assert CLINIC.iss in outcome.details[Question.ISSUER]
    (document,) = outcome.verification.documents
    assert document.cards is not None
    assert CardVerdict.VALID is document.cards.cards[0].state


def test_without_its_keys_nothing_is_said() -> None:
    """Unknown, without a code: neither good nor bad."""
    assert (Result.UNKNOWN, set(), 0) == issuer_of(read(card_file(CLINIC.card()), trust=NO_TRUST))
    assert (Result.UNKNOWN, set(), 0) == issuer_of(read(card_file(Clinic().card())))


@pytest.mark.parametrize(
    "token",
    [
        flipped(CLINIC.card(), 1),
        flipped(CLINIC.card(), 2),
        CLINIC.card(iss="https://foreign.example"),
        CLINIC.card(vc={}),
    ],
)
def test_what_contradicts_a_pinned_issuer(token: str) -> None:
    """Fail, exit 21; every byte is as its owner logged it all the same."""
    outcome = read(card_file(token))
    assert (Result.FAIL, {"issuer_failed"}, 21) == issuer_of(outcome)
    others = {result for question, result in outcome.results.items() if question is not Question.ISSUER}
    assert Result.FAIL not in others
    assert Result.PASS is outcome.results[Question.INTEGRITY]
    assert CLINIC.iss not in "".join(problem.message for problem in outcome.verification.problems)


def test_a_revoked_card() -> None:
    """Its issuer took it back."""
    revoking = parse_issuer_file(CLINIC.revoking("r1")).of([CLINIC.iss])
    trust = Trust([parse_issuer_file(CLINIC.jwks()).of([CLINIC.iss]), revoking])
    assert (Result.FAIL, {"issuer_failed"}, 21) == issuer_of(read(card_file(CLINIC.card(rid="r1")), trust=trust))


@pytest.mark.parametrize(
    "data",
    [
        card_file(CLINIC.card(exp=NBF + 1)),
        card_file(CLINIC.card(nbf=NBF * 1000)),
        card_file(CLINIC.card(), note="and healthy"),
        card_file(CLINIC.card(), Clinic().card()),
        b"no card at all",
        b"{",
        bytes(MAX_CARD_FILE_BYTES + 1),
    ],
)
def test_what_is_not_established(data: bytes) -> None:
    """Over, not begun, beside what nobody signed, beside an unknown one, no card, too large: unknown, no code."""
    assert (Result.UNKNOWN, set(), 0) == issuer_of(read(data))


def test_one_that_holds_does_not_cover_another() -> None:
    """Every document of cards has to hold."""
    assert Result.PASS is issuer_of(read(card_file(CLINIC.card()), card_file(CLINIC.card(rid="2"))))[0]
    assert Result.UNKNOWN is issuer_of(read(card_file(CLINIC.card()), card_file(Clinic().card())))[0]
    assert Result.FAIL is issuer_of(read(card_file(CLINIC.card()), card_file(flipped(CLINIC.card(), 2))))[0]


def test_a_document_that_is_not_called_a_card() -> None:
    """It is not looked at, so nothing is said of it."""
    outcome = read(card_file(CLINIC.card()), kind="text")
    assert (Result.UNKNOWN, None) == (issuer_of(outcome)[0], outcome.verification.documents[0].cards)


def test_a_card_needs_no_evidence() -> None:
    """Evidence of a stranger, or broken evidence, beside a card: only what is broken is said."""
    outcome = read(card_file(CLINIC.card()), evidence=(b"no evidence",))
    assert Result.UNKNOWN is issuer_of(outcome)[0]
    assert "does not hold" in outcome.details[Question.ISSUER]


def test_without_the_extra_there_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unknown, and what to install; all other verdicts are there."""
    data, real = card_file(CLINIC.card()), builtins.__import__

    def without(name: str, *rest: object) -> object:
        if name.startswith("joserfc"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    outcome = read(data)
    assert (Result.UNKNOWN, set(), 0) == issuer_of(outcome)
    assert "healthvault[smart]" in outcome.details[Question.ISSUER]
