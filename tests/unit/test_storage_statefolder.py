# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.storage.statefolder, and of who needs it."""

from pathlib import Path

import pytest

from healthvault.errors import InvalidRequest
from healthvault.storage.layout import StatePaths
from healthvault.storage.pins import seen_pins
from healthvault.storage.selfpin import load_self_pin, save_self_pin

VAULT_ID = bytes(range(32))


@pytest.mark.parametrize("name", ["", "self", "seen"])
def test_a_file_in_the_place_of_a_folder(tmp_path: Path, name: str) -> None:
    """It is an `io_error` that names the file, and no damage of any vault."""
    state = StatePaths(root=tmp_path / "state")
    blocked = state.root / name if name else state.root
    blocked.parent.mkdir(exist_ok=True)
    blocked.write_text("in the way")
    for work in (
        lambda: load_self_pin(state, VAULT_ID) if name != "seen" else seen_pins(state),
        lambda: save_self_pin(state, VAULT_ID, b"note") if name != "seen" else seen_pins(state),
    ):
        with pytest.raises(InvalidRequest) as caught:
            work()
        assert ("io_error", True) == (
            caught.value.code,
            caught.value.message.startswith(f"{blocked}: not a folder"),
        )
    assert "in the way" == blocked.read_text()


def test_a_link_inside(tmp_path: Path) -> None:
    """The state folder may be a link of the user's; what is in it may not."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "state").symlink_to(tmp_path / "elsewhere")
    state = StatePaths(root=tmp_path / "state")
    save_self_pin(state, VAULT_ID, b"note")
    assert b"note" == load_self_pin(state, VAULT_ID)
    (tmp_path / "elsewhere/self").rename(tmp_path / "other")
    (tmp_path / "elsewhere/self").symlink_to(tmp_path / "other")
    with pytest.raises(InvalidRequest):
        load_self_pin(state, VAULT_ID)
