# SPDX-License-Identifier: Apache-2.0
"""BIP39 English words as a form of bytes: recovery phrases, fingerprints, bundle codes.

Only entropy to words and back; BIP39's own key stretching is not used. The only import of mnemonic.
"""

import secrets
from collections.abc import Sequence

from mnemonic import Mnemonic

from healthvault.errors import WrongKey

__all__ = ["from_words", "random_words", "to_words", "unknown_words"]

_LANGUAGE = "english"


def to_words(entropy: bytes) -> tuple[str, ...]:
    """Return the words of 16 bytes (12 words) to 32 bytes (24 words), with BIP39's checksum inside."""
    return tuple(Mnemonic(_LANGUAGE).to_mnemonic(entropy).split(" "))


def from_words(phrase: str, size_bytes: int) -> bytes:
    """Return the entropy of a phrase that a person typed: spaces and case do not matter.

    Raises:
        WrongKey: `bad_phrase`, wrong number of words, a word that is not in the list, or a wrong checksum.
    """
    words = phrase.lower().split()
    expected = size_bytes * 3 // 4
    if len(words) != expected:
        raise WrongKey("bad_phrase", f"the phrase has {len(words)} words instead of {expected}")
    known = set(Mnemonic(_LANGUAGE).wordlist)
    for place, word in enumerate(words, 1):
        if word not in known:
            raise WrongKey("bad_phrase", f"word {place} of the phrase is not in the BIP39 list")
    try:
        return bytes(Mnemonic(_LANGUAGE).to_entropy(words))
    except ValueError as err:
        raise WrongKey(
            "bad_phrase",
            "the words do not belong together: the checksum is wrong",
            hint="look for a word that was read wrongly or two that changed places",
        ) from err


def random_words(count: int) -> tuple[str, ...]:
    """Return `count` words drawn uniformly from the list of 2,048 (11 bits each, no checksum)."""
    wordlist = Mnemonic(_LANGUAGE).wordlist
    return tuple(secrets.choice(wordlist) for _ in range(count))


def unknown_words(words: Sequence[str]) -> tuple[int, ...]:
    """Return the places, from 1, of words that are not in the list."""
    known = set(Mnemonic(_LANGUAGE).wordlist)
    return tuple(place for place, word in enumerate(words, 1) if word not in known)
