# SPDX-License-Identifier: Apache-2.0
"""Properties of the judgement over grants, against a second evaluator.

HV_TEST_POLICIES says over how many policies, HV_TEST_EFFECTS over how many ends of a grant.
"""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from healthvault.consent.conditions import Approvals, Condition, Deny, MaxShares, Sensitive
from healthvault.consent.decision import RULES, KnownGrant, Request, decide, refusals
from healthvault.consent.effect import losses
from healthvault.consent.grant import Grant
from healthvault.consent.purposes import ACTIONS, PURPOSES
from healthvault.consent.status import Status
from healthvault.errors import InvalidRequest
from healthvault.ledger.ranges import ranges_contain, ranges_of
from healthvault.verify.consent import judge_grants
from tests.policies import APPROVERS, LATER, WORDS, expected, random_deny, random_question

POLICIES = int(os.environ.get("HV_TEST_POLICIES", "300"))
EACH = settings(max_examples=POLICIES, deadline=None, database=None)
KNOWN = frozenset(PURPOSES.values())
questions = st.integers(0, 2**62).map(lambda seed: (*random_question(random.Random(seed)), random.Random(seed)))


@EACH
@given(questions)
def test_a_policy(question: tuple[list[KnownGrant], Request, random.Random]) -> None:
    """As the second evaluator says; the same in any order; and nothing that is taken away from it widens it."""
    policy, request, rng = question
    decision = decide(policy, request)
    assert expected(policy, request) == (decision.allowed, decision.rule, decision.grant)
    assert decision.rule in {*RULES[2:], "granted", "no_grant"}
    assert decision == decide(*shuffled(policy, request, rng))
    if policy and not decision.allowed:
        assert not decide(policy[1:], request).allowed
    for less in smaller(policy[0], random_deny(rng)) if policy else ():
        before, now = codes(policy[0], request), codes(less, request)
        assert before - now <= {"grant_revoked", "grant_superseded"}
        assert not before or now
        assert decision.allowed or not decide([less, *policy[1:]], request).allowed


def codes(known: KnownGrant, request: Request) -> set[str]:
    """Return the codes of all rules that deny."""
    return {refusal.code for refusal in refusals(known, request)}


def shuffled(policy: list[KnownGrant], request: Request, rng: random.Random) -> tuple[list[KnownGrant], Request]:
    """Return the same in another order: grants, grantees, conditions, their words, those of the document."""

    def mixed(items: tuple) -> tuple:
        return tuple(rng.sample(items, len(items)))

    def inside(condition: Condition) -> Condition:
        match condition:
            case Deny():
                return Deny(**{key: mixed(getattr(condition, key)) for key in WORDS})
            case Sensitive():
                return Sensitive(allow=mixed(condition.allow))
        return condition

    def other(grant: Grant) -> Grant:
        return replace(
            grant,
            grantees=mixed(grant.grantees),
            actions=mixed(grant.actions),
            purposes=mixed(grant.purposes),
            conditions=mixed(tuple(map(inside, grant.conditions))),
        )

    words = request.document.words
    told = replace(words, tags=mixed(words.tags), sensitivity=mixed(words.sensitivity))
    held = [replace(one, grant=other(one.grant)) for one in rng.sample(policy, len(policy))]
    return held, replace(request, document=replace(request.document, words=told))


def smaller(known: KnownGrant, more: Deny) -> Iterator[KnownGrant]:
    """Yield the grant with something taken away from it, or a condition more."""
    grant = known.grant
    seqs = [seq for first, count in grant.records for seq in range(first, first + count)]
    for less in (
        replace(grant, conditions=(*grant.conditions, more)),
        replace(grant, conditions=(more, *grant.conditions)),
        replace(grant, conditions=(*grant.conditions, MaxShares(count=1))),
        replace(grant, conditions=(*grant.conditions, Approvals(needed=1, by=APPROVERS[:1]))),
        replace(grant, conditions=(*grant.conditions, LATER)),
        replace(grant, not_before_ms=grant.not_before_ms + 9),
        replace(grant, not_after_ms=grant.not_after_ms - 9),
        replace(grant, records=ranges_of(seqs[1:])),
        replace(grant, grantees=grant.grantees[1:]),
        *(replace(grant, actions=_without(grant.actions, word)) for word in grant.actions if word in ACTIONS),
        *(replace(grant, purposes=_without(grant.purposes, code)) for code in grant.purposes if code in KNOWN),
    ):
        yield replace(known, grant=less)
    for status in (Status.REVOKED, Status.SUPERSEDED, Status.ERASED):
        yield replace(known, status=status)


def _without(items: tuple[str, ...], one: str) -> tuple[str, ...]:
    return tuple(item for item in items if item != one)


@EACH
@given(questions)
def test_a_reader_never_denies_what_the_owner_allows(
    question: tuple[list[KnownGrant], Request, random.Random],
) -> None:
    """By the same rules, but for those that only the owner can count, and the status that is proved apart."""
    policy, request, _ = question
    told = Request(party=request.party, at_ms=request.at_ms, purpose=request.purpose, actions=request.actions)
    held, subject = tuple(one.grant for one in policy), request.document
    if decide(policy, request).allowed:
        for shown in (subject, replace(subject, words=None)):
            assert [] == judge_grants(held, told, (shown,), {})


@EACH
@given(questions)
def test_ending_a_grant_never_allows_more(question: tuple[list[KnownGrant], Request, random.Random]) -> None:
    """In a bundle: a revocation that is known, or a grant that is missing, only takes away."""
    policy, request, rng = question
    held, asked = tuple(one.grant for one in policy), Request(party=None, at_ms=request.at_ms)
    shown = tuple(replace(request.document, seq=seq) for seq in rng.sample(range(13), rng.randrange(4)))
    if judge_grants(held, asked, shown, {}):
        for place, grant in enumerate(held):
            ended = {grant.grant_id: InvalidRequest("grant_revoked", "")}
            assert judge_grants(held, asked, shown, ended)
            less = (*held[:place], *held[place + 1 :])
            assert judge_grants(less, asked, shown, {}) or not shown


@settings(max_examples=int(os.environ.get("HV_TEST_EFFECTS", "25")), deadline=None, database=None)
@given(questions)
def test_what_if_is_what_happens(question: tuple[list[KnownGrant], Request, random.Random]) -> None:
    """A revocation takes away what was foreseen and nothing else, of whom it names and of whom it does not."""
    policy, request, rng = question
    if not policy:
        return
    ended, now_ms = rng.choice(policy), request.at_ms
    subjects = [replace(request.document, seq=seq) for seq in range(13)]
    after = [replace(one, status=Status.REVOKED) if one is ended else one for one in policy]
    foreseen = {
        (loss.party, loss.seq, use) for loss in losses(policy, ended, subjects, now_ms) for use in loss.uses
    }
    parties = {party for one in policy for party in one.grant.grantees}
    uses = {(code, word) for one in policy for code in one.grant.purposes for word in one.grant.actions}
    happened = set()
    for subject in subjects:
        about = [one for one in policy if ranges_contain(one.grant.records, subject.seq)]
        for party in parties if about else ():
            for code, word in uses:
                asked = replace(request, party=party, document=subject, purpose=code, actions=(word,))
                times = [replace(asked, at_ms=at_ms) for at_ms in range(now_ms, max(now_ms + 1, 101), 9)]
                times += [replace(asked, at_ms=edge) for edge in _edges(policy) if edge > now_ms]
                if any(decide(policy, one).allowed and not decide(after, one).allowed for one in times):
                    happened.add((party, subject.seq, (code, word)))
    assert foreseen == {loss for loss in happened if loss[0] in ended.grant.grantees}
    assert all(_is_covered(loss[0], ended.grant) for loss in happened)


def _edges(policy: list[KnownGrant]) -> set[int]:
    return {edge for one in policy for edge in (one.grant.not_before_ms, one.grant.not_after_ms)}


def _is_covered(party: object, grant: Grant) -> bool:
    return any(grantee.covers(party) for grantee in grant.grantees)


def test_every_process_decides_the_same_in_the_same_words() -> None:
    """Whatever the seed of its hash tables."""
    root = Path(__file__).resolve().parents[2]
    said = {
        subprocess.run(
            [sys.executable, "-m", "tests.policies", "150"],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4242")
    }
    assert 1 == len(said)
    assert 150 == len(said.pop().splitlines())
