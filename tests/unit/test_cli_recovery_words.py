# SPDX-License-Identifier: Apache-2.0
"""Recovery words, shown once and asked back."""

import pytest

from healthvault.cli import recovery_words
from healthvault.cli.recovery_words import numbered_words, retype_words
from healthvault.errors import InvalidRequest

WORDS = tuple(f"word{chr(97 + place)}" for place in range(24))


def test_words_stand_in_lines_of_four_with_their_numbers() -> None:
    """Twenty-four words are six lines."""
    lines = numbered_words(WORDS)
    assert 6 == len(lines)
    assert [" 1 worda", "24 wordx"] == [lines[0][:8], lines[5][-8:]]


def asked(monkeypatch: pytest.MonkeyPatch, wrong: int) -> list[str]:
    """Answer like somebody who errs `wrong` times at each word; return the questions."""
    questions: list[str] = []
    shown: list[str] = []
    monkeypatch.setattr(recovery_words, "show_on_terminal", shown.extend)

    def answer(question: str) -> str:
        questions.append(question)
        place = int(question.rsplit(maxsplit=1)[-1].removesuffix(":"))
        tries = sum(1 for earlier in questions if earlier.endswith(f"word {place}: "))
        return " ".join(shown) if tries <= wrong else WORDS[place - 1].upper()

    monkeypatch.setattr(recovery_words, "ask", answer)
    return questions


@pytest.mark.parametrize("wrong", [0, 2])
def test_three_words_are_asked_back_and_two_slips_forgiven(monkeypatch: pytest.MonkeyPatch, wrong: int) -> None:
    """Case does not matter; each word may be tried three times."""
    questions = asked(monkeypatch, wrong)
    retype_words(WORDS)
    assert 3 * (wrong + 1) == len(questions)
    assert 3 == len({question.split("; ")[-1] for question in questions})


def test_three_slips_at_one_word_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who does not have the words gets no vault."""
    questions = asked(monkeypatch, 3)
    with pytest.raises(InvalidRequest) as caught:
        retype_words(WORDS)
    assert ("words_not_confirmed", 3) == (caught.value.code, len(questions))
