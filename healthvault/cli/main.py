# SPDX-License-Identifier: Apache-2.0
"""The entry point `hv`, and the one place that turns an error into a line and an exit code.

Under `--json` the line is an object. A closed pipe is no error, and no traceback is shown unless `--debug` asks.
Loads click and the map of commands, nothing else.
"""

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import NoReturn

import click

from healthvault.cli.commands import root
from healthvault.cli.process import prepare_process

__all__ = ["main", "run"]

_DONE = 0
_PAGE_COLUMNS = 80


def main() -> NoReturn:
    """Run `hv` with the arguments of this process, and end it."""
    prepare_process()
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    _prepare_streams()
    given = arguments[: arguments.index("--")] if "--" in arguments else arguments
    try:
        code = _invoke(list(arguments))
        sys.stdout.flush()
    except BrokenPipeError:
        code = _DONE
    except (Exception, KeyboardInterrupt) as err:  # noqa: BLE001  the one handler: nothing ends in a traceback
        code = _report(err, as_json="--json" in given, debug="--debug" in given)
    _release_stdout()
    return code


def _invoke(arguments: list[str]) -> int:
    if completing := os.environ.get("_HV_COMPLETE"):
        from click.shell_completion import shell_complete

        return shell_complete(root, {}, "hv", "_HV_COMPLETE", completing)
    try:
        with root.make_context("hv", arguments, terminal_width=_page_columns()) as context:
            root.invoke(context)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    return _DONE


def _page_columns() -> int:
    """How wide a help page may be; asked here, since click would load shutil for it."""
    try:
        return min(_PAGE_COLUMNS, os.get_terminal_size(sys.stdout.fileno()).columns)
    except (OSError, ValueError):  # no terminal
        return _PAGE_COLUMNS


def _report(err: BaseException, *, as_json: bool, debug: bool) -> int:
    """Say what went wrong on stderr, and return the exit code."""
    from contextlib import suppress

    from healthvault.cli.trouble import explain, trace

    trouble = explain(err)
    said = trouble.to_json() if as_json else trouble.to_text()
    if debug:
        said = trace(err) + said
    with suppress(OSError):  # whoever closed the terminal hears nothing
        if isinstance(err, KeyboardInterrupt) and sys.stderr.isatty():
            sys.stderr.write("\n")  # below the ^C
        sys.stderr.write(said)
    return trouble.exit


def _prepare_streams() -> None:
    """No character of a stranger's text may stop the program, whatever the locale can show."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _release_stdout() -> None:
    """Python flushes once more at its end, and would complain about what cannot be written now."""
    try:
        sys.stdout.flush()
    except OSError:
        from healthvault.cli.terminal import release_stdout

        release_stdout()


if __name__ == "__main__":
    main()
