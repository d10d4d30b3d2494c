# SPDX-License-Identifier: Apache-2.0
"""How words are compared: letter case, accents, width and spaces that a script does not have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from healthvault.records.folding import apart, folded, has_words, marked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ferritin", "ferritin"),
        ("M\u00fcller", "muller"),
        ("Mu\u0308ller", "muller"),
        ("Gr\u00f6\u00dfe", "grosse"),
        ("\uff12\uff17", "27"),
        ("\u00b5g", "\u03bcg"),
        ("\u738b\u5927\u660e", "\u738b\u5927\u660e"),
    ],
)
def test_what_is_compared(text: str, expected: str) -> None:
    """Precomposed or not, wide or narrow, large or small: one form."""
    assert expected == folded(text)


def test_scripts_without_spaces_are_searched_by_character() -> None:
    """Each of their characters is a word; others stay whole."""
    assert ["\u738b", "\u5927", "\u660e", "lab"] == apart("\u738b\u5927\u660eLab").split()


def test_what_can_be_searched() -> None:
    """A letter or a digit."""
    assert [True, True, False] == [has_words(text) for text in ("<5", "\u738b", ' -*"()')]


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Low ferritin, Ferritins", [("ferritin", False)], ["ferritin"]),
        ("Low ferritin, Ferritins", [("ferr", True)], ["ferr", "Ferr"]),
        ("der M\u00fcller", [("muller", False)], ["M\u00fcller"]),
        ("code 2276-4.", [("2276-4", False)], ["2276-4"]),
        ("\u6771\u4eac\u5927\u5b66", [("\u5927\u5b66", False)], ["\u5927\u5b66"]),
        ("iron deficiency", [("iron deficiency", False), ("iron", False)], ["iron deficiency"]),
        ("(a.*b)", [(".*", False)], []),
    ],
)
def test_where_words_stand(text: str, words: list[tuple[str, bool]], expected: list[str]) -> None:
    """Places are those of the text that is shown; what overlaps is one; nothing is a pattern."""
    assert expected == [text[start:end] for start, end in marked(text, words)]


@given(st.text(), st.text())
def test_marks_lie_in_the_text(text: str, word: str) -> None:
    """Rising, apart, inside."""
    places = [place for mark in marked(text, [(word, True)]) for place in mark]
    assert sorted(set(places)) == places
    assert all(0 <= place <= len(text) for place in places)
