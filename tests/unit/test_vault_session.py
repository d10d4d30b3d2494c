# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.session."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from healthvault.errors import (
    AnswerNeeded,
    HealthVaultError,
    InvalidRequest,
    VaultBusy,
    VaultDamaged,
    VaultNotFound,
    WrongKey,
)
from healthvault.storage import catalogue, database
from healthvault.storage.slots import SlotKind
from healthvault.vault import session
from healthvault.vault.create import NewVault, create_vault
from healthvault.vault.read import list_documents
from healthvault.vault.session import is_vault, open_vault
from healthvault.vault.unlock import Secret, catalogue_key
from healthvault.vault.vault import Place
from tests import vaults
from tests.vaults import DAY_MS, EVERYTHING, NOW_MS, Sample


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """An empty vault."""
    return vaults.ana(tmp_path)


def test_each_secret_opens(ana: Sample) -> None:
    """Passphrase, recovery words and key file give the same keys."""
    keys = []
    for secret in (ana.secret, ana.passphrase, ana.words):
        with open_vault(ana.place, secret, now_ms=NOW_MS) as vault:
            keys.append(vault.keys.master_key)
    assert 1 == len(set(keys))


@pytest.mark.parametrize(
    ("secret", "code"),
    [
        (Secret(kind=SlotKind.PASSPHRASE, value=b"wrong"), "wrong_passphrase"),
        (Secret(kind=SlotKind.PASSPHRASE, value=b"\xff"), "wrong_passphrase"),
        (Secret(kind=SlotKind.KEY_FILE, value=b"HEALTHVAULT-KEY-1" + b"A" * 52), "wrong_key"),
        (Secret(kind=SlotKind.KEY_FILE, value=b"no key"), "wrong_key"),
        (Secret(kind=SlotKind.RECOVERY, value=b"abandon " * 24), "bad_phrase"),
        (Secret(kind=SlotKind.RECOVERY, value=b"abandon " * 23 + b"art"), "wrong_key"),
        (Secret(kind=SlotKind.OS_KEYRING, value=b"x" * 32), "wrong_key"),
    ],
)
@pytest.mark.parametrize("writing", [False, True])
def test_wrong_secrets(ana: Sample, secret: Secret, code: str, writing: bool) -> None:
    """Each kind of wrong secret has its code, and changes nothing."""
    before = vaults.snapshot(ana.place.root / "journal")
    with pytest.raises(WrongKey) as caught, open_vault(ana.place, secret, now_ms=NOW_MS, writing=writing):
        pass
    assert code == caught.value.code
    assert before == vaults.snapshot(ana.place.root / "journal")


def test_a_locked_vault(ana: Sample) -> None:
    """Without a secret the signed past is there, and nothing that is sealed."""
    with open_vault(ana.place, None, now_ms=NOW_MS) as vault:
        assert 1 == vault.history.size
        for ask in (lambda: vault.keys, lambda: vault.keystore, lambda: vault.catalogue):
            with pytest.raises(AnswerNeeded) as caught:
                ask()
            assert "locked" == caught.value.code


def test_no_vault(tmp_path: Path) -> None:
    """No folder, an empty one, one with other things in it: there is no vault, and none is made."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").touch()
    for name in ("missing", "empty", "other", "other/file"):
        place = Place(root=tmp_path / name, state_dir=tmp_path / "state")
        assert not is_vault(place)
        with pytest.raises(VaultNotFound), open_vault(place, None, now_ms=NOW_MS):
            pass
    assert ["empty", "other"] == sorted(path.name for path in tmp_path.iterdir())


def test_damage_does_not_make_it_no_vault(ana: Sample) -> None:
    """Without its checkpoint a vault is damaged, and never begun anew; what is there can be read."""
    ana.paths.checkpoint.unlink()
    assert is_vault(ana.place)
    with ana.open() as vault:
        assert "checkpoint: the file is missing" in vault.warnings[0]
    with pytest.raises(VaultDamaged), ana.open(writing=True):
        pass
    ana.paths.version.unlink()
    assert is_vault(ana.place)


def test_another_version(ana: Sample) -> None:
    """A folder of a later version is refused by name."""
    ana.paths.version.write_bytes(b"healthvault 2\n")
    with pytest.raises(InvalidRequest) as caught, ana.open():
        pass
    assert "unsupported" == caught.value.code


def test_one_writer(ana: Sample) -> None:
    """A second writer is told who holds the lock; readers need none."""
    with ana.open(writing=True):
        with pytest.raises(VaultBusy) as caught, ana.open(writing=True):
            pass
        assert "vault_in_use" == caught.value.code
        assert f"process {os.getpid()}" in caught.value.message
        with ana.open() as vault:
            assert [] == list(list_documents(vault, EVERYTHING))
    with ana.open(writing=True):
        pass


@pytest.mark.parametrize(
    ("now_ms", "is_refused"),
    [
        (NOW_MS - DAY_MS - 1, True),
        (NOW_MS - DAY_MS, False),
        (NOW_MS + 400 * DAY_MS, False),
        (NOW_MS + 400 * DAY_MS + 1, True),
    ],
)
def test_a_suspicious_clock(ana: Sample, now_ms: int, is_refused: bool) -> None:
    """A writer's clock is at most a day behind and 400 days ahead of the newest entry; readers do not mind."""
    with ana.open(now_ms=now_ms):
        pass
    with open_vault(ana.place, ana.secret, now_ms=now_ms, writing=True, clock_ok=True):
        pass
    try:
        with ana.open(writing=True, now_ms=now_ms):
            assert not is_refused
    except InvalidRequest as err:
        assert (True, "clock_suspicious") == (is_refused, err.code)  # noqa: PT017


def test_a_linked_folder(ana: Sample, tmp_path: Path) -> None:
    """The folder of the vault may be reached through a link; nothing in it may be one."""
    (tmp_path / "link").symlink_to(ana.place.root)
    with open_vault(Place(root=tmp_path / "link", state_dir=tmp_path / "state"), ana.secret, now_ms=NOW_MS):
        pass
    for name in ("keyring", "checkpoint", "VERSION", "journal", "keys", "tmp"):
        (ana.place.root / name).rename(tmp_path / name)
        (ana.place.root / name).symlink_to(tmp_path / name)
        with pytest.raises(VaultDamaged), ana.open(writing=True):
            pass
        (ana.place.root / name).unlink()
        (tmp_path / name).rename(ana.place.root / name)


def test_hard_links_and_devices(ana: Sample, tmp_path: Path) -> None:
    """A file with a second name, a pipe and a device in its place are damage, and nobody waits for them."""
    for name in ("keyring", "checkpoint", "lock", "journal/00000000.seg", "keys/0.ks"):
        path = ana.place.root / name
        path.touch()
        (tmp_path / "second").hardlink_to(path)
        with pytest.raises(VaultDamaged), ana.open(writing=True):
            pass
        (tmp_path / "second").unlink()
        path.rename(tmp_path / "aside")
        os.mkfifo(path)
        with pytest.raises(VaultDamaged), ana.open(writing=True):
            pass
        path.unlink()
        (tmp_path / "aside").rename(path)
    with ana.open(writing=True):
        pass


def test_missing_folders_are_made(ana: Sample) -> None:
    """A backup need not hold folders that are empty or caches."""
    for name in ("tmp", "tree", "cache", "objects"):
        shutil.rmtree(ana.place.root / name)
    assert {"cache_stale"} == {item.code for item in ana.check().findings}
    ana.add(b"x")
    assert () == ana.check().findings


def damage_keyring(ana: Sample) -> None:
    """Cut the keyring."""
    ana.paths.keyring.write_bytes(b"\x97")


def damage_journal(ana: Sample) -> None:
    """Cut the journal."""
    ana.paths.segment(0).write_bytes(b"\0\0\0\5")


def damage_keystore(ana: Sample) -> None:
    """Cut the keystore."""
    ana.paths.keys(0).write_bytes(b"")


def damage_pin(ana: Sample) -> None:
    """Spoil the outside pin."""
    with ana.open():
        pass
    ana.pin.write_bytes(b"no note")


def damage_nothing(ana: Sample) -> None:
    """Leave all as it is."""


@pytest.mark.parametrize(
    "damage",
    [damage_keyring, damage_journal, damage_keystore, damage_pin, damage_nothing],
    ids=lambda f: f.__name__,
)
def test_no_file_stays_open(ana: Sample, damage: Callable[[Sample], None]) -> None:
    """Whether it can be opened or not, and checked, all files are closed after."""
    damage(ana)

    def attempt() -> None:
        for writing in (False, True):
            try:
                with ana.open(writing=writing):
                    pass
            except HealthVaultError:
                pass
        ana.check()

    attempt()
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    for _ in range(3):
        attempt()
    assert before == len(os.listdir("/proc/self/fd"))  # noqa: PTH208


def test_a_reader_goes_on_with_a_newer_checkpoint(ana: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that finishes while a reader is opening does not make the reader see a rollback, or half of it."""
    real = session.check_rollback
    written: list[str] = []

    def slow(*args: object) -> object:
        if not written:
            written.append("")
            written.append(ana.add(b"meanwhile")[0].id)
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(session, "check_rollback", slow)
    with ana.open() as vault:
        assert [] == vault.warnings
        assert 2 == vault.history.size
        assert written[1:] == [item.id for item in list_documents(vault, EVERYTHING)]


def test_a_reader_and_a_moving_catalogue(ana: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader sees the documents of one moment, although another is added before it has read the first."""
    real = session.catch_up
    rounds = iter(range(2))

    def slow(*args: object) -> None:
        real(*args)  # type: ignore[arg-type]
        number = next(rounds, None)
        if number is not None:
            monkeypatch.setattr(session, "catch_up", real)
            ana.add(b"%d" % number)
            monkeypatch.setattr(session, "catch_up", slow)

    monkeypatch.setattr(session, "catch_up", slow)
    with ana.open() as vault:
        assert (3, 2) == (vault.history.size, len(list(list_documents(vault, EVERYTHING))))
        monkeypatch.setattr(session, "catch_up", real)
        ana.add(b"later")
        assert 2 == len(list(list_documents(vault, EVERYTHING)))


def test_a_reader_tries_once_more(ana: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    """What looks like damage while another process writes is looked at again; what stays so is reported."""
    real = session.load_history
    faults = [True]

    def flaky(*args: object, **options: object) -> object:
        if faults:
            faults.clear()
            ana.add(b"meanwhile")
            raise VaultDamaged("vault_damaged", "in between")
        return real(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(session, "load_history", flaky)
    with ana.open() as vault:
        assert 2 == vault.history.size

    def broken(*_: object, **__: object) -> object:
        raise VaultDamaged("vault_damaged", "for good")

    monkeypatch.setattr(session, "load_history", broken)
    with ana.open() as vault:
        assert vault.warnings[0].endswith("for good")


def test_an_index_that_never_stands_still(ana: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that cannot get hold of the index makes one of its own."""
    ana.add(b"one")
    monkeypatch.setattr(session, "hold_catalogue", lambda _: False)
    assert [b"one"] == list(ana.contents().values())


def test_an_index_that_another_process_makes(ana: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another process does not finish with the index, a command that needs it newer says so."""
    ana.add(b"one")
    path = ana.paths.catalogue
    with ana.open() as vault:
        key = catalogue_key(vault.keys)
    monkeypatch.setattr(database, "WAIT_SECONDS", 0.05)
    other = catalogue.Catalogue.open(path, key)
    with other.change():
        other.clear()
    with other.change():
        with pytest.raises(VaultBusy) as caught, ana.open():
            pass
        assert "catalogue_in_use" == caught.value.code
    other.close()
    assert [b"one"] == list(ana.contents().values())


def test_a_machine_without_memory(ana: Sample) -> None:
    """Where the outside pin cannot be kept, reading warns and goes on; writing does not begin."""
    place = Place(root=ana.place.root, state_dir=Path("/proc/nowhere"))
    with open_vault(place, ana.secret, now_ms=NOW_MS) as vault:
        assert vault.warnings[0].startswith("this machine's memory of the vault cannot be used")
    with pytest.raises(InvalidRequest) as caught, open_vault(place, ana.secret, now_ms=NOW_MS, writing=True):
        pass
    assert "io_error" == caught.value.code


def test_the_light_profile_is_used_here(tmp_path: Path) -> None:
    """A passphrase of standard cost opens as well as a light one."""
    place = Place(root=tmp_path / "vault", state_dir=tmp_path / "state")
    create_vault(place, NewVault(name="Ana", passphrase="x"), now_ms=NOW_MS)
    with open_vault(place, Secret(kind=SlotKind.PASSPHRASE, value=b"x"), now_ms=NOW_MS) as vault:
        assert 256 * 1024 == vault.keyring.slots[0].kdf.mem_kib
