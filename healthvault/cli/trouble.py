# SPDX-License-Identifier: Apache-2.0
"""An error as a person or a script reads it: code, exit, message, hint, on one line each. Pure."""

from dataclasses import dataclass

import click

from healthvault.cli.exits import FAILED, INTERRUPTED, USAGE, exit_of, exit_of_signal
from healthvault.cli.text import safe
from healthvault.errors import HealthVaultError

__all__ = ["Trouble", "explain", "trace"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What went wrong. Holds no secret and no plaintext."""

    code: str
    exit: int
    message: str
    hint: str | None = None

    def to_text(self, file: str | None = None) -> str:
        """Return an `error:` line, naming the file if the error is of one, and a `hint:` line if there is one."""
        place = f"{safe(file)}: " if file and file not in self.message else ""
        hint = f"hint: {safe(self.hint)}\n" if self.hint else ""
        return f"error: {place}{safe(self.message)}\n{hint}"

    def to_json(self, file: str | None = None) -> str:
        """Return the line of `--json`; name the file if the error is of one input of several."""
        import json

        known = {"type": "error", "schema": 1, "code": self.code, "exit": self.exit, "file": file}
        said = {"message": self.message, "hint": self.hint}
        return json.dumps({key: value for key, value in (known | said).items() if key != "file" or value}) + "\n"


def explain(err: BaseException) -> Trouble:
    """Return what to say of an exception; of an unforeseen one only its type, since its text may quote data."""
    match err:
        case HealthVaultError():
            return Trouble(code=err.code, exit=exit_of(err), message=err.message, hint=err.hint)
        case click.UsageError():
            page = err.ctx.command_path if err.ctx else "hv"
            said = " ".join(err.format_message().split())
            return Trouble(code="usage", exit=USAGE, message=said, hint=f"`{page} --help` shows how")
        case KeyboardInterrupt(args=(int(number),)):
            return Trouble(code="interrupted", exit=exit_of_signal(number), message="interrupted")
        case KeyboardInterrupt() | click.Abort() | EOFError():
            return Trouble(code="interrupted", exit=INTERRUPTED, message="interrupted")
        case OSError():
            place = f"{err.filename}: " if err.filename else ""
            return Trouble(code="io_error", exit=FAILED, message=f"{place}{err.strerror or err}")
    hint = "run it again with --debug, and report what it shows"
    return Trouble(code="internal", exit=FAILED, message=f"unexpected {type(err).__name__}", hint=hint)


def trace(err: BaseException) -> str:
    """Return where an exception came from, the first cause first: places and types, no values.

    The text of an exception that is not ours may quote a document or a name; that of ours never does.
    """
    from traceback import format_tb

    cause = err.__cause__ or (None if err.__suppress_context__ else err.__context__)
    before = trace(cause) if cause is not None else ""
    said = f": {safe(err.message)}" if isinstance(err, HealthVaultError) else ""
    return f"{before}Traceback, {type(err).__name__}{said}\n{''.join(format_tb(err.__traceback__))}"
