# SPDX-License-Identifier: Apache-2.0
"""Restoring: a whole vault or none, and nothing of a source is believed."""

import shutil
import tarfile
from pathlib import Path

import pytest

from healthvault.bundle.container import member_header
from healthvault.codec import pack, unpack
from healthvault.errors import HealthVaultError, InvalidRequest, VaultDamaged
from healthvault.storage.layout import VaultPaths
from healthvault.vault.backup import Destination, back_up
from healthvault.vault.backup_drill import drill
from healthvault.vault.erase import erase_documents, find_victims
from healthvault.vault.restore import restore
from healthvault.vault.vault import Place
from tests import vaults
from tests.vaults import NOW_MS, Sample

FORMS = ("copy", "ana.hvbackup")


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """A vault with two documents, and a backup of it in either form."""
    ana = vaults.ana(tmp_path)
    ana.add(b"first", b"second " * 2000)
    for form in FORMS:
        save(ana, form)
    return ana


def save(ana: Sample, form: str) -> None:
    """Make a backup."""
    path = ana.place.root.with_name(form)
    back_up(ana.place, Destination(path=path, is_file=path.suffix == ".hvbackup"), secret=None, now_ms=NOW_MS)


def restored(ana: Sample, form: str) -> Sample:
    """Restore a backup, and return the vault as a machine sees it that knows nothing."""
    place = Place(root=ana.place.root.with_name("restored"), state_dir=ana.place.root.with_name("new-state"))
    restore(ana.place.root.with_name(form), place)
    return Sample(place=place, secret=ana.secret, words=ana.words)


def refused(ana: Sample, form: str, kind: type[HealthVaultError], code: str) -> None:
    """Check that a restore is refused, and that nothing is left of it."""
    before = set(ana.place.root.parent.iterdir())
    with pytest.raises(kind) as caught:
        restored(ana, form)
    assert code == caught.value.code
    assert before == set(ana.place.root.parent.iterdir())


@pytest.mark.parametrize("form", [*FORMS, "ana"])
def test_a_restored_vault_is_the_vault(ana: Sample, form: str) -> None:
    """From a backup, or from the folder itself; it opens by every way and can be written."""
    copy = restored(ana, form)
    assert ana.contents() == copy.contents()
    assert () == copy.check().findings
    assert ana.paths.keyring.read_bytes() == copy.paths.keyring.read_bytes()
    assert not copy.paths.backup.exists()
    copy.add(b"goes on")
    assert 3 == len(copy.contents())
    for path in copy.place.root.rglob("*"):
        assert (0o700 if path.is_dir() else 0o600) == path.stat().st_mode & 0o777


@pytest.mark.parametrize("form", FORMS)
def test_the_source_is_only_read(ana: Sample, form: str) -> None:
    """Nothing is made or changed in it."""
    before = vaults.snapshot(ana.place.root.parent)
    restored(ana, form)
    after = vaults.snapshot(ana.place.root.parent)
    assert before == {name: data for name, data in after.items() if not name.startswith("restored/")}


def test_nothing_is_put_over_a_vault(ana: Sample) -> None:
    """Nor over anything else; an empty folder is well."""
    target = ana.place.root.with_name("restored")
    target.mkdir()
    (target / "x").touch()
    refused(ana, "copy", InvalidRequest, "vault_exists")
    (target / "x").unlink()
    assert ana.contents() == restored(ana, "copy").contents()


def test_source_and_place_do_not_lie_in_one_another(ana: Sample) -> None:
    """A vault in the folder of its backup would be in the next run's way."""
    copy = ana.place.root.with_name("copy")
    with pytest.raises(InvalidRequest) as caught:
        restore(copy, Place(root=copy / "vault", state_dir=ana.place.state_dir))
    assert "unsafe_output" == caught.value.code


@pytest.mark.parametrize("what", ["missing", "empty", "file", "unfinished"])
def test_what_is_no_backup_is_named(ana: Sample, tmp_path: Path, what: str) -> None:
    """Nothing there, an empty folder, another file, a backup whose first run has not ended."""
    match what:
        case "empty":
            (tmp_path / what).mkdir()
        case "file":
            (tmp_path / what).write_bytes(b"x" * 5000)
        case "unfinished":
            (tmp_path / what).mkdir()
            (tmp_path / what / "backup").touch()
    refused(ana, what, InvalidRequest, "not_a_backup")


def test_what_a_backup_does_not_cover_is_left_behind(ana: Sample) -> None:
    """A run that stopped has added entries, records and packs that its head does not name."""
    head = VaultPaths(root=ana.place.root.with_name("copy")).backup
    before = head.read_bytes()
    ana.add(b"not committed")
    save(ana, "copy")
    head.write_bytes(before)
    copy = restored(ana, "copy")
    assert 2 == len(copy.contents())
    assert () == copy.check().findings
    assert [1] == [int(path.stem) for path in copy.paths.objects.rglob("*.pack")]


def test_an_older_copy_is_known_to_be_one(ana: Sample) -> None:
    """On a machine that has seen more: it is read with a warning, and not written."""
    ana.add(b"newer")
    place = Place(root=ana.place.root.with_name("restored"), state_dir=ana.place.state_dir)
    restore(ana.place.root.with_name("copy"), place)
    copy = Sample(place=place, secret=ana.secret, words=ana.words)
    assert 2 == len(copy.contents())
    with pytest.raises(VaultDamaged) as caught:
        copy.add(b"x")
    assert "vault_rolled_back" == caught.value.code


def test_an_erasure_that_was_not_finished_in_the_copy_is_finished(ana: Sample) -> None:
    """The run stopped after its commit: old keystore and object are still there, the new vault has neither."""
    copy = VaultPaths(root=ana.place.root.with_name("copy"))
    old_keys, old_pack = copy.keys(0).read_bytes(), copy.pack(1).read_bytes()
    with ana.open(writing=True) as vault:
        erase_documents(vault, find_victims(vault, (ana.documents()[0].id,)), reason=None, now_ms=NOW_MS)
    save(ana, "copy")
    copy.pack(1).write_bytes(old_pack)
    refused(ana, "copy", VaultDamaged, "vault_damaged")
    copy.keys(0).write_bytes(old_keys)
    new = restored(ana, "copy")
    assert ana.paths.pack(1).read_bytes() == new.paths.pack(1).read_bytes()
    assert () == new.check().findings
    assert {"erased", "current"} == {item.status for item in new.documents()}


@pytest.mark.parametrize("name", ["journal/00000000.seg", "objects/0/1.pack"])
def test_every_part_is_held_against_the_checkpoint(ana: Sample, name: str) -> None:
    """A changed byte in journal or packs, in a folder or a file: no vault is made."""
    folder, archive = (ana.place.root.with_name(form) for form in FORMS)
    with tarfile.open(archive) as tar:
        inside = tar.getmember(name)
    for path, start, size in ((folder / name, 0, inside.size), (archive, inside.offset_data, inside.size)):
        form = "copy" if path != archive else archive.name
        for at in (0, 1, size // 2, size - 1):
            with vaults.flipped(path, start + at):
                refused(ana, form, VaultDamaged, "vault_damaged")
    with vaults.flipped(archive, inside.offset):
        refused(ana, archive.name, VaultDamaged, "vault_damaged")
    assert ana.contents() == restored(ana, "copy").contents()


def test_a_missing_file_is_noticed(ana: Sample) -> None:
    """Whichever it is."""
    copy = ana.place.root.with_name("copy")
    for name in ("journal/00000000.seg", "keys/0.ks", "objects/0/1.pack"):
        shutil.move(copy / name, copy.with_name("away"))
        refused(ana, "copy", VaultDamaged, "vault_damaged")
        shutil.move(copy.with_name("away"), copy / name)
    assert 2 == len(restored(ana, "copy").contents())


def test_heads_of_two_moments_do_not_mix(ana: Sample) -> None:
    """A newer checkpoint on older files is damage."""
    copy = VaultPaths(root=ana.place.root.with_name("copy"))
    ana.add(b"newer")
    head = unpack(copy.backup.read_bytes())
    assert isinstance(head, list)
    head[2] = ana.paths.checkpoint.read_bytes()
    copy.backup.write_bytes(pack(head))
    refused(ana, "copy", VaultDamaged, "vault_damaged")


def test_links_in_a_source_are_refused(ana: Sample, tmp_path: Path) -> None:
    """Nothing from elsewhere gets into a vault."""
    pack_file = ana.place.root.with_name("copy") / "objects/0/1.pack"
    shutil.move(pack_file, tmp_path / "elsewhere")
    pack_file.symlink_to(tmp_path / "elsewhere")
    refused(ana, "copy", VaultDamaged, "vault_damaged")


def test_leftovers_of_a_stopped_run_are_cleared(ana: Sample) -> None:
    """Only ours, and only of this place."""
    parent = ana.place.root.parent
    (parent / ".restored.restore-0123abcd" / "x").mkdir(parents=True)
    (parent / ".restored.restore-mine").mkdir()
    restored(ana, "copy")
    assert not (parent / ".restored.restore-0123abcd").exists()
    assert (parent / ".restored.restore-mine").exists()


def test_a_drill_reads_what_it_says(ana: Sample, tmp_path: Path) -> None:
    """All documents are decrypted, up to three are read, and the memory of the vault is not touched."""
    pin = ana.pin.read_bytes()
    copy = restored(ana, "copy")
    done = drill(copy.place, ana.secret, now_ms=NOW_MS)
    assert (True, 2, 2) == (done.check.is_clean, done.check.documents, len(done.opened))
    assert pin == ana.pin.read_bytes()
    ana.add(*(b"%d" % number for number in range(5)))
    save(ana, "copy")
    shutil.rmtree(copy.place.root)
    shutil.rmtree(copy.place.state_dir)
    opened = drill(restored(ana, "copy").place, ana.secret, now_ms=NOW_MS).opened
    assert 3 == len(set(opened) & {item.id for item in ana.documents()})


def test_a_drill_of_a_damaged_keystore_says_where(ana: Sample) -> None:
    """A record that only a secret can judge."""
    keystore = ana.place.root.with_name("copy") / "keys/0.ks"
    data = bytearray(keystore.read_bytes())
    data[-1] ^= 1
    keystore.write_bytes(data)
    done = drill(restored(ana, "copy").place, ana.secret, now_ms=NOW_MS)
    assert (False, ()) == (done.check.is_clean, done.opened)
    assert any("record of entry 2" in finding.message for finding in done.check.findings)


@pytest.mark.parametrize("name", ["keys/9.ks", "objects/7/9.pack"])
def test_a_file_holds_nothing_else(ana: Sample, name: str) -> None:
    """A keystore that the head does not name, or a pack in another folder, is refused."""
    path = ana.place.root.with_name("ana.hvbackup")
    with tarfile.open(path) as tar:
        members = [(info.name, tar.extractfile(info).read()) for info in tar]  # type: ignore[union-attr]
    order = ("backup", "VERSION", "journal", "keys", "objects")
    members = sorted([*members, (name, b"x")], key=lambda item: order.index(item[0].split("/")[0]))
    blocks = b"".join(member_header(at, len(data)) + data + bytes(-len(data) % 512) for at, data in members)
    path.write_bytes(blocks + bytes(1024))
    refused(ana, "ana.hvbackup", VaultDamaged, "vault_damaged")


def test_links_in_a_circle(ana: Sample) -> None:
    """They lead nowhere: neither a backup nor a place for one."""
    loop = ana.place.root.with_name("loop")
    loop.symlink_to("loop")
    refused(ana, "loop", InvalidRequest, "not_a_backup")
    with pytest.raises((InvalidRequest, VaultDamaged)):
        back_up(ana.place, Destination(path=loop, is_file=False), secret=None, now_ms=NOW_MS)
