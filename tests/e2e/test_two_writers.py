# SPDX-License-Identifier: Apache-2.0
"""Several processes and one vault: one writes, a second is told so, readers see one moment after the other."""

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from healthvault.errors import VaultBusy
from healthvault.storage.inputs import InputFile
from healthvault.storage.slots import SlotKind
from healthvault.vault.add import AddOptions, add_documents
from healthvault.vault.read import document_bytes, list_documents
from healthvault.vault.receive import verify_file
from healthvault.vault.session import open_vault
from healthvault.vault.unlock import Secret
from healthvault.vault.vault import Place
from tests import vaults
from tests.vaults import EVERYTHING, NOW_MS, PLAIN, Sample

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 15


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """A vault with a document, and its key file beside it, for other processes."""
    ana = vaults.ana(tmp_path)
    ana.add(b"first")
    (tmp_path / "key").write_bytes(ana.secret.value)
    return ana


@contextlib.contextmanager
def another(ana: Sample, command: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run one of the functions below in another process."""
    code = f"from tests.e2e.test_two_writers import run, {command}; run({command})"
    paths = (ana.place.root, ana.place.state_dir, ana.place.root.parent / "key")
    with subprocess.Popen(
        [sys.executable, "-c", code, *map(str, paths), *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.communicate(timeout=60)


def run(command: object) -> None:
    """Call a function in this other process, with the vault and the remaining arguments."""
    root, state, key, *arguments = sys.argv[1:]
    secret = Secret(kind=SlotKind.KEY_FILE, value=Path(key).read_bytes())
    ana = Sample(place=Place(root=Path(root), state_dir=Path(state)), secret=secret, words=secret)
    command(ana, *arguments)  # type: ignore[operator]


def said(process: subprocess.Popen[str]) -> str:
    """Return the next line of another process."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def tell(process: subprocess.Popen[str]) -> None:
    """Let another process go on."""
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def hold(ana: Sample) -> None:
    """Hold the lock, with a document added but not acknowledged, until told to go on."""
    with ana.open(writing=True) as vault:

        def inputs() -> Iterator[InputFile]:
            yield InputFile(name="a", data=b"from another process")
            print("holding", flush=True)
            sys.stdin.readline()

        list(add_documents(vault, inputs(), AddOptions(), now_ms=NOW_MS))
    print("done", flush=True)


def add_many(ana: Sample, name: str) -> None:
    """Add documents one by one, waiting for the other writer where need be."""
    for number in range(ROUNDS):
        content = f"{name} {number}".encode()
        with open_vault(ana.place, ana.secret, now_ms=NOW_MS, writing=True, wait_seconds=50) as vault:
            list(add_documents(vault, [InputFile(name="x", data=content)], AddOptions(), now_ms=NOW_MS))
    print("done", flush=True)


def read_many(ana: Sample, *_: str) -> None:
    """Read everything again and again until nothing more is added; what was there once stays."""
    seen: dict[str, bytes] = {}
    print("reading", flush=True)
    while len(seen) < 1 + 2 * ROUNDS:
        found = ana.contents()
        assert seen.items() <= found.items()
        assert () == tuple(item for item in ana.check().findings if item.severity == "error")
        seen = found
    print(f"saw {len(seen)}", flush=True)


def list_all(ana: Sample) -> None:
    """List the documents."""
    print(len(ana.documents()), flush=True)


def test_a_second_writer_is_told(ana: Sample) -> None:
    """It is told at once which process holds the lock; when that has finished, it may write."""
    with another(ana, "hold") as process:
        assert "holding" == said(process)
        with pytest.raises(VaultBusy) as caught:
            ana.add(b"mine")
        assert "vault_in_use" == caught.value.code
        assert f"in use by process {process.pid}" in caught.value.message
        tell(process)
        assert "done" == said(process)
    ana.add(b"mine")
    assert [b"mine", b"from another process", b"first"] == list(ana.contents().values())


def test_a_writer_may_wait(ana: Sample) -> None:
    """One that waits gets its turn when the other has finished."""
    with another(ana, "hold") as process:
        assert "holding" == said(process)
        tell(process)
        with open_vault(ana.place, ana.secret, now_ms=NOW_MS, writing=True, wait_seconds=50) as vault:
            assert 2 == len(list(list_documents(vault, EVERYTHING)))


def test_readers_do_not_wait(ana: Sample) -> None:
    """While another process writes, all that was acknowledged is read and checked, and bundles are verified."""
    with another(ana, "hold") as process:
        assert "holding" == said(process)
        with ana.open() as vault:
            (document,) = list_documents(vault, EVERYTHING)
            assert b"first" == document_bytes(vault, document)
            bundle = InputFile(name="x", data=b"no bundle")
            assert verify_file(vault, ana.place, bundle, PLAIN, now_ms=NOW_MS).problems
        assert ana.check().is_clean
        tell(process)
        assert "done" == said(process)
    assert 2 == len(ana.documents())


def test_a_writer_that_is_killed(ana: Sample) -> None:
    """The lock dies with its process: the next writer goes on, and nothing is half there."""
    with another(ana, "hold") as process:
        assert "holding" == said(process)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=60)
    ana.add(b"second")
    assert [b"second", b"first"] == list(ana.contents().values())
    assert ["orphans"] == [path.name for path in ana.paths.tmp.iterdir()]
    assert () == ana.check().findings


def test_two_writers_and_a_reader(ana: Sample) -> None:
    """Two that write in turn lose nothing, and who reads meanwhile never sees less than before, nor damage."""
    with another(ana, "read_many") as reader:
        assert "reading" == said(reader)
        with another(ana, "add_many", "a") as first, another(ana, "add_many", "b") as second:
            assert ("done", "done") == (said(first), said(second))
        assert f"saw {1 + 2 * ROUNDS}" == said(reader)
    expected = {f"{name} {number}".encode() for name in "ab" for number in range(ROUNDS)}
    assert {b"first", *expected} == set(ana.contents().values())
    assert () == ana.check().findings


def test_several_make_the_catalogue(ana: Sample) -> None:
    """Readers that all find no catalogue all see every document."""
    ana.add(*(b"%d" % number for number in range(300)))
    for path in ana.paths.cache.iterdir():
        path.unlink()
    with contextlib.ExitStack() as stack:
        readers = [stack.enter_context(another(ana, "list_all")) for _ in range(4)]
        assert ["301"] * 4 == [said(reader) for reader in readers]
