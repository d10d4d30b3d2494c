# SPDX-License-Identifier: Apache-2.0
"""JSON read value by value: in pieces of any size, with limits, and written again digit by digit."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from healthvault.records import json_stream
from healthvault.records.json_stream import Broken, JsonStream, as_written, decoded, lines_of, number_text

TEXT = (
    '{"a":6.30,"b":[1,-2.5,-0,1e3,1E+2,0.10,123456789012345678901,16.000],"entry":[{"x":1.0},"é"],"z":{},"n":null}'
)


def test_numbers_are_written_as_they_were() -> None:
    """No digit, sign or exponent is lost, and members keep their order."""
    assert TEXT == as_written(decoded(TEXT)).decode()
    members = sorted(json.loads(TEXT))
    assert members == list(json.loads(as_written(decoded(TEXT), is_sorted=True)))


@pytest.mark.parametrize(("text", "number"), [("6.30", "6.30"), ("6.3", "6.3"), ("-0", "-0"), ("7", "7")])
def test_the_text_of_a_number(text: str, number: str) -> None:
    """A number has the text that it was written in; what is no number has none."""
    assert number == number_text(decoded(text))
    assert [None, None, None] == [number_text(value) for value in (True, "7", None)]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_pieces_of_any_size_are_the_same(size: int) -> None:
    """A number or a text that goes on in the next piece is read whole."""
    pieces = [TEXT[place : place + size] for place in range(0, len(TEXT), size)]
    members = list(JsonStream(pieces).members())
    assert ["a", "b", "entry", "entry", "z", "n"] == [name for name, _ in members]
    assert list(JsonStream([TEXT]).members()) == members


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "cut off"),
        ('{"a":', "cut off"),
        ("[1,2", "cut off"),
        ('"abc', "cut off"),
        ('{"a":1} x', "more follows"),
        ("[NaN]", "NaN"),
        ("[" * 100_000, "nested"),
        ('{"a" 1, "b": "' + "x" * 50 + '"}', "no JSON"),
        (f"[{'9' * 5000}]x", "more follows"),
    ],
)
def test_what_cannot_be_read_says_why(text: str, why: str) -> None:
    """Whatever is wrong ends it with one error and a reason."""
    with pytest.raises(Broken, match=why):
        decoded(text)


@pytest.mark.parametrize("text", ["{1:2}", '{"a":1;"b":2}', "[1;2]", "7"])
def test_members_are_those_of_an_object(text: str) -> None:
    """What is no object, or not separated as one, has no members to the end."""
    with pytest.raises(Broken):
        list(JsonStream([text]).members())


def test_what_came_before_a_fault_is_given() -> None:
    """Elements are handed over one by one, up to the place where the text breaks off."""
    elements = JsonStream(['[1,"b",{"c":']).elements()
    assert (1, "b") == (next(elements), next(elements))
    with pytest.raises(Broken, match="cut off"):
        next(elements)
    assert [] == list(JsonStream(["[]"]).elements())
    assert [] == list(JsonStream(["{ }"]).members())
    assert [("entry", 7)] == list(JsonStream(['{"entry":7}']).members())
    assert [] == list(JsonStream(['{"entry":[]}']).members())


def test_one_value_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value that is too long, or that holds too many values, is not read at all."""
    monkeypatch.setattr(json_stream, "MAX_VALUE_CHARS", 100)
    long = '["' + "x" * 1000 + '"]'
    with pytest.raises(Broken, match="longer"):
        decoded_in_pieces(long)
    many = "[" + "[]," * 1_200_000 + "[]]"
    monkeypatch.undo()
    with pytest.raises(Broken, match="more values"):
        decoded_in_pieces(many)


def decoded_in_pieces(text: str) -> object:
    """Decode a text that comes in pieces of 100 characters or a hundredth of it."""
    size = max(100, len(text) // 100)
    return JsonStream([text[place : place + size] for place in range(0, len(text), size)]).whole()


def test_members_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """An object of very many members is left."""
    monkeypatch.setattr(json_stream, "MAX_MEMBERS", 3)
    assert 3 == len(list(JsonStream(['{"a":1,"b":1,"c":1}']).members()))
    with pytest.raises(Broken, match="more members"):
        list(JsonStream(['{"a":1,"b":1,"c":1,"d":1}']).members())


def test_half_a_character_is_a_question_mark() -> None:
    """Half of a surrogate pair is no text; a whole pair is."""
    assert {"a?b": 1} == decoded('{"a\\ud800b":1}')
    assert '["?",1.50]' == as_written(decoded('["\\uDFFF",1.50]')).decode()
    assert ["\U0001f600"] == decoded('["\\ud83d\\ude00"]')


def test_deep_values_are_not_written() -> None:
    """What is nested deeper than it can be read is not written either."""
    for deep in ([], {"n": decoded("1.50")}):
        value: object = deep
        for _ in range(100_000):
            value = [value]
        with pytest.raises(Broken, match="nested"):
            as_written(value)  # type: ignore[arg-type]
        while isinstance(value, list) and value:  # taken apart here: freeing it at once goes as deep
            value = value[0]


def test_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines end as on any system, also between pieces; only these ends count."""
    assert ["a", "b\u2028c", "", "d", ""] == list(lines_of(["a\r", "\nb\u2028c\n", "\n", "d\r"]))
    monkeypatch.setattr(json_stream, "MAX_VALUE_CHARS", 3)
    assert ["abcdghi", "j"] == list(lines_of(["abcdef", "ghi\nj"]))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=20,
)


@given(JSON, st.integers(1, 9))
def test_any_json_comes_out_as_it_went_in(value: object, size: int) -> None:
    """Whatever the standard library writes is read the same, in pieces, and written the same."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    pieces = [text[place : place + size] for place in range(0, len(text), size)]
    assert text == as_written(JsonStream(pieces).whole()).decode()


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_any_decimal_keeps_its_digits(number: Decimal) -> None:
    """Every decimal number comes out with the digits that it was written in."""
    text = f"[{number}]".replace("E", "e")
    assert text == as_written(decoded(text)).decode()
