# SPDX-License-Identifier: Apache-2.0
"""vault.rotation: only the recovery words change what speaks for a vault, and the vault goes on under its id."""

from dataclasses import replace
from pathlib import Path

import pytest

from healthvault.crypto.words import to_words
from healthvault.errors import VaultDamaged, WrongKey
from healthvault.ledger.events import RotateReason
from healthvault.storage.inputs import InputFile
from healthvault.storage.slots import SlotKind
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
from tests import vaults
from tests.vaults import DAY_MS, NOW_MS, Sample

NEW_PASSPHRASE = NewPassphrase(text="another horse", kdf="light")


def problems(reader: Sample, bundle: Path) -> tuple[str, ...]:
    """Return the codes that a reader's verification gives."""
    with reader.open() as vault:
        made = InputFile(name=bundle.name, path=bundle)
        found = verify_file(vault, reader.place, made, vaults.PLAIN, now_ms=NOW_MS).problems
        return tuple(problem.code for problem in found)


def rotate(ana: Sample, reason: RotateReason = RotateReason.PLANNED) -> None:
    """Rotate the keys."""
    with ana.open(writing=True) as vault:
        rotate_keys(vault, ana.words, reason, now_ms=NOW_MS)


def compromise(ana: Sample, since: int | None = None) -> tuple[Sample, bytes]:
    """Declare the keys stolen; return the vault with the way in that is left, and the note."""
    with ana.open(writing=True) as vault:
        place = vault.history.size if since is None else since
        _, note = declare_compromised(vault, ana.words, NEW_PASSPHRASE, since=place, now_ms=NOW_MS)
    return replace(ana, secret=ana.words), note


def test_a_rotated_vault_goes_on(tmp_path: Path) -> None:
    """After a rotation all documents are read, more are added, and the audit is content."""
    ana = vaults.ana(tmp_path)
    ana.add(b"before")
    rotate(ana)
    ana.add(b"after")
    rotate(ana, RotateReason.LOST)
    assert [b"after", b"before"] == list(ana.contents().values())
    assert () == ana.check().findings
    with ana.open() as vault:
        assert [0, 1, 2] == [epoch.number for epoch in vault.history.chain.epochs]
        assert 3 == len(vault.keys.identity.recipients)
        assert vault.keys.identity.next is None


def test_bundles_across_a_rotation(tmp_path: Path) -> None:
    """A bundle made before a rotation still verifies, and so does one made after it, in any order."""
    ana, lee = vaults.pair(tmp_path)
    documents = ana.add(b"one", b"two")
    ana.share(tmp_path / "old.hvb", documents[:1])
    rotate(ana)
    ana.share(tmp_path / "new.hvb", documents[1:])
    assert () == problems(lee, tmp_path / "new.hvb")
    assert () == problems(lee, tmp_path / "old.hvb")
    assert () == problems(lee, tmp_path / "new.hvb")


def test_old_mail_is_read_after_a_rotation(tmp_path: Path) -> None:
    """What was encrypted to the keys of an earlier epoch is still opened."""
    ana, lee = vaults.pair(tmp_path)
    lee.share(tmp_path / "letter.hvb", lee.add(b"letter"), to=("Ana",))
    rotate(ana)
    assert () == problems(ana, tmp_path / "letter.hvb")


def test_wrong_words_change_nothing(tmp_path: Path) -> None:
    """The words of another vault rotate nothing."""
    ana = vaults.ana(tmp_path)
    before = ana.paths.keyring.read_bytes(), ana.paths.checkpoint.read_bytes()
    other = Secret(kind=SlotKind.RECOVERY, value=" ".join(to_words(bytes(32))).encode())
    with ana.open(writing=True) as vault, pytest.raises(WrongKey) as caught:
        rotate_keys(vault, other, RotateReason.PLANNED, now_ms=NOW_MS)
    assert "wrong_key" == caught.value.code
    assert before == (ana.paths.keyring.read_bytes(), ana.paths.checkpoint.read_bytes())


def test_after_a_theft_only_words_and_the_new_passphrase_open(tmp_path: Path) -> None:
    """A declared theft leaves two ways in, and the stolen master key opens nothing of the new keyring."""
    ana = vaults.ana(tmp_path)
    ana.add(b"before")
    with ana.open() as vault:
        stolen = vault.keys.master_key
    after, _ = compromise(ana)
    with pytest.raises(WrongKey):
        ana.contents()
    typed = Secret(kind=SlotKind.PASSPHRASE, value=b"another horse")
    with open_vault(ana.place, typed, now_ms=NOW_MS) as vault:
        assert stolen != vault.keys.master_key
    after.add(b"after")
    assert [b"after", b"before"] == list(after.contents().values())
    assert () == after.check().findings
    assert ["1.ks"] == [path.name for path in ana.paths.key_records.iterdir()]


def test_pins_survive_a_new_master_key(tmp_path: Path) -> None:
    """What was seen of others is still known under the new master key."""
    ana, lee = vaults.pair(tmp_path)
    lee.share(tmp_path / "letter.hvb", lee.add(b"letter"), to=("Ana",))
    problems(ana, tmp_path / "letter.hvb")
    after, _ = compromise(ana)
    with after.open() as vault:
        made = InputFile(name="letter.hvb", path=tmp_path / "letter.hvb")
        verification = verify_file(vault, after.place, made, vaults.PLAIN, now_ms=NOW_MS)
    assert NOW_MS == verification.seen_before_ms
    assert not ana.paths.pins_next.exists()


def test_a_theft_that_began_in_the_future(tmp_path: Path) -> None:
    """`since` names an entry of the epoch that is closed, or the next."""
    ana = vaults.ana(tmp_path)
    with pytest.raises(Exception, match="next entry is 1"):
        compromise(ana, since=2)
    assert () == ana.check().findings


def test_new_words(tmp_path: Path) -> None:
    """After a change of the words only the new ones open the vault and rotate its keys."""
    ana = vaults.ana(tmp_path)
    recovery, words = new_words()
    with ana.open(writing=True) as vault:
        change_words(vault, ana.words, recovery, now_ms=NOW_MS)
    with pytest.raises(WrongKey):
        replace(ana, secret=ana.words).contents()
    renewed = Secret(kind=SlotKind.RECOVERY, value=" ".join(words).encode())
    with pytest.raises(WrongKey):
        rotate(ana)
    rotate(replace(ana, words=renewed))
    assert {} == replace(ana, secret=renewed).contents()
    assert () == ana.check().findings


def test_going_on_from_an_old_copy(tmp_path: Path) -> None:
    """A restart names what was lost, and after it the vault can be written again."""
    ana = vaults.ana(tmp_path)
    ana.add(b"kept")
    old = vaults.copy_vault(ana, tmp_path / "copy", ana.place.state_dir)
    ana.add(b"lost")
    with pytest.raises(VaultDamaged):
        old.add(b"refused")
    with open_vault(old.place, old.secret, now_ms=NOW_MS, writing=True, restarting=True) as vault:
        done = restart_history(vault, old.words, now_ms=NOW_MS + DAY_MS)
        assert (2, 3, ()) == (done.entry, done.lost_entries, done.erased_again)
        assert (2,) == vault.history.chain.restarts
    old.add(b"after", now_ms=NOW_MS + DAY_MS)
    assert [b"after", b"kept"] == list(old.contents().values())
    assert () == old.check().findings
    assert 2 == len(list(old.state.self_pins.iterdir()))
