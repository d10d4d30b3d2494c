# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.crypto.words."""

import pytest

from healthvault.crypto.words import from_words, random_words, to_words, unknown_words
from healthvault.errors import WrongKey

PHRASE = "legal winner thank year wave sausage worth useful legal winner thank yellow"
ENTROPY = b"\x7f" * 16


def refused(phrase: str, size_bytes: int = 16) -> str:
    """Return the message with which a phrase is refused."""
    with pytest.raises(WrongKey) as caught:
        from_words(phrase, size_bytes)
    assert "bad_phrase" == caught.value.code
    return caught.value.message


def test_words_are_those_of_bip39() -> None:
    """One of Trezor's vectors; the others are in the vector tests."""
    assert PHRASE == " ".join(to_words(ENTROPY))
    assert ENTROPY == from_words(PHRASE, 16)


@pytest.mark.parametrize("size", [16, 32])
def test_every_entropy_reads_back(size: int) -> None:
    """12 words for a fingerprint, 24 for a recovery phrase."""
    entropy = bytes(range(size))
    words = to_words(entropy)
    assert size * 3 // 4 == len(words)
    assert entropy == from_words(" ".join(words), size)


def test_spaces_and_case_do_not_matter() -> None:
    """A person types them as they come."""
    assert ENTROPY == from_words("  " + PHRASE.upper().replace(" ", " \n\t") + "\n", 16)


def test_the_number_of_words_must_be_right() -> None:
    """None, one less, one more, or those of another size."""
    for phrase in ("", PHRASE.rsplit(" ", 1)[0], PHRASE + " legal"):
        assert "instead of 12" in refused(phrase)
    assert "instead of 24" in refused(PHRASE, 32)


def test_the_wrong_word_is_named_by_its_place_only() -> None:
    """The message helps the typist without holding a word of the secret."""
    message = refused(PHRASE.replace("thank", "thanks", 1))
    assert "word 3" in message
    assert not set(PHRASE.split()) & set(message.split())


def test_words_of_another_phrase_fail_the_checksum() -> None:
    """Two that changed places, or a wrong one from the list."""
    swapped = PHRASE.split(" ")
    swapped[0], swapped[1] = swapped[1], swapped[0]
    assert "checksum" in refused(" ".join(swapped))
    assert "checksum" in refused(PHRASE.replace("yellow", "year"))


def test_random_words_are_from_the_list_and_new_each_time() -> None:
    """Seven of them make a code for a bundle; they need no checksum."""
    words = random_words(7)
    assert 7 == len(words)
    assert words != random_words(7)
    for place, word in enumerate(words, 1):
        known = ["zoo"] * (place - 1)
        assert "word 12 " in refused(" ".join([*known, word, *["zoo"] * (11 - place), "unlisted"]))


def test_words_that_are_not_in_the_list_are_named_by_their_places() -> None:
    """From 1; the words themselves are nobody's business."""
    assert (2, 4) == unknown_words(["zoo", "zoom", "abandon", "Zoo"])
    assert () == unknown_words(random_words(7))
