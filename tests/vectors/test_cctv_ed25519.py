# SPDX-License-Identifier: Apache-2.0
"""Strict Ed25519 against the edge cases of C2SP CCTV (BSD-3-Clause)."""

import json
from pathlib import Path

import pytest

from healthvault.crypto.signing import verify_raw

FILE = Path(__file__).resolve().parents[2].parent / "shared" / "vectors" / "cctv-ed25519" / "ed25519vectors.json"
pytestmark = pytest.mark.skipif(not FILE.parent.is_dir(), reason="shared vectors are not here")


def test_exactly_the_case_without_an_edge_is_accepted() -> None:
    """Of 914 signatures over edge cases, the only good one is that which no flag marks."""
    vectors = json.loads(FILE.read_text())
    accepted = [
        vector["number"]
        for vector in vectors
        if verify_raw(bytes.fromhex(vector["key"]), vector["msg"].encode(), bytes.fromhex(vector["sig"]))
    ]
    assert 914 == len(vectors)
    assert [vector["number"] for vector in vectors if not vector["flags"]] == accepted
    assert 1 == len(accepted)
