# SPDX-License-Identifier: Apache-2.0
"""A large Apple Health export: added, listed, read and searched in less than 200 MiB, whatever its size.

HV_TEST_APPLE_MB says how large (20); 2048 is the size of ten years with a watch and takes some minutes. Memory is
the most that was resident, of hv and of the process that reads together.
"""

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest
from people import HV, Person, new_person

from healthvault.records.statements import Item, parse_statement
from healthvault.storage.slots import SlotKind
from healthvault.vault.contents import opened_contents
from healthvault.vault.session import open_vault
from healthvault.vault.unlock import Secret
from healthvault.vault.vault import Place
from tests.apple_exports import Written, write_export

SIZE_MIB = int(os.environ.get("HV_TEST_APPLE_MB", "20"))
DAYS = max(30, min(3650, SIZE_MIB * 3650 // 2048))
MOST_MIB = 200
READ_QUERY = "select state, detail from reading"
BETWEEN = """
import os, sys
_, status, usage = os.wait4(os.spawnv(os.P_NOWAIT, sys.argv[2], sys.argv[2:]), 0)
open(sys.argv[1], "w").write(f"{os.waitstatus_to_exitcode(status)} {usage.ru_maxrss}")
"""


def most_mib(person: Person, command: list[object]) -> tuple[float, str]:
    """Run a command to its end; return the most memory that it and its children had, and what it said.

    A small process stands between, because a process starts with the record of the one that starts it.
    """
    began, usage = time.monotonic(), person.home / "usage"
    done = subprocess.run(
        [sys.executable, "-c", BETWEEN, usage, *map(str, command)],
        env=person.environ,
        cwd=person.home,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    code, most_kib = usage.read_text().split()
    assert "0" == code, done.stdout
    print(f"{command[1:3]}: {time.monotonic() - began:.1f} s, {int(most_kib) / 1024:.0f} MiB")
    return int(most_kib) / 1024, done.stdout


def read_all(root: str, key: str, state: str) -> None:
    """Bring the index into contents up, and print the memory of this process and of the one that read."""
    secret = Secret(kind=SlotKind.KEY_FILE, value=Path(key).read_bytes())
    place = Place(root=Path(root), state_dir=Path(state))
    with open_vault(place, secret, now_ms=1_795_219_200_000) as vault, opened_contents(vault) as contents:
        rows = contents.connection.execute(READ_QUERY).fetchall()
    most = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(sum(most) // 1024, rows)


def checked_reading(person: Person) -> float:
    """Read everything in a process of its own; return the memory of it and of its reader together."""
    code = "import sys; from test_large_export import read_all; read_all(*sys.argv[1:])"
    paths = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[2])])
    apart = Person(home=person.home, variables={**person.variables, "PYTHONPATH": paths})
    files = (person.vault, person.home / "key", person.home / "state")
    _, words = most_mib(apart, [sys.executable, "-c", code, *files])
    mib, rows = words.strip().split(" ", 1)
    print(f"reading: {mib} MiB in both processes")
    assert "[('read', '')]" == rows
    return float(mib)


def check_items(person: Person, written: Written) -> None:
    """Compare what is in the index with what the writer of the export counted."""
    secret = Secret(kind=SlotKind.KEY_FILE, value=(person.home / "key").read_bytes())
    place = Place(root=person.vault, state_dir=person.home / "state")
    with open_vault(place, secret, now_ms=1_795_219_200_000) as vault, opened_contents(vault) as contents:
        run = contents.connection.execute
        tally = dict(run("select sort, count from tally").fetchall())
        expected = {**written.records, "ActivitySummary": written.summaries, "Workout": written.workouts}
        assert expected == tally
        days = len(written.counts)
        assert days + written.workouts + written.summaries == run("select count(*) from item").fetchone()[0]
        kind = "HKQuantityTypeIdentifierStepCount"
        for date, blob in run("select substr(date, 1, 10), statement from item where title = 'Step Count'"):
            item = parse_statement(blob)
            assert isinstance(item, Item)
            assert item.quantity is not None
            assert item.source is not None
            expected_sum = written.sums[kind, item.source, date]
            assert expected_sum == int(item.quantity.number) * 100_000
            assert written.counts[kind, item.source, date] == item.quantity.count


@pytest.mark.parametrize("name", ["export.xml", "export.zip"])
def test_memory_does_not_grow_with_an_export(tmp_path: Path, name: str) -> None:
    """`hv add`, `hv list`, reading and `hv search` stay under 200 MiB each, and every record is counted."""
    person = new_person(tmp_path / "ana", "Ana Silva")
    written = write_export(person.home / name, SIZE_MIB << 20, days=DAYS)
    added, _ = most_mib(person, [HV, "add", name])
    (person.home / name).unlink()
    listed, words = most_mib(person, [HV, "list"])
    assert "Apple Health export" in words
    read = checked_reading(person)
    searched, words = most_mib(person, [HV, "search", "step count"])
    assert "Step Count" in words
    assert max(added, listed, read, searched) < MOST_MIB, (added, listed, read, searched)
    check_items(person, written)
