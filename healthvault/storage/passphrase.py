# SPDX-License-Identifier: Apache-2.0
"""Passphrases as bytes: one normal form, so that a letter typed on another keyboard gives the same key.

A new passphrase must not hold code points that this Unicode version does not know: a later version may give
them a normal form, and the passphrase would no longer open. Spec: docs/spec/cryptography.md section 6.
"""

import unicodedata

from healthvault.errors import InvalidRequest, WrongKey

__all__ = ["new_passphrase", "typed_passphrase"]

_NEVER_STABLE = frozenset({"Cn", "Cs"})  # unassigned; half of a surrogate pair


def new_passphrase(text: str) -> bytes:
    """Return the bytes of a passphrase that is being set.

    Raises:
        InvalidRequest: `bad_passphrase`, it is empty or holds a code point that is not assigned.
    """
    if not text:
        raise InvalidRequest("bad_passphrase", "the passphrase is empty")
    for place, letter in enumerate(text, 1):
        if unicodedata.category(letter) in _NEVER_STABLE:
            raise InvalidRequest(
                "bad_passphrase",
                f"character {place} of the passphrase is not an assigned Unicode character",
                hint="use letters, digits, signs and spaces",
            )
    return _normal(text)


def typed_passphrase(text: str) -> bytes:
    """Return the bytes of a passphrase that shall open something.

    Raises:
        WrongKey: `wrong_passphrase`, it holds what no passphrase can hold.
    """
    try:
        return _normal(text)
    except UnicodeEncodeError as err:
        raise WrongKey("wrong_passphrase", "the passphrase is not valid Unicode text") from err


def _normal(text: str) -> bytes:
    return unicodedata.normalize("NFC", text).encode()
