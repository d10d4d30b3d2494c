# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.consent.decision: the table of docs/spec/grants.md section 4, rule by rule."""

from dataclasses import replace

import pytest

from healthvault.consent.conditions import Approvals, Condition, Deny, MaxShares, Sensitive, UnknownCondition
from healthvault.consent.decision import Decision, KnownGrant, Request, Subject, decide, refusals
from healthvault.consent.exclusion import DocumentWords
from healthvault.consent.grant import Grant
from healthvault.consent.status import Status
from healthvault.ledger.ids import grant_id_text
from healthvault.ledger.party import CODE_BEARER, Party

DOCTOR = Party(vault=b"v" * 32, recipient_pk=b"k" * 32)
SISTER = Party(recipient_pk=b"s" * 32, name="Rita")
FRIEND = Party(vault=b"f" * 32, name="Joe")
GRANT = Grant(
    slot=0,
    grant_id=b"g" * 16,
    grantees=(DOCTOR, SISTER),
    records=((1, 2), (5, 1)),
    actions=("view", "keep"),
    purposes=("TREAT", "ETREAT"),
    not_before_ms=1000,
    not_after_ms=2000,
)
PLAIN = DocumentWords(category="lab", type="pdf", tags=("work", "private"))
REQUEST = Request(
    party=DOCTOR, at_ms=1500, document=Subject(seq=2, words=PLAIN), purpose="TREAT", actions=("view",)
)


def codes(grant: Grant, request: Request, **known: object) -> list[str]:
    """Return the codes of a judgement."""
    return [refusal.code for refusal in refusals(KnownGrant(grant=grant, **known), request)]


def having(*conditions: Condition) -> Grant:
    """Return the grant with these conditions."""
    return replace(GRANT, conditions=conditions)


def about(**words: object) -> Request:
    """Return the request for a document of which other words are said."""
    return replace(REQUEST, document=Subject(seq=2, words=replace(PLAIN, **words)))


def test_what_is_granted_is_allowed() -> None:
    """To each grantee, from the first millisecond to the last, with and without a purpose or action asked for."""
    assert [] == codes(GRANT, REQUEST)
    assert [] == codes(GRANT, replace(REQUEST, party=SISTER, at_ms=1000))
    assert [] == codes(GRANT, replace(REQUEST, at_ms=1999, purpose=None, actions=()))
    assert [] == codes(GRANT, replace(REQUEST, actions=("keep", "view"), document=None))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"party": Party(vault=b"o" * 32, recipient_pk=b"k" * 32)}, "not_grantee"),
        ({"party": CODE_BEARER}, "not_grantee"),
        ({"at_ms": 999}, "grant_not_yet"),
        ({"at_ms": 2000}, "grant_expired"),
        ({"document": Subject(seq=3, words=PLAIN)}, "out_of_scope"),
        ({"document": Subject(seq=0)}, "out_of_scope"),
        ({"purpose": "HRESCH"}, "purpose_not_covered"),
        ({"actions": ("view", "forward")}, "action_not_granted"),
    ],
)
def test_what_is_not_granted_is_denied(change: dict[str, int], code: str) -> None:
    """Each rule alone, by its own code."""
    assert [code] == codes(GRANT, replace(REQUEST, **change))


@pytest.mark.parametrize(
    "change",
    [
        {"conditions": (UnknownCondition(kind="quorum"),)},
        {"actions": ("view", "print")},
        {"purposes": ("TREAT", "HMARKT")},
        {"purposes": ("TREAT", "treat")},
    ],
)
def test_what_is_not_known_is_denied(change: dict[str, tuple[str, ...]]) -> None:
    """A condition, action or purpose of later, anywhere in the grant, whoever asks for what."""
    assert ["condition_unknown"] == codes(replace(GRANT, **change), REQUEST)
    assert ["condition_unknown"] == codes(replace(GRANT, **change), replace(REQUEST, purpose=None, actions=()))


@pytest.mark.parametrize(
    "deny",
    [
        Deny(categories=("imaging", "lab")),
        Deny(types=("pdf",)),
        Deny(tags=("private",)),
        Deny(categories=("imaging",), tags=("none", "work")),
    ],
)
def test_one_word_of_a_deny_rule_is_enough(deny: Deny) -> None:
    """Whatever else the grant says; where nothing is known of the document, nothing is judged."""
    assert ["denied_by_rule"] == codes(having(MaxShares(count=9), deny), REQUEST)
    assert [] == codes(having(deny), about(category="letter", type="text", tags=()))
    assert [] == codes(having(deny), replace(REQUEST, document=Subject(seq=2)))


def test_a_category_that_is_not_known_counts_as_other() -> None:
    """And as itself."""
    for word in ("other", "dental"):
        assert ["denied_by_rule"] == codes(having(Deny(categories=(word,))), about(category="dental"))
    assert [] == codes(having(Deny(categories=("other",))), REQUEST)


def test_a_label_is_denied_unless_it_is_named() -> None:
    """Each of them, by every `sensitive` condition; a label of later cannot be named; a deny rule wins."""
    both = about(sensitivity=("genetics", "mental-health"))
    assert ["sensitivity_not_named"] == codes(GRANT, both)
    assert ["sensitivity_not_named"] == codes(having(Sensitive(allow=("genetics",))), both)
    named = Sensitive(allow=("genetics", "mental-health", "of-later"))
    assert [] == codes(having(named), both)
    assert ["sensitivity_not_named"] == codes(having(named, Sensitive(allow=("genetics",))), both)
    assert ["sensitivity_not_named"] == codes(having(named), about(sensitivity=("of-later",)))
    assert ["denied_by_rule"] == codes(having(named, Deny(sensitivity=("genetics",))), both)


def test_shares_are_counted() -> None:
    """By the smallest number, and only where somebody counts."""
    grant = having(MaxShares(count=3), MaxShares(count=2))
    assert [[], ["shares_used_up"]] == [codes(grant, REQUEST, shares=shares) for shares in (1, 2)]
    assert [] == codes(grant, REQUEST)


def test_approvals_are_counted() -> None:
    """As many as are needed, each of those who are asked once, and only where somebody counts."""
    grant = having(Approvals(needed=2, by=(FRIEND, DOCTOR)))
    for approved in (set(), {FRIEND.vault}, {FRIEND.vault, b"o" * 32}):
        assert ["approval_missing"] == codes(grant, REQUEST, approved=frozenset(approved))
    assert [] == codes(grant, REQUEST, approved=frozenset({FRIEND.vault, DOCTOR.vault}))
    assert [] == codes(grant, REQUEST)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (Status.REVOKED, "grant_revoked"),
        (Status.SUPERSEDED, "grant_superseded"),
        (Status.ERASED, "grant_revoked"),
        (Status.FREE, "grant_revoked"),
    ],
)
def test_a_grant_that_was_ended(status: Status, code: str) -> None:
    """Denies, in whatever way it was ended."""
    assert [code] == codes(GRANT, REQUEST, status=status)


def test_nobody_in_particular_is_not_judged() -> None:
    """Where the bundle was passed on, that is said elsewhere."""
    assert [] == codes(GRANT, replace(REQUEST, party=None))


def test_every_reason_is_given() -> None:
    """A judgement does not stop at the first."""
    grant = having(UnknownCondition(kind="quorum"), Deny(types=("pdf",)), MaxShares(count=1))
    document = Subject(seq=9, words=replace(PLAIN, sensitivity=("genetics",)))
    request = Request(party=CODE_BEARER, at_ms=2000, document=document, purpose="HRESCH", actions=("forward",))
    assert {
        "condition_unknown", "not_grantee", "grant_expired", "out_of_scope", "purpose_not_covered",
        "shares_used_up", "action_not_granted", "denied_by_rule", "sensitivity_not_named", "grant_revoked",
    } == set(codes(grant, request, shares=1, status=Status.REVOKED))  # fmt: skip


def test_a_code_has_its_own_grant() -> None:
    """Who has the code is covered by the grant for the code only."""
    bearer = replace(GRANT, grantees=(CODE_BEARER,))
    assert [] == codes(bearer, replace(REQUEST, party=CODE_BEARER))
    assert ["not_grantee"] == codes(bearer, REQUEST)


FIRST, SECOND = KnownGrant(grant=GRANT, seq=7), KnownGrant(grant=replace(GRANT, grant_id=b"h" * 16), seq=8)


def test_the_newest_grant_that_allows_is_named() -> None:
    """Whatever their order, and whatever others deny."""
    ended = replace(SECOND, seq=9, status=Status.REVOKED)
    for held in ([FIRST, SECOND, ended], [ended, SECOND, FIRST]):
        decision = decide(held, REQUEST)
        assert (True, "granted", grant_id_text(b"h" * 16)) == (decision.allowed, decision.rule, decision.grant)


def test_the_nearest_grant_says_why_not() -> None:
    """The one whose first rule that denies stands furthest down; of several, the newest."""
    spent = replace(FIRST, grant=having(MaxShares(count=1)), shares=1)
    revoked = replace(SECOND, status=Status.REVOKED)
    decision = decide([revoked, spent], REQUEST)
    assert ("shares_used_up", grant_id_text(b"g" * 16)) == (decision.rule, decision.grant)
    assert grant_id_text(b"h" * 16) == decide([replace(FIRST, status=Status.REVOKED), revoked], REQUEST).grant


def test_a_decision_tells_the_word_or_the_names() -> None:
    """By which the rule goes; an error message never does."""
    told = [
        (having(Deny(tags=("work", "private"))), REQUEST, {}, "tag:private"),
        (GRANT, about(sensitivity=("genetics",)), {}, "genetics"),
        (having(Approvals(needed=1, by=(FRIEND,))), REQUEST, {"approved": frozenset()}, "still asked: Joe"),
    ]
    for grant, request, known, word in told:
        judged = KnownGrant(grant=grant, **known)
        assert decide([judged], request).reason.endswith(f": {word}")
        assert not any(word in refusal.message for refusal in refusals(judged, request))


def test_grants_that_do_not_name_both_take_no_part() -> None:
    """For others or of other documents: as if there were none."""
    none = Decision(allowed=False, rule="no_grant", reason=decide([], REQUEST).reason, grant=None)
    assert none == decide([], REQUEST)
    assert none == decide([FIRST], replace(REQUEST, party=CODE_BEARER))
    assert none == decide([FIRST], replace(REQUEST, document=Subject(seq=4, words=PLAIN)))
