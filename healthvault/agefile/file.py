# SPDX-License-Identifier: Apache-2.0
"""Whole age files: encrypt a stream to recipients, decrypt one with identities.

A file key is made anew for each file and never leaves this module. Order of reading: form of the header, a
stanza that opens, the header's MAC, then the payload; an error says how far it came.
Does not decide who the recipients are or in which order their stanzas stand: `bundle` shuffles and pads.

Spec: docs/spec/age.md section 5. Source: c2sp.org/age.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from healthvault.agefile.header import Header, check_mac, format_header, parse_header
from healthvault.agefile.recipients import FILE_KEY_BYTES, Identity, Recipient, check_stanzas
from healthvault.agefile.source import Source, read_fully
from healthvault.agefile.stream import PAYLOAD_NONCE_BYTES, StreamReader, StreamWriter, payload_key
from healthvault.crypto.hashing import random_bytes
from healthvault.errors import FormatError, NoMatchingIdentity

__all__ = ["Opened", "decrypt", "encrypt"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A file whose header is authentic; its payload is so as far as it has been read."""

    identity: Identity
    """The one of ours that opened it."""
    stanza_kinds: tuple[str, ...]
    """Kind of every stanza in order, dummies and unknown ones included."""
    reader: StreamReader


def encrypt(write: Callable[[bytes], object], recipients: Sequence[Recipient]) -> StreamWriter:
    """Write the header of a new file and return the writer of its payload, which the caller finishes.

    Args:
        write: Takes the file's bytes in order.
        recipients: 1 to 64; a `ScryptRecipient` only alone.

    Raises:
        FormatError: `malformed`, no recipient, a passphrase among others or a key of low order;
            `limit_exceeded`, more than 64. Nothing was written.
    """
    if not recipients:
        raise FormatError("malformed", "a file needs a recipient")
    file_key, nonce = random_bytes(FILE_KEY_BYTES), random_bytes(PAYLOAD_NONCE_BYTES)
    stanzas = [recipient.wrap(file_key) for recipient in recipients]
    check_stanzas(stanzas)  # what our own reader would refuse is never written
    write(format_header(stanzas, file_key) + nonce)
    return StreamWriter(payload_key(file_key, nonce), write)


def decrypt(source: Source, identities: Sequence[Identity]) -> Opened:
    """Open an unverified file with the first identity that fits, and return the reader of its payload.

    Raises:
        FormatError: `not_a_bundle`, `truncated`, `limit_exceeded` or `malformed`, see `header` and
            `recipients`.
        IntegrityError: `tampered`, the header's MAC does not hold.
        NoMatchingIdentity: `no_key`, no identity opens any stanza.
    """
    header = parse_header(source)
    check_stanzas(header.stanzas)
    identity, file_key = _unwrap(header, identities)
    check_mac(header, file_key)
    nonce = read_fully(source, PAYLOAD_NONCE_BYTES)
    if len(nonce) < PAYLOAD_NONCE_BYTES:
        raise FormatError("truncated", "the file ends after its header")
    return Opened(
        identity=identity,
        stanza_kinds=tuple(stanza.kind for stanza in header.stanzas),
        reader=StreamReader(source, payload_key(file_key, nonce)),
    )


def _unwrap(header: Header, identities: Sequence[Identity]) -> tuple[Identity, bytes]:
    for identity in identities:
        file_key = identity.unwrap(header.stanzas)
        if file_key is not None:
            return identity, file_key
    raise NoMatchingIdentity(
        "no_key",
        "none of the keys at hand opens this file",
        hint="only those whom it was made for can open it, its sender cannot; with a code, say --code",
    )
