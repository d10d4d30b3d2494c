# SPDX-License-Identifier: Apache-2.0
"""Two verifiers that share no code agree: ours, and one written after docs/ (`reader.py`)."""

import os
from collections import Counter
from pathlib import Path

import pytest

from tests.independent import reader
from tests.independent.mutate import Mutant, mutants

HERE = Path(__file__).parent
COUNT = int(os.environ.get("HV_TEST_MUTANTS", "1000"))
BATCHES = 4
MAX_READER_LINES = 700


def pinned(mutant: Mutant) -> tuple[bytes, ...]:
    """Return the reader's contacts."""
    return (*((mutant.owner,) if mutant.is_pinned else ()), *mutant.others)


def ours(mutant: Mutant) -> tuple[int, list[str]]:
    """Return exit and codes of `verify_bundle`."""
    contacts = dict.fromkeys(pinned(mutant), "Ana")
    outcome = mutant.reader.read(mutant.data, contacts=contacts, now_ms=mutant.now_ms, purpose=mutant.purpose)
    return outcome.exit, sorted(outcome.codes)


def theirs(mutant: Mutant) -> tuple[int, list[str]]:
    """Return exit and codes of the independent reader."""
    report = reader.verify(
        mutant.data,
        now_ms=mutant.now_ms,
        secrets=(mutant.reader.secret,),
        own=mutant.reader.vault,
        contacts=pinned(mutant),
        purpose=mutant.purpose,
    )
    return report["exit"], sorted(report["codes"])


FAMILIES = (  # faults that one verifier may meet under one name and the other under the next
    {"malformed", "truncated", "not_a_bundle", "tampered"},
    {"bad_key", "wrong_vault"},
    {"bad_schema", "bad_proof"},
    {"bad_text", "bad_encoding"},  # several faults in one structure: encoding.md 3.1
)


def agree(expected: tuple[int, list[str]], actual: tuple[int, list[str]]) -> bool:
    """Tell whether two verdicts agree: the same exit, and a fault in common.

    After a first fault one verifier may go on to name its consequences where the other stops.
    """
    codes = set(expected[1]), set(actual[1])
    in_common = codes[0] == codes[1] or codes[0] & codes[1]
    same_family = any(codes[0] | codes[1] <= family for family in FAMILIES)
    return expected[0] == actual[0] and bool(in_common or same_family)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_both_verifiers_agree(batch: int) -> None:
    """On each of 1,000 mutated bundles both give the same exit, and name a fault in common."""
    exits: Counter[int] = Counter()
    differences = []
    for mutant in mutants(COUNT // BATCHES, seed=batch):
        expected, actual = theirs(mutant), ours(mutant)
        exits[actual[0]] += 1
        if not agree(expected, actual):
            differences.append((mutant.name, expected, actual))
    assert [] == differences
    assert {0, 20, 21, 22, 24} <= exits.keys(), "the mutants do not reach every kind of verdict"


def test_the_reader_is_short_and_shares_no_code() -> None:
    """The two files of the independent reader have at most 700 lines and import nothing of healthvault."""
    lines = [line for path in HERE.glob("reader*.py") for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(lines) <= MAX_READER_LINES
    assert "healthvault" not in [
        line.split()[1].split(".")[0] for line in lines if line.strip().startswith(("import ", "from "))
    ]
