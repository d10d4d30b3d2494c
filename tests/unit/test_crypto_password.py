# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.crypto.password."""

import resource
import sys
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest

from healthvault.crypto.password import argon2id, scrypt
from healthvault.errors import FormatError, InvalidRequest


@pytest.fixture
def little_memory() -> Iterator[None]:
    """Leave 64 MiB to this process."""
    if sys.platform != "linux":
        pytest.skip("needs a limit on address space")
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    in_use = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (in_use + (64 << 20), hard))
    yield
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def test_argon2id_is_that_of_libsodium() -> None:
    """$argon2id$v=19$m=4882,t=2,p=1$bA81arsiXysd3WbTRzmEOw$Nm8QBM+7RH1DXo9rvp5cwKEOOOfD2g6JuxlXihoNcpE."""
    # jedisct1/libsodium test/default/pwhash_argon2id.c (ISC), the password is empty
    salt = b64decode("bA81arsiXysd3WbTRzmEOw==")
    expected = b64decode("Nm8QBM+7RH1DXo9rvp5cwKEOOOfD2g6JuxlXihoNcpE=")
    assert expected == argon2id(b"", salt, ops=2, mem_kib=4882, size=32)


def test_argon2id_is_that_of_libsodium_with_a_password() -> None:
    """Less than 2 MiB, one pass, 231 bytes of output."""
    # jedisct1/libsodium test/default/pwhash_argon2id.c and .exp (ISC), the seventh case
    password = bytes.fromhex("b540beb016a5366524d4605156493f9874514a5aa58818cd0c6dfffaa9e90205f17b")
    salt = bytes.fromhex("44071f6d181561670bda728d43fb79b4")
    output = argon2id(password, salt, ops=1, mem_kib=1593, size=231)
    assert 231 == len(output)
    assert "7fb72409b0987f8190c3729710e98c3f80c5a8727d425fdcde7f3644d467fe97" == output[:32].hex()


@pytest.mark.parametrize("change", [{"ops": 2}, {"mem_kib": 65}, {"size": 33}])
def test_every_parameter_of_argon2id_matters(change: dict[str, int]) -> None:
    """Passes, memory and length of the output."""
    parameters = {"ops": 1, "mem_kib": 64, "size": 32}
    plain = argon2id(b"password", bytes(16), **parameters)
    assert plain != argon2id(b"password", bytes(16), **(parameters | change))[:32]


def test_scrypt_is_that_of_the_rfc() -> None:
    """RFC 7914 section 12, the case with r = 8 and p = 1; a shorter output is the start of a longer one."""
    expected = "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
    assert expected == scrypt(b"pleaseletmein", b"SodiumChloride", log_n=14).hex()


@pytest.mark.parametrize("log_n", [21, 40, 63, 70])
def test_more_memory_than_there_is_is_refused(log_n: int) -> None:
    """As an error of ours; from 2 GiB on hashlib stops before it allocates."""
    with pytest.raises(FormatError) as caught:
        scrypt(b"password", b"salt", log_n=log_n)
    assert "limit_exceeded" == caught.value.code


def test_a_machine_without_the_memory_says_so(little_memory: None) -> None:
    """No crash and no traceback: 256 MiB are asked for where 64 are left."""
    with pytest.raises(InvalidRequest) as caught:
        argon2id(b"password", bytes(16), ops=1, mem_kib=256 << 10, size=32)
    assert "no_memory" == caught.value.code
    with pytest.raises(FormatError) as refused:
        scrypt(b"password", b"salt", log_n=18)
    assert "limit_exceeded" == refused.value.code
