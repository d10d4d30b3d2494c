# SPDX-License-Identifier: Apache-2.0
"""The stage of `hv demo`: people with vaults in one folder, whose commands are run for real and shown as typed.

Every line that starts with `$` is a real command, run as a program of its own; what follows is what it printed.
"""

import json
import os
import pty
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent

import click

from healthvault.cli.terminal import Terminal
from healthvault.errors import HealthVaultError

__all__ = ["Attack", "Stage", "unexpected"]

_PASSPHRASE = "synthetic passphrase of the demo"  # noqa: S105  it protects nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """What was done in a story that ought to fail, and how it did."""

    name: str
    verdict: str
    """The code, or the words, that named it."""
    exit: int


class Stage:
    """People, each with a vault, a key file and a memory of their own, in one folder."""

    def __init__(self, folder: Path, terminal: Terminal) -> None:
        self.folder = folder
        self._terminal = terminal
        (folder / "passphrase").write_text(_PASSPHRASE + "\n", encoding="utf-8")
        (folder / "passphrase").chmod(0o600)

    def say(self, text: str) -> None:
        """Tell what happens next."""
        self._terminal.say("")
        self._terminal.say(text)

    def enter(self, **people: str) -> None:
        """Make a vault for each, under their name, with a key file and a card: `ana.hvcard`."""
        for person, name in people.items():
            self.hv(person, f'init --name "{name}" --kdf light --yes', quietly=True)
            self.hv(person, f"key add --new-key-file {person}.key --yes", quietly=True)
            self.hv(person, f"id -o {person}.hvcard", quietly=True)

    def write(self, name: str, content: bytes | str) -> str:
        """Write a file into the folder and return its name."""
        data = content if isinstance(content, bytes) else content.encode()
        (self.folder / name).write_bytes(data)
        return name

    def ids(self, person: str, *names: str) -> list[str]:
        """Return the ids of somebody's documents of some file names."""
        rows = self.objects(person, "list")
        return [str(row["id"])[:10] for name in names for row in rows if row["name"] == name]

    def objects(self, person: str, line: str) -> "list[dict]":  # type: ignore[type-arg]  # JSON
        """Return what a command prints with --json, without showing it, however it ends."""
        return [json.loads(each) for each in self._run(person, f"{line} --json").splitlines()]

    def words(self, person: str, line: str, field: str) -> list[str]:
        """Return a field of every object that a command prints with --json, as text."""
        return [str(each[field]) for each in self.objects(person, line)]

    def code(self, person: str, line: str) -> str:
        """Return the first code among the verdicts that a command prints with --json."""
        return str(self.objects(person, line)[0]["codes"][0])

    def hv(self, person: str, line: str, *, expected: int = 0, quietly: bool = False) -> None:
        """Show and run a command as somebody, on a terminal, and check how it ends."""
        self._terminal.say(f"  {person} $ hv {line}")
        code, seen = self._on_a_screen(person, line)
        if not quietly and not self._terminal.settings.quiet:
            lines = [shown.rstrip() for shown in seen.splitlines()]
            click.echo(indent("\n".join(lines) + "\n", " " * 6), err=True, nl=False)
            self._terminal.say(f"      (exit {code})")
        if code != expected:
            raise unexpected(f"hv {line} ended with {code} instead of {expected}")

    def _on_a_screen(self, person: str, line: str) -> tuple[int, str]:
        """Run a command as a person would see it, on a terminal of its own."""
        ours, theirs = pty.openpty()
        command, environment = self._command(person, line)
        width = max(60, min(shutil.get_terminal_size((110, 24)).columns, 120) - 6)
        environment |= {"COLUMNS": str(width), "TERM": "dumb", "NO_COLOR": "1"}
        child = subprocess.Popen(  # noqa: S603  our own program, our own arguments
            command, cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs
        )
        os.close(theirs)
        seen = b"".join(_read_all(ours))
        os.close(ours)
        return child.wait(), seen.decode("utf-8", "replace").replace("\r\n", "\n")

    def _run(self, person: str, line: str) -> str:
        command, environment = self._command(person, line)
        return subprocess.run(  # noqa: S603  our own program, our own arguments
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        ).stdout

    def _command(self, person: str, line: str) -> tuple[list[str], dict[str, str]]:
        owner = person.partition("-")[0]
        key_file = self.folder / f"{owner}.key"
        secret = ["--key-file", str(key_file)] if key_file.exists() else ["--passphrase-file", "passphrase"]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("HV_")}
        environment |= {
            "HV_HOME": str(self.folder / person),
            "HV_STATE_HOME": str(self.folder / f"{person}-memory"),
        }
        return [sys.executable, "-m", "healthvault.cli.main", *secret, *shlex.split(line)], environment


def _read_all(descriptor: int) -> Iterator[bytes]:
    """Yield what a terminal shows until its program has ended, which some systems report as an error."""
    while True:
        try:
            data = os.read(descriptor, 1 << 16)
        except OSError:
            return
        if not data:
            return
        yield data


def unexpected(message: str) -> HealthVaultError:
    """Return the error of a story that did not go as told."""
    return HealthVaultError("demo_failed", message, hint="please report this: the demo ought to work everywhere")
