# SPDX-License-Identifier: Apache-2.0
"""Terms of use: known, with a value exactly where they take one, and at least one that allows something."""

import pytest

from healthvault.errors import InvalidRequest
from healthvault.research.duo import TERMS, check_terms, is_duo, parse_duo


@pytest.mark.parametrize(
    ("text", "id_text", "value"),
    [
        ("GRU", "DUO:0000042", None),
        ("hmb", "DUO:0000006", None),
        ("DUO:0000042", "DUO:0000042", None),
        ("DS:MONDO:0005148", "DUO:0000007", "MONDO:0005148"),
        ("DUO:0000007:MONDO:0005148", "DUO:0000007", "MONDO:0005148"),
        ("GS:PT", "DUO:0000022", "PT"),
        ("MOR:2027-12-31", "DUO:0000024", "2027-12-31"),
    ],
)
def test_terms_as_people_type_them(text: str, id_text: str, value: str | None) -> None:
    """By shorthand or id, and back."""
    term = parse_duo(text)
    assert (id_text, value) == (term.id, term.value)
    assert term == parse_duo(term.text)


@pytest.mark.parametrize(
    "text", ["", "XYZ", "GRU:x", "DS", "DS:diabetes", "DUO:9999999", "DUO:0000001", "TS:soon", "TS:2027-02-30",
             "GS:Portugal", "US:" + "x" * 65, "DUO:", "PS:a\nb"],
)  # fmt: skip
def test_what_is_no_term(text: str) -> None:
    """Is refused, never guessed."""
    with pytest.raises(InvalidRequest) as refused:
        parse_duo(text)
    assert "unknown_duo" == refused.value.code
    assert refused.value.hint


def test_modifiers_alone_allow_nothing() -> None:
    """Something has to say what use is allowed."""
    with pytest.raises(InvalidRequest, match="no term says"):
        check_terms([parse_duo("PUB")])
    terms = check_terms([parse_duo(text) for text in ("PUB", "HMB", "HMB")])
    assert ["HMB", "PUB"] == [term.text for term in terms]
    assert [True, False] == [term.is_permission for term in terms]


def test_too_many_terms() -> None:
    """A manifest has room for some."""
    many = [parse_duo(f"DS:MONDO:{number:07d}") for number in range(30)]
    with pytest.raises(InvalidRequest, match="more than 24"):
        check_terms(many)


def test_the_table() -> None:
    """Each id and word stands once; an example is what its value looks like."""
    assert 23 == len(TERMS) == len({term.id for term in TERMS}) == len({term.word for term in TERMS})
    assert all(is_duo(term.id, term.example or None) for term in TERMS)
