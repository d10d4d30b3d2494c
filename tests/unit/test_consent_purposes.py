# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.consent.purposes."""

import pytest

from healthvault.consent.purposes import ACTIONS, DEFAULT_ACTIONS, PURPOSES, purpose_code, purpose_word
from healthvault.errors import InvalidRequest


@pytest.mark.parametrize(("word", "code"), PURPOSES.items())
def test_words_and_codes(word: str, code: str) -> None:
    """A word or its code is understood in any case, and shown as the word."""
    for typed in (word, word.upper(), code, code.lower()):
        assert code == purpose_code(typed)
    assert word == purpose_word(code)


def test_other_words_are_refused() -> None:
    """The hint lists what may be said."""
    with pytest.raises(InvalidRequest) as caught:
        purpose_code("curiosity")
    assert "unknown_purpose" == caught.value.code
    assert caught.value.hint is not None
    assert "treatment" in caught.value.hint


def test_an_unknown_code_is_shown_as_it_is() -> None:
    """A later version may know it."""
    assert "HMARKT" == purpose_word("HMARKT")


def test_who_gets_a_record_may_keep_it() -> None:
    """But not pass it on, unless that is said."""
    assert ("view", "keep") == DEFAULT_ACTIONS
    assert set(DEFAULT_ACTIONS) < set(ACTIONS) == {"view", "keep", "forward"}
