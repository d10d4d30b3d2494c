# SPDX-License-Identifier: Apache-2.0
"""Who can open an age file: recipients wrap the file key into a stanza, identities unwrap it.

X25519 keys and scrypt passphrases, and dummies that no key opens. Every stanza of a known kind is checked
before any is opened, so that a file is well formed or not whoever reads it; unknown kinds are skipped. A body
is decrypted only if it has exactly 32 bytes: a longer one could be made to open under many keys at once.

Does not check the header's MAC. Spec: docs/spec/age.md section 2. Source: c2sp.org/age, "Native recipient
types".
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from healthvault.agefile.header import Stanza, decode_base64, encode_base64
from healthvault.crypto.aead import TAG_BYTES, chacha_open, chacha_seal
from healthvault.crypto.agreement import x25519, x25519_public
from healthvault.crypto.hashing import hkdf, random_bytes
from healthvault.crypto.password import scrypt
from healthvault.errors import FormatError, IntegrityError

__all__ = [
    "FILE_KEY_BYTES",
    "MAX_LOG_N",
    "DummyRecipient",
    "Identity",
    "Recipient",
    "ScryptIdentity",
    "ScryptRecipient",
    "X25519Identity",
    "X25519Recipient",
    "check_stanzas",
]

FILE_KEY_BYTES = 16
MAX_LOG_N = 20  # 1 GiB of memory
_DEFAULT_LOG_N = 18
_BODY_BYTES = FILE_KEY_BYTES + TAG_BYTES
_SHARE_BYTES = 32
_SALT_BYTES = 16
_X25519 = "X25519"
_SCRYPT = "scrypt"
_X25519_INFO = b"age-encryption.org/v1/X25519"
_SCRYPT_LABEL = b"age-encryption.org/v1/scrypt"
_NONCE = bytes(12)  # a wrap key seals one file key only
_DECIMAL = re.compile(r"[1-9][0-9]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class X25519Recipient:
    """Whoever holds the secret of a public key."""

    public: bytes
    """32 bytes, see `bech32.decode_recipient`."""

    def wrap(self, file_key: bytes) -> Stanza:
        """Return a stanza with the file key (16 bytes) under a fresh ephemeral key.

        Raises:
            FormatError: `malformed`, the public key has low order.
        """
        secret = random_bytes(32)
        share = x25519_public(secret)
        key = _wrap_key(x25519(secret, self.public), share, self.public)
        return Stanza(kind=_X25519, args=(encode_base64(share),), body=chacha_seal(key, _NONCE, file_key))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScryptRecipient:
    """Whoever knows a passphrase. Alone in a file; must be strong, since a file can be guessed at for ever."""

    passphrase: bytes = field(repr=False)
    log_n: int = _DEFAULT_LOG_N
    """Base-two logarithm of the work; opening needs 2^log_n KiB of memory."""

    def wrap(self, file_key: bytes) -> Stanza:
        """Return a stanza with the file key (16 bytes) under the passphrase and a fresh salt."""
        salt = random_bytes(_SALT_BYTES)
        key = scrypt(self.passphrase, _SCRYPT_LABEL + salt, log_n=self.log_n)
        args = (encode_base64(salt), str(self.log_n))
        return Stanza(kind=_SCRYPT, args=args, body=chacha_seal(key, _NONCE, file_key))


@dataclass(frozen=True, slots=True, kw_only=True)
class DummyRecipient:
    """Nobody: blurs how many recipients a file has."""

    def wrap(self, file_key: bytes) -> Stanza:  # noqa: ARG002 - the point is that it is not in there
        """Return what nobody can tell from an X25519 stanza: a valid random share and a random body."""
        share = x25519_public(random_bytes(32))
        return Stanza(kind=_X25519, args=(encode_base64(share),), body=random_bytes(_BODY_BYTES))


@dataclass(frozen=True, slots=True, kw_only=True)
class X25519Identity:
    """The secret of an X25519 key."""

    secret: bytes = field(repr=False)
    """32 bytes."""

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """Return the file key (16 bytes) of the first stanza for this key, or None if none of them is.

        Args:
            stanzas: All stanzas of an unverified header.

        Raises:
            FormatError: `malformed`, an X25519 stanza (any of them) is not as age writes it, or its share has
                low order.
        """
        public = x25519_public(self.secret)
        shares = [(_x25519_share(item), item.body) for item in stanzas if item.kind == _X25519]
        agreed = [(x25519(self.secret, share), share, body) for share, body in shares]
        return _first(_open_body(_wrap_key(shared, share, public), body) for shared, share, body in agreed)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScryptIdentity:
    """A passphrase, and how much work its owner is ready to do for an unknown file."""

    passphrase: bytes = field(repr=False)
    max_log_n: int = MAX_LOG_N

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """Return the file key (16 bytes) if the file is for this passphrase, or None.

        Args:
            stanzas: All stanzas of an unverified header.

        Raises:
            FormatError: `malformed`, a scrypt stanza is not alone or not as age writes it; `limit_exceeded`,
                it asks for more than 2^max_log_n KiB. Nothing is allocated before.
        """
        _check_alone(stanzas)
        return _first(self._open(stanza) for stanza in stanzas if stanza.kind == _SCRYPT)

    def _open(self, stanza: Stanza) -> bytes | None:
        salt, work = _scrypt_salt(stanza)
        if len(work) > 2 or int(work) > self.max_log_n:
            raise FormatError("limit_exceeded", f"the passphrase stanza asks for more than 2^{self.max_log_n} KiB")
        return _open_body(scrypt(self.passphrase, _SCRYPT_LABEL + salt, log_n=int(work)), stanza.body)


Recipient: TypeAlias = X25519Recipient | ScryptRecipient | DummyRecipient
Identity: TypeAlias = X25519Identity | ScryptIdentity


def check_stanzas(stanzas: Sequence[Stanza]) -> None:
    """Check the form of every stanza of a known kind, which needs no key.

    Raises:
        FormatError: `malformed`, wrong arguments, a body that is not 32 bytes, or scrypt beside another stanza.
    """
    _check_alone(stanzas)
    for stanza in stanzas:
        if stanza.kind == _X25519:
            _x25519_share(stanza)
        elif stanza.kind == _SCRYPT:
            _scrypt_salt(stanza)


def _check_alone(stanzas: Sequence[Stanza]) -> None:
    # who opens a file with a passphrase expects that it was written by somebody who knows it
    if len(stanzas) > 1 and any(stanza.kind == _SCRYPT for stanza in stanzas):
        raise FormatError("malformed", "a passphrase stanza stands beside another one")


def _x25519_share(stanza: Stanza) -> bytes:
    _check_shape(stanza, 1)
    return decode_base64(stanza.args[0].encode(), _SHARE_BYTES)


def _scrypt_salt(stanza: Stanza) -> tuple[bytes, str]:
    """Return salt (16 bytes) and log N in decimal, which may be far too large."""
    _check_shape(stanza, 2)
    salt, work = stanza.args
    if not _DECIMAL.fullmatch(work):
        raise FormatError("malformed", "the work factor of a passphrase stanza is not a decimal number")
    return decode_base64(salt.encode(), _SALT_BYTES), work


def _check_shape(stanza: Stanza, args: int) -> None:
    if len(stanza.args) != args or len(stanza.body) != _BODY_BYTES:
        raise FormatError("malformed", f"the {stanza.kind} stanza has wrong arguments or a body of a wrong length")


def _wrap_key(shared: bytes, share: bytes, public: bytes) -> bytes:
    return hkdf(shared, share + public, _X25519_INFO, 32)


def _open_body(key: bytes, body: bytes) -> bytes | None:
    try:
        return chacha_open(key, _NONCE, body)
    except IntegrityError:
        return None  # sealed for somebody else


def _first(file_keys: Iterable[bytes | None]) -> bytes | None:
    return next((file_key for file_key in file_keys if file_key is not None), None)
