# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.ledger.state: values of docs/spec/grants.md section 3."""

from dataclasses import replace

import pytest

from healthvault.ledger.state import NO_EXTENSION, StateOpening, state_blind
from tests.worked import STATE_KEY, worked_entries, worked_opening

KEY_HEAD = bytes.fromhex("6527843e3c686ecb446f40b9e78310c1f7769f8d76db3cc016b713e185a98187")


def test_state_of_the_specification() -> None:
    """Blind and state of the worked tip, and of genesis, are those that the specification prints."""
    prev = bytes.fromhex("26f4092fab1d5242b3ebd0a9bc63c125285e33ba10b2919032a182539af85b05")
    tip = worked_opening(prev, 3)
    assert "cdcda9f5cc7fbd20b0ac78ba737200b03e9a40eae1baf7e8d19a1d9a06c43f5b" == tip.blind.hex()
    assert "5169653be47b8dc4d103cc77bbc86275ef835a8fad57a5eef6aa0e194252a35f" == tip.state(KEY_HEAD).hex()
    genesis = worked_opening(bytes(32), 0)
    assert "53a2a9a1494c0de53d0b0bbeef460f745d94b4001520ede00400ec9ff5afd3c6" == genesis.blind.hex()
    assert "b0641a4f9c3d839e45520ef4295db5632fd53fb60db6f971377c1dd671fbb7e7" == genesis.state(KEY_HEAD).hex()
    assert NO_EXTENSION == tip.ext_root == bytes(32)


def test_equal_states_look_different() -> None:
    """Entries 0 and 1 commit to the same grants and keys; nobody can see it."""
    first, second, *_ = worked_entries()
    assert first.header.state != second.header.state
    assert state_blind(STATE_KEY, first.header.prev) != state_blind(STATE_KEY, second.header.prev)


@pytest.mark.parametrize(
    "change",
    [
        {"blind": b"x" * 32},
        {"grants_root": b"x" * 32},
        {"capacity": 16},
        {"ext_root": b"x" * 32},
    ],
)
def test_every_part_counts(change: dict[str, bytes]) -> None:
    """Another blind, root, capacity or extension gives another state, and so does another key event."""
    opening = StateOpening(blind=bytes(32), grants_root=bytes(32), capacity=8)
    assert opening.state(KEY_HEAD) != replace(opening, **change).state(KEY_HEAD)
    assert opening.state(KEY_HEAD) != opening.state(bytes(32))
