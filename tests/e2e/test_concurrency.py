# SPDX-License-Identifier: Apache-2.0
"""Eight that write and eight that read, all at once, on one vault: nobody fails, at most somebody is told to wait.

Each is the installed `hv`, started again and again. HV_TEST_SECONDS=60 makes a minute of it.
"""

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from people import Person

SECONDS = float(os.environ.get("HV_TEST_SECONDS", "8"))
WRITERS = READERS = 8
DONE, BUSY = 0, 11
WAIT_SECONDS = 10  # what a writer waits for another one
SLACK_SECONDS = 20  # what sixteen processes on few cores may take besides


@dataclass(slots=True)
class Story:
    """What came of all commands: numbers, and what was acknowledged."""

    ends_at: float = field(default_factory=lambda: time.monotonic() + SECONDS)
    lock: threading.Lock = field(default_factory=threading.Lock)
    exits: Counter[tuple[str, int]] = field(default_factory=Counter)
    slowest: dict[str, float] = field(default_factory=dict)
    added: dict[str, str] = field(default_factory=dict)
    """Names of documents by their ids."""
    shares: int = 0
    revoked: int = 0
    troubles: list[str] = field(default_factory=list)

    @property
    def goes_on(self) -> bool:
        """Whether there is time left."""
        return time.monotonic() < self.ends_at

    def hv(self, person: Person, *arguments: object) -> list[dict]:
        """Run a command to its end, and return the objects that it printed; none if it was busy."""
        name = str(arguments[0])
        began = time.monotonic()
        done = person.run(*arguments, "--json")
        took = time.monotonic() - began
        with self.lock:
            self.exits[name, done.exit] += 1
            self.slowest[name] = max(self.slowest.get(name, 0.0), took)
            if done.exit not in {DONE, BUSY}:
                self.troubles.append(f"{arguments}: {done.exit} {done.err}{done.out}")
        return done.objects if done.exit == DONE else []

    def told(self) -> str:
        """Return the numbers, a line a command."""
        names = sorted({name for name, _ in self.exits})
        rows = [
            f"{name:8} {self.exits[name, DONE]:5} done {self.exits[name, BUSY]:3} busy {self.slowest[name]:6.2f} s"
            for name in names
        ]
        return "\n".join(rows)


def add_files(story: Story, ana: Person, who: int) -> None:
    """Add one document after the other, at least one, and note which were acknowledged."""
    has_added = False
    for number in count():
        if not story.goes_on and (has_added or story.troubles):
            return
        path = ana.home / f"{who}-{number}.txt"
        path.write_text(f"document {number} of writer {who}\n" * (1 + 40 * (number % 3)))
        for row in story.hv(ana, "add", path):
            has_added = True
            with story.lock:
                story.added[row["id"]] = path.name


def share_and_revoke(story: Story, ana: Person, who: int) -> None:
    """Share a document, and end the grant again."""
    first = ana.ids()[0]
    for number in count():
        if not story.goes_on:
            return
        out = ana.home / f"{who}-{number}.hvb"
        wish = ("--to", "Dr Lee", "--purpose", "treatment", "--until", "30d", "-o", out, "--yes")
        for bundle in story.hv(ana, "share", first, *wish):
            story.shares += 1
            story.revoked += len(story.hv(ana, "revoke", bundle["grant"]))


def read(story: Story, ana: Person, who: int) -> None:
    """List, get, verify and check, in turn; what was acknowledged once is always there."""
    first = ana.ids()[0]
    for number in count(who):
        if not story.goes_on:
            return
        with story.lock:
            known = set(story.added)
        if number % 4 == 0:
            listed = {row["id"] for row in story.hv(ana, "list")}
            if listed and not known <= listed:
                story.troubles.append(f"list lacks {known - listed}")
        elif number % 4 == 1:
            story.hv(ana, "get", first, "-o", ana.home / f"{who}-{number}.out")
        elif number % 4 == 2:
            story.hv(ana, "verify", ana.home / "from-lee.hvb")
        else:
            story.hv(ana, "check")


def workers() -> Iterator[tuple[Callable[[Story, Person, int], None], int]]:
    """Yield what each of the sixteen does."""
    yield share_and_revoke, 0
    yield from ((add_files, who) for who in range(1, WRITERS))
    yield from ((read, who) for who in range(READERS))


@pytest.fixture
def known(ana: Person, lee: Person) -> Person:
    """Ana, who has a bundle of Dr Lee's."""
    lee.hv("contact", "add", "Ana", ana.home / "own.hvcard", "--yes")
    (lee.home / "letter.txt").write_text("letter from the doctor\n")
    letter = lee.hv("add", "letter.txt", "--json").object["id"]
    out = ana.home / "from-lee.hvb"
    lee.hv("share", letter, "--to", "Ana", "--purpose", "treatment", "--until", "30d", "-o", out, "--yes")
    return ana


def check_result(story: Story, ana: Person, entries_before: int) -> None:
    """Look at what all of them left: an intact chain, and exactly what was acknowledged."""
    report = ana.hv("check", "--deep", "--json").object
    assert (True, set()) == (report["ok"], {item["code"] for item in report["findings"]} - {"orphan"})
    listed = {row["id"]: row["name"] for row in ana.hv("list", "--json").objects}
    assert len(story.added) + 3 == len(listed)
    assert story.added.items() <= listed.items()
    assert entries_before + len(story.added) + 2 * story.shares + story.revoked == report["entries"]
    assert ["orphans"] == sorted(path.name for path in (ana.vault / "tmp").iterdir())
    assert [] == [path.name for path in ana.home.iterdir() if path.name.endswith(".partial")]


@pytest.mark.slow
def test_eight_writers_and_eight_readers(known: Person, capsys: pytest.CaptureFixture[str]) -> None:
    """Only 0 and 11 are seen, nobody waits longer than documented, the chain is intact and the count exact."""
    before = known.hv("status", "--json").object["entries"]
    story = Story()
    with ThreadPoolExecutor(WRITERS + READERS) as pool:
        for done in [pool.submit(work, story, known, who) for work, who in workers()]:
            done.result()
    with capsys.disabled():
        print(f"\n{story.told()}")
    assert not story.troubles, "\n".join(story.troubles)
    check_result(story, known, before)
    assert min(Counter(name.split("-")[0] for name in story.added.values()).values()) > 0
    assert WRITERS - 1 == len({name.split("-")[0] for name in story.added.values()})
    assert max(story.slowest.values()) < WAIT_SECONDS + SLACK_SECONDS


@pytest.mark.parametrize("command", [("add", "note.txt"), ("revoke", "g_abcd")])
def test_a_lock_that_a_killed_process_left(ana: Person, command: tuple[str, ...]) -> None:
    """The file stays, names a process that is gone, and is in nobody's way."""
    (ana.vault / "lock").write_text(f" {2**22 + 1}\n")
    done = ana.run(*command, "--json")
    assert done.exit in {DONE, 5}
    assert Path(ana.vault / "lock").read_text().strip() != str(2**22 + 1)
