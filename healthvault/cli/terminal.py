# SPDX-License-Identifier: Apache-2.0
"""What a command talks to: data on stdout in one of three shapes, talk on stderr.

Data is the JSON object of docs/reference/cli.md in every shape: a line of JSON under `--json`; tab-separated text,
whole and without header, in a pipe; a table on a screen. Text of strangers is made visible first (`text.safe`).
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from healthvault.cli.objects import Json, JsonObject
from healthvault.cli.progress import Progress
from healthvault.cli.settings import Settings
from healthvault.cli.text import readable_size, safe, short_id

if TYPE_CHECKING:
    from healthvault.cli.spans import Row
    from healthvault.errors import HealthVaultError

__all__ = ["Terminal", "inner_rows", "json_line", "plain_cell", "plain_row", "release_stdout"]

_UNSAID = ("type", "schema")  # what says nothing to a reader


class Terminal:
    """Where one command's output goes."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.is_screen = not settings.json and sys.stdout.isatty()
        self._progress: Progress | None = None

    # --- data ---

    def rows(self, objects: Iterable[JsonObject], columns: tuple[str, ...]) -> None:
        """Print a list of objects; people see the columns, scripts under `--json` everything."""
        if self.is_screen:
            from healthvault.cli.render import print_table

            print_table(objects, columns)
            return
        for one in objects:
            sys.stdout.write(self._line(one, columns))

    def stream(self, objects: Iterable[JsonObject], columns: tuple[str, ...]) -> None:
        """Print objects while they come, each at once; the work goes on if nobody reads them any more."""
        for one in objects:
            self._clear_progress()
            try:
                sys.stdout.write(screen_line(one, columns) if self.is_screen else self._line(one, columns))
                sys.stdout.flush()
            except BrokenPipeError:
                release_stdout()

    def painted(self, rows: "Iterable[Row]") -> None:
        """Print lines that were laid out for a screen."""
        from healthvault.cli.render import print_rows

        print_rows(rows)

    def fields(self, one: JsonObject, *, unsaid: tuple[str, ...] = ()) -> None:
        """Print one object, a line a field; scripts under `--json` also see what people are not told."""
        if self.settings.json:
            sys.stdout.write(json_line(one))
            return
        said = {name: value for name, value in one.items() if name not in (*_UNSAID, *unsaid)}
        if self.is_screen:
            from healthvault.cli.render import print_fields

            print_fields(said)
            return
        for name, value in said.items():
            whole = " ".join(map(str, value)) if isinstance(value, list) and name.endswith("words") else value
            for row in inner_rows(whole) or ((whole,),):
                sys.stdout.write(plain_row((name, *row)))

    def lines(self, name: str, texts: Sequence[str]) -> None:
        """Print sentences for people, under a name; under `--json` none."""
        if self.is_screen:
            from healthvault.cli.render import print_lines

            print_lines(name, texts)
        elif not self.settings.json:
            sys.stdout.writelines(plain_row((name, text)) for text in texts)

    def _line(self, one: JsonObject, columns: tuple[str, ...]) -> str:
        return json_line(one) if self.settings.json else plain_row(one.get(name) for name in columns)

    # --- talk ---

    def say(self, text: str) -> None:
        """Say something that no script needs: one line on stderr."""
        if not self.settings.quiet and not self.settings.json:
            self._clear_progress()
            sys.stderr.write(safe(text) + "\n")

    def warn(self, text: str) -> None:
        """Warn of something that does not stop the command; also a script may want to know."""
        self._clear_progress()
        if self.settings.json:
            sys.stderr.write(json_line({"type": "warning", "schema": 1, "message": text}))
        elif not self.settings.quiet:
            sys.stderr.write(f"warning: {safe(text)}\n")

    def failed(self, name: str, error: "HealthVaultError") -> None:
        """Name an input that failed while the others go on."""
        from healthvault.cli.trouble import explain

        self._clear_progress()
        trouble = explain(error)
        sys.stderr.write(trouble.to_json(name) if self.settings.json else trouble.to_text(name))

    @contextmanager
    def progress(self) -> Iterator[Progress | None]:
        """Show progress while the block runs, if anybody can see it."""
        if not (self.settings.json or self.settings.quiet) and sys.stderr.isatty():
            self._progress = Progress()
        try:
            yield self._progress
        finally:
            self._clear_progress()
            self._progress = None

    def _clear_progress(self) -> None:
        if self._progress is not None:
            self._progress.clear()


def release_stdout() -> None:
    """Let stdout lead nowhere: what could not be written must not be tried again, here or at Python's end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def json_line(one: JsonObject) -> str:
    """Return an object as one line of JSON in ASCII."""
    return json.dumps(one) + "\n"


def plain_row(values: Iterable[Json]) -> str:
    """Return values as one tab-separated line."""
    return "\t".join(map(plain_cell, values)) + "\n"


def inner_rows(value: Json) -> list[tuple[Json, ...]]:
    """Return the rows of a list of objects; none of anything else."""
    items = value if isinstance(value, list) else []
    return [tuple(item.values()) for item in items if isinstance(item, dict)]


def screen_line(one: JsonObject, columns: Iterable[str]) -> str:
    """Return the cells of a row that say something, short, for a person who watches it come."""
    shown = {"id": short_id, "duplicate_of": short_id}
    cells = [
        readable_size(value)
        if name.endswith("_bytes") and isinstance(value, int)
        else shown.get(name, safe)(plain_cell(value))
        for name in columns
        if (value := one.get(name)) not in (None, "")
    ]
    return "  ".join(cells) + "\n"


def plain_cell(value: Json) -> str:
    """Return a value whole, with nothing in it that could be taken for the end of a cell or line."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return ",".join(map(plain_cell, value))
        case dict():
            return json.dumps(value)
    return safe(str(value))
