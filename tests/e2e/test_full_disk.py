# SPDX-License-Identifier: Apache-2.0
"""A disk that is really full, under the installed `hv`: every command fails in order, or does all of its work.

The disk is a small one in memory that only a process of its own sees. Each line of the table is tried with a
little more room each time, so that it stops at one place after the other; then with room enough.
"""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from people import Person, known_person, new_person

from tests import canary
from tests.canary import WORD

DISK_KIB = 8192
ROOMS_KIB = tuple(map(int, os.environ.get("HV_TEST_ROOMS", "24").split()))  # 0 4 8 12 16 20 … tries more
FULL = ("No space left on device", "disk is full")

# Each line: a command that writes, and whether it stands in the journal.
WRITING = (
    "add new.txt --tag {word}",
    "share {doc} --to Lee --message {word} --yes -o {out}",
    "get {doc} -o {out}",
    "export --content -o {out}",
    "export --format files -o {out}",
    "open lee.hvb -o {out}",
    "import lee.hvb",
    "verify lee.hvb",
    "revoke {grant} --reason {word}",
    "key add --new-key-file {out}",
    "contact add Again lee.hvcard --yes",
    "amend {doc} new.txt",
    "retract {second} --reason {word}",
    "grant {doc} --to Lee --yes",
    "passwd --new-passphrase-file passphrase --kdf light",
    "backup {out}",
    "backup {out}.hvbackup",
    "restore backup --vault {out}",
    "key rotate --words-file words",
    "erase {doc} --yes -o {out}",
)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ana's home: documents, a contact, a grant, a backup, a bundle for her, and her recovery words."""
    folder = tmp_path_factory.mktemp("full")
    ana, lee = new_person(folder / "ana", "Ana Silva"), new_person(folder / "lee", "Dr Lee")
    for number in range(4):
        (ana.home / f"{number}.txt").write_text(f"{number} {WORD}\n" * 2500)
        ana.hv("add", f"{number}.txt", "--tag", WORD, "--title", WORD)
        (ana.home / f"{number}.txt").unlink()
    for person, other, name in ((ana, lee, "Lee"), (lee, ana, "Ana")):
        person.hv("contact", "add", name, other.home / "own.hvcard", "--yes")
    shutil.copy(lee.home / "own.hvcard", ana.home / "lee.hvcard")
    ana.hv("share", ana.ids()[0], "--to", "Lee", "--yes", "-o", "old.hvb")
    (lee.home / "letter.txt").write_text(f"letter {WORD}\n" * 2500)
    lee.hv("add", "letter.txt")
    lee.hv("share", lee.ids()[0], "--to", "Ana", "--yes", "-o", ana.home / "lee.hvb")
    ana.hv("backup", "backup")
    return ana.home


@pytest.mark.parametrize("line", WRITING)
def test_a_full_disk(prepared: Path, tmp_path: Path, line: str) -> None:
    """It fails with `io_error`, naming the file; nothing acknowledged is lost; with room it works again."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f"mount -t tmpfs -o size={DISK_KIB}k tmpfs {shlex.quote(str(disk))}"
    unshare = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"])]
    if shutil.which("unshare") is None or subprocess.run([*unshare, "sh", "-c", mount], check=False).returncode:
        pytest.skip("a file system cannot be mounted here")
    code = f"import test_full_disk; test_full_disk.play({str(prepared)!r}, {str(disk)!r}, {line!r})"
    program = f"{mount} && exec {shlex.join([sys.executable, '-c', code])}"
    here = Path(__file__).resolve().parent
    paths = os.pathsep.join([str(here), str(here.parents[1])])
    done = subprocess.run(
        [*unshare, "sh", "-c", program],
        env={**os.environ, "PYTHONPATH": paths},
        cwd=here.parents[1],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (0, "done") == (done.returncode, done.stdout.strip()), done.stderr


def play(prepared: str, disk: str, line: str) -> None:
    """Try a line in a home on a disk with more and more room; runs where only this process sees the disk."""
    known = known_person(Path(prepared))
    second, first = known.ids()[-2:]
    grant = known.hv("grants", "--json").object["id"]
    held = contents(known)
    kept = {name: data for name, data in held.items() if name != first or not line.startswith("erase")}
    failed = 0
    for room_kib in ROOMS_KIB:
        ana = copied(Path(prepared), Path(disk) / "ana")
        ids = {"doc": first, "second": second, "grant": grant, "word": WORD, "out": "made"}
        fill(ana.home, room_kib)
        done = ana.run(*line.format(**ids).split(), "--json")
        check_error(ana, done.exit, done.err)
        failed += done.exit != 0
        assert kept.items() <= contents(ana).items()  # a full disk can be read
        (ana.home / "filler").unlink()
        if done.exit:
            again = ana.run(*line.format(**ids | {"out": "made-later"}).split())
            assert not again.exit or "was replaced by a newer version" in again.err  # it had been acknowledged
        ana.hv("add", "last.txt")
        report = ana.hv("check", "--deep", "--json").object
        assert (True, set()) == (report["ok"], {item["code"] for item in report["findings"]} - {"orphan"})
        assert [] == list(ana.home.rglob(".hv-*.partial"))
        assert [] == list(canary.leaks([ana.home / "vault", ana.home / ".local"]))
        shutil.rmtree(ana.home)
    assert failed, "the disk was never full"
    print("done")


def copied(prepared: Path, home: Path) -> Person:
    """Return a fresh copy of Ana's home on the disk."""
    shutil.copytree(prepared, home)
    for name in ("new", "last"):
        (home / f"{name}.txt").write_text(f"{name} {WORD}\n" * 2500)
    return known_person(home)


def fill(home: Path, room_kib: int) -> None:
    """Fill the disk but for so many KiB."""
    free = shutil.disk_usage(home).free - (room_kib << 10)
    with (home / "filler").open("wb", buffering=0) as filler:
        filler.write(bytes(max(free, 0)))


def contents(ana: Person) -> dict[str, str]:
    """Return the bytes of every document, by its id."""
    rows = ana.hv("export", "--content").objects
    return {row["id"]: row["content"] for row in rows if "content" in row}


def check_error(ana: Person, code: int, err: str) -> None:
    """Look at what was said: one line that names the file and the reason, and nothing confidential."""
    assert [] == canary.forms_in(err.encode()), err
    if code == 0:
        return
    said = [line for line in err.splitlines() if '"type": "error"' in line]
    assert 1 == code, err
    assert 1 == len(said), err
    assert '"code": "io_error"' in said[0] or '"code": "too_large"' in said[0], err
    assert '"code": "too_large"' in said[0] or any(full in said[0] for full in FULL), err
    assert '"code": "too_large"' in said[0] or str(ana.home) in said[0] or '"made' in said[0], err
