# SPDX-License-Identifier: Apache-2.0
"""Signatures of issuers: one compact JWS under ES256, checked with one key that the caller trusts.

The only home of `joserfc`, an optional extra, imported when a signature is checked (a tenth of a second). Nothing
in the token chooses the key, the algorithm or an address: `x5c`, `jwk`, `jku` and the like are not looked at.
Spec: docs/spec/issuers.md section 3. Source: RFC 7515 section 5.2, RFC 7518 section 3.4, RFC 7638.
"""

import base64
import hashlib
import json

from healthvault.errors import FormatError, IntegrityError, InvalidRequest

__all__ = ["COORDINATE_BYTES", "MAX_TOKEN_CHARS", "check_detached", "check_es256", "thumbprint"]

MAX_TOKEN_CHARS = 1 << 20
COORDINATE_BYTES = 32
_ALGORITHM = "ES256"


def thumbprint(x: bytes, y: bytes) -> str:
    """Return the RFC 7638 thumbprint of a P-256 key: base64url of SHA-256 over its required members.

    Needs no extra, so that keys can be pinned before one is installed.

    Args:
        x: Coordinate, 32 bytes.
        y: Likewise.
    """
    members = {"crv": "P-256", "kty": "EC", "x": _base64url(x), "y": _base64url(y)}
    text = json.dumps(members, sort_keys=True, separators=(",", ":"))
    return _base64url(hashlib.sha256(text.encode()).digest())


def check_es256(token: str, x: bytes, y: bytes) -> None:
    """Check that a compact JWS is signed under ES256 by a key, over exactly its bytes.

    Args:
        token: *Unverified*; at most 1 MiB.
        x: Coordinate of the trusted key, 32 bytes.
        y: Likewise.

    Raises:
        IntegrityError: `bad_signature`, also for another algorithm, or what is no JWS.
        FormatError: `bad_key`, the key is no point of the curve.
        InvalidRequest: `extra_missing`.
    """
    try:
        from joserfc import jws  # noqa: PLC0415  an extra
        from joserfc.errors import JoseError  # noqa: PLC0415  the same
        from joserfc.jwk import ECKey  # noqa: PLC0415  the same
        from joserfc.registry import HeaderParameter  # noqa: PLC0415  the same
    except ImportError as err:
        raise _missing() from err
    try:
        key = ECKey.import_key({"kty": "EC", "crv": "P-256", "x": _base64url(x), "y": _base64url(y)})
        key.get_op_key("verify")  # the library looks at the point no sooner
    except (JoseError, ValueError) as err:
        raise FormatError("bad_key", "a key of an issuer is no point of P-256") from err
    zip_ = {"zip": HeaderParameter("Compression of the payload", "str")}
    registry = jws.JWSRegistry(header_registry=zip_, algorithms=[_ALGORITHM], strict_check_header=False)
    registry.max_payload_length = registry.max_header_length = MAX_TOKEN_CHARS
    try:
        jws.deserialize_compact(token, key, registry=registry)
    except (JoseError, ValueError, RecursionError) as err:
        raise IntegrityError("bad_signature", "the signature of the issuer does not hold") from err


def check_detached(data: bytes, signature: bytes, certificate: bytes) -> None:
    """Check a signature beside a file: ECDSA with SHA-512, as the VCI directory is signed.

    Args:
        data: *Unverified* bytes of the file.
        signature: DER.
        certificate: PEM, and trusted by the caller: neither its chain nor its time is looked at.

    Raises:
        IntegrityError: `bad_signature`.
        FormatError: `bad_certificate`, no certificate of an elliptic curve in PEM.
        InvalidRequest: `extra_missing`.
    """
    try:
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  comes with the extra
        from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415  the same
        from cryptography.hazmat.primitives.hashes import SHA512  # noqa: PLC0415  the same
        from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415  the same
    except ImportError as err:
        raise _missing() from err
    try:
        key = load_pem_x509_certificate(certificate).public_key()
    except ValueError as err:
        raise FormatError("bad_certificate", "there is no certificate in PEM form in it") from err
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise FormatError("bad_certificate", "the certificate is not of an elliptic curve")
    try:
        key.verify(signature, data, ec.ECDSA(SHA512()))
    except InvalidSignature as err:
        raise IntegrityError("bad_signature", "the signature beside the file does not hold") from err


def _missing() -> InvalidRequest:
    said = "signatures of issuers need an extra that is not installed"
    return InvalidRequest("extra_missing", said, hint="pip install 'healthvault[smart]'")


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
