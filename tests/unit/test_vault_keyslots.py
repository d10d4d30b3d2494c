# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.keyslots."""

from pathlib import Path

import pytest

from healthvault.errors import InvalidRequest, NotFound, WrongKey
from healthvault.storage import files, keyring
from healthvault.storage.slots import SlotKind
from healthvault.vault.keyslots import (
    add_key_file,
    add_passphrase,
    list_keys,
    loss_by_removal,
    remove_key,
    set_passphrase,
)
from healthvault.vault.session import open_vault
from healthvault.vault.unlock import Secret
from tests import vaults
from tests.vaults import NOW_MS, Sample


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """A vault with three slots: passphrase, recovery phrase, key file."""
    return vaults.ana(tmp_path)


def opens(ana: Sample, secret: Secret) -> bool:
    """Tell whether a secret opens the vault."""
    try:
        with open_vault(ana.place, secret, now_ms=NOW_MS):
            return True
    except WrongKey:
        return False


def test_listing(ana: Sample) -> None:
    """The slots are listed without any secret."""
    with open_vault(ana.place, None, now_ms=NOW_MS) as vault:
        found = [(slot.id, slot.kind, slot.memory_kib) for slot in list_keys(vault)]
    assert [(0, "passphrase", 64 * 1024), (1, "recovery", 0), (2, "key-file", 0)] == found


def test_a_second_passphrase(ana: Sample) -> None:
    """Both open the vault, and so does all that opened it before."""
    with ana.open(writing=True) as vault:
        added = add_passphrase(vault, "zweites Päßwort", "light")
        assert (3, "passphrase") == (added.id, added.kind)
        assert added == list_keys(vault)[-1]
    second = Secret(kind=SlotKind.PASSPHRASE, value="zweites Päßwort".encode())
    assert [True] * 3 == [opens(ana, secret) for secret in (ana.passphrase, second, ana.words)]


def test_a_key_file(ana: Sample, tmp_path: Path) -> None:
    """It is a new private file that opens the vault; an existing file is not overwritten."""
    path = tmp_path / "new-key"
    with ana.open(writing=True) as vault:
        added = add_key_file(vault, path)
        assert (3, "key-file", 0) == (added.id, added.kind, added.memory_kib)
        generation = vault.keyring.generation
        with pytest.raises(InvalidRequest) as caught:
            add_key_file(vault, path)
        assert ("unsafe_output", generation) == (caught.value.code, vault.keyring.generation)
    assert 0o600 == path.stat().st_mode & 0o777
    assert opens(ana, Secret(kind=SlotKind.KEY_FILE, value=path.read_bytes()))


def test_removing(ana: Sample) -> None:
    """What was removed opens nothing any more; its number is not used for the next one."""
    with ana.open(writing=True) as vault:
        removed = remove_key(vault, 0)
        assert (0, "passphrase") == (removed.id, removed.kind)
        with pytest.raises(NotFound):
            remove_key(vault, 0)
        assert 3 == add_passphrase(vault, "new", "light").id
    assert [False, True, True] == [opens(ana, secret) for secret in (ana.passphrase, ana.words, ana.secret)]


def test_the_last_one_stays(ana: Sample) -> None:
    """A vault that nothing opens is not made."""
    with ana.open(writing=True) as vault:
        remove_key(vault, 0)
        remove_key(vault, 1)
        with pytest.raises(InvalidRequest) as caught:
            remove_key(vault, 2)
    assert "last_slot" == caught.value.code
    assert opens(ana, ana.secret)


def test_another_passphrase(ana: Sample) -> None:
    """It takes the place of all that there were, in one replacement; the other ways in stay."""
    with ana.open(writing=True) as vault:
        add_passphrase(vault, "a second one", "light")
        generation = vault.keyring.generation
        changed = set_passphrase(vault, "a third one", "light")
        assert (generation + 1, 4) == (vault.keyring.generation, changed.id)
        assert [(1, "recovery"), (2, "key-file"), (4, "passphrase")] == [
            (slot.id, slot.kind) for slot in list_keys(vault)
        ]
    old = [ana.passphrase, Secret(kind=SlotKind.PASSPHRASE, value=b"a second one")]
    new = [Secret(kind=SlotKind.PASSPHRASE, value=b"a third one"), ana.words, ana.secret]
    assert [False] * 2 + [True] * 3 == [opens(ana, secret) for secret in (*old, *new)]


def test_what_a_removal_costs_is_said_before(ana: Sample) -> None:
    """Nothing while there is another of the kind; the last for every day, and the words, have a sentence."""
    with ana.open(writing=True) as vault:
        assert [] == loss_by_removal(vault, 0)
        assert 1 == len(loss_by_removal(vault, 1))
        remove_key(vault, 0)
        assert ["only the recovery words"] == [line[:23] for line in loss_by_removal(vault, 2)]
        remove_key(vault, 1)
        for slot, code in ((2, "last_slot"), (9, "not_found")):
            with pytest.raises((InvalidRequest, NotFound)) as caught:
                loss_by_removal(vault, slot)
            assert code == caught.value.code


@pytest.mark.parametrize("passphrase", ["", "\ud800", "\U0010ffff"])
def test_a_bad_passphrase(ana: Sample, passphrase: str) -> None:
    """It is refused, and the keyring stays as it is."""
    before = ana.paths.keyring.read_bytes()
    with ana.open(writing=True) as vault, pytest.raises(InvalidRequest) as caught:
        add_passphrase(vault, passphrase, "light")
    assert "bad_passphrase" == caught.value.code
    assert before == ana.paths.keyring.read_bytes()


def test_too_many(ana: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no room for more slots than the keyring may have; no key file is left that opens nothing."""
    monkeypatch.setattr(keyring, "MAX_SLOTS", 3)
    with ana.open(writing=True) as vault, pytest.raises(InvalidRequest) as caught:
        add_key_file(vault, tmp_path / "key")
    assert "too_many_slots" == caught.value.code
    assert not (tmp_path / "key").exists()


def test_a_keyring_that_cannot_be_written(ana: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old one stays in force, and no key file is left."""

    def full(*_: object) -> None:
        raise InvalidRequest("io_error", "no space left on device")

    with ana.open(writing=True) as vault:
        monkeypatch.setattr(files, "rename", full)
        with pytest.raises(InvalidRequest):
            add_key_file(vault, tmp_path / "key")
        assert 3 == len(list_keys(vault))
    monkeypatch.undo()
    assert not (tmp_path / "key").exists()
    assert opens(ana, ana.secret)
    assert ["orphans"] == [path.name for path in ana.paths.tmp.iterdir()]


def test_documents_are_not_touched(ana: Sample, tmp_path: Path) -> None:
    """A change of slots replaces the keyring and nothing else."""
    ana.add(b"one")
    before = vaults.snapshot(ana.place.root)
    with ana.open(writing=True) as vault:
        add_key_file(vault, tmp_path / "key")
        remove_key(vault, 3)
    after = vaults.snapshot(ana.place.root)
    assert {"keyring"} == {name for name in before if name != "lock" and before[name] != after.get(name)}
    assert before.keys() == after.keys()
