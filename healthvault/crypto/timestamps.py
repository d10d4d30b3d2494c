# SPDX-License-Identifier: Apache-2.0
"""RFC 3161 timestamps: a request for one, and the check of the response, over bytes; nothing touches the network.

The only home of `rfc3161_client` and `cryptography`, an optional extra, imported when used (a tenth of a second).
What an authority is worth, and whether its certificate was withdrawn, is for whoever names its root.
Spec: docs/spec/anchors.md. Source: RFC 3161 section 2.4.
"""

from datetime import UTC, datetime, timedelta

from healthvault.crypto.hashing import sha256
from healthvault.errors import FormatError, IntegrityError, InvalidRequest

__all__ = ["check_timestamp", "stamped_digest", "timestamp_request"]

_SHA256 = "2.16.840.1.101.3.4.2.1"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def timestamp_request(message: bytes) -> bytes:
    """Return a request for a timestamp over SHA-256 of a message, with a nonce, that wants the certificate too.

    Raises:
        InvalidRequest: `extra_missing`.
    """
    _require_extra()
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder  # noqa: PLC0415  an extra

    builder = TimestampRequestBuilder().data(message).hash_algorithm(HashAlgorithm.SHA256)
    return builder.build().as_bytes()


def stamped_digest(response: bytes) -> bytes:
    """Return the digest that an unverified response speaks of.

    Raises:
        FormatError: `bad_timestamp`, no response, or one that grants nothing.
        InvalidRequest: `extra_missing`.
    """
    _require_extra()
    from rfc3161_client import decode_timestamp_response  # noqa: PLC0415  an extra

    try:
        return decode_timestamp_response(response).tst_info.message_imprint.message
    except ValueError as err:
        said = "this is no RFC 3161 response with a timestamp"
        raise FormatError(
            "bad_timestamp", said, hint="ask the authority again, with `hv anchor --request`"
        ) from err


def check_timestamp(response: bytes, message: bytes, roots: bytes) -> int:
    """Check a response over SHA-256 of a message, and return the time that it states (ms).

    Args:
        response: Unverified bytes.
        message: What must have been stamped.
        roots: The certificates, as PEM, that the caller trusts; each must have been valid at that time.

    Raises:
        FormatError: `bad_timestamp`, as `stamped_digest`; `bad_certificate`, no certificates in PEM.
        IntegrityError: `bad_timestamp`, of another message, by another authority, or changed.
        InvalidRequest: `extra_missing`.
    """
    _require_extra()
    from cryptography.x509 import load_pem_x509_certificates  # noqa: PLC0415  an extra
    from rfc3161_client import (  # noqa: PLC0415  the same
        VerificationError,
        VerifierBuilder,
        decode_timestamp_response,
    )

    try:
        trusted = load_pem_x509_certificates(roots)
    except ValueError as err:
        raise FormatError("bad_certificate", "there is no certificate in PEM form in it") from err
    stamped_digest(response)
    parsed = decode_timestamp_response(response)
    try:
        VerifierBuilder(roots=trusted).build().verify(parsed, sha256(message))
        algorithm = parsed.tst_info.message_imprint.hash_algorithm.dotted_string
    except (VerificationError, ValueError) as err:
        raise IntegrityError("bad_timestamp", f"the timestamp does not hold: {err}") from err
    if algorithm != _SHA256:
        raise IntegrityError("bad_timestamp", "the timestamp is not over SHA-256")
    return (parsed.tst_info.gen_time - _EPOCH) // timedelta(milliseconds=1)


def _require_extra() -> None:
    try:
        import rfc3161_client  # noqa: F401, PLC0415  an extra
    except ImportError as err:
        hint = "pip install 'healthvault[tsa]'"
        said = "timestamps need an extra that is not installed"
        raise InvalidRequest("extra_missing", said, hint=hint) from err
