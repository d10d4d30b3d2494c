# SPDX-License-Identifier: Apache-2.0
"""When the recovery words were last tried."""

from pathlib import Path

import pytest

from healthvault.errors import VaultDamaged
from healthvault.storage.drills import last_drill_ms, remember_drill
from healthvault.storage.layout import StatePaths

VAULT_ID = bytes(32)


@pytest.fixture
def state(tmp_path: Path) -> StatePaths:
    """A state folder that is not there yet."""
    return StatePaths(root=tmp_path / "state")


def test_the_newest_drill_counts(state: StatePaths) -> None:
    """None at first; each vault for itself."""
    assert last_drill_ms(state, VAULT_ID) is None
    for moment in (17, 1_795_219_200_000):
        remember_drill(state, VAULT_ID, moment)
    assert (1_795_219_200_000, None) == (last_drill_ms(state, VAULT_ID), last_drill_ms(state, bytes(31) + b"1"))


@pytest.mark.parametrize("content", [b"", b"yesterday", b"-1", "٣".encode(), b"1 2"])
def test_what_is_no_time_counts_as_none(state: StatePaths, content: bytes) -> None:
    """A reminder too many does no harm."""
    remember_drill(state, VAULT_ID, 1)
    state.drill(VAULT_ID).write_bytes(content)
    assert last_drill_ms(state, VAULT_ID) is None


def test_a_link_is_not_followed(state: StatePaths, tmp_path: Path) -> None:
    """As everywhere in this folder."""
    remember_drill(state, VAULT_ID, 1)
    state.drill(VAULT_ID).unlink()
    state.drill(VAULT_ID).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(VaultDamaged):
        last_drill_ms(state, VAULT_ID)
