# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.memory."""

from pathlib import Path

import pytest

from healthvault.errors import VaultDamaged
from healthvault.vault.memory import load_pins, pin_file, read_pins, store_pins
from healthvault.vault.vault import Place
from healthvault.verify.pins import PinBook, VaultPins
from tests import vaults
from tests.vaults import Sample

SEEN = VaultPins(vault=b"v" * 32, events=(b"genesis",))
OTHER = VaultPins(vault=b"w" * 32)


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """An empty vault."""
    return vaults.ana(tmp_path)


def test_in_the_vault(ana: Sample) -> None:
    """What was seen is sealed in the vault; one vault's pins do not touch another's."""
    with ana.open() as vault:
        file = pin_file(vault, ana.place)
        assert PinBook() == load_pins(vault)
        with file.lock():
            store_pins(file, SEEN)
            store_pins(file, OTHER)
        assert {SEEN, OTHER} == set(load_pins(vault).vaults)
    assert ana.paths.pins == file.path
    assert b"genesis" not in ana.paths.pins.read_bytes()


def test_without_a_vault(tmp_path: Path) -> None:
    """Somebody without a vault keeps it in the state folder, under a key of that folder."""
    place = Place(root=tmp_path / "none", state_dir=tmp_path / "state")
    file = pin_file(None, place)
    with file.lock():
        store_pins(file, SEEN)
    assert SEEN == read_pins(pin_file(None, place)).of(SEEN.vault)
    assert b"genesis" not in file.path.read_bytes()
    assert not place.root.exists()


def test_a_map_that_is_no_pins(ana: Sample) -> None:
    """Authentic, but not what pins say: it is damage, not an empty memory."""
    with ana.open() as vault:
        file = pin_file(vault, ana.place)
        with file.lock():
            file.save({"v": 99})
        with pytest.raises(VaultDamaged) as caught:
            load_pins(vault)
    assert str(ana.paths.pins) in caught.value.message
