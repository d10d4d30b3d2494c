# SPDX-License-Identifier: Apache-2.0
"""`kill -9` at a random moment of a real bulk `hv add`: what was acknowledged stays, nothing is half there.

HV_TEST_KILLS=200 says how often, HV_TEST_SEED repeats a run. Every fourth time the files fill two transactions;
every fourth time each of twenty is added by a command of its own, so that much was acknowledged before the kill.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import time
from base64 import b64decode
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.people import HV, Person, known_person, new_person

KILLS = int(os.environ.get("HV_TEST_KILLS", "6"))
SEED = int(os.environ.get("HV_TEST_SEED", "0")) or random.randrange(1, 1 << 32)
FEW, MANY, EACH = 300, 4400, 20  # files in a folder; 4,096 entries are a transaction
FOLDERS = {"few": FEW, "many": MANY, "each": EACH}
TURNS = ("few", "each", "few", "many")
ONE_BY_ONE = 'for file in each/*; do "$0" add "$file" --json || exit 1; done'
STALE_SECONDS = 7200


@dataclass(frozen=True, kw_only=True)
class Killed:
    """What a killed command had said, and how far it had come."""

    acknowledged: dict[str, str]
    """Names of files by their ids."""
    has_ended: bool


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ana's home, with a vault of one document, and folders of files."""
    home = tmp_path_factory.mktemp("killed") / "ana"
    ana = new_person(home, "Ana Silva")
    (home / "first.txt").write_text("acknowledged long ago")
    ana.hv("add", "first.txt")
    for folder, number in FOLDERS.items():
        (home / folder).mkdir()
        for name in range(number):
            (home / folder / f"{name:05}.txt").write_bytes(content(folder, name))
    return home


def content(folder: str, number: int) -> bytes:
    """Return what stands in a file: some are longer than a block."""
    return f"{folder} {number}\n".encode() * (1 + 997 * (number % 50 == 0))


def seconds_of(template: Path, folder: str, place: Path) -> float:
    """Return how long adding a folder takes if nobody kills it."""
    ana = copied(template, place)
    began = time.monotonic()
    assert killed_after(ana, folder, None).has_ended
    return time.monotonic() - began


def copied(template: Path, place: Path) -> Person:
    """Return Ana in a home of her own, whose files are those of the template."""
    place.mkdir()
    for name in FOLDERS:
        (place / name).symlink_to(template / name)
    for name in ("vault", ".local"):
        shutil.copytree(template / name, place / name)
    shutil.copy2(template / "key", place / "key")
    return known_person(place)


def killed_after(ana: Person, folder: str, seconds: float | None) -> Killed:
    """Add a folder, and kill that after so many seconds; None lets it end."""
    command = ["sh", "-c", ONE_BY_ONE, HV] if folder == "each" else [HV, "add", folder, "--json"]
    said = ana.home / "said"
    with said.open("wb") as out, (ana.home / "errors").open("wb") as err:
        adding = subprocess.Popen(
            command,
            env=ana.environ,
            cwd=ana.home,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
        if seconds is not None:
            time.sleep(seconds)
            os.killpg(adding.pid, signal.SIGKILL)
        ended = adding.wait()
    whole, _, _ = said.read_bytes().rpartition(b"\n")  # a line that was cut off says nothing
    rows = [json.loads(line) for line in whole.splitlines()]
    return Killed(acknowledged={row["id"]: row["name"] for row in rows}, has_ended=ended == 0)


def check_after(ana: Person, folder: str, killed: Killed) -> int:
    """Look at what is there, with the commands that come next; return how many of the files are."""
    assert killed.acknowledged.items() <= named(ana).items()
    for leftover in (ana.home / ".local/state/healthvault/self").glob("*.*"):
        os.utime(leftover, (leftover.stat().st_mtime - STALE_SECONDS,) * 2)
    (ana.home / "next.txt").write_text("the next command")
    ana.hv("add", "next.txt")
    report = ana.hv("check", "--deep", "--json").object
    assert (True, set()) == (report["ok"], {item["code"] for item in report["findings"]} - {"orphan"})
    assert killed.acknowledged.items() <= named(ana).items()
    held = {row["name"]: b64decode(row["content"]) for row in contents(ana)}
    assert (b"acknowledged long ago", b"the next command") == (held.pop("first.txt"), held.pop("next.txt"))
    assert {f"{number:05}.txt": content(folder, number) for number in range(len(held))} == held
    assert ["orphans"] == [path.name for path in (ana.vault / "tmp").iterdir()]
    assert 1 == len(list((ana.home / ".local/state/healthvault/self").iterdir()))
    return len(held)


def named(ana: Person) -> dict[str, str]:
    """Return the names of all documents by their ids."""
    return {row["id"]: row["name"] for row in ana.hv("list", "--json").objects}


def contents(ana: Person) -> list[dict]:
    """Return every document with its bytes."""
    return ana.hv("export", "--format", "jsonl", "--content").objects


@pytest.mark.slow
def test_killed_at_any_moment(template: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The next command opens the vault; all that was acknowledged is there, and nothing is half there."""
    chance = random.Random(SEED)
    lasts = {folder: seconds_of(template, folder, tmp_path / f"whole-{folder}") for folder in FOLDERS}
    story: Counter[str] = Counter()
    while story["kills"] < KILLS:
        folder = TURNS[story["kills"] % len(TURNS)]
        ana = copied(template, tmp_path / "killed")
        killed = killed_after(ana, folder, chance.uniform(0, lasts[folder]))
        held = check_after(ana, folder, killed)
        shutil.rmtree(ana.home)
        said = len(killed.acknowledged)
        story["documents acknowledged"] += said
        story["documents found again"] += held
        if killed.has_ended:
            story["came too late"] += 1
            lasts[folder] *= 0.95
            continue
        story["kills"] += 1
        story["with nothing acknowledged"] += not said
        story["with a part acknowledged"] += said > 0
        story["with whole documents rolled forward"] += held > said
    with capsys.disabled():
        print(f"\nseed {SEED}: {dict(story)}")
    assert story["with nothing acknowledged"] > 0
    assert KILLS < 100 or story["with a part acknowledged"] > 0
