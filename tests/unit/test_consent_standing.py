# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.consent.standing: docs/spec/standing.md section 1."""

from collections.abc import Callable

import pytest

from healthvault.codec import Fields, pack, unpack
from healthvault.consent.conditions import Deny, Sensitive
from healthvault.consent.standing import (
    Facts,
    Selection,
    StandingEnd,
    StandingRule,
    parse_standing,
    parse_standing_end,
)
from healthvault.errors import FormatError
from tests.owners import Map, merge, without

RULE = StandingRule(
    rule_id=bytes(range(16)),
    vaults=(bytes(32), bytes(range(32))),
    role="gp",
    selection=Selection(since="2026-11-01", type="pdf", tag="trip", category="lab", author="Dr Lee"),
    purposes=("TREAT",),
    actions=("view", "keep"),
    lasts_ms=1000,
    conditions=(Deny(tags=("private",)), Sensitive(allow=("genetics",))),
)
FACTS = Facts(date="2026-11-20", type="pdf", tags=("trip", "2026"), category="lab", author="Dr Lee")


def code_of(sealed: Map) -> str:
    """Return the code of a refusal."""
    with pytest.raises(FormatError) as caught:
        parse_standing(Fields(sealed, "entry 7"))
    return caught.value.code


def test_rules_come_back() -> None:
    """What is sealed is what is read, whole and with the least that a rule needs."""
    least = StandingRule(rule_id=bytes(16), vaults=(), role="gp", selection=Selection(), not_after_ms=5)
    for rule in (RULE, least):
        assert rule == parse_standing(Fields(unpack(pack(rule.to_map())), "entry 7"))
    end = StandingEnd(about=3)
    assert end == parse_standing_end(Fields(end.to_map(), "entry 8"))


@pytest.mark.parametrize(
    "change",
    [
        *(without(key) for key in ("rule_id", "vaults", "select", "purpose", "actions", "lasts", "conditions")),
        merge(rule_id=bytes(15)),
        merge(vaults=[bytes(31)]),
        merge(vaults=[bytes(32), bytes(32)]),
        merge(vaults=[bytes([number]) * 32 for number in range(17)]),
        merge(not_after=5),
        merge(select={"category": 7}),
        merge(select={"colour": "red"}),
        merge(select=None),
        merge(conditions=[{}]),
        lambda sealed: without("role")(merge(vaults=[])(sealed)),
    ],
)
def test_rules_of_another_form(change: Callable[[Map], Map]) -> None:
    """Missing, twice, both ends, a question that nobody knows, or for nobody: `bad_schema`."""
    assert code_of(change(RULE.to_map())) in {"bad_schema", "bad_encoding"}


@pytest.mark.parametrize(
    "change",
    [
        {"date": "2026-10-31"},
        {"date": None},
        {"type": "fhir"},
        {"tags": ("other",)},
        {"category": "letter"},
        {"author": None},
    ],
)
def test_all_that_is_said_must_be_so(change: dict[str, object]) -> None:
    """One answer that is another, and the document is not meant."""
    facts = {name: getattr(FACTS, name) for name in ("date", "type", "tags", "category", "author")}
    assert RULE.selection.matches(FACTS)
    assert not RULE.selection.matches(Facts(**{**facts, **change}))
    assert Selection().matches(Facts(**{**facts, **change}))
