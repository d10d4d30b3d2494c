# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.json_walk."""

import pytest

from healthvault.records import json_walk
from healthvault.records.json_walk import MAX_MEMBERS, SMALL_CHARS, JsonWalk, is_bounded, items_at, parse, text_at

FILLER = '"x":"' + "x" * SMALL_CHARS + '",'  # makes a text too large to be decoded in one go
WANTED = [("a", [1, {"b": None}]), ("entry", 1), ("entry", {}), ("c", "d")]
BODY = '"a" : [1, {"b":null}],\r\n "entry":[ 1 ,{} ],"c":"d" } '


@pytest.mark.parametrize("start", [" {", "{" + FILLER])
def test_members_come_in_order(start: str) -> None:
    """Members come one by one and elements of entry singly, in small and in large texts."""
    walk = JsonWalk(start + BODY)
    assert WANTED == [member for member in walk if member[0] != "x"]
    assert walk.is_complete


@pytest.mark.parametrize("start", ["{", "{" + FILLER])
@pytest.mark.parametrize("rest", ['"entry":[]}', '"entry":{}}', '"entry":[1]}'])
def test_an_entry_of_any_form_passes(start: str, rest: str) -> None:
    """An empty array gives nothing, a value that is no array comes as it is."""
    walk = JsonWalk(start + rest)
    expected = {'"entry":[]}': [], '"entry":{}}': [("entry", {})], '"entry":[1]}': [("entry", 1)]}[rest]
    assert expected == [member for member in walk if member[0] != "x"]
    assert walk.is_complete


@pytest.mark.parametrize("text", ["{}", " { } ", "{" + " " * SMALL_CHARS + "}"])
def test_an_empty_object_is_complete(text: str) -> None:
    """No members, no fault."""
    walk = JsonWalk(text)
    assert [] == list(walk)
    assert walk.is_complete


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"a"',
        '{"a":',
        '{"a":1',
        '{"a":1,',
        '{"a":1;',
        "{1:2}",
        '{"a":' + "[" * 100_000,
        "nonsense",
    ],
)
def test_a_damaged_text_ends_quietly(text: str) -> None:
    """Whatever is wrong, the walk ends and says that it is not complete."""
    walk = JsonWalk(text)
    assert len(list(walk)) <= 1
    assert not walk.is_complete


def test_a_cut_text_gives_what_came_before() -> None:
    """The head of a large file tells its first members and elements."""
    walk = JsonWalk('{"a":1,"entry":[{"b":2},{"b":')
    assert [("a", 1), ("entry", {"b": 2})] == list(walk)


def test_members_are_bounded() -> None:
    """An object of very many members is left early."""
    walk = JsonWalk("{" + FILLER + ",".join(f'"k{place}":1' for place in range(MAX_MEMBERS + 5)) + "}")
    assert MAX_MEMBERS == len(list(walk))
    assert not walk.is_complete


def test_values_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text that holds too many values is not decoded at all."""
    monkeypatch.setattr(json_walk, "SMALL_CHARS", 10)
    monkeypatch.setattr(json_walk, "MAX_VALUES", 10)
    many = "[" + "1," * 20 + "1]"
    assert not is_bounded(many)
    assert parse(many) is None
    assert [1, 2, 3, 4, 5] == parse("[1, 2, 3, 4, 5]")


@pytest.mark.parametrize("text", ["", "[" * 100_000, "9" * 5000, "{'a':1}"])
def test_parsing_never_fails(text: str) -> None:
    """What is not JSON, too deep or a giant number gives None."""
    assert parse(text) is None


def test_ways_into_values() -> None:
    """Arrays are entered through their first element; what is missing or of another type is None."""
    value = parse('{"code":[{"coding":{"display":["x","y"]}}],"n":1,"none":[]}')
    assert "x" == text_at(value, "code", "coding", "display")
    assert ["x", "y"] == items_at(value, "code", "coding", "display")
    assert [1] == items_at(value, "n")
    assert [None, None, None, None] == [
        text_at(value, "n"), text_at(value, "n", "m"), text_at(value, "none"), text_at(value, "none", "m")
    ]  # fmt: skip
    assert [] == items_at(value, "missing")
