# SPDX-License-Identifier: Apache-2.0
"""Properties of the judgement over grants, against a second evaluator: HV_TEST_POLICIES policies of each kind."""

import os
import random
from collections.abc import Iterator
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from healthvault.codec import pack
from healthvault.consent.conditions import Approvals, Condition, Deny, MaxShares, Sensitive, UnknownCondition
from healthvault.consent.decision import RULES, Decision, Request, Standing, Subject, decide, refusals
from healthvault.consent.exclusion import DocumentWords
from healthvault.consent.grant import Grant
from healthvault.consent.purposes import ACTIONS, PURPOSES
from healthvault.consent.status import Status
from healthvault.errors import InvalidRequest
from healthvault.ledger.ids import grant_id_text
from healthvault.ledger.party import CODE_BEARER, Party
from healthvault.ledger.ranges import ranges_of
from healthvault.verify.consent import judge_grants
from tests import reference_consent

POLICIES = int(os.environ.get("HV_TEST_POLICIES", "150"))
EACH = settings(max_examples=POLICIES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
PARTIES = (
    Party(vault=b"v" * 32, recipient_pk=b"k" * 32, name="Dr Lee"),
    Party(vault=b"w" * 32, name="Rita"),
    Party(recipient_pk=b"k" * 32, name="a bare key"),
    CODE_BEARER,
)
APPROVERS = tuple(Party(vault=bytes([number]) * 32, name=f"approver {number}") for number in range(3))
WORDS = {
    "categories": ("lab", "imaging", "other", "dental"),
    "types": ("pdf", "dicom"),
    "tags": ("private", "work", "2026"),
    "sensitivity": ("genetics", "mental-health", "of-later"),
}
SEQS = 12
LATER = UnknownCondition(kind="weekdays")
KNOWN = frozenset(PURPOSES.values())


def some(words: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    """Draw words, none of them twice."""
    return st.lists(st.sampled_from(words), max_size=2, unique=True).map(tuple)


denies = st.builds(Deny, **{key: some(words) for key, words in WORDS.items()})
conditions: st.SearchStrategy[Condition] = st.one_of(
    denies,
    st.builds(Sensitive, allow=some(WORDS["sensitivity"])),
    st.builds(MaxShares, count=st.integers(1, 3)),
    st.sampled_from(
        [Approvals(needed=needed, by=APPROVERS[:count]) for count in (1, 2, 3) for needed in (1, count)]
    ),
    st.sampled_from(
        [UnknownCondition(kind="weekdays"), UnknownCondition(kind="deny", fields=pack({"must": ["x"]}))]
    ),
)
grants = st.builds(
    Grant,
    slot=st.just(0),
    grant_id=st.binary(min_size=16, max_size=16),
    grantees=st.lists(st.sampled_from(PARTIES), min_size=1, max_size=2, unique=True).map(tuple),
    records=st.sets(st.integers(0, SEQS), min_size=1).map(ranges_of),
    actions=st.lists(st.sampled_from([*ACTIONS, *ACTIONS, "print"]), min_size=1, max_size=2, unique=True).map(
        tuple
    ),
    purposes=st.lists(
        st.sampled_from(["TREAT", "HRESCH", "TREAT", "HMARKT"]), min_size=1, max_size=2, unique=True
    ).map(tuple),
    not_before_ms=st.integers(0, 40),
    not_after_ms=st.integers(41, 100),
    conditions=st.lists(conditions, max_size=3).map(tuple),
)
standings = st.builds(
    Standing,
    grant=grants,
    seq=st.integers(20, 24),
    status=st.sampled_from([Status.ACTIVE] * 4 + [Status.REVOKED, Status.SUPERSEDED, Status.ERASED]),
    shares=st.none() | st.integers(0, 3),
    approved=st.none() | st.sets(st.sampled_from([party.vault for party in APPROVERS])).map(frozenset),
)
policies = st.lists(standings, max_size=4)
subjects = st.builds(
    Subject,
    seq=st.integers(0, SEQS),
    words=st.builds(
        DocumentWords,
        category=st.sampled_from(WORDS["categories"]),
        type=st.sampled_from(["pdf", "dicom", "text"]),
        tags=some(WORDS["tags"]),
        sensitivity=st.just(()) | some(WORDS["sensitivity"]),
    ),
)
requests = st.builds(
    Request,
    party=st.sampled_from(PARTIES),
    at_ms=st.integers(0, 110),
    document=subjects,
    purpose=st.none() | st.sampled_from(["TREAT", "HRESCH", "HPAYMT"]),
    actions=st.just(()) | st.sampled_from(ACTIONS).map(lambda word: (word,)),
)


def expected(policy: list[Standing], request: Request) -> tuple[bool, str, str | None]:
    """Ask the second evaluator, in plain maps."""
    held = [
        {
            "id": grant_id_text(one.grant.grant_id),
            "seq": one.seq,
            "status": int(one.status),
            "terms": one.grant.to_map(),
            "shares": one.shares,
            "approved": one.approved,
        }
        for one in policy
    ]
    subject, words = request.document, request.document.words
    ask = {
        "party": request.party.to_value(),
        "document": {
            "seq": subject.seq,
            "category": words.category,
            "type": words.type,
            "tags": words.tags,
            "sensitivity": words.sensitivity,
        },
        "at": request.at_ms,
        "purpose": request.purpose,
        "action": request.actions[0] if request.actions else None,
    }
    return reference_consent.decide(held, ask)


@EACH
@given(policies, requests)
def test_the_decision_is_that_of_the_second_evaluator(policy: list[Standing], request: Request) -> None:
    """Whether, by which rule, by which grant."""
    decision = decide(policy, request)
    assert expected(policy, request) == (decision.allowed, decision.rule, decision.grant)
    assert decision.rule in {*RULES[2:], "granted", "no_grant"}


@EACH
@given(policies, requests, st.randoms(use_true_random=False))
def test_nothing_depends_on_an_order(policy: list[Standing], request: Request, rng: random.Random) -> None:
    """Of grants, conditions, grantees, words, labels: the same answer in the same words."""
    decision = decide(policy, request)
    mixed = [replace(one, grant=_shuffled(one.grant, rng)) for one in rng.sample(policy, len(policy))]
    words = request.document.words
    told = replace(
        words,
        tags=tuple(rng.sample(words.tags, len(words.tags))),
        sensitivity=tuple(rng.sample(words.sensitivity, len(words.sensitivity))),
    )
    assert decision == decide(mixed, replace(request, document=replace(request.document, words=told)))


def _shuffled(grant: Grant, rng: random.Random) -> Grant:
    def mixed(items: tuple) -> tuple:
        return tuple(rng.sample(items, len(items)))

    def inside(condition: Condition) -> Condition:
        match condition:
            case Deny():
                return Deny(**{key: mixed(getattr(condition, key)) for key in WORDS})
            case Sensitive():
                return Sensitive(allow=mixed(condition.allow))
        return condition

    return replace(
        grant,
        grantees=mixed(grant.grantees),
        actions=mixed(grant.actions),
        purposes=mixed(grant.purposes),
        conditions=mixed(tuple(map(inside, grant.conditions))),
    )


def smaller(standing: Standing, more: Deny) -> Iterator[Standing]:
    """Yield the grant with something taken away from it, or a condition more."""
    grant = standing.grant
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
        yield replace(standing, grant=less)
    for status in (Status.REVOKED, Status.SUPERSEDED, Status.ERASED):
        yield replace(standing, status=status)


def _without(items: tuple[str, ...], one: str) -> tuple[str, ...]:
    return tuple(item for item in items if item != one)


@EACH
@given(policies.filter(bool), requests, denies)
def test_taking_away_never_widens(policy: list[Standing], request: Request, more: Deny) -> None:
    """A deny more, a shorter window, a purpose, action, record or grantee less, an end."""
    before = {refusal.code for refusal in refusals(policy[0], request)}
    was_allowed = decide(policy, request).allowed
    for less in smaller(policy[0], more):
        assert before - {refusal.code for refusal in refusals(less, request)} <= {
            "grant_revoked",
            "grant_superseded",
        }
        assert was_allowed or not decide([less, *policy[1:]], request).allowed
    assert was_allowed or not decide(policy[1:], request).allowed


@EACH
@given(policies, requests)
def test_a_reader_never_denies_what_the_owner_allows(policy: list[Standing], request: Request) -> None:
    """By the same rules, but for those that only the owner can count, and the status that is proved apart."""
    decision: Decision = decide(policy, request)
    told = Request(party=request.party, at_ms=request.at_ms, purpose=request.purpose, actions=request.actions)
    held = tuple(one.grant for one in policy)
    for subject in (request.document, replace(request.document, words=None)):
        problems = judge_grants(held, told, (subject,), {})
        assert not (decision.allowed and problems)


@EACH
@given(st.lists(grants, max_size=3), st.lists(subjects, max_size=3), st.integers(0, 110))
def test_ending_a_grant_never_allows_more(held: list[Grant], shown: list[Subject], at_ms: int) -> None:
    """In a bundle: a revocation that is known, or a grant that is missing, only takes away."""
    request = Request(party=None, at_ms=at_ms)
    held = list({grant.grant_id: grant for grant in held}.values())
    if judge_grants(tuple(held), request, tuple(shown), {}):
        for place, grant in enumerate(held):
            ended = {grant.grant_id: InvalidRequest("grant_revoked", "")}
            assert judge_grants(tuple(held), request, tuple(shown), ended)
            less = (*held[:place], *held[place + 1 :])
            assert judge_grants(less, request, tuple(shown), {}) or not shown
