# SPDX-License-Identifier: Apache-2.0
"""`hv demo`: the whole story on a synthetic patient, with two attacks, in a folder that is gone afterwards.

Every line that starts with `$` is a real command, run as a program of its own; what follows is what it printed.
"""

import contextlib
import json
import os
import pty
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from textwrap import indent

import click

from healthvault.cli.command import hv_command
from healthvault.cli.demo_records import write_records
from healthvault.cli.terminal import Terminal
from healthvault.errors import HealthVaultError, InvalidRequest

__all__ = ["demo"]

_PASSPHRASE = "synthetic passphrase of the demo"  # noqa: S105  it protects nothing


@hv_command("hv demo", "hv demo --keep ./demo")
@click.option("--keep", type=click.Path(path_type=Path), metavar="DIR", help="Keep all files of the story in DIR.")
def demo(terminal: Terminal, keep: Path | None) -> None:
    """Play the whole story on a synthetic patient: records, consent, sharing, and two attacks.

    Nothing is left behind unless --keep names a folder.
    """
    with _folder(keep) as folder:
        attacks = _Story(folder, terminal).play()
    terminal.rows(
        [
            {"type": "attack", "schema": 1, "attack": name, "verdict": code, "exit": exit_}
            for name, code, exit_ in attacks
        ],
        ("attack", "verdict", "exit"),
    )


@contextlib.contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="hv-demo-") as name:
            yield Path(name)
        return
    if keep.exists() and (not keep.is_dir() or any(keep.iterdir())):
        raise InvalidRequest("unsafe_output", f"{keep} is not empty", hint="name a new folder")
    keep.mkdir(parents=True, exist_ok=True)
    yield keep.resolve()


class _Story:
    """Two people, each with a vault, a key file and a memory of their own, in one folder."""

    def __init__(self, folder: Path, terminal: Terminal) -> None:
        self._folder = folder
        self._terminal = terminal
        (folder / "passphrase").write_text(_PASSPHRASE + "\n", encoding="utf-8")
        (folder / "passphrase").chmod(0o600)

    def play(self) -> list[tuple[str, str, int]]:
        """Tell the story and return the attacks: what was done, the code that named it, and the exit code."""
        self._say("Ana, a patient, and Dr Lee, her doctor, each make a vault and exchange cards.")
        self._meet()
        self._say("Ana keeps three records. They are encrypted, signed and linked in her journal.")
        names = write_records(self._folder)
        self._hv("ana", "add", *names, "--tag", "2026")
        self._hv("ana", "list")
        shutil.copytree(self._folder / "ana", self._folder / "ana-rewritten")
        self._say("She shares two of them for treatment, for 30 days. Dr Lee has not pinned her card yet: 21.")
        self._hv(
            "ana",
            "share",
            *self._ids("ferritin.json", "letter.txt"),
            "--to",
            "Dr Lee",
            "--purpose",
            "treatment",
            "--until",
            "30d",
            "-o",
            "visit.hvb",
            "--yes",
        )
        self._hv("lee", "verify", "visit.hvb", expected=21)
        self._say("They compare the 12 words by voice; Dr Lee pins the card, and verifies and opens the bundle.")
        self._hv("lee", "contact", "add", "Ana", "ana.hvcard", "--yes")
        self._hv("lee", "verify", "visit.hvb")
        self._hv("lee", "open", "visit.hvb", "-o", "from-ana")
        self._same("ferritin.json", "letter.txt")
        self._say("Ana ends the grant. What Dr Lee holds already stays readable, and hv says so.")
        self._hv("ana", "revoke", self._first("ana", "grants", "id"))
        return [self._changed_on_the_way(), self._rewritten()]

    def _meet(self) -> None:
        for person, name in (("ana", "Ana Silva"), ("lee", "Dr Lee")):
            self._hv(person, "init", "--name", name, "--kdf", "light", "--yes", quietly=True)
            self._hv(person, "key", "add", "--new-key-file", f"{person}.key", "--yes", quietly=True)
            self._hv(person, "id", "-o", f"{person}.hvcard", quietly=True)
        self._hv("ana", "contact", "add", "Dr Lee", "lee.hvcard", "--yes")

    def _changed_on_the_way(self) -> tuple[str, str, int]:
        self._say("Attack 1: somebody changes one byte of the bundle in the mail.")
        data = bytearray((self._folder / "visit.hvb").read_bytes())
        data[len(data) // 2] ^= 1
        (self._folder / "changed.hvb").write_bytes(data)
        self._hv("lee", "verify", "changed.hvb", expected=20)
        return "a byte changed on the way", self._code("changed.hvb"), 20

    def _rewritten(self) -> tuple[str, str, int]:
        self._say("Attack 2: the vault is rewritten from an old copy, without the low ferritin, and shared again.")
        self._hv(
            "ana-rewritten",
            "share",
            *self._ids("letter.txt"),
            "--to",
            "Dr Lee",
            "--purpose",
            "treatment",
            "-o",
            "rewritten.hvb",
            "--yes",
        )
        self._hv("lee", "verify", "rewritten.hvb", expected=23)
        return "a history rewritten by its owner", self._code("rewritten.hvb"), 23

    def _same(self, *names: str) -> None:
        for name in names:
            if (self._folder / name).read_bytes() != (self._folder / "from-ana" / name).read_bytes():
                raise _unexpected(f"{name} is not what Ana added")
        self._say("Both documents are byte for byte what Ana added.")

    def _ids(self, *names: str) -> list[str]:
        rows = [json.loads(line) for line in self._run("ana", "list", "--json").stdout.splitlines()]
        return [str(row["id"])[:10] for name in names for row in rows if row["name"] == name]

    def _first(self, person: str, command: str, field: str) -> str:
        return str(json.loads(self._run(person, command, "--json").stdout.splitlines()[0])[field])[:10]

    def _code(self, bundle: str) -> str:
        return str(json.loads(self._run("lee", "verify", bundle, "--json").stdout)["codes"][0])

    def _hv(self, person: str, *arguments: str, expected: int = 0, quietly: bool = False) -> None:
        shown = " ".join(f'"{argument}"' if " " in argument else argument for argument in arguments)
        self._terminal.say(f"  {person} $ hv {shown}")
        code, seen = self._on_a_screen(person, *arguments)
        if not quietly and not self._terminal.settings.quiet:
            lines = [line.rstrip() for line in seen.splitlines()]
            click.echo(indent("\n".join(lines) + "\n", " " * 6), err=True, nl=False)
            self._terminal.say(f"      (exit {code})")
        if code != expected:
            raise _unexpected(f"hv {shown} ended with {code} instead of {expected}")

    def _on_a_screen(self, person: str, *arguments: str) -> tuple[int, str]:
        """Run a command as a person would see it, on a terminal of its own."""
        ours, theirs = pty.openpty()
        command, environment = self._command(person, *arguments)
        width = max(60, min(shutil.get_terminal_size((110, 24)).columns, 120) - 6)
        environment |= {"COLUMNS": str(width), "TERM": "dumb", "NO_COLOR": "1"}
        child = subprocess.Popen(  # noqa: S603  our own program, our own arguments
            command, cwd=self._folder, env=environment, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs
        )
        os.close(theirs)
        seen = b"".join(_read_all(ours))
        os.close(ours)
        return child.wait(), seen.decode("utf-8", "replace").replace("\r\n", "\n")

    def _run(self, person: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command, environment = self._command(person, *arguments)
        return subprocess.run(  # noqa: S603  our own program, our own arguments
            command, cwd=self._folder, env=environment, capture_output=True, text=True, check=False
        )

    def _command(self, person: str, *arguments: str) -> tuple[list[str], dict[str, str]]:
        owner = person.partition("-")[0]
        key_file = self._folder / f"{owner}.key"
        secret = ["--key-file", str(key_file)] if key_file.exists() else ["--passphrase-file", "passphrase"]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("HV_")}
        environment |= {
            "HV_HOME": str(self._folder / person),
            "HV_STATE_HOME": str(self._folder / f"{person}-memory"),
        }
        return [sys.executable, "-m", "healthvault.cli.main", *secret, *arguments], environment

    def _say(self, text: str) -> None:
        self._terminal.say("")
        self._terminal.say(text)


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


def _unexpected(message: str) -> HealthVaultError:
    return HealthVaultError("demo_failed", message, hint="please report this: the demo ought to work everywhere")
