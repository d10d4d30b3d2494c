# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.audit_signatures."""

from dataclasses import replace
from pathlib import Path

import pytest

from healthvault.errors import IntegrityError
from healthvault.ledger.entry import parse_entry
from healthvault.vault.audit_signatures import SignatureCheck
from tests import vaults


@pytest.mark.parametrize("count", [0, 1, 255, 256, 257, 3000])
def test_each_is_checked_and_named(count: int, tmp_path: Path) -> None:
    """However many there are, those that do not hold are reported by the end, in their order."""
    with vaults.ana(tmp_path).open() as vault:
        signed = parse_entry(vault.history.entry(0).raw)
        public = vault.history.chain.newest.keys.sign_pk
    forged = replace(signed, signature=bytes(64))
    bad = {0, 1, 254, 255, 256, 1000, 2999}
    found: list[tuple[str, str]] = []

    def report(where: str, error: IntegrityError) -> None:
        found.append((where, error.code))

    with SignatureCheck(report) as check:
        for number in range(count):
            check.add(str(number), public, forged if number in bad else signed)
    assert [(str(number), "bad_signature") for number in sorted(bad) if number < count] == found
