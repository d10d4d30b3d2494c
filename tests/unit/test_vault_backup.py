# SPDX-License-Identifier: Apache-2.0
"""Making backups: what is copied, what is refused, what is destroyed."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from healthvault.errors import HealthVaultError, InvalidRequest, VaultBusy, VaultDamaged, WrongKey
from healthvault.storage import files
from healthvault.storage.keystore import keystore_epochs
from healthvault.storage.layout import VaultPaths
from healthvault.storage.lock import WriterLock
from healthvault.storage.slots import SlotKind
from healthvault.vault import backup, backup_folder
from healthvault.vault.backup import Destination, back_up, list_backups, newest_backup
from healthvault.vault.backup_source import Source
from healthvault.vault.erase import erase_documents, find_victims
from healthvault.vault.keyslots import remove_key
from healthvault.vault.read import document_bytes, list_documents
from healthvault.vault.restore import restore
from healthvault.vault.unlock import Secret
from healthvault.vault.vault import Place
from healthvault.vault.views import BackupView
from tests import vaults
from tests.vaults import NOW_MS, Sample

FORMS = ("copy", "ana.hvbackup")


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """A vault with two documents in one pack and one in another."""
    ana = vaults.ana(tmp_path)
    ana.add(b"first", b"second " * 2000)
    ana.add(b"third")
    return ana


def destination(ana: Sample, form: str = "copy") -> Destination:
    """Return where the backup of a test goes."""
    return Destination(path=ana.place.root.with_name(form), is_file=form.endswith(".hvbackup"))


def save(ana: Sample, form: str = "copy", secret: Secret | None = None) -> BackupView:
    """Make a backup."""
    return back_up(ana.place, destination(ana, form), secret=secret, now_ms=NOW_MS)


def copy_of(ana: Sample) -> VaultPaths:
    """Return the files of the backup in a folder."""
    return VaultPaths(root=destination(ana).path)


def held_by(ana: Sample, form: str = "copy") -> set[bytes]:
    """Return what a restored backup holds."""
    name = files.temporary_path(ana.place.root.parent, "restored")
    place = Place(root=name, state_dir=name.with_name(name.name + "-state"))
    restore(destination(ana, form).path, place)
    restored = Sample(place=place, secret=ana.secret, words=ana.words)
    assert () == restored.check().findings
    with restored.open() as vault:
        found = [item for item in list_documents(vault, vaults.EVERYTHING) if item.status != "erased"]
        return {document_bytes(vault, item) for item in found}


def erase(ana: Sample, place: int = 0) -> None:
    """Erase a document: by default the one that was added last."""
    with ana.open(writing=True) as vault:
        victims = find_victims(vault, (ana.documents()[place].id,))
        erase_documents(vault, victims, reason=None, now_ms=NOW_MS)


def refused(ana: Sample, kind: type[HealthVaultError], code: str, match: str, form: str = "copy") -> None:
    """Check that a backup is refused, and that what is there stays as it is."""
    target = destination(ana, form).path
    before = vaults.snapshot(target) if target.is_dir() else target.read_bytes() if target.exists() else None
    with pytest.raises(kind, match=match) as caught:
        save(ana, form)
    assert code == caught.value.code
    after = vaults.snapshot(target) if target.is_dir() else target.read_bytes() if target.exists() else None
    if isinstance(before, dict) and isinstance(after, dict):
        after.pop("lock", None)
        before.pop("lock", None)
        assert before.get("backup") == after.get("backup")
        assert before.keys() - {"VERSION"} <= after.keys()
    else:
        assert before == after


@pytest.mark.parametrize("form", FORMS)
def test_a_backup_is_restored_to_the_same_vault(ana: Sample, form: str) -> None:
    """Every document, and the small files byte for byte."""
    save(ana, form)
    assert {b"first", b"second " * 2000, b"third"} == held_by(ana, form)


def test_a_folder_holds_what_the_vault_holds(ana: Sample) -> None:
    """Byte for byte, without caches, locks of the vault and temporary files; 0600 and 0700."""
    save(ana)
    ours, theirs = vaults.snapshot(ana.place.root), vaults.snapshot(copy_of(ana).root)
    del theirs["backup"], theirs["lock"]
    assert {
        name: data for name, data in ours.items() if name.split("/")[0] not in {"cache", "tree", "lock"}
    } == theirs
    for path in copy_of(ana).root.rglob("*"):
        assert (0o700 if path.is_dir() else 0o600) == path.stat().st_mode & 0o777


def test_a_backup_opens_as_a_vault(ana: Sample) -> None:
    """Reading and checking it need no restore."""
    save(ana)
    place = Place(root=copy_of(ana).root, state_dir=ana.place.state_dir)
    copy = Sample(place=place, secret=ana.secret, words=ana.words)
    assert ana.contents() == copy.contents()
    assert () == copy.check().findings


def test_only_what_is_new_is_copied(ana: Sample) -> None:
    """A second run costs nothing, a later one the new bytes only; the first pack is not touched."""
    first = save(ana)
    assert first.copied_bytes is not None
    assert first.copied_bytes > 20_000
    assert 0 == save(ana).copied_bytes
    before = copy_of(ana).pack(1).stat()
    ana.add(b"small")
    added = save(ana).copied_bytes
    assert added is not None
    assert 4128 < added < 6000
    after = copy_of(ana).pack(1).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert 4 == len(held_by(ana))


def test_a_backup_needs_no_secret_but_uses_one(ana: Sample) -> None:
    """With a secret at hand the keyring is opened before it is copied."""
    save(ana, secret=ana.secret)
    with pytest.raises(WrongKey):
        save(ana, secret=Secret(kind=SlotKind.PASSPHRASE, value=b"wrong"))
    flaw = bytearray(ana.paths.keyring.read_bytes())
    flaw[-1] ^= 1
    ana.paths.keyring.write_bytes(flaw)
    with pytest.raises(VaultDamaged):
        save(ana, form="other", secret=ana.secret)


@pytest.mark.parametrize("form", FORMS)
def test_the_machine_remembers_its_backups(ana: Sample, form: str) -> None:
    """How far they are behind, and whether what was erased is still in them."""
    made = save(ana, form)
    (known,) = list_backups(ana.place, now_ms=NOW_MS)
    assert (str(destination(ana, form).path), 4, 0, True, NOW_MS) == (
        known.path,
        known.entries,
        known.behind,
        known.is_clean,
        known.time_ms,
    )
    assert (made.path, made.entries) == (known.path, known.entries)
    assert destination(ana, form).path == newest_backup(ana.place, now_ms=NOW_MS)
    erase(ana)
    (known,) = list_backups(ana.place, now_ms=NOW_MS)
    assert (1, False) == (known.behind, known.is_clean)
    save(ana, form)
    (known,) = list_backups(ana.place, now_ms=NOW_MS)
    assert (0, True) == (known.behind, known.is_clean)


def test_an_erasure_reaches_the_backup(ana: Sample) -> None:
    """The next run destroys keystore and bytes there, and leaves no file that held them."""
    save(ana)
    with Sample(
        place=Place(root=copy_of(ana).root, state_dir=ana.place.state_dir), secret=ana.secret, words=ana.words
    ).open():
        pass  # makes an index in it
    assert files.list_names(copy_of(ana).cache)
    pack = copy_of(ana).pack(1)
    victim = pack.read_bytes()[:4128]
    erase(ana, 2)
    save(ana)
    assert [1] == keystore_epochs(copy_of(ana))
    assert bytes(4128) == pack.read_bytes()[:4128]
    assert [] == files.list_names(copy_of(ana).cache)
    assert [] == [name for name, data in vaults.snapshot(copy_of(ana).root).items() if victim[:64] in data]
    assert {b"second " * 2000, b"third"} == held_by(ana)
    assert 0 == save(ana).copied_bytes


def test_what_was_erased_before_the_first_run_never_gets_there(ana: Sample) -> None:
    """Zeros are copied where an object was."""
    erase(ana, 1)
    for form in FORMS:
        save(ana, form)
        assert {b"first", b"third"} == held_by(ana, form)


def test_an_interrupted_erasure_is_finished_first(ana: Sample) -> None:
    """A backup would keep what was to be erased."""
    old = ana.paths.keys(0).read_bytes()
    save(ana)
    erase(ana)
    ana.paths.keys(0).write_bytes(old)
    ana.paths.keys(0).chmod(0o600)
    refused(ana, InvalidRequest, "erasure_unfinished", "interrupted")
    ana.add(b"any command that writes")
    assert save(ana).is_clean


# --- what is at the destination ---


@pytest.mark.parametrize("form", FORMS)
def test_something_else_there_is_refused(ana: Sample, form: str) -> None:
    """Somebody's folder, somebody's file, a vault."""
    target = destination(ana, form).path
    if form == "copy":
        target.mkdir()
        (target / "photo.jpg").write_bytes(b"x")
    else:
        target.write_bytes(b"x")
    refused(ana, InvalidRequest, "unsafe_output", "no backup", form)


def test_a_vault_is_no_destination(ana: Sample, tmp_path: Path) -> None:
    """Not even a copy of this one."""
    shutil.copytree(ana.place.root, tmp_path / "copy")
    refused(ana, InvalidRequest, "unsafe_output", "no backup")


def test_vault_and_backup_do_not_lie_in_one_another(ana: Sample) -> None:
    """In either direction, by a link too."""
    link = ana.place.root.with_name("link")
    link.symlink_to(ana.place.root)
    for path in (ana.place.root, ana.place.root / "b", ana.place.root.parent, link / "b"):
        for is_file in (False, True):
            with pytest.raises(InvalidRequest) as caught:
                back_up(ana.place, Destination(path=path, is_file=is_file), secret=None, now_ms=NOW_MS)
            assert "unsafe_output" == caught.value.code


@pytest.mark.parametrize("form", FORMS)
def test_the_backup_of_another_vault_is_refused(ana: Sample, tmp_path: Path, form: str) -> None:
    """Whatever is in it."""
    lee = vaults.lee(tmp_path)
    lee.add(*(b"%d" % number for number in range(9)))
    save(lee, form)
    refused(ana, InvalidRequest, "other_backup", "another vault", form)


@pytest.mark.parametrize("form", FORMS)
def test_a_vault_that_was_put_back_does_not_replace_a_newer_backup(ana: Sample, tmp_path: Path, form: str) -> None:
    """Fewer entries, whatever this machine remembers."""
    old = vaults.copy_vault(ana, tmp_path / "old" / "ana", tmp_path / "old-state")
    ana.add(b"newer")
    save(ana, form)
    shutil.rmtree(ana.place.root)
    shutil.copytree(old.place.root, ana.place.root)
    refused(ana, VaultDamaged, "vault_rolled_back", "has 5 entries, the vault only 4", form)


@pytest.mark.parametrize("form", FORMS)
def test_a_vault_with_another_past_is_refused(ana: Sample, tmp_path: Path, form: str) -> None:
    """Both went on from the same entries."""
    other = vaults.copy_vault(ana, tmp_path / "other" / "ana", tmp_path / "other-state")
    ana.add(b"here")
    save(ana, form)
    other.add(b"there", b"and more")
    moved = Sample(
        place=Place(root=other.place.root, state_dir=other.place.state_dir), secret=ana.secret, words=ana.words
    )
    with pytest.raises(VaultDamaged) as caught:
        back_up(moved.place, destination(ana, form), secret=None, now_ms=NOW_MS)
    assert "vault_forked" == caught.value.code


def test_an_older_keyring_does_not_replace_a_newer_one(ana: Sample) -> None:
    """Each replacement counts up: the same count with other bytes is damage."""
    old = ana.paths.keyring.read_bytes()
    with ana.open(writing=True) as vault:
        remove_key(vault, 0)
    save(ana)
    ana.paths.keyring.write_bytes(old)
    refused(ana, VaultDamaged, "vault_rolled_back", "keyring")
    flaw = bytearray(copy_of(ana).keyring.read_bytes())
    flaw[-1] ^= 1
    ana.paths.keyring.write_bytes(flaw)
    refused(ana, VaultDamaged, "vault_rolled_back", "keyring")


@pytest.mark.parametrize(
    "name", ["keyring", "journal/00000000.seg", "keys/0.ks", "backup", "objects/0/1.pack", "tmp"]
)
def test_a_link_in_the_way_is_refused(ana: Sample, tmp_path: Path, name: str) -> None:
    """What it leads to is not touched."""
    save(ana)
    ana.add(b"more")
    path = copy_of(ana).root / name
    elsewhere = tmp_path / "elsewhere"
    shutil.move(path, elsewhere)
    path.symlink_to(elsewhere)
    before = vaults.snapshot(elsewhere) if elsewhere.is_dir() else elsewhere.read_bytes()
    if name in {"keys/0.ks", "objects/0/1.pack"}:
        save(ana)  # is copied anew, over the link
        assert not path.is_symlink()
    else:
        with pytest.raises(VaultDamaged):
            save(ana)
    assert before == (vaults.snapshot(elsewhere) if elsewhere.is_dir() else elsewhere.read_bytes())


def test_two_runs_into_one_folder_do_not_mix(ana: Sample) -> None:
    """The second is told."""
    save(ana)
    with WriterLock(copy_of(ana).lock):
        refused(ana, VaultBusy, "vault_in_use", "copy")


def test_what_is_missing_there_is_copied_again(ana: Sample) -> None:
    """A journal, a keystore, a pack that became shorter or is gone."""
    save(ana)
    for path in (copy_of(ana).segment(0), copy_of(ana).keys(0), copy_of(ana).pack(1)):
        for cut in (True, False):
            if cut:
                path.write_bytes(path.read_bytes()[:-1])
            else:
                path.unlink()
            save(ana)
            assert 3 == len(held_by(ana))


def test_a_stopped_run_is_gone_on_with(ana: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    """Packs that are whole are not copied again."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(backup_folder.FolderBackup, "_copy_journal", stop)
        with pytest.raises(KeyboardInterrupt):
            save(ana)
    left = copy_of(ana).pack(1).stat().st_ino
    save(ana)
    assert 3 == len(held_by(ana))
    assert left == copy_of(ana).pack(1).stat().st_ino


# --- damage in the vault ---


def flip_pack(ana: Sample) -> None:
    """Change a byte of the newest pack."""
    _flip(ana.paths.pack(4), 100)


def cut_pack(ana: Sample) -> None:
    """Cut the newest pack."""
    ana.paths.pack(4).write_bytes(ana.paths.pack(4).read_bytes()[:-1])


def lose_pack(ana: Sample) -> None:
    """Remove the newest pack."""
    ana.paths.pack(4).unlink()


def lose_old_pack(ana: Sample) -> None:
    """Remove a pack that the backup has."""
    ana.paths.pack(1).unlink()


def flip_journal(ana: Sample) -> None:
    """Change a byte of the newest entry but one."""
    _flip(ana.paths.segment(0), -900)


def flip_record(ana: Sample) -> None:
    """Change the number of the newest record."""
    _flip(ana.paths.keys(0), -80)


def lose_record(ana: Sample) -> None:
    """Make a hole of the newest record."""
    data = ana.paths.keys(0).read_bytes()
    ana.paths.keys(0).write_bytes(data[:-80] + bytes(80))


def flip_header(ana: Sample) -> None:
    """Change the header of the keystore."""
    _flip(ana.paths.keys(0), 20)


def flip_checkpoint(ana: Sample) -> None:
    """Change the signature of the checkpoint."""
    _flip(ana.paths.checkpoint, -5)


def _flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


DAMAGE = (
    flip_pack,
    cut_pack,
    lose_pack,
    lose_old_pack,
    flip_journal,
    flip_record,
    lose_record,
    flip_header,
    flip_checkpoint,
)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_vault_does_not_replace_a_good_backup(
    ana: Sample, damage: Callable[[Sample], None], form: str
) -> None:
    """What is new is checked while it is copied; the backup is the old one, and restores."""
    save(ana, form)
    ana.add(b"newer")
    damage(ana)
    for path in ana.paths.tree.iterdir():
        path.unlink()
    refused(ana, VaultDamaged, "vault_damaged", ".", form)
    assert {b"first", b"second " * 2000, b"third"} == held_by(ana, form)
    assert [destination(ana, form).path.name] == [
        path.name for path in ana.place.root.parent.iterdir() if path.name.lstrip(".").startswith(form)
    ]


def test_a_lost_record_is_not_taken_for_an_erasure(ana: Sample) -> None:
    """Its object is still there: nothing is overwritten in the backup."""
    save(ana)
    erase(ana)
    data = bytearray(ana.paths.keys(1).read_bytes())
    data[64 + 80 : 64 + 160] = bytes(80)
    ana.paths.keys(1).write_bytes(data)
    refused(ana, VaultDamaged, "vault_damaged", "no secret any more")
    assert 3 == len(held_by(ana))


# --- a vault in use ---


def test_an_erasure_meanwhile_begins_the_copying_again(ana: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was copied, only one moment is committed."""
    stages = [0]

    def erase_first(source: Source) -> bool:
        stages[0] += 1
        if stages[0] == 1:
            erase(ana)
        return really(source)

    really = Source.has_changed
    for form in FORMS:
        stages[0] = 0
        ana.add(form.encode())
        with monkeypatch.context() as patch:
            patch.setattr(Source, "has_changed", erase_first)
            made = save(ana, form)
        assert (2, True, 0) == (stages[0], made.is_clean, made.behind)
        assert {b"first", b"second " * 2000, b"third"} == held_by(ana, form)


def test_a_keystore_destroyed_meanwhile_is_no_damage(ana: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    """An erasure between two reads looks like damage, until the keyring is looked at."""
    calls = [0]

    def erase_first(source: Source, first: int, *, with_holes: bool) -> object:
        calls[0] += 1
        if calls[0] == 1:
            erase(ana)
        return really(source, first, with_holes=with_holes)

    really = Source.record_bytes
    save(ana)
    ana.add(b"to be erased")
    ana.add(b"stays")
    with monkeypatch.context() as patch:
        patch.setattr(Source, "record_bytes", erase_first)
        assert save(ana).is_clean
    assert 2 == calls[0]


def test_a_vault_that_never_stands_still(ana: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    """After some attempts the run gives up, and says that it is not damage."""
    monkeypatch.setattr(Source, "has_changed", lambda _: True)
    monkeypatch.setattr(backup, "WAIT_SECONDS", 0.0)
    (copy_of(ana).root).mkdir()
    for form in FORMS:
        with pytest.raises(VaultBusy, match="changes faster"):
            save(ana, form)
    assert ["ana", "ana-state", "copy"] == sorted(path.name for path in ana.place.root.parent.iterdir())
