# SPDX-License-Identifier: Apache-2.0
"""How often unlocking failed on this machine."""

from pathlib import Path

import pytest

from healthvault.codec import pack
from healthvault.errors import InvalidRequest, VaultDamaged
from healthvault.storage.attempts import (
    FailedUnlocks,
    begin_counting,
    count_failed,
    failed_unlocks,
    forget_failed,
)
from healthvault.storage.layout import StatePaths

VAULT_ID = bytes(32)
OTHER_ID = bytes(31) + b"1"


@pytest.fixture
def state(tmp_path: Path) -> StatePaths:
    """A state folder that is not there yet."""
    return StatePaths(root=tmp_path / "state")


def test_nothing_counted_is_unknown_and_not_zero(state: StatePaths) -> None:
    """Only a count that was begun can be zero; each vault has its own."""
    assert failed_unlocks(state, VAULT_ID) is None
    begin_counting(state, VAULT_ID, 5)
    begin_counting(state, VAULT_ID, 9)
    expected = (FailedUnlocks(count=0, since_ms=5), None)
    assert expected == (failed_unlocks(state, VAULT_ID), failed_unlocks(state, OTHER_ID))


def test_each_failure_counts(state: StatePaths) -> None:
    """Since when, how many, and the newest; where nothing was known the count begins with the first."""
    for moment in (5, 7, 9):
        count_failed(state, VAULT_ID, moment)
    assert FailedUnlocks(count=3, since_ms=5, last_ms=9) == failed_unlocks(state, VAULT_ID)


def test_what_was_told_is_forgotten_and_what_came_meanwhile_is_not(state: StatePaths) -> None:
    """A failure between reading the count and telling it is told the next time."""
    count_failed(state, VAULT_ID, 5)
    told = failed_unlocks(state, VAULT_ID)
    assert told is not None
    count_failed(state, VAULT_ID, 7)
    forget_failed(state, VAULT_ID, told, 8)
    assert FailedUnlocks(count=1, since_ms=8, last_ms=7) == failed_unlocks(state, VAULT_ID)
    forget_failed(state, VAULT_ID, told, 9)
    assert FailedUnlocks(count=0, since_ms=9) == failed_unlocks(state, VAULT_ID)


@pytest.mark.parametrize(
    "content", [b"", b"0", pack([1, 0]), pack([2, 0, 5, None]), pack([1, True, 5, None]), b"x" * 99]
)
def test_a_damaged_count_is_said_to_be_one_and_begun_anew(state: StatePaths, content: bytes) -> None:
    """It is never taken for zero."""
    begin_counting(state, VAULT_ID, 5)
    state.attempts(VAULT_ID).write_bytes(content)
    with pytest.raises(VaultDamaged):
        failed_unlocks(state, VAULT_ID)
    count_failed(state, VAULT_ID, 7)
    assert FailedUnlocks(count=1, since_ms=7, last_ms=7) == failed_unlocks(state, VAULT_ID)


def test_something_else_in_the_place_of_the_folder(state: StatePaths) -> None:
    """No damage of the vault, which lies elsewhere."""
    state.root.mkdir()
    state.attempts_folder.touch()
    with pytest.raises(InvalidRequest, match="not a folder"):
        count_failed(state, VAULT_ID, 5)
