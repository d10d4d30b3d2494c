# SPDX-License-Identifier: Apache-2.0
"""People with vaults: the installed `hv`, run as they would run it, each in a home of their own."""

import atexit
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

HV = Path(sys.executable).with_name("hv")
PASSPHRASE = "correct horse battery staple"
FHIR = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"text": "Ferritin"},
    "effectiveDateTime": "2026-03-01",
}


@dataclass(frozen=True, kw_only=True)
class Done:
    """How a command ended."""

    exit: int
    raw: bytes
    err: str

    @property
    def out(self) -> str:
        """Standard output as text."""
        return self.raw.decode()

    @property
    def objects(self) -> list[dict]:
        """Standard output as one JSON object a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def object(self) -> dict:
        """Standard output as one JSON object."""
        (found,) = self.objects
        return found

    @property
    def error(self) -> dict:
        """The last line of standard error as a JSON object."""
        return json.loads(self.err.splitlines()[-1])


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who runs `hv`."""

    home: Path
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def environ(self) -> dict[str, str]:
        """Nothing of the machine's but the search path."""
        known = {"HOME": str(self.home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TZ": "UTC"}
        return {**known, "HV_HOME": str(self.home / "vault"), **self.variables}

    def hv(self, *arguments: object, exit: int = 0, stdin: bytes = b"", **variables: str) -> Done:  # noqa: A002
        """Run `hv` without a terminal, and check its exit code."""
        done = self.run(*arguments, stdin=stdin, **variables)
        assert exit == done.exit, f"hv {arguments}: exit {done.exit}\n{done.out}\n{done.err}"
        assert "Traceback" not in done.err
        return done

    def run(self, *arguments: object, stdin: bytes = b"", **variables: str) -> Done:
        """Run `hv` without a terminal, however it ends."""
        done = subprocess.run(
            [HV, *map(str, arguments)],
            env={**self.environ, **variables},
            cwd=self.home,
            input=stdin,
            capture_output=True,
            start_new_session=True,
            check=False,
            timeout=60,
        )
        return Done(exit=done.returncode, raw=done.stdout, err=done.stderr.decode())

    def ids(self) -> list[str]:
        """Return the ids of the documents, oldest first."""
        return [row["id"] for row in reversed(self.hv("list", "--json").objects)]

    @property
    def vault(self) -> Path:
        """The folder of the vault."""
        return self.home / "vault"


def new_person(home: Path, name: str) -> Person:
    """Return somebody with a fresh vault that a key file opens: a copy of one that is made once a process."""
    shutil.copytree(_template(home.name, name), home, symlinks=True)
    return known_person(home)


@functools.cache
def _template(folder: str, name: str) -> Path:
    """Make somebody. Two of one name are two people if they live in folders of two names."""
    root = Path(tempfile.mkdtemp(prefix="hv-people-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    home = root / folder
    home.mkdir()
    passphrase = home / "passphrase"
    passphrase.write_text(PASSPHRASE + "\n")
    passphrase.chmod(0o600)
    person = Person(home=home, variables={"HV_PASSPHRASE_FILE": str(passphrase)})
    made = person.hv("init", "--name", name, "--kdf", "light", "--yes", "--json").object
    (home / "words").write_text(" ".join(made["recovery_words"]) + "\n")
    (home / "words").chmod(0o600)
    person.hv("key", "add", "--new-key-file", home / "key")
    person.hv("id", "-o", home / "own.hvcard")
    return home


def known_person(home: Path) -> Person:
    """Return somebody whose vault lies in a home already."""
    return Person(home=home, variables={"HV_KEY_FILE": str(home / "key")})
