# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.crypto.jose."""

import base64
import builtins
import hashlib
import hmac
import json

import pytest

from healthvault.crypto.jose import check_detached, check_es256, thumbprint
from healthvault.errors import FormatError, IntegrityError, InvalidRequest
from tests.issuers import Clinic


def point(clinic: Clinic) -> tuple[bytes, bytes]:
    """Return the coordinates of a key."""
    x, y = (base64.urlsafe_b64decode(clinic.public[name] + "=") for name in ("x", "y"))
    return x, y


def encoded(data: bytes) -> str:
    """Return base64url."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def test_the_thumbprint_is_that_of_the_library() -> None:
    """RFC 7638, without needing the library."""
    clinic = Clinic()
    assert clinic.kid == thumbprint(*point(clinic))


def test_a_signature_holds_by_its_key_alone() -> None:
    """Over exactly these bytes: not another key's, not with a byte more."""
    clinic, other = Clinic(), Clinic()
    token = clinic.card()
    check_es256(token, *point(clinic))
    for wrong, key in (
        (token, other),
        (token + "A", clinic),
        ("A" + token, clinic),
        ("", clinic),
        ("a.b", clinic),
    ):
        with pytest.raises(IntegrityError) as caught:
            check_es256(wrong, *point(key))
        assert "bad_signature" == caught.value.code


@pytest.mark.parametrize("alg", ["none", "HS256", "ES384", "RS256", 5, None])
def test_no_other_algorithm(alg: object) -> None:
    """Neither none, nor HMAC under the public key, nor what is no algorithm."""
    clinic = Clinic()
    x, y = point(clinic)
    body = f"{encoded(json.dumps({'alg': alg, 'kid': clinic.kid}).encode())}.{encoded(b'{}')}"
    for secret in (b"", x + y, clinic.jwks()):
        signature = hmac.digest(secret, body.encode(), hashlib.sha256)
        for token in (f"{body}.", f"{body}.{encoded(signature)}", f"{body}.{encoded(bytes(64))}"):
            with pytest.raises(IntegrityError):
                check_es256(token, x, y)


def test_a_key_in_the_token_counts_for_nothing() -> None:
    """Its own `jwk` does not make it good."""
    clinic, forger = Clinic(), Clinic()
    token = forger.signed(b"{}", jwk=forger.public, kid=clinic.kid)
    with pytest.raises(IntegrityError):
        check_es256(token, *point(clinic))


def test_a_key_that_is_no_point() -> None:
    """Said of the key, not of the token."""
    with pytest.raises(FormatError) as caught:
        check_es256(Clinic().card(), bytes(32), bytes(32))
    assert "bad_key" == caught.value.code


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """No verdict but what to install."""
    real = builtins.__import__

    def without(name: str, *rest: object) -> object:
        if name.split(".", maxsplit=1)[0] in {"joserfc", "cryptography"}:
            raise ImportError(name)
        return real(name, *rest)

    clinic = Clinic()
    token = clinic.card()
    monkeypatch.setattr(builtins, "__import__", without)
    for call in (lambda: check_es256(token, *point(clinic)), lambda: check_detached(b"", b"", b"")):
        with pytest.raises(InvalidRequest) as caught:
            call()
        assert ("extra_missing", "pip install 'healthvault[smart]'") == (caught.value.code, caught.value.hint)


def test_a_signature_beside_a_file_needs_a_certificate() -> None:
    """What is no certificate is said to be none."""
    with pytest.raises(FormatError) as caught:
        check_detached(b"", b"", b"no PEM")
    assert "bad_certificate" == caught.value.code
