# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.consent.conditions: the table of docs/spec/grants.md section 1.4."""

import pytest

from healthvault.codec import Fields, Value, pack, unpack
from healthvault.consent.conditions import (
    MAX_APPROVERS,
    Approvals,
    Condition,
    Delegated,
    Deny,
    MaxShares,
    Proxy,
    Sensitive,
    UnknownCondition,
    parse_condition,
)
from healthvault.errors import FormatError
from healthvault.ledger.party import CODE_BEARER, Party

SISTER, DOCTOR = Party(vault=b"s" * 32, name="Rita"), Party(vault=b"d" * 32, recipient_pk=b"k" * 32, name="Dr Lee")
AGAIN: Value = {"vault": b"s" * 32, "recipient_pk": None, "name": "again"}
KNOWN = [
    Deny(categories=("imaging",), types=("dicom",), tags=("private", "work"), sensitivity=("genetics",)),
    Deny(tags=("private",)),
    Deny(),
    Sensitive(allow=()),
    Sensitive(allow=("genetics", "of-later")),
    MaxShares(count=3),
    Approvals(needed=2, by=(SISTER, DOCTOR)),
]


def parse(item: Value) -> Condition:
    """Parse a map as it comes out of an entry."""
    return parse_condition(Fields(unpack(pack(item)), "grant.conditions"))


def code_of(item: Value) -> str:
    """Return the code with which a condition is refused."""
    with pytest.raises(FormatError) as caught:
        parse(item)
    return caught.value.code


@pytest.mark.parametrize("condition", KNOWN, ids=str)
def test_conditions_come_back(condition: Condition) -> None:
    """Each kind; a key of later that nobody calls important is ignored."""
    assert condition == parse(condition.to_map())
    assert condition == parse({**condition.to_map(), "later": 1, "must": ["kind", "must"]})


@pytest.mark.parametrize(
    "item",
    [
        {"kind": "weekdays", "days": [1, 2], "must": "not even a list"},
        {"kind": "deny", "tags": ["private"], "authors": ["Dr Lee"], "must": ["authors"]},
        {"kind": "sensitive", "must": ["allow", "until"]},
        {"kind": "", "count": None},
    ],
    ids=str,
)
def test_what_is_not_known_is_kept(item: dict[str, Value]) -> None:
    """An unknown kind, or a key that matters: the map comes back as it stood."""
    condition = parse(item)
    assert isinstance(condition, UnknownCondition)
    assert item == condition.to_map()
    assert condition == parse(condition.to_map())


MANY = [Party(vault=bytes([number]) * 32).to_value() for number in range(MAX_APPROVERS + 1)]


@pytest.mark.parametrize(
    "item",
    [
        {},
        {"kind": 1},
        {"kind": "deny", "tags": "private"},
        {"kind": "deny", "sensitivity": [1]},
        {"kind": "deny", "must": "tags"},
        {"kind": "sensitive"},
        {"kind": "sensitive", "allow": None},
        {"kind": "max-shares"},
        {"kind": "max-shares", "count": 0},
        {"kind": "max-shares", "count": True},
        {"kind": "approvals", "needed": 1},
        {"kind": "approvals", "needed": 1, "by": []},
        {"kind": "approvals", "needed": 0, "by": [SISTER.to_value()]},
        {"kind": "approvals", "needed": 2, "by": [SISTER.to_value()]},
        {
            "kind": "approvals",
            "needed": 1,
            "by": [SISTER.to_value(), AGAIN],
        },
        {"kind": "approvals", "needed": 1, "by": [CODE_BEARER.to_value()]},
        {"kind": "approvals", "needed": 1, "by": [Party(recipient_pk=b"k" * 32).to_value()]},
        {"kind": "approvals", "needed": 1, "by": MANY},
    ],
    ids=lambda item: str(item)[:60],
)
def test_other_forms_are_refused(item: dict[str, Value]) -> None:
    """Wrong types, no count, nobody to approve, more needed than there are, somebody twice or without a vault."""
    assert "bad_schema" == code_of(item)


def test_as_many_approvers_as_may_be() -> None:
    """Sixteen."""
    condition = parse({"kind": "approvals", "needed": MAX_APPROVERS, "by": MANY[1:]})
    assert isinstance(condition, Approvals)
    assert MAX_APPROVERS == len(condition.by)


@pytest.mark.parametrize(
    ("condition", "wrong"),
    [
        (
            Proxy(powers=("share", "add"), purposes=("TREAT",), actions=("view",)),
            [{"powers": []}, {"purpose": ["TREAT", "TREAT"]}, {"actions": 7}, {"powers": None}],
        ),
        (
            Delegated(vault=bytes(range(32)), grants=(bytes(16), bytes(range(16)))),
            [{"vault": bytes(31)}, {"grants": []}, {"grants": [bytes(16)] * 2}, {"grants": [bytes(15)]}],
        ),
    ],
)
def test_powers_and_what_is_given_for_somebody(condition: Proxy | Delegated, wrong: list[dict]) -> None:
    """Both come back; empty, twice or of another type is `bad_schema`; a new key that matters is unknown."""
    sealed = condition.to_map()
    assert condition == parse_condition(Fields(sealed, "condition"))
    for change in wrong:
        with pytest.raises(FormatError) as caught:
            parse_condition(Fields({**sealed, **change}, "condition"))
        assert "bad_schema" == caught.value.code
    found = parse_condition(Fields({**sealed, "must": ["colour"]}, "condition"))
    assert isinstance(found, UnknownCondition)
