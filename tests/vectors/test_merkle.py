# SPDX-License-Identifier: Apache-2.0
"""RFC 6962 proofs of transparency-dev/merkle: every case gets the verdict that its authors gave it."""

import json
from base64 import b64decode
from pathlib import Path
from typing import NamedTuple

import pytest

from healthvault.errors import IntegrityError
from healthvault.tlog.proof import check_consistency, check_inclusion

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "vectors" / "merkle" / "testdata"
CASES = 98  # of each kind


class Case(NamedTuple):
    """One proof, its roots and leaves decoded, and whether it is to be refused."""

    name: str
    numbers: tuple[int, int]
    hashes: tuple[bytes, bytes]
    proof: tuple[bytes, ...]
    refused: bool


def load(kind: str, numbers: tuple[str, str], hashes: tuple[str, str]) -> list[Case]:
    """Read all cases of a kind; a folder that holds fewer than it should fails."""
    if not FOLDER.is_dir():
        pytest.skip("shared vectors are not here")
    cases = []
    for path in sorted((FOLDER / kind).rglob("*.json")):
        data = json.loads(path.read_text())
        proof = tuple(b64decode(item) for item in data["proof"] or ())
        first, second = (b64decode(data[key] or "") for key in hashes)
        where = (data[numbers[0]], data[numbers[1]])
        cases.append(Case(str(path.relative_to(FOLDER)), where, (first, second), proof, data["wantErr"]))
    assert len(cases) == CASES
    return cases


def is_refused(case: Case, kind: str) -> bool:
    """Tell the verdict of our checker; only `bad_proof` is a refusal."""
    try:
        if kind == "inclusion":
            check_inclusion(case.hashes[0], *case.numbers, case.proof, case.hashes[1])
        else:
            check_consistency(*case.numbers, *case.hashes, case.proof)
    except IntegrityError as err:
        return err.code == "bad_proof"
    return False


@pytest.mark.parametrize(
    ("kind", "numbers", "hashes"),
    [
        ("inclusion", ("leafIdx", "treeSize"), ("leafHash", "root")),
        ("consistency", ("size1", "size2"), ("root1", "root2")),
    ],
)
def test_peer_proofs_get_the_verdict_of_their_authors(
    kind: str, numbers: tuple[str, str], hashes: tuple[str, str]
) -> None:
    """All 98 inclusion and 98 consistency cases, an older size of 0 included."""
    cases = load(kind, numbers, hashes)
    assert {True, False} == {case.refused for case in cases}
    assert [] == [case.name for case in cases if is_refused(case, kind) is not case.refused]


def test_an_older_size_of_zero_is_among_the_peer_cases() -> None:
    """The case that the RFC leaves open is in the set, and refused."""
    cases = load("consistency", ("size1", "size2"), ("root1", "root2"))
    zero = [case for case in cases if case.numbers[0] == 0]
    assert zero
    assert all(case.refused and is_refused(case, "consistency") for case in zero)
