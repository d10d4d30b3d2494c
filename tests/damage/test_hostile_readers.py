# SPDX-License-Identifier: Apache-2.0
"""Hostile files, over every kind that has a reader or a describer: each is read, or refused in time.

A reading ends with statements, or with one of three codes; never with a dead parent, a file outside the vault or a
call to the network. HV_TEST_MUTANTS says how many mutants of real files are read (60), HV_TEST_SEED repeats a run.
"""

import io
import json
import os
import random
import resource
import socket
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from healthvault.records import reading
from healthvault.records.kinds import Kind
from healthvault.records.statements import Statement
from healthvault.sandbox import limits
from healthvault.sandbox.reader import ReaderFailed, Sandbox
from healthvault.storage.slots import SlotKind
from healthvault.vault.contents import NO_READER, opened_contents
from healthvault.vault.session import open_vault
from healthvault.vault.unlock import Secret
from healthvault.vault.vault import Place
from tests import hostile_files
from tests.vaults import NOW_MS, snapshot

MUTANTS = int(os.environ.get("HV_TEST_MUTANTS", "60"))
SEED = int(os.environ.get("HV_TEST_SEED", "0")) or random.randrange(1, 1 << 32)
CODES = {"read", "reader_failed", "too_large", "extra_missing"}
KINDS = sorted(set(reading._READERS) | set(reading._DESCRIBERS), key=lambda kind: kind.value)
SAMPLES = hostile_files.samples()
ATTACKS = hostile_files.attacks()
HV = Path(sys.executable).with_name("hv")
ALONE = """
import sys
from healthvault.records.reading import read
with open(sys.argv[1], "rb") as file:
    size = file.seek(0, 2)
    file.seek(0)
    try:
        for _ in read(file, name=sys.argv[1], size_bytes=size):
            pass
    except MemoryError:
        sys.exit(7)
    except Exception as err:
        print(type(err).__name__)
"""


@pytest.fixture(scope="module", name="sandbox")
def _sandbox() -> Iterator[Sandbox]:
    """The real one."""
    with Sandbox() as sandbox:
        yield sandbox


def outcome(sandbox: Sandbox, data: bytes, *, name: str, kind: Kind | None) -> tuple[list[Statement], str]:
    """Read bytes apart; return what was stated, and how it ended."""
    stated: list[Statement] = []
    stream, word = io.BytesIO(data), kind.value if kind else None
    try:
        stated.extend(sandbox.statements(stream, name=name, size_bytes=len(data), kind=word))
    except ReaderFailed as err:
        code = err.code
    else:
        code = "read"
    assert code in CODES, name
    return stated, code


def test_there_is_an_honest_file_of_every_kind() -> None:
    """No kind that has a reader or a describer is left out of what follows."""
    assert [] == [kind.value for kind in KINDS if kind not in SAMPLES]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.value)
def test_damaged_files_of_each_kind(sandbox: Sandbox, kind: Kind) -> None:
    """Cut, noisy, doubled, in other encodings: each reading ends as it should, and the next one works."""
    for what, data in hostile_files.damaged(SAMPLES[kind], zlib.crc32(kind.value.encode())):
        outcome(sandbox, data, name=f"{what}.bin", kind=kind)
    assert "read" == outcome(sandbox, b"a line", name="a.txt", kind=Kind.TEXT)[1]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.value)
def test_files_of_other_kinds(sandbox: Sandbox, kind: Kind) -> None:
    """What is no file of the kind at all, under whatever name, is read or refused."""
    for other, data in SAMPLES.items():
        outcome(sandbox, data, name=f"wrong.{other.value}", kind=kind)


@pytest.mark.parametrize("name", ATTACKS)
def test_attacks(sandbox: Sandbox, name: str) -> None:
    """Each attack is read as what it seems to be, and ends as it should; it learns nothing of the machine."""
    stated, _ = outcome(sandbox, ATTACKS[name], name=name, kind=None)
    assert "root:" not in repr(stated)
    assert len(stated) <= reading.MAX_STATEMENTS


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.value)
@pytest.mark.parametrize("name", ["deep.json", "deep.xml", "laughs-export.xml", "bomb-export.zip", "line.txt"])
def test_attacks_on_each_reader(sandbox: Sandbox, kind: Kind, name: str) -> None:
    """A reader that is given another's attack stands it too."""
    stated, _ = outcome(sandbox, ATTACKS[name], name=name, kind=kind)
    assert "root:" not in repr(stated)


@pytest.mark.parametrize("name", ATTACKS)
def test_attacks_stay_within_limits(tmp_path: Path, name: str) -> None:
    """Without the sandbox, in a process of the same limits, no attack reaches them: readers bound themselves."""
    path = tmp_path / name
    path.write_bytes(ATTACKS[name])

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (limits.MEMORY_BYTES, limits.MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (limits.CPU_SECONDS, limits.CPU_SECONDS))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    done = subprocess.run(
        [sys.executable, "-c", ALONE, path],
        preexec_fn=limited,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (0, "") == (done.returncode, done.stderr)
    assert [path] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "kind", "ended"),
    [
        ("laughs-export.xml", Kind.APPLE_HEALTH, "reader_failed"),
        ("system-export.xml", Kind.APPLE_HEALTH, "reader_failed"),
        ("deep-export.xml", Kind.APPLE_HEALTH, "reader_failed"),
        ("attribute.xml", Kind.APPLE_HEALTH, "too_large"),
        ("bomb-export.zip", Kind.APPLE_HEALTH, "too_large"),
        ("deep.json", Kind.JSON, "reader_failed"),
        ("line.csv", Kind.CSV, "reader_failed"),
        ("wide.csv", Kind.CSV, "reader_failed"),
    ],
)
def test_attacks_are_seen_as_such(sandbox: Sandbox, name: str, kind: Kind, ended: str) -> None:
    """A reader gives up an attack for its own reason, long before the limits of its process."""
    assert ended == outcome(sandbox, ATTACKS[name], name=name, kind=kind)[1]


def test_nobody_is_called(sandbox: Sandbox) -> None:
    """An external entity or identifier opens no connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        for name, data in hostile_files.attacks(address).items():
            if name.endswith(".xml"):
                outcome(sandbox, data, name=name, kind=None)
        with pytest.raises(BlockingIOError):
            server.accept()


@pytest.mark.skipif(not hostile_files.DATA.is_dir(), reason="shared vectors are not here")
def test_mutants_of_real_files(sandbox: Sandbox) -> None:
    """Real records with bytes changed, left out, repeated and put in are read or refused."""
    random_ = random.Random(SEED)
    files = sorted(file for file in hostile_files.DATA.rglob("*.*") if file.parent != hostile_files.DATA)
    for number in range(MUTANTS):
        file = random_.choice(files)
        try:
            outcome(sandbox, hostile_files.mutated(file.read_bytes(), random_), name=file.name, kind=None)
        except Exception as err:
            raise AssertionError(f"HV_TEST_SEED={SEED}, mutant {number} of {file}") from err


def test_a_batch_of_hostile_files_is_added(tmp_path: Path) -> None:
    """`hv add` stores each of them as it is, or refuses it by name, and goes on; it writes to the vault alone."""
    home, files = tmp_path / "home", tmp_path / "files"
    home.mkdir()
    files.mkdir()
    for name, data in ATTACKS.items():
        (files / name).write_bytes(data)
    (home / "words").write_text("correct horse battery staple\n")
    (home / "words").chmod(0o600)
    variables = {"HOME": str(home), "HV_HOME": str(home / "vault"), "HV_PASSPHRASE_FILE": str(home / "words")}
    environ = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **variables}

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [HV, *map(str, arguments)]
        return subprocess.run(command, env=environ, cwd=home, capture_output=True, text=True, check=False)

    assert 0 == run("init", "--name", "Ana", "--kdf", "light", "--yes").returncode
    before = snapshot(files)
    done = run("add", *sorted(files.iterdir()), "--json")
    assert done.returncode in {0, 3}, done.stderr
    assert "Traceback" not in done.stderr
    stored = {json.loads(line)["name"] for line in done.stdout.splitlines()}
    assert [] == [name for name in ATTACKS if name not in stored and name not in done.stderr]
    assert before == snapshot(files)
    assert {"files", "home"} == {path.name for path in tmp_path.iterdir()}
    assert not Path("/tmp/evil-hv.txt").exists()  # noqa: S108 - the name that one of them writes to
    assert len(stored) == len(read_states(home))


def read_states(home: Path) -> list[str]:
    """Read everything that a vault holds, as a search would; return what became of each document."""
    secret = Secret(kind=SlotKind.PASSPHRASE, value=b"correct horse battery staple")
    place = Place(root=home / "vault", state_dir=home / "state")
    with open_vault(place, secret, now_ms=NOW_MS) as vault, opened_contents(vault) as contents:
        states = [row.state for row in contents.readings().values()]
    assert set(states) <= CODES | {NO_READER}
    return states
