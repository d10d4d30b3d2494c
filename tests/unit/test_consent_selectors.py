# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.consent.selectors: conditions as people type and read them."""

import pytest

from healthvault.consent.conditions import Approvals, Condition, Deny, MaxShares, Sensitive, UnknownCondition
from healthvault.consent.selectors import condition_line, conditions_from_words, selector
from healthvault.errors import InvalidRequest
from healthvault.ledger.party import Party


@pytest.mark.parametrize(
    "text", ["category:imaging", "type:dicom", "tag:a tag: with colons", "sensitivity:genetics", "tag: "]
)
def test_selectors(text: str) -> None:
    """A kind and a word, the word as it stands."""
    assert text == ":".join(selector(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "imaging",
        "tag:",
        ":x",
        "author:Dr Lee",
        "Category:lab",
        "category:dental",
        "sensitivity:all",
        "tag:a\nb",
    ],
)
def test_what_selects_nothing(text: str) -> None:
    """Another kind, no word, or a word of a closed list that there is not."""
    with pytest.raises(InvalidRequest) as caught:
        selector(text)
    assert "bad_selector" == caught.value.code


def test_conditions_from_words() -> None:
    """One of each kind that says something, its words sorted, each once."""
    assert () == conditions_from_words((), (), None)
    denied = [("tag", "x"), ("type", "pdf"), ("tag", "a"), ("tag", "x")]
    assert (
        Deny(types=("pdf",), tags=("a", "x")),
        Sensitive(allow=("genetics",)),
        MaxShares(count=2),
    ) == conditions_from_words(denied, ["genetics", "genetics"], 2)


@pytest.mark.parametrize(
    ("condition", "line"),
    [
        (Deny(categories=("lab",), tags=("a", "b")), "deny category:lab tag:a tag:b"),
        (Sensitive(allow=("genetics",)), "sensitivity genetics"),
        (MaxShares(count=3), "max-shares 3"),
        (Approvals(needed=1, by=(Party(vault=b"r" * 32, name="Rita"),)), "needs 1 of Rita"),
        (UnknownCondition(kind="weekdays"), "unknown 'weekdays'"),
    ],
)
def test_each_condition_in_a_line(condition: Condition, line: str) -> None:
    """In the words in which it is typed."""
    assert line == condition_line(condition)
