# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.consent.decision: the table of docs/spec/grants.md section 4, rule by rule."""

from dataclasses import replace

import pytest

from healthvault.consent.conditions import UnknownCondition
from healthvault.consent.decision import Request, refusals
from healthvault.consent.grant import Grant
from healthvault.ledger.party import CODE_BEARER, Party

DOCTOR = Party(vault=b"v" * 32, recipient_pk=b"k" * 32)
SISTER = Party(recipient_pk=b"s" * 32)
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
REQUEST = Request(party=DOCTOR, at_ms=1500, seqs=(1, 2, 5), purpose="TREAT", actions=("view",))


def codes(grant: Grant, request: Request) -> list[str]:
    """Return the codes of a judgement."""
    return [refusal.code for refusal in refusals(grant, request)]


def test_what_is_granted_is_allowed() -> None:
    """To each grantee, from the first millisecond to the last, with and without a purpose or action asked for."""
    assert [] == codes(GRANT, REQUEST)
    assert [] == codes(GRANT, replace(REQUEST, party=SISTER, at_ms=1000))
    assert [] == codes(GRANT, replace(REQUEST, at_ms=1999, purpose=None, actions=()))
    assert [] == codes(GRANT, replace(REQUEST, actions=("keep", "view"), seqs=()))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"party": Party(vault=b"o" * 32, recipient_pk=b"k" * 32)}, "not_grantee"),
        ({"party": CODE_BEARER}, "not_grantee"),
        ({"at_ms": 999}, "grant_not_yet"),
        ({"at_ms": 2000}, "grant_expired"),
        ({"seqs": (1, 3)}, "out_of_scope"),
        ({"seqs": (0,)}, "out_of_scope"),
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


def test_nobody_in_particular_is_not_judged() -> None:
    """Where the bundle was passed on, that is said elsewhere."""
    assert [] == codes(GRANT, replace(REQUEST, party=None))


def test_every_reason_is_given() -> None:
    """A judgement does not stop at the first."""
    grant = replace(GRANT, conditions=(UnknownCondition(kind="quorum"),))
    request = Request(party=CODE_BEARER, at_ms=2000, seqs=(9,), purpose="HRESCH", actions=("forward",))
    assert {
        "condition_unknown", "not_grantee", "grant_expired", "out_of_scope", "purpose_not_covered",
        "action_not_granted",
    } == set(codes(grant, request))  # fmt: skip


def test_a_code_has_its_own_grant() -> None:
    """Who has the code is covered by the grant for the code only."""
    bearer = replace(GRANT, grantees=(CODE_BEARER,))
    assert [] == codes(bearer, replace(REQUEST, party=CODE_BEARER))
    assert ["not_grantee"] == codes(bearer, REQUEST)
