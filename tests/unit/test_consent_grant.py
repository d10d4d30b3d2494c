# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.consent.grant."""

from dataclasses import replace

import pytest

from healthvault.codec import Fields, Value
from healthvault.consent.conditions import UnknownCondition
from healthvault.consent.grant import MAX_GRANTEES, Grant, Revocation, parse_grant, parse_revocation
from healthvault.errors import FormatError
from healthvault.ledger.meta import open_meta
from healthvault.ledger.party import CODE_BEARER, Party
from healthvault.ledger.secrets import meta_key
from tests.owners import merge, without
from tests.worked import SECRETS, worked_entries

GRANT = Grant(
    slot=5,
    grant_id=b"g" * 16,
    grantees=(Party(vault=b"v" * 32, name="Dr Costa"), CODE_BEARER),
    records=((1, 2), (4, 1)),
    actions=("view",),
    purposes=("TREAT", "ETREAT"),
    not_before_ms=1000,
    not_after_ms=2000,
)
FULL = replace(
    GRANT,
    recheck_after_ms=1500,
    conditions=(UnknownCondition(kind="quorum"),),
    role="physician",
    jurisdiction="PT",
    supersedes=2,
)
SEQ = 9


def parse(item: dict[str, Value], seq: int = SEQ) -> Grant:
    """Parse a sealed map of entry `seq`."""
    return parse_grant(Fields(item, "sealed part"), seq)


def code_of(item: dict[str, Value], seq: int = SEQ) -> str:
    """Return the code with which a grant is refused."""
    with pytest.raises(FormatError) as caught:
        parse(item, seq)
    return caught.value.code


@pytest.mark.parametrize("grant", [GRANT, FULL])
def test_grants_come_back(grant: Grant) -> None:
    """With all terms, and with those that have to be there; unknown keys are ignored."""
    assert grant == parse({**grant.to_map(), "later": 1})


def test_the_worked_grant() -> None:
    """The specification's grant is one."""
    entry = worked_entries()[2]
    grant = parse_grant(open_meta(meta_key(SECRETS[2]), entry), entry.seq)
    assert (5, ((1, 1),), (CODE_BEARER,)) == (grant.slot, grant.records, grant.grantees)
    assert ("keep", "view") == grant.actions


def test_a_grant_never_reaches_beyond_itself() -> None:
    """The last record stands before the grant's own entry."""
    assert GRANT == parse(GRANT.to_map(), 5)
    assert "bad_schema" == code_of(GRANT.to_map(), 4)
    assert "bad_schema" == code_of(merge(records=[[0, 2**53 - 1]])(GRANT.to_map()))


def test_as_many_grantees_as_may_be() -> None:
    """Sixteen, not seventeen."""
    many = tuple(Party(recipient_pk=bytes([place]) * 32) for place in range(MAX_GRANTEES + 1))
    assert MAX_GRANTEES == len(parse(replace(GRANT, grantees=many[1:]).to_map()).grantees)
    assert "bad_schema" == code_of(replace(GRANT, grantees=many).to_map())


def test_must_is_honoured() -> None:
    """A key that this version does not know may be one that matters."""
    assert GRANT == parse(merge(must=["records", "must"])(GRANT.to_map()))
    assert "unsupported" == code_of(merge(must=["geo"], geo="PT")(GRANT.to_map()))


REQUIRED = [key for key in GRANT.to_map() if key != "kind"]


@pytest.mark.parametrize("key", REQUIRED)
def test_every_term_is_needed(key: str) -> None:
    """None of them may be missing, nil or of another type."""
    for change in (without(key), merge(**{key: None}), merge(**{key: {"a": 1}})):
        assert "bad_schema" == code_of(change(GRANT.to_map()))


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "doc.add"},
        {"grantees": []},
        {"grantees": [{}]},
        {"records": []},
        {"records": [[4, 1], [1, 2]]},
        {"records": [[1, 2], [3, 1]]},
        {"records": [[1, 2], [2, 1]]},
        {"records": [[1, 0]]},
        {"actions": []},
        {"actions": ["view", "view"]},
        {"actions": [1]},
        {"purpose": []},
        {"purpose": ["TREAT", "TREAT"]},
        {"not_before": 2000},
        {"not_before": 2001},
        {"conditions": ["quorum"]},
        {"conditions": [{}]},
        {"grant_id": b"g" * 15},
        {"k": True},
        {"recheck_after": "soon"},
        {"role": 1},
        {"jurisdiction": b"PT"},
        {"supersedes": False},
        {"must": "kind"},
    ],
    ids=str,
)
def test_wrong_terms_are_refused(values: dict[str, Value]) -> None:
    """Empty or repeated lists, ranges of another form, an end before the beginning, wrong types."""
    assert "bad_schema" == code_of(merge(**values)(GRANT.to_map()))


def test_a_grant_needs_its_kind() -> None:
    """A map of no kind is none."""
    assert "bad_schema" == code_of(without("kind")(GRANT.to_map()))


def test_revocations_come_back() -> None:
    """And need all of their keys."""
    revocation = Revocation(about=3, slot=5, grant_id=b"g" * 16, reason="", effective_ms=7)
    assert revocation == parse_revocation(Fields(revocation.to_map(), "sealed part"))
    for key in ("about", "k", "grant_id", "reason", "effective"):
        with pytest.raises(FormatError) as caught:
            parse_revocation(Fields(without(key)(revocation.to_map()), "sealed part"))
        assert "bad_schema" == caught.value.code
