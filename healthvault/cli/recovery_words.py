# SPDX-License-Identifier: Apache-2.0
"""Showing the recovery words once, and asking three of them back, before anything is made or changed."""

import secrets

from healthvault.cli.prompt import ask, show_on_terminal
from healthvault.errors import InvalidRequest

__all__ = ["numbered_words", "retype_words"]

_ASKED_WORDS = 3
_AGAIN = ("that is another word; ", "that is another word; last try; ")
_WORDS_A_LINE = 4


def retype_words(words: tuple[str, ...]) -> None:
    """Show the words on the terminal and ask three of them back.

    Raises:
        InvalidRequest: `words_not_confirmed`, a word was wrong three times.
    """
    show_on_terminal(
        [
            "",
            "Your recovery words. Write them down on paper now; they are shown this once and stored nowhere.",
            "They open this vault without the passphrase, so keep them where only you get at them.",
            "",
            *numbered_words(words),
            "",
        ]
    )
    for place in sorted(secrets.SystemRandom().sample(range(len(words)), _ASKED_WORDS)):
        question = f"word {place + 1}: "
        if not any(ask(again + question).lower() == words[place] for again in ("", *_AGAIN)):
            raise InvalidRequest(
                "words_not_confirmed",
                "the words were not confirmed; nothing was made or changed",
                hint="run the command again",
            )


def numbered_words(words: tuple[str, ...]) -> list[str]:
    """Return the words as lines of four, each with its number."""
    cells = [f"{place:>2} {word:<10}" for place, word in enumerate(words, 1)]
    return ["  ".join(cells[at : at + _WORDS_A_LINE]).rstrip() for at in range(0, len(cells), _WORDS_A_LINE)]
