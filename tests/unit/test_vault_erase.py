# SPDX-License-Identifier: Apache-2.0
"""vault.erase: what opened a document is gone, its place in the tree stays."""

from pathlib import Path

import pytest

from healthvault.errors import InvalidRequest, VaultDamaged
from healthvault.storage.blobs import BlobPlace, is_erased
from healthvault.storage.inputs import InputFile
from healthvault.vault.erase import erase_again, erase_documents, find_victims
from healthvault.vault.read import document_bytes
from healthvault.vault.receive import verify_file
from healthvault.vault.rotation import restart_history
from healthvault.vault.session import open_vault
from healthvault.vault.views import Document
from tests import vaults
from tests.vaults import NOW_MS, Sample


def erase(ana: Sample, *ids: str) -> None:
    """Erase documents."""
    with ana.open(writing=True) as vault:
        erase_documents(vault, find_victims(vault, ids), reason="patient-request", now_ms=NOW_MS)


def content(ana: Sample, document: Document) -> bytes:
    """Return the bytes of a document."""
    with ana.open() as vault:
        return document_bytes(vault, document)


def test_the_others_stay(tmp_path: Path) -> None:
    """The neighbours in the same pack are read as before, and the audit is content."""
    ana = vaults.ana(tmp_path)
    one, two, three = ana.add(b"one", b"two", b"three")
    erase(ana, two.id)
    assert [(three.id, "current"), (two.id, "erased"), (one.id, "current")] == [
        (item.id, item.status) for item in ana.documents()
    ]
    assert () == ana.check().findings


def test_secret_and_bytes_are_gone(tmp_path: Path) -> None:
    """There is one keystore without the record, and zeros where the object was."""
    ana = vaults.ana(tmp_path)
    _, two, _ = ana.add(b"one", b"two", b"three")
    erase(ana, two.id)
    assert ["1.ks"] == [path.name for path in ana.paths.key_records.iterdir()]
    with ana.open() as vault:
        assert vault.keystore.read(two.entry) is None
        blob = vault.history.entry(two.entry).header.blobs[0]
        first = vault.history.entry(two.entry - 1).header.blobs[0]
        with vault.objects().open_pack(two.entry - 1) as pack:
            place = BlobPlace(offset=first.stored_bytes, stored_size_bytes=blob.stored_bytes, oid=blob.oid)
            assert is_erased(pack, place)


def test_bundles_still_verify(tmp_path: Path) -> None:
    """A bundle made before an erasure still verifies, and so does one made after it."""
    ana, lee = vaults.pair(tmp_path)
    one, two = ana.add(b"one", b"two")
    ana.share(tmp_path / "old.hvb", [one, two])
    erase(ana, two.id)
    ana.share(tmp_path / "new.hvb", [one])
    for name in ("old.hvb", "new.hvb"):
        with lee.open() as vault:
            made = InputFile(name=name, path=tmp_path / name)
            assert () == verify_file(vault, lee.place, made, vaults.PLAIN, now_ms=NOW_MS).problems


def test_twice(tmp_path: Path) -> None:
    """What is erased cannot be erased, read or shared."""
    ana = vaults.ana(tmp_path)
    (one,) = ana.add(b"one")
    erase(ana, one.id)
    with pytest.raises(InvalidRequest) as caught:
        erase(ana, one.id)
    assert "erased" == caught.value.code


def test_the_same_bytes_again(tmp_path: Path) -> None:
    """An erased document may be added again: nothing knows it any more."""
    ana = vaults.ana(tmp_path)
    (one,) = ana.add(b"one")
    erase(ana, one.id)
    (again,) = ana.add(b"one")
    assert (None, "current") == (again.duplicate_of, again.status)


def test_a_missing_record_stops_an_erasure(tmp_path: Path) -> None:
    """With another record unreadable nothing is destroyed: the old keystore may be the only one."""
    ana = vaults.ana(tmp_path)
    one, two = ana.add(b"one", b"two")
    keystore = ana.paths.keys(0)
    with vaults.flipped(keystore, 64 + 80 * two.entry + 20), pytest.raises(VaultDamaged):
        erase(ana, one.id)
    assert keystore.exists()


def test_an_old_keyring_and_keystore_put_back(tmp_path: Path) -> None:
    """A keystore from before an erasure lacks later records: it does not take the place of the newer one."""
    ana = vaults.ana(tmp_path)
    one, _ = ana.add(b"one", b"two")
    keyring, keystore = ana.paths.keyring.read_bytes(), ana.paths.keys(0).read_bytes()
    erase(ana, one.id)
    ana.paths.keyring.write_bytes(keyring)
    ana.paths.keys(0).write_bytes(keystore)
    with pytest.raises(VaultDamaged):
        ana.add(b"three")
    assert {"0.ks", "1.ks"} == {path.name for path in ana.paths.key_records.iterdir()}


def test_an_old_copy_is_erased_again(tmp_path: Path) -> None:
    """A restored copy that goes on by a restart erases what was erased on this machine."""
    ana = vaults.ana(tmp_path)
    one, two = ana.add(b"one", b"two")
    old = vaults.copy_vault(ana, tmp_path / "copy", ana.place.state_dir)
    erase(ana, one.id)
    with open_vault(old.place, old.secret, now_ms=NOW_MS, writing=True, restarting=True) as vault:
        done = restart_history(vault, old.words, now_ms=NOW_MS)
        assert (one.id,) == done.erased_again
        assert () == erase_again(vault, now_ms=NOW_MS)
    assert [two.id] == [item.id for item in old.documents() if item.status == "current"]
    assert () == old.check().findings


def test_another_document_in_its_place_stays(tmp_path: Path) -> None:
    """Of two packs of one size under each other's names, erasing the one's document does not cost the other's."""
    ana = vaults.ana(tmp_path)
    (one,), (two,) = ana.add(b"one"), ana.add(b"two")
    first, second = ana.paths.pack(one.entry), ana.paths.pack(two.entry)
    one_stored, two_stored = first.read_bytes(), second.read_bytes()
    assert len(one_stored) == len(two_stored)
    first.write_bytes(two_stored)
    second.write_bytes(one_stored)
    with ana.open(writing=True) as vault:
        erase_documents(vault, find_victims(vault, (one.id,)), reason=None, now_ms=NOW_MS)
        assert [f"entry {one.entry} is erased, but its stored bytes are still there: `hv check`"] == vault.warnings
    assert (two_stored, one_stored) == (first.read_bytes(), second.read_bytes())
    first.write_bytes(one_stored)
    second.write_bytes(two_stored)
    assert b"two" == content(ana, two)


def test_bytes_that_are_nobodys_go(tmp_path: Path) -> None:
    """A damaged object is overwritten all the same, and one of which a stop has left a part."""
    ana = vaults.ana(tmp_path)
    one, two = ana.add(b"one", b"two")
    pack = ana.paths.pack(one.entry)
    stored = pack.read_bytes()
    half = len(stored) // 2
    pack.write_bytes(bytes(half // 2) + stored[half // 2 :])
    erase(ana, one.id)
    assert bytes(half) + stored[half:] == pack.read_bytes()
    assert b"two" == content(ana, two)
