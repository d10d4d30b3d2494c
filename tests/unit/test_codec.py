# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.codec: every refusal of the table of bad inputs that concerns an encoding."""

import struct
from typing import cast

import pytest

from healthvault.codec import MAX_INT, Fields, Value, pack, pad, padme, positional, unpack, unpad
from healthvault.errors import FormatError

EVERYTHING: Value = {
    "array": [None, True, False, 0, 127, 128, 255, 256, 65535, 65536, 2**32 - 1, 2**32, MAX_INT],
    "bin": b"\0" * 300,
    "empty": [[], {}, b"", ""],
    "text": "Gr\u00fc\u00dfe \U0001f642 \0 \u202e e\u0301",
}


def refused(data: bytes) -> str:
    """Return the code with which bytes are refused."""
    with pytest.raises(FormatError) as caught:
        unpack(data)
    return caught.value.code


def unpackable(value: object) -> str:
    """Return the code with which a value is refused."""
    with pytest.raises(FormatError) as caught:
        pack(cast("Value", value))
    return caught.value.code


def nested(depth: int) -> Value:
    """Return arrays in arrays."""
    value: Value = []
    for _ in range(depth - 1):
        value = [value]
    return value


def test_every_kind_of_value_reads_back() -> None:
    """All kinds, sizes of numbers and depths that there are."""
    assert EVERYTHING == unpack(pack(EVERYTHING))
    assert nested(8) == unpack(pack(nested(8)))


def test_keys_are_sorted_by_their_bytes() -> None:
    """Whatever order they were given in."""
    assert b"\x83\xa1a\x00\xa2a_\x01\xa1b\x02" == pack({"b": 2, "a_": 1, "a": 0})


def test_bytes_are_those_of_msgpack() -> None:
    """One example of each kind."""
    assert "93c0c3c4026869" == pack([None, True, b"hi"]).hex()
    assert "92cd0100a26869" == pack([256, "hi"]).hex()


# Row 19: lengths over the limits or over the input


@pytest.mark.parametrize(
    "data",
    [
        b"\xdd\xff\xff\xff\xff",  # array of 2^32-1
        b"\xdf\xff\xff\xff\xff",  # map of 2^32-1
        b"\xc6\xff\xff\xff\xff",  # bin of 2^32-1
        b"\xdb\xff\xff\xff\xff",  # str of 2^32-1
        b"\xc4\x05abcd",
        b"\xa5abcd",
        b"\x92\x00",
        b"\x81\xa1a",
        b"\xcd\x01",
        b"\xdc\x10\x01" + b"\0" * 4097,  # one item over the limit
    ],
)
def test_lengths_over_a_limit_or_the_input_are_refused(data: bytes) -> None:
    """Row 19."""
    assert "bad_encoding" == refused(data)


def test_the_limit_of_items_is_the_readers() -> None:
    """Row 19: 4,096, unless a larger kind of file is read."""
    data = pack([0] * 4097)
    assert 4096 == len(cast("list[Value]", unpack(pack([0] * 4096))))
    assert "bad_encoding" == refused(data)
    assert 4097 == len(cast("list[Value]", unpack(data, max_items=4097)))


# Row 20: depth


@pytest.mark.parametrize("depth", [9, 100, 600, 100_000])
def test_nesting_over_eight_is_refused(depth: int) -> None:
    """Row 20: what the library reads, what it gives up on and what would end the stack."""
    assert "bad_encoding" == refused(b"\x91" * (depth - 1) + b"\x90")
    assert "bad_encoding" == refused(b"\x81\xa1a" * (depth - 1) + b"\x80")


def test_nesting_over_eight_is_not_written() -> None:
    """Row 20, for the writer."""
    assert "bad_encoding" == unpackable(nested(9))


# Rows 21 and 22: keys


@pytest.mark.parametrize(
    "data",
    [
        b"\x82\xa1a\x00\xa1a\x01",  # row 21: twice
        b"\x82\xa1a\x00\xa1a\x00",
        b"\x82\xa1b\x00\xa1a\x01",  # row 22: not sorted
        b"\x82\xa2a_\x00\xa1a\x01",
        b"\x81\x01\x00",  # an integer
        b"\x81\xc4\x01a\x00",  # bytes
        b"\x81\xc0\x00",
        b"\x81\xc3\x00",
        b"\x81\x90\x00",
        b"\x81\xa0\x00",  # empty
        b"\x81\xa1A\x00",
        b"\x81\xa1_\x00",
        b"\x81\xa11\x00",
        b"\x81\xa2a-\x00",
        b"\x81\xa2a\n\x00",
        b"\x81\xa3\xc3\xa9a\x00",
    ],
)
def test_keys_are_unique_sorted_and_simple(data: bytes) -> None:
    """Rows 21 and 22."""
    assert "bad_encoding" == refused(data)


@pytest.mark.parametrize("key", [1, b"a", None, "", "A", "_a", "1", "a-b", "a\n", "\u00e9"])
def test_other_keys_are_not_written(key: object) -> None:
    """Row 22, for the writer."""
    assert "bad_encoding" == unpackable({key: 0})


# Row 23: one encoding


@pytest.mark.parametrize(
    "data",
    [
        b"\xcc\x7f",  # 127 in two bytes
        b"\xcd\x00\xff",
        b"\xce\x00\x00\xff\xff",
        b"\xcf\x00\x00\x00\x00\xff\xff\xff\xff",
        b"\xd0\x7f",  # 127 as a signed number
        b"\xd1\x01\x00",
        b"\xd2\x00\x01\x00\x00",
        b"\xd3\x00\x00\x00\x01\x00\x00\x00\x00",
        b"\xd9\x01a",  # str
        b"\xda\x00\x01a",
        b"\xdb\x00\x00\x00\x01a",
        b"\xc5\x00\x01a",  # bin
        b"\xc6\x00\x00\x00\x01a",
        b"\xdc\x00\x01\x00",  # array
        b"\xdd\x00\x00\x00\x01\x00",
        b"\xde\x00\x01\xa1a\x00",  # map
        b"\xdf\x00\x00\x00\x01\xa1a\x00",
        b"\x81\xd9\x01a\x00",  # a key
    ],
)
def test_longer_encodings_are_refused(data: bytes) -> None:
    """Row 23: each of them means what a shorter one means."""
    assert "bad_encoding" == refused(data)


# Rows 24 and 25: other types


@pytest.mark.parametrize(
    "number",
    [struct.pack(">f", 1.0), struct.pack(">d", 1.0), struct.pack(">d", float("nan")), struct.pack(">d", -0.0)],
)
def test_floats_are_refused(number: bytes) -> None:
    """Row 24: in single and double precision, NaN and -0.0."""
    kind = b"\xca" if len(number) == 4 else b"\xcb"
    assert "bad_encoding" == refused(kind + number)
    assert "bad_encoding" == refused(b"\x91" + kind + number)


@pytest.mark.parametrize(
    "data",
    [
        b"\xd4\x01a",
        b"\xd5\x01ab",
        b"\xd6\x01abcd",
        b"\xd7\x01abcdefgh",
        b"\xd8\x01" + bytes(16),
        b"\xc7\x00\x05",  # of no bytes
        b"\xc7\x01\x05a",
        b"\xc8\x00\x01\x05a",
        b"\xc9\x00\x00\x00\x01\x05a",
        b"\xd6\xff\x00\x00\x00\x00",  # times
        b"\xd7\xff" + bytes(8),
        b"\xc7\x0c\xff" + bytes(12),
        b"\xc7\x00\xff",
    ],
)
def test_extension_types_are_refused(data: bytes) -> None:
    """Row 25."""
    assert "bad_encoding" == refused(data)
    assert "bad_encoding" == refused(b"\x91" + data)


@pytest.mark.parametrize(
    "value", [1.0, float("nan"), (1, 2), {1}, object(), bytearray(b"a"), memoryview(b"a"), 1j]
)
def test_other_types_are_not_written(value: object) -> None:
    """Rows 24 and 25, for the writer: also what msgpack would take for a list or for bytes."""
    assert "bad_encoding" == unpackable(value)
    assert "bad_encoding" == unpackable([value])


# Row 26: one value


@pytest.mark.parametrize("data", [b"", b"\xc1", b"\x91\xc1", b"\x00\x00", b"\xc0\xc0", b"\x90\n", b"\x91"])
def test_no_value_and_more_than_one_are_refused(data: bytes) -> None:
    """Row 26: nothing, the byte that is never used, and bytes behind the value."""
    assert "bad_encoding" == refused(data)


# Row 27: text


@pytest.mark.parametrize(
    "text",
    [
        b"\xff",
        b"\xc3",
        b"\xc0\x80",  # NUL in two bytes
        b"\xe0\x80\xaf",
        b"\xed\xa0\x80",  # a surrogate
        b"\xed\xa0\xbd\xed\xb9\x82",  # a pair of them
        b"\xf4\x90\x80\x80",  # above U+10FFFF
        b"\xf8\x88\x80\x80\x80",
    ],
)
def test_text_is_well_formed(text: bytes) -> None:
    """Row 27: strict UTF-8, as a value and as a key."""
    data = bytes([0xA0 + len(text)]) + text
    assert "bad_text" == refused(data)
    assert "bad_text" == refused(b"\x81" + data + b"\x00")


@pytest.mark.parametrize(
    "text", ["e\u0301", "\0", "\x1b[2J", "\u202e", "\ufeff", "\uffff", "\U0010ffff", "\u0378"]
)
def test_well_formed_text_is_valid_whatever_it_says(text: str) -> None:
    """Row 27: normal forms, control characters and unassigned ones are for the display to see to."""
    assert text == unpack(pack(text))


def test_surrogates_are_not_written() -> None:
    """Row 27, for the writer."""
    assert "bad_text" == unpackable("\ud83d")
    assert "bad_text" == unpackable(["a", "\udc80"])


# Row 28: numbers


@pytest.mark.parametrize(
    "data",
    [
        b"\xff",  # -1
        b"\xd0\x80",
        b"\xd3\x80" + bytes(7),
        b"\xcf\x00\x20" + bytes(6),  # 2^53
        b"\xcf" + b"\xff" * 8,
    ],
)
def test_numbers_are_bounded(data: bytes) -> None:
    """Row 28: not negative, at most 2^53-1."""
    assert "bad_schema" == refused(data)
    assert "bad_schema" == refused(b"\x91" + data)


@pytest.mark.parametrize("value", [-1, MAX_INT + 1, 2**64, 2**200, [-1], {"a": -1}])
def test_other_numbers_are_not_written(value: object) -> None:
    """Row 28, for the writer."""
    assert "bad_schema" == unpackable(value)


# Rows 28 and 29: fields


FIELDS = Fields(
    {
        "uint": 5,
        "flag": True,
        "bin": b"abc",
        "text": "abc",
        "nil": None,
        "map": {"a": 1},
        "maps": [{"a": 1}, {"a": 2}],
        "bins": [b"abc", b"def"],
        "texts": ["a", "b"],
        "uints": [1, 2],
        "mixed": [1, True, b"x", "x"],
        "flags": [True],
    },
    "thing",
)


def bad_field(getter: str, *args: object) -> str:
    """Return the message with which a field is refused."""
    with pytest.raises(FormatError) as caught:
        getattr(FIELDS, getter)(*args)
    assert "bad_schema" == caught.value.code
    return caught.value.message


def test_fields_are_read_as_their_types() -> None:
    """Each getter, with its bounds just met."""
    assert 5 == FIELDS.uint("uint", 5)
    assert FIELDS.flag("flag") is True
    assert b"abc" == FIELDS.bin("bin") == FIELDS.bin("bin", 3)
    assert "abc" == FIELDS.text("text")
    assert [1, 2] == FIELDS.array("uints", 2) == FIELDS.uints("uints", 2)
    assert [1, 2] == [item.uint("a") for item in FIELDS.maps("maps", 2)]
    assert [b"abc", b"def"] == FIELDS.bins("bins", 3, 2) == FIELDS.bins("bins")
    assert ["a", "b"] == FIELDS.texts("texts", 2)
    assert FIELDS.has("uint")
    assert not FIELDS.has("nil")
    assert not FIELDS.has("none")


@pytest.mark.parametrize("getter", ["uint", "flag", "bin", "text", "array", "maps", "bins", "texts", "uints"])
def test_a_missing_or_nil_field_is_refused(getter: str) -> None:
    """Row 29, and the message names the map and the field."""
    assert "thing: none" in bad_field(getter, "none")
    bad_field(getter, "nil")


@pytest.mark.parametrize(
    ("getter", "keys"),
    [
        ("uint", ["flag", "bin", "text", "uints"]),
        ("flag", ["uint", "text"]),
        ("bin", ["text", "uint", "bins"]),
        ("text", ["bin", "texts"]),
        ("array", ["map", "bin", "text"]),
        ("maps", ["map", "uints", "texts"]),
        ("bins", ["bin", "texts", "mixed"]),
        ("texts", ["text", "bins", "mixed"]),
        ("uints", ["uint", "flags", "mixed"]),
    ],
)
def test_a_field_of_another_type_is_refused(getter: str, keys: list[str]) -> None:
    """Rows 28 and 29: a boolean is no number, and one wrong item is enough."""
    for key in keys:
        bad_field(getter, key)


def test_fields_over_their_bounds_are_refused() -> None:
    """Row 28 and 29: numbers, sizes of bytes and numbers of items."""
    bad_field("uint", "uint", 4)
    bad_field("bin", "bin", 2)
    bad_field("bin", "bin", 4)
    bad_field("bins", "bins", 2)
    for getter, key in (("array", "uints"), ("uints", "uints"), ("maps", "maps"), ("texts", "texts")):
        bad_field(getter, key, 1)
    bad_field("bins", "bins", 3, 1)


@pytest.mark.parametrize("value", [None, 1, b"", "", [], [["a", 1]]])
def test_what_is_no_map_has_no_fields(value: Value) -> None:
    """Row 29."""
    with pytest.raises(FormatError) as caught:
        Fields(value, "thing")
    assert "bad_schema" == caught.value.code


def test_an_array_of_fields_has_exactly_its_length() -> None:
    """Row 29: no shorter, no longer, and no map."""
    fields = positional([1, b"x"], ("version", "id"), "thing")
    assert (1, b"x") == (fields.uint("version"), fields.bin("id"))
    for value in ([1], [1, b"x", 2], [], {"version": 1, "id": b"x"}, None):
        with pytest.raises(FormatError) as caught:
            positional(cast("Value", value), ("version", "id"), "thing")
        assert "bad_schema" == caught.value.code


def test_unknown_keys_are_ignored_unless_they_must_be_known() -> None:
    """Row 74: a map says itself which keys its reader has to know."""
    known = frozenset({"a"})
    Fields({"a": 1, "later": 2}, "thing").refuse_unknown_must(known)
    Fields({"a": 1, "must": []}, "thing").refuse_unknown_must(known)
    Fields({"a": 1, "must": ["a"]}, "thing").refuse_unknown_must(known)
    with pytest.raises(FormatError) as caught:
        Fields({"a": 1, "later": 2, "must": ["a", "later"]}, "thing").refuse_unknown_must(known)
    assert "unsupported" == caught.value.code
    assert "later" in caught.value.message


@pytest.mark.parametrize("must", ["a", [1], {}])
def test_a_must_of_another_type_is_refused(must: Value) -> None:
    """Row 29: it cannot be passed by unread."""
    with pytest.raises(FormatError) as caught:
        Fields({"must": must}, "thing").refuse_unknown_must(frozenset())
    assert "bad_schema" == caught.value.code


# Padding


@pytest.mark.parametrize("size", [0, 1, 254, 255, 256, 300])
def test_padding_reads_back(size: int) -> None:
    """To a multiple of the block, with at least one byte."""
    padded = pad(b"x" * size, 256)
    assert 0 == len(padded) % 256
    assert size < len(padded) <= size + 256
    assert b"x" * size == unpad(padded, 256)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(256),
        b"x" * 256,
        b"\x80" + bytes(254) + b"\1",
        b"\x80" + bytes(254),
        b"\x80" + bytes(256),
        b"x\x80" + bytes(510),  # a block too many
    ],
)
def test_other_padding_is_refused(data: bytes) -> None:
    """Row 58: one padding for each content."""
    with pytest.raises(FormatError) as caught:
        unpad(data, 256)
    assert "tampered" == caught.value.code


@pytest.mark.parametrize(
    ("length", "padded"),
    [(0, 0), (1, 1), (2, 2), (3, 3), (8, 8), (9, 10), (100, 104), (1000, 1024), (4096, 4096), (4097, 4352)],
)
def test_padme_rounds_up_as_its_authors_say(length: int, padded: int) -> None:
    """Only the top bits of a length stay."""
    assert padded == padme(length)


def test_padme_never_shrinks_nor_wastes_more_than_an_eighth() -> None:
    """For every length to 20,000, and it pads a padded length no further."""
    for length in range(20_000):
        padded = padme(length)
        assert length <= padded <= length * 9 / 8
        assert padded == padme(padded)
