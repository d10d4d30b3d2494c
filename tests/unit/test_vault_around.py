# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.around and salvage; tests/damage/test_matrix.py tries every file."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from healthvault.errors import HealthVaultError, VaultDamaged
from healthvault.ledger.events import RotateReason
from healthvault.storage import files
from healthvault.storage.document_rows import DocumentRows
from healthvault.vault.amend import retract_document
from healthvault.vault.around import entries_text
from healthvault.vault.journal_log import log_entries
from healthvault.vault.read import document_bytes, list_documents
from healthvault.vault.rotation import rotate_keys
from healthvault.vault.session import open_vault
from healthvault.vault.status import identity_of, vault_status
from tests import vaults
from tests.vaults import EVERYTHING, NOW_MS, Sample

CONTENTS = (b"one", b"two", b"three", b"four")


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """A vault with three documents in a pack, and one in another."""
    ana = vaults.ana(tmp_path)
    ana.add(*CONTENTS[:3])
    ana.add(CONTENTS[3])
    return ana


def frames(ana: Sample) -> list[tuple[int, int]]:
    """Return where each frame of the first segment begins and ends."""
    content, found, at = ana.paths.segment(0).read_bytes(), [], 0
    while at < len(content):
        end = at + 4 + int.from_bytes(content[at : at + 4], "big")
        found.append((at, end))
        at = end
    return found


def change(path: Path, offset: int, mask: int = 1) -> None:
    """Change one byte for good."""
    content = bytearray(path.read_bytes())
    content[offset] ^= mask
    path.write_bytes(content)


def change_entry(ana: Sample, seq: int, offset: int = 200) -> None:
    """Change one byte of an entry."""
    change(ana.paths.segment(0), frames(ana)[seq][0] + 4 + offset)


def without_caches(ana: Sample) -> None:
    """Take away what can be made anew."""
    for folder in (ana.paths.cache, ana.paths.tree):
        shutil.rmtree(folder)


def seen(ana: Sample) -> tuple[set[bytes], list[str]]:
    """Return the documents that can be read, and the warnings."""
    found: set[bytes] = set()
    with ana.open() as vault:
        for item in list_documents(vault, EVERYTHING):
            try:
                found.add(document_bytes(vault, item))
            except VaultDamaged:
                continue
        return found, list(vault.warnings)


def genesis(ana: Sample) -> None:
    """Damage the entry that everything begins with."""
    change_entry(ana, 0)


def middle(ana: Sample) -> None:
    """Damage the second document's entry."""
    change_entry(ana, 2)


def signature(ana: Sample) -> None:
    """Damage the signature of the second document's entry."""
    change(ana.paths.segment(0), frames(ana)[2][1] - 1)


def newest(ana: Sample) -> None:
    """Damage the newest entry."""
    change_entry(ana, 4)


def length(ana: Sample) -> None:
    """Damage the length of the second document's frame: it then swallows the next ones."""
    change(ana.paths.segment(0), frames(ana)[2][0] + 2, 4)


def length_of_all(ana: Sample) -> None:
    """Damage the length of every frame."""
    for start, _ in frames(ana):
        change(ana.paths.segment(0), start + 1, 0x80)


def record(ana: Sample) -> None:
    """Damage the second document's record."""
    change(ana.paths.keys(0), 64 + 80 * 2 + 30)


def hole(ana: Sample) -> None:
    """Wipe the second document's record."""
    with files.open_file(ana.paths.keys(0), writable=True) as file:
        files.write_zeros(file, 64 + 80 * 2, 80)


def header(ana: Sample) -> None:
    """Damage the header of the keystore."""
    change(ana.paths.keys(0), 20)


def checkpoint(ana: Sample) -> None:
    """Damage the signature of the checkpoint."""
    change(ana.paths.checkpoint, ana.paths.checkpoint.stat().st_size - 10)


def no_checkpoint(ana: Sample) -> None:
    """Remove the checkpoint."""
    ana.paths.checkpoint.unlink()


def version(ana: Sample) -> None:
    """Remove VERSION."""
    ana.paths.version.unlink()


def first_pack(ana: Sample) -> None:
    """Remove the first pack."""
    ana.paths.pack(1).unlink()


def all_at_once(ana: Sample) -> None:
    """Damage the checkpoint, the keystore's header, genesis and the second document's entry."""
    for damage in (checkpoint, header, middle, genesis):
        damage(ana)


@pytest.mark.parametrize(
    ("damage", "lost"),
    [
        (genesis, {0}),
        (middle, {b"two"}),
        (signature, {b"two"}),
        (newest, {b"four"}),
        (length, {}),
        (length_of_all, {}),
        (record, {b"two"}),
        (hole, {b"two"}),
        (header, {}),
        (checkpoint, {}),
        (no_checkpoint, {}),
        (version, {}),
        (first_pack, {b"one", b"two", b"three"}),
        (all_at_once, {b"two"}),
    ],
)
def test_what_is_whole_is_read(ana: Sample, damage: Callable[[Sample], None], lost: set[bytes]) -> None:
    """Without any cache: what is not whole is missing and warned of, and nothing can be written."""
    damage(ana)
    without_caches(ana)
    before = vaults.snapshot(ana.place.root)
    for _ in range(2):
        found, warnings = seen(ana)
        assert set(CONTENTS) - set(lost) == found
        assert warnings
    after = vaults.snapshot(ana.place.root)
    assert before == {name: after[name] for name in before}
    assert {name.split("/")[0] for name in after.keys() - before.keys()} <= {"cache", "tree", "lock"}
    with pytest.raises(VaultDamaged):
        ana.add(b"more")


@pytest.mark.parametrize("damage", [middle, signature, newest, record, hole, header, first_pack, all_at_once])
def test_a_file_that_was_put_back(ana: Sample, damage: Callable[[Sample], None]) -> None:
    """The next command sees all again, and nothing is left of the index that was made around the damage."""
    kept = vaults.snapshot(ana.place.root)
    shown = ana.documents()
    without_caches(ana)
    damage(ana)
    seen(ana)
    for name, content in kept.items():
        if not name.startswith(("cache", "tree")):
            (ana.place.root / name).write_bytes(content)
            (ana.place.root / name).chmod(0o600)
    assert (set(CONTENTS), []) == seen(ana)
    assert shown == ana.documents()
    ana.add(b"more")
    assert () == ana.check().findings


@pytest.mark.parametrize("event", [0, 5])
def test_key_events_that_are_lost(ana: Sample, event: int) -> None:
    """Entries are found whose signer nobody knows any more, for others link to them; but there is no card."""
    with ana.open(writing=True) as vault:
        rotate_keys(vault, ana.words, RotateReason.PLANNED, now_ms=NOW_MS)
    ana.add(b"five")
    change_entry(ana, event)
    without_caches(ana)
    found, warnings = seen(ana)
    assert {*CONTENTS, b"five"} == found
    assert f"entry {event} (" in warnings[1]
    with ana.open() as vault, pytest.raises(VaultDamaged):
        identity_of(vault)


def test_a_forged_signer(ana: Sample) -> None:
    """An entry that nobody signed, and to which nothing links, is not read, though its number is missing."""
    change(ana.paths.segment(0), frames(ana)[4][1] - 1)
    change(ana.paths.segment(0), frames(ana)[0][0] + 60)
    without_caches(ana)
    found, _ = seen(ana)
    assert set(CONTENTS[:3]) == found


def test_a_retraction_that_is_lost(ana: Sample) -> None:
    """A document whose retraction cannot be read is shown as it was added, and the warning says that much."""
    with ana.open(writing=True) as vault:
        retract_document(vault, ana.documents()[0].id, reason="wrong person", now_ms=NOW_MS)
    ana.add(b"five")
    change_entry(ana, 5)
    without_caches(ana)
    with ana.open() as vault:
        assert {"current"} == {item.status for item in list_documents(vault, EVERYTHING)}
        assert (
            "whether they changed, retracted or erased a document that is shown is not known" in vault.warnings[1]
        )


def test_a_neighbour_in_the_pack(ana: Sample) -> None:
    """Behind an entry whose size nobody knows the objects of its pack are found from the pack's end."""
    middle(ana)
    without_caches(ana)
    with ana.open() as vault:
        third = next(item for item in list_documents(vault, EVERYTHING) if item.entry == 3)
        (part,) = DocumentRows(vault.catalogue).parts(3)
        assert (3, 0) == (part.pack, part.position)  # a guess
        assert b"three" == document_bytes(vault, third)


def test_a_keystore_that_is_cut(ana: Sample) -> None:
    """Writers refuse it at once, with an index or without; readers go on with what is there."""
    with files.open_file(ana.paths.keys(0), writable=True) as file:
        files.truncate(file, 64 + 80 * 3)
    for _ in range(2):
        with pytest.raises(VaultDamaged) as caught:
            ana.add(b"more")
        assert "the record of the newest entry, 4, is missing" in caught.value.message
        found, _ = seen(ana)
        assert {b"one", b"two"} == found
        without_caches(ana)


def test_without_its_keyring(ana: Sample) -> None:
    """Nothing opens, and the error says so."""
    ana.paths.keyring.unlink()
    with pytest.raises(VaultDamaged) as caught, ana.open():
        pass
    assert "keyring: the file is missing" in caught.value.message
    assert "nothing opens without the keyring" in (caught.value.hint or "")


@pytest.mark.parametrize("folder", ["journal", "keys"])
def test_without_anything(ana: Sample, folder: str) -> None:
    """With no entry, or no keystore, there is nothing to show: an error, never an empty vault."""
    shutil.rmtree(ana.place.root / folder)
    with pytest.raises(VaultDamaged), ana.open():
        pass


def test_a_locked_vault(ana: Sample) -> None:
    """It shows what it can, and names the rest."""
    genesis(ana)
    middle(ana)
    with open_vault(ana.place, None, now_ms=NOW_MS) as vault:
        status = vault_status(vault)
        assert (5, 0, False) == (status.entries, status.checkpoint_size, status.unlocked)
        assert any("entries 0, 2, 4 (" in warning for warning in status.warnings), status.warnings
        shown: list[int] = []
        with pytest.raises(VaultDamaged) as caught:
            shown.extend(entry.index for entry in log_entries(vault))
    assert [3, 1] == shown  # the newest is signed by a key that only genesis names, and nothing links to it
    assert "entries 0, 2, 4 cannot be read" == caught.value.message


def test_the_memory_of_this_machine(ana: Sample) -> None:
    """A damaged memory is warned of; a vault that went another way is never read around."""
    pin = ana.pin
    change(pin, 5, 0x80)
    with ana.open() as vault:
        assert "this machine's memory of the vault cannot be used" in vault.warnings[-1]
    newest(ana)
    pin.unlink()
    seen(ana)
    assert not pin.exists()  # what was read around damage is nothing to remember


def test_older_than_remembered(ana: Sample, tmp_path: Path) -> None:
    """Also a damaged vault is compared with what was seen of it."""
    shutil.copytree(ana.place.root, tmp_path / "old")
    ana.add(b"five")
    shutil.rmtree(ana.place.root)
    shutil.copytree(tmp_path / "old", ana.place.root)
    newest(ana)
    _, warnings = seen(ana)
    assert "6 entries were seen on this machine" in warnings


def test_a_fork_is_an_error(ana: Sample, tmp_path: Path) -> None:
    """Another past than the one remembered is not damage."""
    other = vaults.copy_vault(ana, tmp_path / "other", tmp_path / "other-state")
    ana.add(b"here")
    other.add(b"there")
    shutil.copyfile(other.pin, ana.pin)
    for damage in (lambda: None, lambda: record(ana)):
        damage()
        shutil.rmtree(ana.paths.cache)
        with pytest.raises(HealthVaultError) as caught, ana.open():
            pass
        assert "vault_forked" == caught.value.code


def test_numbers_in_words() -> None:
    """Neighbours are joined."""
    assert "entry 7" == entries_text([7])
    assert "entries 3, 5-9, 11-12" == entries_text([3, 5, 6, 7, 8, 9, 11, 12])
