# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.journal_log."""

from pathlib import Path

import pytest

from healthvault.vault.grants import list_grants, revoke_grant
from healthvault.vault.journal_log import log_entries
from healthvault.vault.session import open_vault
from tests import vaults
from tests.vaults import NOW_MS, Sample

KINDS = ["grant.revoke", "share", "grant", "doc.add", "contact.pin", "owner"]


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """A vault with an entry of each common kind."""
    ana, _ = vaults.pair(tmp_path)
    ana.share(tmp_path / "a.hvb", ana.add(b"one"))
    with ana.open(writing=True) as vault:
        (grant,) = list_grants(vault, now_ms=NOW_MS)
        revoke_grant(vault, grant.id, reason="", now_ms=NOW_MS)
    return ana


def test_the_history(ana: Sample) -> None:
    """One line an entry, the newest first, each with what it is about."""
    with ana.open() as vault:
        found = list(log_entries(vault))
        (grant,) = list_grants(vault, now_ms=NOW_MS)
    assert KINDS == [entry.kind for entry in found]
    assert [5, 4, 3, 2, 1, 0] == [entry.index for entry in found]
    assert {(NOW_MS, 0)} == {(entry.time_ms, entry.signer) for entry in found}
    ids = [entry.id for entry in found]
    assert [grant.id, grant.bundles[0], grant.id, ana.documents()[0].id] == ids[:4]
    assert str(ids[4]).startswith("c_")
    assert ids[5] is None


def test_a_locked_vault_tells_little(ana: Sample) -> None:
    """Numbers, times and signers; what an entry is stays sealed, but for key events."""
    with open_vault(ana.place, None, now_ms=NOW_MS) as vault:
        found = list(log_entries(vault))
    assert [(5, "sealed"), (0, "key")] == [(entry.index, entry.kind) for entry in (found[0], found[-1])]
    assert {None} == {entry.id for entry in found}
    assert {NOW_MS} == {entry.time_ms for entry in found}


@pytest.mark.parametrize("limit", [0, 1, 3, 6, 100])
def test_no_more_than_asked_for(ana: Sample, limit: int) -> None:
    """The newest of them, locked or not."""
    with ana.open() as vault:
        assert KINDS[:limit] == [entry.kind for entry in log_entries(vault, limit=limit)]
    with open_vault(ana.place, None, now_ms=NOW_MS) as vault:
        assert [5, 4, 3, 2, 1, 0][:limit] == [entry.index for entry in log_entries(vault, limit=limit)]
