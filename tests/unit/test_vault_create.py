# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.create."""

import functools
from dataclasses import replace
from pathlib import Path

import pytest

from healthvault.crypto.words import from_words
from healthvault.errors import HealthVaultError, InvalidRequest
from healthvault.storage import files, slots
from healthvault.storage.keyring import parse_keyring
from healthvault.storage.slots import KDF_PROFILES, SlotKind
from healthvault.vault.create import NewVault, create_vault
from healthvault.vault.session import is_vault, open_vault
from healthvault.vault.status import owner_name
from healthvault.vault.unlock import Secret
from healthvault.vault.vault import Place
from tests.vaults import NOW_MS

NEW = NewVault(name="Ana Silva", passphrase="päss", kdf="light")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Where nothing is yet."""
    return Place(root=tmp_path / "vault", state_dir=tmp_path / "state")


def test_a_new_vault(place: Place) -> None:
    """It opens by its passphrase and by its words, holds its genesis and the owner's name, and nothing else."""
    words = create_vault(place, NEW, now_ms=NOW_MS)
    assert 24 == len(words)
    assert 32 == len(from_words(" ".join(words), 32))
    secrets = [
        Secret(kind=SlotKind.PASSPHRASE, value="päss".encode()),
        Secret(kind=SlotKind.PASSPHRASE, value="pa\u0308ss".encode()),  # typed on another keyboard
        Secret(kind=SlotKind.RECOVERY, value="  ".join(words).upper().encode()),
    ]
    for secret in secrets:
        with open_vault(place, secret, now_ms=NOW_MS) as vault:
            assert (1, "Ana Silva", []) == (vault.history.size, owner_name(vault), vault.warnings)
            assert NOW_MS == vault.history.last.header.ts_ms


def test_its_files(place: Place) -> None:
    """Folders are 0700 and files 0600, nothing is left beside it, and the words are nowhere."""
    words = create_vault(place, NEW, now_ms=NOW_MS)
    assert {0o700} == {path.stat().st_mode & 0o777 for path in place.root.rglob("*") if path.is_dir()}
    assert {0o600} == {path.stat().st_mode & 0o777 for path in place.root.rglob("*") if path.is_file()}
    assert ["vault"] == [path.name for path in place.root.parent.iterdir()]
    content = b"".join(path.read_bytes() for path in place.root.rglob("*") if path.is_file())
    assert from_words(" ".join(words), 32) not in content
    assert not any(name in content for name in (b"Ana", b"Silva", " ".join(words[:3]).encode()))


def test_two_vaults_share_nothing(place: Place, tmp_path: Path) -> None:
    """The same name and passphrase give another vault each time."""
    other = Place(root=tmp_path / "other", state_dir=tmp_path / "state")
    assert create_vault(place, NEW, now_ms=NOW_MS) != create_vault(other, NEW, now_ms=NOW_MS)
    rings = [parse_keyring((each.root / "keyring").read_bytes()) for each in (place, other)]
    assert rings[0].vault_id != rings[1].vault_id
    assert not {slot.salt for slot in rings[0].slots} & {slot.salt for slot in rings[1].slots}


def test_the_cost_of_the_passphrase(place: Place) -> None:
    """It is the one asked for; the recovery phrase needs none."""
    create_vault(place, NEW, now_ms=NOW_MS)
    passphrase, recovery = parse_keyring((place.root / "keyring").read_bytes()).slots
    assert KDF_PROFILES["light"] == passphrase.kdf
    assert (0, 0) == (recovery.kdf.ops, recovery.kdf.mem_kib)


def test_an_empty_folder_is_used(place: Place) -> None:
    """A folder that is there and empty becomes the vault."""
    place.root.mkdir()
    create_vault(place, NEW, now_ms=NOW_MS)
    assert is_vault(place)


def test_nothing_is_overwritten(place: Place) -> None:
    """Neither a file nor a folder with something in it, be it hidden."""
    place.root.mkdir()
    (place.root / ".hidden").touch()
    for root in (place.root, place.root / ".hidden"):
        with pytest.raises(InvalidRequest) as caught:
            create_vault(Place(root=root, state_dir=place.state_dir), NEW, now_ms=NOW_MS)
        assert "vault_exists" == caught.value.code
    assert [".hidden"] == [path.name for path in place.root.iterdir()]


@pytest.mark.parametrize(
    ("new", "code"),
    [
        (NewVault(name=" ", passphrase="x", kdf="light"), "empty_name"),
        (NewVault(name="Ana", passphrase="", kdf="light"), "bad_passphrase"),
        (NewVault(name="Ana", passphrase="\ud800", kdf="light"), "bad_passphrase"),
        (NewVault(name="\ud800", passphrase="x", kdf="light"), "bad_text"),
        (NewVault(name="x" * 70_000, passphrase="x", kdf="light"), "bad_schema"),
    ],
)
def test_what_cannot_be_a_vault(place: Place, new: NewVault, code: str) -> None:
    """It is refused, and nothing is left behind."""
    with pytest.raises(HealthVaultError) as caught:
        create_vault(place, new, now_ms=NOW_MS)
    assert code == caught.value.code
    assert [] == list(place.root.parent.iterdir())


def test_words_that_are_not_confirmed(place: Place) -> None:
    """Whoever does not confirm the words gets no vault."""
    shown: list[tuple[str, ...]] = []

    def confirm(words: tuple[str, ...]) -> None:
        shown.append(words)
        raise InvalidRequest("cancelled", "no")

    with pytest.raises(InvalidRequest):
        create_vault(place, NEW, now_ms=NOW_MS, confirm_words=confirm)
    assert [24] == [len(words) for words in shown]
    assert [] == list(place.root.parent.iterdir())


def test_a_link_to_a_folder_is_no_place(place: Place, tmp_path: Path) -> None:
    """A link cannot be replaced by a vault; it is named, and left alone."""
    (tmp_path / "empty").mkdir()
    place.root.symlink_to(tmp_path / "empty")
    with pytest.raises(InvalidRequest) as caught:
        create_vault(place, NEW, now_ms=NOW_MS)
    assert "io_error" == caught.value.code
    assert ["empty", "vault"] == sorted(path.name for path in tmp_path.iterdir())


def test_it_fails_as_a_whole(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever change to the disk fails, no half-made vault is left."""
    monkeypatch.setattr(slots, "argon2id", lambda *_, size, **__: bytes(size))
    names = ("create_file", "write_at", "sync", "rename", "make_directory", "sync_directory")
    real = {name: getattr(files, name) for name in names}
    for stop_at in range(1, 100):
        calls = 0

        def call(name: str, *args: object, stop_at: int = stop_at) -> object:
            nonlocal calls
            calls += 1
            if calls == stop_at:
                raise InvalidRequest("io_error", "no space left")
            return real[name](*args)

        for name in names:
            monkeypatch.setattr(files, name, functools.partial(call, name))
        try:
            create_vault(place, NEW, now_ms=NOW_MS)
        except InvalidRequest:
            assert is_vault(place) == (place.root.exists())
            assert ["vault"] * place.root.exists() == [path.name for path in place.root.parent.iterdir()]
            if place.root.exists():
                break
        else:
            break
    assert stop_at > 20


def test_an_unknown_cost(place: Place) -> None:
    """It is refused by name before words are made and shown."""

    def never(words: tuple[str, ...]) -> None:
        pytest.fail("words were shown")

    with pytest.raises(InvalidRequest) as caught:
        create_vault(place, replace(NEW, kdf="cheap"), now_ms=NOW_MS, confirm_words=never)
    assert ("unknown_kdf", "one of light, standard, strong") == (caught.value.code, caught.value.hint)
    assert not place.root.exists()
