# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.bundle.statusfile: docs/spec/status-and-proof-files.md sections 1 to 3."""

import io
from dataclasses import replace

import pytest

from healthvault.bundle.statusfile import (
    MAX_PAYLOAD_BYTES,
    ProofFile,
    StatusFile,
    is_small_payload,
    pad_payload,
    parse_payload,
    read_payload,
)
from healthvault.errors import FormatError, HealthVaultError
from healthvault.ledger.state import StateOpening
from healthvault.tlog.slice import Slice
from tests.owners import merge, without

PROOF = ProofFile(
    origin="o", note=b"n", entries=(b"e",), slice=Slice(size=9, leaves=(8,), marks=(4,), hashes=(b"h" * 32,))
)
STATUS = StatusFile(
    origin=PROOF.origin,
    note=PROOF.note,
    entries=PROOF.entries,
    slice=PROOF.slice,
    grant_id=b"g" * 16,
    slot=5,
    status=2,
    since_seq=7,
    salt=b"s" * 32,
    path=(b"p" * 32,) * 3,
    state=StateOpening(blind=b"b" * 32, grants_root=b"r" * 32, capacity=8),
)


@pytest.mark.parametrize("file", [PROOF, replace(PROOF, entries=()), STATUS])
def test_they_come_back(file: ProofFile) -> None:
    """As they were made, in steps of 4 KiB."""
    plain = pad_payload(file.to_map())
    assert (4096, True, file) == (len(plain), is_small_payload(plain), parse_payload(plain))
    assert plain == read_payload(io.BytesIO(plain))


@pytest.mark.parametrize("file", [PROOF, STATUS])
def test_each_key_is_needed(file: ProofFile) -> None:
    """None may be missing, none of another type; an unknown one is passed over, if it is no must."""
    content = file.to_map()
    for key in content:
        for change in (without(key), merge(**{key: True})):
            with pytest.raises(HealthVaultError) as caught:
                parse_payload(pad_payload(change(content)))
            assert caught.value.code in {"bad_schema", "bad_proof"}, key
    assert file == parse_payload(pad_payload(merge(later=1)(content)))
    with pytest.raises(FormatError) as caught:
        parse_payload(pad_payload(merge(later=1, must=["later"])(content)))
    assert "unsupported" == caught.value.code


def test_limits() -> None:
    """4 MiB of plaintext, five statuses, twenty levels."""
    with pytest.raises(FormatError) as caught:
        pad_payload({"x": bytes(MAX_PAYLOAD_BYTES)})
    assert "limit_exceeded" == caught.value.code
    with pytest.raises(FormatError) as caught:
        read_payload(io.BytesIO(bytes(MAX_PAYLOAD_BYTES + 1)))
    assert "limit_exceeded" == caught.value.code
    for change in (merge(status=5), merge(path=[b"p" * 32] * 21), merge(path=[b"p" * 31]), merge(entries=[])):
        with pytest.raises(FormatError) as caught:
            parse_payload(pad_payload(change(STATUS.to_map())))
        assert "bad_schema" == caught.value.code


def test_the_first_byte_tells() -> None:
    """Every map has one of these, no container has."""
    small = {byte for byte in range(256) if is_small_payload(bytes([byte]))}
    assert {*range(0x80, 0x90), 0xDE, 0xDF} == small
    assert not is_small_payload(b"")
