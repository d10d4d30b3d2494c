# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.issuer_keys."""

import json

import pytest

from healthvault.errors import FormatError
from healthvault.records.issuer_keys import Form, RevocationList, Trust, is_issuer, parse_issuer_file
from tests.issuers import Clinic

ISS = "https://clinic.example/issuer"


def directory(*clinics: Clinic, crls: tuple[object, ...] = ()) -> bytes:
    """Return a snapshot of a directory."""
    info = [{"issuer": {"iss": one.iss, "name": "One"}, "keys": [one.public], "crls": [*crls]} for one in clinics]
    return json.dumps({"issuerInfo": info}).encode()


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (ISS, True),
        ("https://a", True),
        (ISS + "/", False),
        ("http://clinic.example", False),
        ("https://", False),
        ("https://a b", False),
        ("https://a\n", False),
        ("https://ä.example", False),
        ("HTTPS://clinic.example", False),
    ],
)
def test_the_one_form_of_an_issuer(text: str, is_one: bool) -> None:
    """https, ASCII, no slash at the end."""
    assert is_one == is_issuer(text)


def test_the_three_forms() -> None:
    """Each is recognised by its members."""
    clinic = Clinic()
    assert [Form.JWKS, Form.REVOCATIONS, Form.DIRECTORY] == [
        parse_issuer_file(data).form for data in (clinic.jwks(), clinic.revoking("a"), directory(clinic))
    ]


@pytest.mark.parametrize(
    "change",
    [{"kid": "x" * 43}, {"crv": "P-384"}, {"kty": "RSA"}, {"use": "enc"}, {"alg": "ES384"}, {"x": "AA"}, {"x": 5}],
)
def test_a_key_that_cannot_be_used_is_left_out(change: dict) -> None:
    """Such as one under another's id: equal ids are equal keys. Of a JWKS nothing is left then."""
    with pytest.raises(FormatError) as caught:
        parse_issuer_file(Clinic().jwks(**change))
    assert "bad_issuer_file" == caught.value.code
    bad, good = Clinic(), Clinic()
    both = parse_issuer_file(json.dumps({"keys": [{**bad.public, **change}, good.public]}).encode())
    assert ([good.kid], 1) == ([key.kid for _, key in both.keys], both.left_out)


def test_a_private_key_is_refused() -> None:
    """Nobody but the issuer may have it."""
    with pytest.raises(FormatError) as caught:
        parse_issuer_file(Clinic().jwks(d="AA"))
    assert "private key" in caught.value.message


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 200_000,
        b'{"keys": 1}',
        b'{"keys": []}',
        b'{"issuerInfo": []}',
        b'{"issuerInfo": [1, {"issuer": 1}, {"issuer": {"iss": "http://x"}}]}',
        b'{"rids": ["a"]}',
        json.dumps({"kid": "k" * 43, "method": "rid", "ctr": -1, "rids": []}).encode(),
        json.dumps({"kid": "k" * 43, "method": "rid", "ctr": True, "rids": []}).encode(),
        json.dumps({"kid": "k" * 43, "method": "rid", "ctr": 1, "rids": ["a b"]}).encode(),
        json.dumps({"kid": "k" * 43, "method": "x", "ctr": 1, "rids": []}).encode(),
    ],
)
def test_what_is_none_of_the_three(data: bytes) -> None:
    """One code."""
    with pytest.raises(FormatError) as caught:
        parse_issuer_file(data)
    assert "bad_issuer_file" == caught.value.code


def test_limits() -> None:
    """Too many keys, issuers or bytes are refused as a whole."""
    many_keys = json.dumps({"keys": [{}] * 65}).encode()
    many_issuers = json.dumps({"issuerInfo": [{}] * 10_001}).encode()
    for data in (many_keys, many_issuers, bytes((16 << 20) + 1)):
        with pytest.raises(FormatError) as caught:
            parse_issuer_file(data)
        assert "limit_exceeded" == caught.value.code


def test_a_directory_for_some_only() -> None:
    """Keys, lists and names of the others are not in it."""
    one, other = Clinic(), Clinic(iss="https://other.example")
    found = parse_issuer_file(directory(one, other, crls=({**json.loads(one.revoking("a"))},))).of([one.iss])
    assert ({one.iss}, {one.iss}, {one.iss}) == (
        {iss for iss, _ in found.keys}, {iss for iss, _ in found.lists}, {*found.names}
    )  # fmt: skip


def test_the_same_key_of_two_issuers() -> None:
    """It is each of theirs, and of nobody else."""
    one = Clinic()
    trust = Trust([parse_issuer_file(one.jwks()).of(["https://a.example", "https://b.example"])])
    assert ("https://a.example", "https://b.example") == trust.owners(one.kid)
    assert not trust.is_of(one.iss, one.kid)
    assert () == trust.owners("k" * 43)


def test_the_highest_list_is_in_force() -> None:
    """Whatever the order; of equal ones the first; `ctr` may be a text."""
    clinic = Clinic()
    keys = parse_issuer_file(clinic.jwks()).of([ISS])
    lists = [
        parse_issuer_file(clinic.revoking(rid, ctr=ctr)).of([ISS]) for rid, ctr in (("a", 2), ("b", 1), ("c", 2))
    ]
    told = Trust([keys, *lists]).lists[ISS, clinic.kid]
    assert (2, frozenset({"a"})) == (told.ctr, told.rids)
    text = json.dumps({**json.loads(clinic.revoking("d")), "ctr": "7"}).encode()
    assert 7 == Trust([parse_issuer_file(text).of([ISS]), *lists]).lists[ISS, clinic.kid].ctr


def test_what_a_list_revokes() -> None:
    """A card by its id, or only those from before a second."""
    told = RevocationList(kid="k", ctr=1, rids=frozenset({"all", "old.100"}))
    assert told.is_revoked("all", 10**15)
    assert told.is_revoked("old", 99_999)
    assert not told.is_revoked("old", 100_000)
    assert not told.is_revoked("ol", 0)
    assert not told.is_revoked(None, 0)
