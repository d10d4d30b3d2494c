# SPDX-License-Identifier: Apache-2.0
"""Keys as text: `age1...` for a recipient, `AGE-SECRET-KEY-1...` for an identity.

Each key has exactly one text. Decoding encodes again and compares, so mixed case, the other case, padding
bits that are set and a wrong checksum are all refused by the same comparison.

Spec: docs/spec/age.md section 3. Source: BIP 173, without its limit of 90 characters.
"""

from healthvault.errors import FormatError

__all__ = ["decode", "decode_identity", "decode_recipient", "encode", "encode_identity", "encode_recipient"]

KEY_BYTES = 32
_RECIPIENT_PREFIX = "age"
_IDENTITY_PREFIX = "AGE-SECRET-KEY-"
_CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_CHECKSUM_CHARS = 6
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def encode_recipient(public: bytes) -> str:
    """Return the text of an X25519 public key (32 bytes)."""
    return encode(_RECIPIENT_PREFIX, public)


def decode_recipient(text: str) -> bytes:
    """Return the X25519 public key (32 bytes) that an unverified text spells.

    Raises:
        FormatError: `bad_card`, it is not `age1...` exactly as `encode_recipient` writes it.
    """
    return _decode_key(_RECIPIENT_PREFIX, text)


def encode_identity(secret: bytes) -> str:
    """Return the text of an X25519 secret (32 bytes), as other age tools read it."""
    return encode(_IDENTITY_PREFIX, secret)


def decode_identity(text: str) -> bytes:
    """Return the X25519 secret (32 bytes) that a text spells.

    Raises:
        FormatError: `bad_card`, it is not `AGE-SECRET-KEY-1...` exactly as `encode_identity` writes it.
    """
    return _decode_key(_IDENTITY_PREFIX, text)


def encode(prefix: str, data: bytes) -> str:
    """Return the Bech32 text of any bytes; upper case if the prefix is, lower case otherwise."""
    groups = _groups_of_five(data)
    groups += _checksum(prefix.lower(), groups)
    text = "1" + "".join(_CHARSET[group] for group in groups)
    return prefix + (text.upper() if prefix.isupper() else text)


def decode(prefix: str, text: str) -> bytes:
    """Return the bytes that an unverified Bech32 text with exactly this prefix spells.

    Raises:
        FormatError: `bad_card`, it is not what `encode` writes for any bytes.
    """
    groups = [_CHARSET.find(char) for char in text[len(prefix) + 1 : -_CHECKSUM_CHARS].lower()]
    if -1 not in groups:
        data = _bytes_of(groups)
        if encode(prefix, data) == text:
            return data
    raise FormatError("bad_card", f"a key is not a valid {prefix}1... text", hint="look for a mistyped character")


def _decode_key(prefix: str, text: str) -> bytes:
    expected = len(encode(prefix, bytes(KEY_BYTES)))
    if len(text) != expected:  # before any work: the text may be of any length
        raise FormatError("bad_card", f"a key has {len(text)} characters instead of {expected}")
    return decode(prefix, text)


def _groups_of_five(data: bytes) -> list[int]:
    count = -(-len(data) * 8 // 5)
    number = int.from_bytes(data, "big") << (count * 5 - len(data) * 8)
    return [number >> (5 * place) & 31 for place in reversed(range(count))]


def _bytes_of(groups: list[int]) -> bytes:
    number = 0
    for group in groups:
        number = number << 5 | group
    size = len(groups) * 5 // 8
    return (number >> (len(groups) * 5 - size * 8)).to_bytes(size, "big")


def _checksum(prefix: str, groups: list[int]) -> list[int]:
    expanded = [ord(char) >> 5 for char in prefix] + [0] + [ord(char) & 31 for char in prefix]
    remainder = _polymod(expanded + groups + [0] * _CHECKSUM_CHARS) ^ 1
    return [remainder >> (5 * place) & 31 for place in reversed(range(_CHECKSUM_CHARS))]


def _polymod(values: list[int]) -> int:
    remainder = 1
    for value in values:
        top = remainder >> 25
        remainder = (remainder & 0x1FFFFFF) << 5 ^ value
        for place, factor in enumerate(_GENERATOR):
            remainder ^= factor if top >> place & 1 else 0
    return remainder
