# SPDX-License-Identifier: Apache-2.0
"""Properties of healthvault.codec: one encoding of every value, and no error but ours for any bytes."""

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healthvault.codec import MAX_INT, Value, pack, pad, unpack, unpad
from healthvault.errors import FormatError

keys = st.from_regex(r"[a-z][a-z0-9_]{0,4}", fullmatch=True)
leaves = st.none() | st.booleans() | st.integers(0, MAX_INT) | st.binary(max_size=40) | st.text(max_size=40)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
)


def reencoded(data: bytes) -> bytes | None:
    """Return the encoding of what bytes stand for, or None if they are refused."""
    try:
        return pack(unpack(data))
    except FormatError:
        return None


@given(values)
@settings(max_examples=150, deadline=None)
def test_any_value_reads_back(value: Value) -> None:
    """What is written is read; these values are nested less than eight deep."""
    assert value == unpack(pack(value))


@given(st.binary(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_as_one_value_or_refused(data: bytes) -> None:
    """Whatever reads is written back as it was."""
    assert reencoded(data) in {None, data}


@given(values, st.integers(0, 2**16), st.integers(1, 255))
@settings(max_examples=200, deadline=None)
def test_a_changed_byte_is_another_value_or_refused(value: Value, place: int, change: int) -> None:
    """No two encodings stand for the same value."""
    data = bytearray(msgpack.packb(value))
    data[place % len(data)] ^= change
    assert reencoded(bytes(data)) in {None, bytes(data)}


@given(st.binary(max_size=700), st.sampled_from([1, 16, 256]))
@settings(max_examples=100, deadline=None)
def test_any_padding_reads_back_and_no_other_does(data: bytes, block_bytes: int) -> None:
    """There is one padding for each content and block."""
    assert data == unpad(pad(data, block_bytes), block_bytes)
    try:
        content = unpad(data, block_bytes)
    except FormatError:
        return
    assert data == pad(content, block_bytes)


def test_the_properties_would_notice() -> None:
    """A second encoding of zero, which plain msgpack reads, is refused."""
    assert 0 == msgpack.unpackb(b"\xcc\x00")
    with pytest.raises(FormatError):
        unpack(b"\xcc\x00")
