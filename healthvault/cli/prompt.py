# SPDX-License-Identifier: Apache-2.0
"""Asking people: on the terminal itself, never on stdin, which may be data.

Without a terminal, or under `--no-input`, nothing is asked: AnswerNeeded names what would help instead.
"""

import os

from healthvault.cli.settings import Settings
from healthvault.cli.text import safe
from healthvault.errors import AnswerNeeded, InvalidRequest

__all__ = ["ask", "can_ask", "confirm", "new_passphrase", "secret_answer", "show_on_terminal"]

_TERMINAL = "/dev/tty"
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
        raise AnswerNeeded("no_terminal", f"{question} is needed, and there is no terminal to ask on", hint=hint)
    from getpass import getpass

    return getpass(f"{question[:1].upper()}{question[1:]}: ").encode("utf-8", "surrogateescape")


def new_passphrase(settings: Settings) -> bytes:
    """Ask twice for a passphrase that is to be set.

    Raises:
        AnswerNeeded: `no_terminal`.
        InvalidRequest: `passphrases_differ`.
    """
    chosen = secret_answer(settings, "a new passphrase", hint=_WITHOUT_TERMINAL)
    if secret_answer(settings, "the same passphrase again") != chosen:
        raise InvalidRequest("passphrases_differ", "the two passphrases are not the same; nothing was changed")
    return chosen


def confirm(settings: Settings, question: str, *, yes: bool) -> None:
    """Go on only if a person says yes, or said so before.

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
    if ask(f"{question} [y/N] ").lower() not in {"y", "yes"}:
        raise InvalidRequest("declined", "not confirmed; nothing was changed")


def ask(question: str) -> str:
    """Ask on the terminal and return the line typed, without spaces around it."""
    with open(_TERMINAL, "r+b", buffering=0) as terminal:  # noqa: PTH123  a device
        terminal.write(question.encode("utf-8", "backslashreplace"))
        return terminal.readline().decode("utf-8", "replace").strip()


def show_on_terminal(lines: list[str]) -> None:
    """Show lines on the terminal only, not on stdout or stderr, which may be kept in files."""
    with open(_TERMINAL, "wb", buffering=0) as terminal:  # noqa: PTH123  a device
        terminal.write("".join(safe(line) + "\n" for line in lines).encode("utf-8", "backslashreplace"))
