# SPDX-License-Identifier: Apache-2.0
"""Reading a line from the terminal without showing what is typed, through interruption and suspension."""

import signal
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import EINTR

__all__ = ["TERMINAL", "hidden_line"]

TERMINAL = "/dev/tty"
_LOCAL_MODES = 3  # where `termios` keeps them
_Modes = list[int | list[bytes | int]]


def hidden_line(question: str) -> bytes:
    """Ask on the terminal and return the line typed, without its end.

    Raises:
        EOFError: Ctrl-D.
        OSError: there is no terminal.
    """
    with open(TERMINAL, "r+b", buffering=0) as terminal:  # noqa: PTH123  a device

        def ask() -> None:
            terminal.write(question.encode("utf-8", "backslashreplace"))

        with _echo_off(terminal.fileno(), ask):
            line = terminal.readline()
            terminal.write(b"\n")
    if not line:
        raise EOFError
    return line.removesuffix(b"\n")


@contextmanager
def _echo_off(terminal: int, ask: Callable[[], None]) -> Iterator[None]:
    """Hide what is typed, and hide it again when the process goes on after Ctrl-Z: the shell turned it on."""
    shown = termios.tcgetattr(terminal)
    hidden = list(shown)
    hidden[_LOCAL_MODES] = shown[_LOCAL_MODES] & ~termios.ECHO

    def hide(*_: object) -> None:
        _set_modes(terminal, hidden)
        ask()

    before = signal.signal(signal.SIGCONT, hide)
    try:
        hide()
        yield
    finally:
        signal.signal(signal.SIGCONT, before)
        _set_modes(terminal, shown)


def _set_modes(terminal: int, modes: _Modes) -> None:
    """Set the modes and forget what was typed ahead; in the background this stops until the job is in front."""
    while True:
        try:
            return termios.tcsetattr(terminal, termios.TCSAFLUSH, modes)
        except termios.error as err:
            if err.args[0] != EINTR:
                raise
