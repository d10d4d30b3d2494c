# SPDX-License-Identifier: Apache-2.0
"""Whole files exchanged: for one another, for older ones, for those of another vault, for zeros.

Each is authentic by itself, so only what ties the files to one another can tell.
"""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from healthvault.errors import HealthVaultError, VaultDamaged, WrongKey
from healthvault.storage import journal
from healthvault.storage.inputs import InputFile
from healthvault.vault.keyslots import add_passphrase, list_keys, remove_key
from healthvault.vault.read import document_bytes, list_documents
from healthvault.vault.receive import verify_file
from healthvault.verify.verdicts import Question
from tests import vaults
from tests.vaults import EVERYTHING, NOW_MS, Sample

ONE, TWO, THREE = b"one", b"two", b"three"
FIRST_PACK, SECOND_PACK = "objects/0/1.pack", "objects/0/2.pack"


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """A vault with two documents, each in a pack of its own."""
    ana = vaults.ana(tmp_path)
    ana.add(ONE)
    ana.add(TWO)
    return ana


def readable(sample: Sample) -> Iterator[bytes]:
    """Yield the documents that can be read, the oldest first."""
    try:
        with sample.open() as vault:
            for document in reversed(list(list_documents(vault, EVERYTHING))):
                try:
                    yield document_bytes(vault, document)
                except VaultDamaged:
                    continue
    except (VaultDamaged, WrongKey):
        return


def findings(sample: Sample) -> set[str]:
    """Return the places where the audit finds errors, or the code of the error that it ends with."""
    try:
        return {item.where for item in sample.check().findings if item.severity == "error"}
    except HealthVaultError as err:
        return {err.code}


def exchange(root: Path, first: str, second: str) -> None:
    """Give two files each other's names."""
    (root / first).rename(root / "aside")
    (root / second).rename(root / first)
    (root / "aside").rename(root / second)


def test_packs_exchanged(ana: Sample) -> None:
    """Two packs of the same size under each other's names: no document is read as the other."""
    exchange(ana.place.root, FIRST_PACK, SECOND_PACK)
    assert [] == list(readable(ana))
    assert {"objects/0/1.pack entry 1 object 0", "objects/0/2.pack entry 2 object 0"} == findings(ana)


def test_objects_of_a_pack_exchanged(tmp_path: Path) -> None:
    """Two objects of one size that change places within their pack are not read as each other."""
    ana = vaults.ana(tmp_path)
    ana.add(ONE, TWO)
    pack = ana.place.root / FIRST_PACK
    content = pack.read_bytes()
    half = len(content) // 2
    pack.write_bytes(content[half:] + content[:half])
    assert [] == list(readable(ana))
    assert {"objects/0/1.pack entry 1 object 0", "objects/0/1.pack entry 2 object 0"} == findings(ana)


def test_segments_exchanged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two segments of the journal under each other's names: each entry is found all the same."""
    monkeypatch.setattr(journal, "SEGMENT_BYTES", 1000)
    ana = vaults.ana(tmp_path)
    for content in (ONE, TWO, THREE):
        ana.add(content)
    first, second = "journal/00000000.seg", "journal/00000001.seg"
    assert (ana.place.root / second).is_file()
    assert () == ana.check().findings
    exchange(ana.place.root, first, second)
    assert [ONE, TWO, THREE] == list(readable(ana))
    assert {"journal/00000000.seg entries 0-1", "journal/00000001.seg entry 0"} == findings(ana)


def test_records_exchanged(ana: Sample) -> None:
    """Two records of the keystore in each other's places open nothing."""
    path = ana.paths.keys(0)
    content = path.read_bytes()
    path.write_bytes(content[:144] + content[224:304] + content[144:224])
    assert [] == list(readable(ana))
    assert {"keys/0.ks entry 1", "keys/0.ks entry 2"} <= findings(ana)


def test_an_old_keyring(ana: Sample) -> None:
    """An old keyring lets an old passphrase in again, which nobody can notice; it changes no document."""
    with ana.open(writing=True) as vault:
        add_passphrase(vault, "old and known", "light")
    old = ana.paths.keyring.read_bytes()
    with ana.open(writing=True) as vault:
        remove_key(vault, list_keys(vault)[-1].id)
    ana.paths.keyring.write_bytes(old)
    assert [ONE, TWO] == list(readable(ana))
    assert set() == findings(ana)


def test_an_old_keystore(ana: Sample) -> None:
    """An old keystore has no record of the newer entries: they are named, the older ones read."""
    old = ana.paths.keys(0).read_bytes()
    ana.add(THREE)
    ana.paths.keys(0).write_bytes(old)
    assert [ONE, TWO] == list(readable(ana))
    assert {"keys/0.ks entry 3"} == findings(ana)


def test_an_old_checkpoint(ana: Sample) -> None:
    """Beside the memory of this machine it is a rollback; elsewhere the newer entries are rolled forward."""
    old = ana.paths.checkpoint.read_bytes()
    ana.add(THREE)
    ana.paths.checkpoint.write_bytes(old)
    assert {"checkpoint"} == findings(ana)
    with ana.open() as vault:
        assert ["the vault has 3 entries, but 4 were seen on this machine"] == vault.warnings
    with pytest.raises(VaultDamaged) as caught, ana.open(writing=True):
        pass
    assert "vault_rolled_back" == caught.value.code
    ana.pin.unlink()
    with ana.open(writing=True) as vault:
        assert ["1 entries of an interrupted command were kept"] == vault.warnings
    assert [ONE, TWO, THREE] == list(readable(ana))
    assert set() == findings(ana)


def test_an_old_folder(ana: Sample, tmp_path: Path) -> None:
    """The whole folder put back: reading warns, writing and checking stop."""
    shutil.copytree(ana.place.root, tmp_path / "backup")
    ana.add(THREE)
    shutil.rmtree(ana.place.root)
    shutil.copytree(tmp_path / "backup", ana.place.root)
    assert [ONE, TWO] == list(readable(ana))
    assert {"checkpoint"} == findings(ana)
    with pytest.raises(VaultDamaged) as caught:
        ana.add(b"four")
    assert "vault_rolled_back" == caught.value.code


def test_a_folder_that_went_another_way(ana: Sample, tmp_path: Path) -> None:
    """Two copies that both went on: the machine that saw one refuses the other as a fork."""
    other = vaults.copy_vault(ana, tmp_path / "other", tmp_path / "other-state")
    ana.add(THREE)
    other.add(b"another")
    other.add(b"and one more")
    shutil.rmtree(ana.place.root)
    shutil.copytree(other.place.root, ana.place.root)
    with pytest.raises(VaultDamaged) as caught, ana.open():
        pass
    assert "vault_forked" == caught.value.code
    assert {"checkpoint"} == findings(ana)


@pytest.mark.parametrize(
    "name",
    ["checkpoint", "keyring", "keys/0.ks", "journal/00000000.seg", FIRST_PACK, "VERSION", "lock", "tree/0"],
)
def test_files_of_another_vault(ana: Sample, tmp_path: Path, name: str) -> None:
    """A file of another vault is named, or nobody needs it; it is never read as one of ours."""
    lee = vaults.lee(tmp_path)
    lee.add(b"not Ana's")
    lee.add(b"nor this")
    shutil.copyfile(lee.place.root / name, ana.place.root / name)
    expected = {
        "checkpoint": {"checkpoint"},
        "keyring": {"wrong_key"},
        "keys/0.ks": {"keys/0.ks"},
        "journal/00000000.seg": {"journal", "keyring", "checkpoint"},
        FIRST_PACK: {"objects/0/1.pack entry 1 object 0"},
    }.get(name, set())
    assert expected <= findings(ana)
    assert bool(expected) == bool(findings(ana))
    assert set(readable(ana)) <= {ONE, TWO}
    if not expected:
        assert [ONE, TWO] == list(readable(ana))


def test_pins_of_another_vault(tmp_path: Path) -> None:
    """The pins of another vault do not open."""
    ana, lee = vaults.pair(tmp_path)
    lee.paths.pins.write_bytes(bytes(4136))
    ana.paths.pins.write_bytes(lee.paths.pins.read_bytes())
    assert {"pins"} == findings(ana)


def test_old_pins(tmp_path: Path) -> None:
    """Older pins rewind what was seen, which only recipients can tell; nothing else is the worse for it."""
    ana, lee = vaults.pair(tmp_path)
    documents = ana.add(ONE, TWO)
    details = []
    for number in range(3):
        ana.share(tmp_path / f"{number}.hvb", documents[:1])
        file = InputFile(name="x", path=tmp_path / f"{number}.hvb")
        with lee.open() as vault:
            outcome = verify_file(vault, lee.place, file, vaults.PLAIN, now_ms=NOW_MS)
        assert () == outcome.problems
        details += [verdict.detail for verdict in outcome.verdicts if verdict.question is Question.CONSISTENCY]
        if number == 0:
            old = lee.paths.pins.read_bytes()
        lee.paths.pins.write_bytes(old)
        assert set() == findings(lee)
    assert ["first_contact", *["extends the 6 entries seen before"] * 2] == details


def test_a_pin_of_another_vault(ana: Sample, tmp_path: Path) -> None:
    """The memory of another vault under this one's name is no memory; nothing is written before that is mended."""
    lee = vaults.lee(tmp_path)
    for _ in range(2):
        lee.add(*(b"%d" % number for number in range(3)))
        with lee.open():
            pass
        shutil.copyfile(lee.pin, ana.pin)
        assert {str(ana.pin)} == findings(ana)
        with ana.open() as vault:
            assert ["another vault's" in warning for warning in vault.warnings][-1]
        with pytest.raises(VaultDamaged) as caught:
            ana.add(THREE)
        assert "vault_damaged" == caught.value.code


def zeros_after(path: Path) -> None:
    """Let a file go on with zeros, as some file systems do after a loss of power."""
    path.write_bytes(path.read_bytes() + bytes(5000))


def zeros_at_end(path: Path) -> None:
    """Let the last bytes of a file be zeros."""
    path.write_bytes(path.read_bytes()[:-100].ljust(path.stat().st_size, b"\0"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("checkpoint", {"checkpoint"}),
        ("keyring", {"keyring"}),
        ("keys/0.ks", set()),
        ("journal/00000000.seg", set()),
        (FIRST_PACK, set()),
        ("tree/0", set()),
        ("tree/offsets", set()),
        ("tree/events", set()),
    ],
)
def test_zeros_after_the_end(ana: Sample, name: str, expected: set[str]) -> None:
    """They are named where nothing may follow; beyond what the checkpoint covers they are a torn tail."""
    zeros_after(ana.place.root / name)
    assert expected == findings(ana)
    if not expected:
        ana.add(THREE)
        assert [ONE, TWO, THREE] == list(readable(ana))
        assert set() == findings(ana)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("checkpoint", {"checkpoint"}),
        ("keyring", {"keyring"}),
        ("keys/0.ks", {"keys/0.ks entry 1", "keys/0.ks entry 2"}),
        ("journal/00000000.seg", {"journal/00000000.seg entry 2", "journal"}),
        (SECOND_PACK, {"objects/0/2.pack entry 2 object 0"}),
        ("tree/0", set()),
        ("tree/offsets", set()),
    ],
)
def test_zeros_at_the_end(ana: Sample, name: str, expected: set[str]) -> None:
    """Below the checkpoint they are damage, and nothing repairs it but a rebuilt cache."""
    zeros_at_end(ana.place.root / name)
    assert expected >= findings(ana)
    assert bool(expected) == bool(findings(ana))
    assert set(readable(ana)) <= {ONE, TWO}
    with contextlib.suppress(VaultDamaged):
        ana.add(THREE)
    assert bool(expected) == bool(findings(ana))  # no writing repairs it


def delete(ana: Sample) -> None:
    """Remove the catalogue."""
    ana.paths.cache.joinpath("catalogue.db").unlink()


def garbage(ana: Sample) -> None:
    """Replace it by noise."""
    ana.paths.cache.joinpath("catalogue.db").write_bytes(b"\xa5" * 50_000)


def another_file(ana: Sample) -> None:
    """Replace it by a database without a key."""
    ana.paths.cache.joinpath("catalogue.db").write_bytes(b"SQLite format 3\0" + bytes(8176))


def empty(ana: Sample) -> None:
    """Replace it by an empty file."""
    ana.paths.cache.joinpath("catalogue.db").write_bytes(b"")


def folder(ana: Sample) -> None:
    """Take its folder away."""
    shutil.rmtree(ana.paths.cache)


def link(ana: Sample) -> None:
    """Replace it, and the files that a database has beside it, by links to a file of the user's."""
    precious = ana.place.root.parent / "precious"
    precious.write_bytes(b"precious" * 1000)
    delete(ana)
    for suffix in ("", "-wal", "-shm", "-journal"):
        ana.paths.cache.joinpath("catalogue.db" + suffix).symlink_to(precious)


@pytest.mark.parametrize("change", [delete, garbage, another_file, empty, folder, link])
def test_the_catalogue_is_made_anew(ana: Sample, change: Callable[[Sample], None]) -> None:
    """Whatever became of it, the next command shows the same as before."""
    before = ana.documents()
    change(ana)
    assert before == ana.documents()
    assert [ONE, TWO] == list(readable(ana))
    (third,) = ana.add(THREE)
    assert [third, *before] == ana.documents()
    precious = ana.place.root.parent / "precious"
    assert change is not link or precious.read_bytes() == b"precious" * 1000


def test_an_old_catalogue(ana: Sample) -> None:
    """An older copy is caught up, also after a grant has ended and a contact has gone."""
    old = ana.paths.cache.joinpath("catalogue.db").read_bytes()
    ana.add(THREE)
    expected = ana.documents()
    ana.paths.cache.joinpath("catalogue.db").write_bytes(old)
    assert expected == ana.documents()


def test_the_catalogue_of_another_vault(ana: Sample, tmp_path: Path) -> None:
    """It does not open under this vault's key, and another takes its place."""
    lee = vaults.lee(tmp_path)
    lee.add(b"not Ana's")
    expected = ana.documents()
    shutil.copyfile(lee.paths.cache / "catalogue.db", ana.paths.cache / "catalogue.db")
    assert expected == ana.documents()


def test_a_catalogue_that_is_no_file(ana: Sample) -> None:
    """A folder in its place is not removed: reading goes on without it, writing says what is wrong."""
    delete(ana)
    ana.paths.cache.joinpath("catalogue.db").mkdir()
    assert [ONE, TWO] == list(readable(ana))
    with pytest.raises(HealthVaultError) as caught:
        ana.add(THREE)
    assert "io_error" == caught.value.code


def test_a_restored_backup(ana: Sample, tmp_path: Path) -> None:
    """The files that a backup must hold are enough: the caches and empty folders are made anew."""
    for name in ("keyring", "keys", "journal", "objects", "checkpoint", "VERSION"):
        source, target = ana.place.root / name, tmp_path / "restored" / name
        target.parent.mkdir(mode=0o700, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    restored = Sample(
        place=vaults.Place(root=tmp_path / "restored", state_dir=tmp_path / "fresh"),
        secret=ana.secret,
        words=ana.words,
    )
    assert ana.documents() == restored.documents()
    assert () == restored.check().findings
    restored.add(THREE, now_ms=NOW_MS + 1)
    assert [ONE, TWO, THREE] == list(readable(restored))
