# SPDX-License-Identifier: Apache-2.0
"""The project's own benchmark: `python tests/bench/measure.py [--docs N] [--large MIB] [--rounds R]`, run by hand.

Times whole `hv` commands as a user runs them, unlocked by a key file, over rounds; prints minimum, median and
maximum beside two yardsticks of the same run: `python -c "import click"`, and a plain copy of the same bytes with
a sync. Absolute times of a shared machine mean little; compare within one run. Never a test.
"""

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

PASSPHRASE = "a passphrase for the benchmark"


class Person:
    """A vault with a key file, and its commands."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        self.key = folder / f"{name}.key"
        secret = folder / f"{name}.pass"
        secret.write_text(PASSPHRASE + "\n", encoding="utf-8")
        secret.chmod(0o600)
        self.hv("--passphrase-file", str(secret), "init", "--name", name, "--kdf", "light", "--yes", locked=True)
        self.hv(
            "--passphrase-file", str(secret), "key", "add", "--new-key-file", str(self.key), "--yes", locked=True
        )

    def hv(self, *arguments: str, cwd: Path | None = None, locked: bool = False) -> str:
        """Run a command and return its output."""
        environment = {**os.environ, "HV_STATE_HOME": str(self.folder / f"{self.name}.state")}
        secret = [] if locked else ["--key-file", str(self.key)]
        command = [sys.executable, "-m", "healthvault.cli.main", "--vault", str(self.folder / self.name), *secret]
        done = subprocess.run(
            [*command, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.exit(f"hv {' '.join(arguments)}: {done.stderr}")
        return done.stdout


def timed(rounds: int, work: Callable[[int], object]) -> str:
    """Return minimum, median and maximum seconds over the rounds."""
    taken = []
    for number in range(rounds):
        start = time.perf_counter()
        work(number)
        taken.append(time.perf_counter() - start)
    return f"{min(taken):8.3f} {statistics.median(taken):8.3f} {max(taken):8.3f}"


def make_documents(folder: Path, count: int, sizes: tuple[int, int], seed: int) -> None:
    """Write files that are half text like a laboratory's and half incompressible."""
    rng = random.Random(seed)
    folder.mkdir(parents=True)
    for number in range(count):
        size = rng.randint(*sizes)
        line = f'{{"code": "LOINC-{rng.randrange(9999):04}", "value": {rng.random() * 200:.2f}}},\n'.encode()
        text = (line * (size // len(line) + 1))[: size // 2]
        (folder / f"{number:06}.json").write_bytes(text + rng.randbytes(size - len(text)))


def copy_synced(source: Path, target: Path) -> None:
    """Copy a file or folder and wait until it is on the disk."""
    (shutil.copytree if source.is_dir() else shutil.copyfile)(source, target)
    os.sync()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--docs", type=int, default=2000)
    parser.add_argument("--large", type=int, default=256, help="MiB of the one large file")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hv-bench-") as name:
        measure(Path(name), given.docs, given.large, given.rounds)


def measure(folder: Path, count: int, large_mib: int, rounds: int) -> None:
    """Run all cases."""
    docs, single, large = folder / "docs", folder / "single", folder / "large.bin"
    make_documents(docs, count, (4096, 40960), 1)
    make_documents(single, rounds, (16384, 16384), 2)
    large.write_bytes(random.Random(3).randbytes(large_mib << 20))
    owner, reader = Person(folder, "owner"), Person(folder, "reader")
    fresh = [Person(folder, f"fresh{number}") for number in range(rounds)]

    def show(case: str, work: Callable[[int], object], times: int = rounds) -> None:
        print(f"{case:<44} {timed(times, work)}", flush=True)

    print(f"{'seconds':<44} {'min':>8} {'median':>8} {'max':>8}")
    show(
        "yardstick: python -c 'import click'",
        lambda _: subprocess.run([sys.executable, "-c", "import click"], check=True),
    )
    show(f"yardstick: copy the {count} documents, synced", lambda n: copy_synced(docs, folder / f"copy{n}"))
    show("hv --version", lambda _: owner.hv("--version", locked=True))
    show(f"add {count} documents in one command", lambda n: fresh[n].hv("add", "--json", ".", cwd=docs))
    owner.hv("add", "--json", ".", cwd=docs)
    show("add one document of 16 KiB", lambda n: owner.hv("add", str(sorted(single.iterdir())[n])))
    rows = [json.loads(line) for line in owner.hv("list", "--json").splitlines()]
    ids = [str(row["id"]) for row in rows]
    show(f"list {len(ids)}", lambda _: owner.hv("list", "--json"))
    show("get one small document", lambda n: owner.hv("get", ids[100], "-o", str(folder / f"got{n}")))
    show("check --deep", lambda _: owner.hv("check", "--deep"))
    exchange_cards(owner, reader)
    show(
        "share 20 documents",
        lambda n: owner.hv("share", *ids[:20], "--to", "reader", "-o", str(folder / f"{n}.hvb"), "--yes"),
    )
    show(
        "verify and open them",
        lambda n: reader.hv("open", str(folder / f"{n}.hvb"), "-o", str(folder / f"open{n}")),
    )
    show(f"yardstick: copy {large_mib} MiB, synced", lambda _: copy_synced(large, folder / "large.copy"), 1)
    show(f"add one file of {large_mib} MiB", lambda _: owner.hv("add", str(large)), 1)
    newest = json.loads(owner.hv("list", "--json").splitlines()[0])["id"]
    show("read it back to a file", lambda _: owner.hv("get", newest, "-o", str(folder / "large.back")), 1)


def exchange_cards(owner: Person, reader: Person) -> None:
    """Let both pin each other."""
    for giver, taker in ((owner, reader), (reader, owner)):
        card = giver.folder / f"{giver.name}.hvcard"
        giver.hv("id", "-o", str(card))
        taker.hv("contact", "add", giver.name, str(card), "--yes")


if __name__ == "__main__":
    main()
