# SPDX-License-Identifier: Apache-2.0
"""Asking people: on the terminal itself, never on stdin, which may be data.

Without a terminal, or under `--no-input`, nothing is asked: AnswerNeeded names what would help instead.
"""

import os
from collections.abc import Callable, Sequence
from typing import TypeVar

from healthvault.cli.settings import Settings
from healthvault.cli.text import safe
from healthvault.errors import AnswerNeeded, InvalidRequest, WrongKey

__all__ = ["ask", "can_ask", "confirm", "new_passphrase", "secret_answer", "show_on_terminal", "tried_answer"]

_TERMINAL = "/dev/tty"
_TRIES = 3
_Used = TypeVar("_Used")
_WITHOUT_TERMINAL = (
    "give it by --key-file, --passphrase-file, --passphrase-fd or --passphrase-command, or by "
    "HV_KEY_FILE, HV_PASSPHRASE_FILE, HV_PASSPHRASE_FD or HV_PASSPHRASE_COMMAND"
)


def can_ask(settings: Settings) -> bool:
    """Tell whether there is a person to ask."""
    if settings.no_input:
        return False
    try:
        os.close(os.open(_TERMINAL, os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def secret_answer(settings: Settings, question: str, hint: str = _WITHOUT_TERMINAL) -> bytes:
    """Ask for a secret without showing what is typed. Raises AnswerNeeded: `no_terminal`."""
    if not can_ask(settings):
        raise AnswerNeeded("no_terminal", f"there is no terminal to ask on for {question}", hint=hint)
    from healthvault.cli.hidden_line import hidden_line  # loads what knows terminals

    return hidden_line(f"{question[:1].upper()}{question[1:]}: ")


def tried_answer(
    settings: Settings, question: str, use: Callable[[bytes], _Used], *, hint: str = _WITHOUT_TERMINAL
) -> _Used:
    """Ask for a secret and use it; who mistyped it is asked again, three times in all.

    Raises:
        AnswerNeeded: `no_terminal`.
        WrongKey: what `use` raised the last time.
    """
    for left in reversed(range(_TRIES)):
        typed = secret_answer(settings, question, hint)
        try:
            return use(typed)
        except WrongKey as err:
            if not left:
                raise
            show_on_terminal([f"{err.message}; try again" + ("" if left > 1 else ", for the last time")])
    raise AssertionError("unreachable")


def new_passphrase(settings: Settings, hint: str = _WITHOUT_TERMINAL) -> bytes:
    """Ask twice for a passphrase that is to be set.

    Raises:
        AnswerNeeded: `no_terminal`.
        InvalidRequest: `passphrases_differ`.
    """
    chosen = secret_answer(settings, "a new passphrase", hint)
    if secret_answer(settings, "the same passphrase again") != chosen:
        raise InvalidRequest("passphrases_differ", "the two passphrases are not the same; nothing was changed")
    return chosen


def confirm(settings: Settings, question: str, *, yes: bool, about: Sequence[str] = ()) -> None:
    """Go on only if a person says yes, or said so before.

    Args:
        settings: Whether anybody can be asked.
        question: What to say yes to.
        yes: She said so before.
        about: Lines to show first, on the terminal only: titles and names do not belong into a log.

    Raises:
        AnswerNeeded: `no_terminal`, there is nobody to ask.
        InvalidRequest: `declined`, the answer was not yes.
    """
    if yes:
        return
    if not can_ask(settings):
        raise AnswerNeeded(
            "no_terminal",
            "this needs a confirmation, and there is no terminal to ask on",
            hint="confirm with --yes",
        )
    show_on_terminal(about)
    if ask(f"{question} [y/N] ").lower() not in {"y", "yes"}:
        raise InvalidRequest("declined", "not confirmed; nothing was changed")


def ask(question: str) -> str:
    """Ask on the terminal and return the line typed, without spaces around it."""
    with open(_TERMINAL, "r+b", buffering=0) as terminal:  # noqa: PTH123  a device
        terminal.write(safe(question).encode("utf-8", "backslashreplace"))
        return terminal.readline().decode("utf-8", "replace").strip()


def show_on_terminal(lines: Sequence[str]) -> None:
    """Show lines on the terminal only, not on stdout or stderr, which may be kept in files."""
    with open(_TERMINAL, "wb", buffering=0) as terminal:  # noqa: PTH123  a device
        terminal.write("".join(safe(line) + "\n" for line in lines).encode("utf-8", "backslashreplace"))
