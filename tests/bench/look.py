# SPDX-License-Identifier: Apache-2.0
"""How long it takes to look: `python tests/bench/look.py [--docs N] [--rounds R] [--keep DIR]`, run by hand.

Makes a vault of small FHIR Observations and fills the index into their contents with what a reader would say of
them, then times whole commands as a user runs them, unlocked by a key file, beside `hv list` of the same run. Also
whether adding one document takes longer than to an empty vault. Never a test.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from healthvault.records.reading import READER_VERSION
from healthvault.records.sense import sense_of
from healthvault.records.statements import Coding, Item, Quantity
from healthvault.storage.contents import READ
from healthvault.storage.inputs import InputFile
from healthvault.storage.slots import SlotKind
from healthvault.vault.add import AddOptions, add_documents
from healthvault.vault.contents_file import contents_as_it_is
from healthvault.vault.create import NewVault, create_vault
from healthvault.vault.keyslots import add_key_file
from healthvault.vault.session import open_vault
from healthvault.vault.unlock import Secret
from healthvault.vault.vault import Place

NOW_MS = 1_795_219_200_000
TESTS = [
    ("2276-4", "Ferritin [Mass/volume] in Serum or Plasma", "ug/L", "15", "150"),
    ("718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL", "12", "16"),
    ("2345-7", "Glucose [Mass/volume] in Serum or Plasma", "mg/dL", "70", "99"),
    ("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "mg/dL", "0.5", "1.1"),
    *((f"9{number:04}-1", f"Analyte number {number}", "mmol/L", "1", "9") for number in range(60)),
]


def observation(rng: random.Random, number: int) -> tuple[bytes, Item]:
    """Return a document, and what a reader states of it."""
    code, title, unit, low, high = rng.choice(TESTS)
    day = f"{rng.randrange(2000, 2027)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}"
    value = f"{rng.random() * 200:.1f}"
    content = {
        "resourceType": "Observation",
        "id": f"o{number}",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code, "display": title}], "text": title},
        "effectiveDateTime": day,
        "valueQuantity": {"value": float(value), "unit": unit},
    }
    item = Item(
        type="Observation",
        place="Observation",
        title=title,
        identity=f"Observation/o{number}",
        date=day,
        status="final",
        category="lab",
        codes=(Coding(system="http://loinc.org", code=code, display=title),),
        quantity=Quantity(number=value, unit=unit, low=low, high=high),
    )
    return json.dumps(content).encode(), item


def make(folder: Path, name: str, count: int) -> Place:
    """Make a vault of so many documents."""
    place = Place(root=folder / name, state_dir=folder / f"{name}.state")
    create_vault(place, NewVault(name=name, passphrase="for the benchmark", kdf="light"), now_ms=NOW_MS)
    secret = Secret(kind=SlotKind.PASSPHRASE, value=b"for the benchmark")
    rng = random.Random(5)
    made = [observation(rng, number) for number in range(count)]
    with open_vault(place, secret, now_ms=NOW_MS, writing=True) as vault:
        add_key_file(vault, folder / f"{name}.key")
        for start in range(0, count, 1000):
            inputs = [
                InputFile(name=f"{start + number}.json", data=data)
                for number, (data, _) in enumerate(made[start : start + 1000])
            ]
            for _ in add_documents(vault, inputs, AddOptions(author="Lab of the City"), now_ms=NOW_MS):
                pass
            print(f"added {start + len(inputs)}", flush=True)
        contents = contents_as_it_is(vault)
        entries = [seq for (seq,) in vault.catalogue.connection.execute("select seq from document order by seq")]
        with contents.change():
            for seq, (_, item) in zip(entries, made, strict=True):
                contents.begin(seq, READER_VERSION)
                contents.add(seq, 0, [(item, sense_of(item))])
                contents.finish(seq, READ)
        contents.close()
    return place


def timed(rounds: int, work: Callable[[int], object]) -> float:
    """Print minimum, median and maximum seconds over the rounds; return the median."""
    taken = []
    for number in range(rounds):
        start = time.perf_counter()
        work(number)
        taken.append(time.perf_counter() - start)
    print(f"{min(taken):8.3f} {statistics.median(taken):8.3f} {max(taken):8.3f}", end="")
    return statistics.median(taken)


def commands() -> Iterator[tuple[str, ...]]:
    """Yield what is timed."""
    yield ("search", "ferritin")
    yield ("search", "ferr*")
    yield ("search", "loinc", "2276-4")
    yield ("search", "ferritin", "city")
    yield ("search", "nowhere-to-be-found")
    yield ("timeline",)
    yield ("timeline", "--since", "2010-01-01", "--until", "2011-01-01")
    yield ("summary",)
    yield ("trend", "2276-4")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--docs", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keep", type=Path, help="a folder that is used again if it is there")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hv-look-") as name:
        folder = given.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        for vault, count in (("full", given.docs), ("empty", 0)):
            if not (folder / vault).exists():
                make(folder, vault, count)
        measure(folder, given.rounds)


def measure(folder: Path, rounds: int) -> None:
    """Run all cases."""

    def hv(vault: str, *arguments: str) -> None:
        environ = {**os.environ, "HV_STATE_HOME": str(folder / f"{vault}.state"), "HV_HOME": str(folder / vault)}
        environ["HV_KEY_FILE"] = str(folder / f"{vault}.key")
        hv_path = Path(sys.executable).with_name("hv")
        done = subprocess.run([hv_path, *arguments], env=environ, capture_output=True, check=False)
        if done.returncode not in {0, 5}:
            sys.exit(f"hv {arguments}: {done.stderr.decode()}")

    print(f"{'seconds':<52} {'min':>8} {'median':>8} {'max':>8}")
    hv("full", "search", "ferritin")  # the labels are brought up once
    print(f"{'list':<52} ", end="")
    listing = timed(rounds, lambda _: hv("full", "list"))
    print()
    for command in commands():
        print(f"{' '.join(command):<52} ", end="", flush=True)
        print(
            f"  {timed(rounds, lambda _, command=command: hv('full', *command)) / listing:.2f} x list", flush=True
        )
    for vault in ("empty", "full"):
        file = folder / "one.txt"

        def add(_: int, vault: str = vault, file: Path = file) -> None:
            file.write_text(f"a note, {random.random()}")
            hv(vault, "add", str(file))

        print(f"{'add one to ' + vault:<52} ", end="", flush=True)
        timed(rounds, add)
        print()
    print(f"{'search after an add':<52} ", end="", flush=True)
    timed(1, lambda _: hv("full", "search", "ferritin"))
    print()


if __name__ == "__main__":
    main()
