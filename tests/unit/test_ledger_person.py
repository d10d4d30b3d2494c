# SPDX-License-Identifier: Apache-2.0
"""Sealed maps about the owner: what goes in comes out, and nothing else is accepted."""

import pytest

from healthvault.codec import Fields, Value
from healthvault.errors import FormatError
from healthvault.ledger.person import (
    Decision,
    FactKind,
    IdAdd,
    IdDrop,
    IdLink,
    IdUnlink,
    parse_id_add,
    parse_id_drop,
    parse_id_link,
    parse_id_unlink,
)

FACTS = (
    IdAdd(fact=FactKind.NAME, value="Eve Everywoman", family="Everywoman", given=("Eve",), source=3),
    IdAdd(fact=FactKind.BIRTH_DATE, value="1975-05-01"),
    IdAdd(fact=FactKind.IDENTIFIER, value="444-22-2222", system="http://hl7.org/fhir/sid/us-ssn"),
)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.fact.value)
def test_a_fact_comes_back(fact: IdAdd) -> None:
    """With its parts and its source."""
    assert fact == parse_id_add(Fields(fact.to_map(), "entry 9"))


@pytest.mark.parametrize("subject", [None, 0, 2])
def test_a_decision_comes_back(subject: int | None) -> None:
    """About a document or a subject of it; and what is taken back names entries alone."""
    link = IdLink(about=3, decision=Decision.REFUSE, subject=subject)
    assert link == parse_id_link(Fields(link.to_map(), "entry 9"))
    assert {"kind", "about", "decision"} == link.to_map().keys() - {"subject"}
    assert IdUnlink(about=4) == parse_id_unlink(Fields(IdUnlink(about=4).to_map(), "entry 9"))
    assert IdDrop(about=4) == parse_id_drop(Fields(IdDrop(about=4).to_map(), "entry 9"))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"fact": "shoe-size"}, "unsupported"),
        ({"value": ""}, "bad_schema"),
        ({"value": "x" * 1001}, "bad_schema"),
        ({"system": "x"}, "bad_schema"),
        ({"fact": "identifier"}, "bad_schema"),
        ({"given": "Eve"}, "bad_schema"),
        ({"must": ["later"]}, "unsupported"),
    ],
)
def test_a_fact_of_another_form(change: dict[str, Value], code: str) -> None:
    """A number without a system, a name with one, an unknown kind."""
    with pytest.raises(FormatError) as caught:
        parse_id_add(Fields({**FACTS[1].to_map(), **change}, "entry 9"))
    assert code == caught.value.code


def test_a_decision_of_another_form() -> None:
    """A word that this version does not know is refused, not guessed."""
    with pytest.raises(FormatError) as caught:
        parse_id_link(Fields({"kind": "id.link", "about": 3, "decision": "perhaps"}, "entry 9"))
    assert "unsupported" == caught.value.code
