# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.storage.statefolder, and of who needs it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from healthvault.errors import InvalidRequest
from healthvault.storage.drills import last_drill_ms, remember_drill
from healthvault.storage.erasures import erased_here, remember_erased
from healthvault.storage.known_backups import forget_backup, known_backups
from healthvault.storage.layout import StatePaths
from healthvault.storage.pins import seen_pins
from healthvault.storage.selfpin import load_self_pin, save_self_pin

VAULT_ID = bytes(range(32))


USES: dict[str, tuple[Callable[[StatePaths], object], ...]] = {
    "": (lambda state: load_self_pin(state, VAULT_ID), lambda state: save_self_pin(state, VAULT_ID, b"note")),
    "self": (lambda state: load_self_pin(state, VAULT_ID), lambda state: save_self_pin(state, VAULT_ID, b"note")),
    "seen": (seen_pins,),
    "erased": (
        lambda state: erased_here(state, VAULT_ID),
        lambda state: remember_erased(state, VAULT_ID, ["d_2"]),
    ),
    "drills": (lambda state: last_drill_ms(state, VAULT_ID), lambda state: remember_drill(state, VAULT_ID, 1)),
    "backups": (
        lambda state: known_backups(state, VAULT_ID),
        lambda state: forget_backup(state, VAULT_ID, Path("/media/usb")),
    ),
}
"""Each folder in the state folder, with what reads and what writes there."""


@pytest.mark.parametrize("name", USES)
def test_a_file_in_the_place_of_a_folder(tmp_path: Path, name: str) -> None:
    """It is an `io_error` that names the file, and no damage of any vault."""
    state = StatePaths(root=tmp_path / "state")
    blocked = state.root / name if name else state.root
    blocked.parent.mkdir(exist_ok=True)
    blocked.write_text("in the way")
    for use in USES[name]:
        with pytest.raises(InvalidRequest) as caught:
            use(state)
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
