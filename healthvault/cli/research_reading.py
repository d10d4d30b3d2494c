# SPDX-License-Identifier: Apache-2.0
"""What the researcher's commands share once they run: read, judge, show. Loads the vault."""

from collections.abc import Sequence
from pathlib import Path

from healthvault.areas.research_reading import Given, read_files, refused, write_records
from healthvault.cli.clock import now_ms
from healthvault.cli.exits import exit_of, worst_exit
from healthvault.cli.inputs import stdin_or_file
from healthvault.cli.opening import opened
from healthvault.cli.research_objects import limits_of, reading_object
from healthvault.cli.terminal import Terminal
from healthvault.errors import ConsentRefused, NotEstablished
from healthvault.research.reading import Reading

__all__ = ["judged", "show_reading", "written"]


def judged(terminal: Terminal, file: str, notices: Sequence[str], earlier: Sequence[str]) -> Reading:
    """Open the researcher's vault and judge an export. Raises InputError: a file cannot be read."""
    given = Given(
        export=stdin_or_file(file),
        notices=tuple(map(stdin_or_file, notices)),
        earlier=tuple(map(stdin_or_file, earlier)),
    )
    with opened(terminal) as vault:
        return read_files(vault, given, now_ms=now_ms())


def show_reading(terminal: Terminal, file: str, reading: Reading, paths: Sequence[Path] = ()) -> int:
    """Print the verdicts, and return the exit code that they lead to."""
    code = worst_exit(map(exit_of, reading.problems))
    terminal.fields(reading_object(file, reading, code, paths), unsaid=("ok", "exit", "proves", "does_not_prove"))
    terminal.lines("next", [problem.hint for problem in reading.problems if problem.hint])
    limits_of(reading).say(terminal)
    return code


def written(file: str, reading: Reading, folder: Path, accept: Sequence[str]) -> tuple[Path, ...]:
    """Write the records if the verdicts allow it.

    Raises:
        The class of the worst problem that was not accepted, naming the codes of all of them.
        InvalidRequest: `unsafe_output`, `io_error`.
    """
    problems = refused(reading, accept)
    if not problems and reading.export is not None:
        return write_records(reading.export, folder)
    worst = worst_exit(map(exit_of, problems))
    first = next(problem for problem in problems if exit_of(problem) == worst)
    said = "; ".join(f"{problem.code}: {problem.message}" for problem in problems)
    hint = first.hint
    if all(isinstance(problem, NotEstablished | ConsentRefused) for problem in problems):
        codes = " ".join(f"--accept {problem.code}" for problem in problems)
        hint = f"to go on in spite of it: {codes}"
    raise type(first)(first.code, f"{file}: nothing was written. {said}", hint=hint)
