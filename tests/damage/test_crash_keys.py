# SPDX-License-Identifier: Apache-2.0
"""Erasures and key changes that stop at any of their changes to the disk, in the four ways of test_crash.

Each of these replaces the keyring and destroys what it no longer names. After a stop the vault is as before or as
after, every other document is read, and the next writing command finishes what was begun.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from healthvault.errors import InvalidRequest, WrongKey
from healthvault.ledger.events import RotateReason
from healthvault.storage.erasures import erased_here
from healthvault.storage.inputs import InputFile
from healthvault.storage.slots import SlotKind
from healthvault.vault.erase import erase_documents, find_victims
from healthvault.vault.keyslots import remove_key, set_passphrase
from healthvault.vault.memory import load_pins
from healthvault.vault.read import document_bytes, find_document, list_documents
from healthvault.vault.receive import verify_file
from healthvault.vault.rotation import (
    NewPassphrase,
    change_words,
    declare_compromised,
    new_words,
    restart_history,
    rotate_keys,
)
from healthvault.vault.session import open_vault
from healthvault.vault.unlock import Secret
from healthvault.vault.vault import Vault
from tests import vaults
from tests.damage.faulty_disk import MODES, Disk, Stopped
from tests.vaults import NOW_MS, Sample

OLD = (b"acknowledged before", b"and this one too", b"and a third")
MOST_STEPS = 200
NEW_RECOVERY, NEW_WORDS = new_words()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A command, and how to tell what it may have changed."""

    run: Callable[[Sample, Vault], object]
    restarting: bool = False
    erases: bool = False


def erase(ana: Sample, vault: Vault) -> None:
    """Erase the second document."""
    middle = sorted(vaults_ids(vault))[1][1]
    erase_documents(vault, find_victims(vault, (middle,)), reason=None, now_ms=NOW_MS)


def vaults_ids(vault: Vault) -> Iterator[tuple[int, str]]:
    """Yield entry and id of each document."""
    for item in list_documents(vault, vaults.EVERYTHING):
        yield item.entry, item.id


def compromised(ana: Sample, vault: Vault) -> None:
    """Declare the keys stolen."""
    new = NewPassphrase(text="another horse", kdf="light")
    declare_compromised(vault, ana.words, new, since=vault.history.size, now_ms=NOW_MS)


CHANGES = {
    "erase": Change(run=erase, erases=True),
    "rotate": Change(run=lambda ana, vault: rotate_keys(vault, ana.words, RotateReason.PLANNED, now_ms=NOW_MS)),
    "compromised": Change(run=compromised),
    "root": Change(run=lambda ana, vault: change_words(vault, ana.words, NEW_RECOVERY, now_ms=NOW_MS)),
    "restart": Change(
        run=lambda ana, vault: restart_history(vault, ana.words, now_ms=NOW_MS), restarting=True, erases=True
    ),
    "passwd": Change(run=lambda _, vault: set_passphrase(vault, "another horse", "light")),
    "key remove": Change(run=lambda _, vault: remove_key(vault, 0)),
}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Sample, Sample]:
    """Ana with three documents in one pack and pins of Dr Lee's vault; and an old copy, one erasure behind."""
    folder = tmp_path_factory.mktemp("keys")
    ana, lee = vaults.pair(folder)
    lee.share(folder / "lee.hvb", lee.add(b"letter"), to=("Ana",))
    ana.add(*OLD)
    ana.share(folder / "ana.hvb", ana.documents()[:1])
    with ana.open() as vault:
        letter = InputFile(name="lee.hvb", path=folder / "lee.hvb")
        verify_file(vault, ana.place, letter, vaults.PLAIN, now_ms=NOW_MS)
    ahead = vaults.copy_vault(ana, folder / "ahead", folder / "ahead-state")
    with ahead.open(writing=True) as vault:
        erase(ahead, vault)
    return ana, ahead


def copy_of(prepared: tuple[Sample, Sample], folder: Path, change: Change) -> Sample:
    """Return a fresh copy of the vault, remembered by a machine that saw as much, or more before a restart."""
    ana, ahead = prepared
    folder.mkdir()
    state = folder / "state"
    if change.restarting:
        vaults.copy_vault(ahead, folder / "ahead", state)
        with open_vault(replace(ahead.place, state_dir=state), ahead.words, now_ms=NOW_MS, writing=True) as vault:
            assert vault.history.size
        state.joinpath("erased").mkdir(exist_ok=True)
        for name in ahead.state.root.joinpath("erased").iterdir():
            state.joinpath("erased", name.name).write_bytes(name.read_bytes())
    copied = vaults.copy_vault(ana, folder / "ana", state)
    with copied.open():
        pass
    return copied


def stopped_at(ana: Sample, change: Change, disk: Disk) -> bool:
    """Run a command on a disk that stops it, and tell whether it was stopped."""
    with pytest.MonkeyPatch.context() as patch:
        try:
            with open_vault(
                ana.place, ana.secret, now_ms=NOW_MS, writing=True, restarting=change.restarting
            ) as vault:
                disk.install(patch)
                change.run(ana, vault)
        except Stopped:
            disk.lose_power()
        except InvalidRequest as err:
            if ("fault", "io_error") != (disk.mode, err.code):
                raise
    return disk.has_stopped


def still_opening(ana: Sample) -> Sample:
    """Return the vault with words that open it: the old ones or, once these were changed, the new."""
    renewed = Secret(kind=SlotKind.RECOVERY, value=" ".join(NEW_WORDS).encode())
    for words in (ana.words, renewed):
        opened = replace(ana, secret=words, words=words)
        try:
            opened.documents()
        except WrongKey:
            continue
        return opened
    raise AssertionError("no words open the vault")


def check_settled(ana: Sample, change: Change) -> None:
    """Open for writing, and look at everything."""
    ana = still_opening(ana)
    with open_vault(ana.place, ana.secret, now_ms=NOW_MS, writing=True, restarting=True) as vault:
        if change.restarting and not vault.history.chain.restarts:
            restart_history(vault, ana.words, now_ms=NOW_MS)
        assert 1 == len(load_pins(vault).vaults)
        assert vault.keys.identity.next is None
        assert [f"{vault.keyring.ks_epoch}.ks"] == [path.name for path in ana.paths.key_records.iterdir()]
    held = {item.entry: item.status for item in ana.documents()}
    statuses = [held[seq] for seq in sorted(held)]
    assert statuses in (["current"] * 3, ["current", "erased", "current"])
    assert change.erases or "erased" not in statuses
    erased = {item.id for item in ana.documents() if item.status == "erased"}
    assert erased <= set(erased_here(ana.state, vault.keyring.vault_id))
    kept = [data for data, status in zip(OLD, statuses, strict=True) if status == "current"]
    current = [item for item in ana.documents() if item.status == "current"]
    assert kept == list(contents(ana, [item.id for item in current]))[::-1]
    assert not ana.paths.pins_next.exists()
    for cached in (*ana.paths.cache.iterdir(), *ana.paths.tree.iterdir()):
        cached.unlink()
    assert held == {item.entry: item.status for item in ana.documents()}
    ana.add(b"the next command")
    with ana.open(writing=True) as vault:
        words = replace(ana.secret)
        if vault.history.chain.root_pk and not change.restarting:
            try_to_rotate(vault, words)
    assert () == ana.faults()


def try_to_rotate(vault: Vault, words: Secret) -> None:
    """Rotate the keys by the words in force; those of an unfinished change are not, and are refused."""
    renewed = Secret(kind=SlotKind.RECOVERY, value=" ".join(NEW_WORDS).encode())
    for candidate in (words, renewed):
        try:
            rotate_keys(vault, candidate, RotateReason.PLANNED, now_ms=NOW_MS)
        except WrongKey:
            continue
        return
    raise AssertionError("no words rotate the keys")


def contents(ana: Sample, ids: list[str]) -> Iterator[bytes]:
    """Yield the bytes of documents."""
    with ana.open() as vault:
        for name in ids:
            yield document_bytes(vault, find_document(vault, name))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", CHANGES)
def test_stopped_anywhere(prepared: tuple[Sample, Sample], tmp_path: Path, name: str, mode: str) -> None:
    """Wherever it stops, the vault is as before or as after, and no other document is harmed."""
    change = CHANGES[name]
    for stop_at in range(1, MOST_STEPS):
        ana = copy_of(prepared, tmp_path / str(stop_at), change)
        disk = Disk(mode=mode, stop_at=stop_at)
        was_stopped = stopped_at(ana, change, disk)
        check_settled(ana, change)
        if not was_stopped:
            print(f"{name} {mode}: {stop_at - 1} stops")
            assert stop_at > 4, "the command made hardly any change"
            return
    pytest.fail("the command does not end")
