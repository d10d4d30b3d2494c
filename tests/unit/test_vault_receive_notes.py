# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.receive and healthvault.vault.contacts: what a contact's declared theft changes."""

from dataclasses import replace
from pathlib import Path

import pytest

from healthvault.errors import FormatError, HistoryError, IntegrityError
from healthvault.storage.inputs import InputFile
from healthvault.vault.contacts import add_contact, key_changes, list_contacts, preview_contact, remove_contact
from healthvault.vault.memory import load_pins
from healthvault.vault.receive import VerifyOptions, verify_file
from healthvault.vault.rotation import NewPassphrase, change_words, declare_compromised, new_words, restart_history
from healthvault.vault.session import open_vault
from healthvault.vault.share import share
from healthvault.vault.statements import compromise_note
from healthvault.vault.vault import Place
from healthvault.verify.context import Verification
from tests import vaults
from tests.vaults import NOW_MS, PLAIN, Sample

NEW_PASSPHRASE = NewPassphrase(text="another horse", kdf="light")


def declare(ana: Sample) -> tuple[Sample, InputFile]:
    """Let Ana declare her keys stolen; return her with the way in that is left, and the note."""
    with ana.open(writing=True) as vault:
        _, note = declare_compromised(vault, ana.words, NEW_PASSPHRASE, since=2, now_ms=NOW_MS)
    return replace(ana, secret=ana.words), InputFile(name="stolen.hvnote", data=note)


def verify(reader: Sample, file: InputFile) -> Verification:
    """Let a reader with a vault verify a file."""
    with reader.open() as vault:
        return verify_file(vault, reader.place, file, PLAIN, now_ms=NOW_MS)


def codes(verification: Verification) -> list[str]:
    """Return the codes of all problems."""
    return [problem.code for problem in verification.problems]


def file_at(path: Path) -> InputFile:
    """Return a file as an argument."""
    return InputFile(name=path.name, path=path)


def test_a_note_is_known_by_its_first_line(tmp_path: Path) -> None:
    """Other files are left to others."""
    ana, _ = vaults.pair(tmp_path)
    ana.share(tmp_path / "a.hvb", ana.add(b"one"))
    _, note = declare(ana)
    assert note.data == compromise_note(note)
    assert compromise_note(file_at(tmp_path / "a.hvb")) is None
    assert compromise_note(InputFile(name="empty", data=b"")) is None


def test_a_note_is_remembered(tmp_path: Path) -> None:
    """In the reader's vault, once; removing the contact does not undo it."""
    ana, lee = vaults.pair(tmp_path)
    ana.share(tmp_path / "accepted.hvb", ana.add(b"one"))
    assert [] == codes(verify(lee, file_at(tmp_path / "accepted.hvb")))
    ana.share(tmp_path / "late.hvb", ana.documents())
    ana, note = declare(ana)
    for _ in range(2):
        taken = verify(lee, note)
        assert ([], "Ana", "compromise") == (codes(taken), taken.signer_name, taken.kind)
    with lee.open(writing=True) as vault:
        (pins,) = load_pins(vault).vaults
        assert 1 == len(pins.compromised)
        remove_contact(vault, "Ana", now_ms=NOW_MS)
    assert ["key_revoked", "unknown_signer"] == sorted(codes(verify(lee, file_at(tmp_path / "late.hvb"))))


def test_what_the_old_keys_signed(tmp_path: Path) -> None:
    """Refused after the note, but for what was accepted before; the new keys are good."""
    ana, lee = vaults.pair(tmp_path)
    documents = ana.add(b"one", b"two")
    for name in ("accepted", "late"):
        ana.share(tmp_path / f"{name}.hvb", documents)
    assert [] == codes(verify(lee, file_at(tmp_path / "accepted.hvb")))
    ana, note = declare(ana)
    verify(lee, note)
    assert [] == codes(verify(lee, file_at(tmp_path / "accepted.hvb")))
    assert ["key_revoked"] == codes(verify(lee, file_at(tmp_path / "late.hvb")))
    ana.share(tmp_path / "new.hvb", documents)
    fresh = verify(lee, file_at(tmp_path / "new.hvb"))
    assert [] == codes(fresh)
    assert "declared stolen" in fresh.verdicts[1].detail


def test_a_reader_without_a_vault(tmp_path: Path) -> None:
    """Who had a code keeps what was seen in the state folder, and the note as well."""
    ana, _ = vaults.pair(tmp_path)
    documents = ana.add(b"one")
    first = ana.share(tmp_path / "first.hvb", documents, to=())
    late = ana.share(tmp_path / "late.hvb", documents, to=())
    ana, note = declare(ana)
    place = Place(root=tmp_path / "nowhere", state_dir=tmp_path / "state")

    def read(file: InputFile, code: str | None) -> list[str]:
        return codes(verify_file(None, place, file, VerifyOptions(code=code), now_ms=NOW_MS))

    assert ["unknown_signer"] == read(note, None)
    assert ["unknown_signer"] == read(file_at(tmp_path / "first.hvb"), first.code)
    assert [] == read(note, None)
    assert ["key_revoked", "unknown_signer"] == sorted(read(file_at(tmp_path / "late.hvb"), late.code))


def test_a_forged_note_moves_no_pin(tmp_path: Path) -> None:
    """Nor does one of a vault that nobody has met."""
    ana, lee = vaults.pair(tmp_path)
    _, note = declare(ana)
    forged = InputFile(name="forged", data=(note.data or b"").replace(b"\n0\n2\n", b"\n0\n3\n"))
    assert forged.data != note.data
    before = vaults.snapshot(lee.place.root)
    assert ["bad_signature"] == codes(verify(lee, forged))
    with lee.open(writing=True) as vault:
        remove_contact(vault, "Ana", now_ms=NOW_MS)
    assert ["unknown_signer"] == codes(verify(lee, note))
    assert before.get("pins") == vaults.snapshot(lee.place.root).get("pins")


def test_a_note_is_no_card(tmp_path: Path) -> None:
    """`hv contact add` says what to do with it."""
    ana, lee = vaults.pair(tmp_path)
    _, note = declare(ana)
    with lee.open() as vault, pytest.raises(FormatError) as caught:
        preview_contact(vault, note.data or b"")
    assert ("bad_card", "`hv verify FILE` takes it in; then ask for the new card") == (
        caught.value.code,
        caught.value.hint,
    )


def test_the_new_card_says_it_too(tmp_path: Path) -> None:
    """Pinned in the old one's place it revokes the old keys; the old one is not taken back."""
    ana, lee = vaults.pair(tmp_path)
    old_card, documents = ana.card(), ana.add(b"one")
    ana.share(tmp_path / "late.hvb", documents)
    ana, _ = declare(ana)
    with lee.open(writing=True) as vault:
        said = key_changes(vault, ana.card())
        assert ("new keys, at entry 5; reason: compromised, in other hands from entry 2 on",) == said
        add_contact(vault, "Ana", ana.card(), now_ms=NOW_MS)
        assert () == key_changes(vault, ana.card())
        assert 1 == len(list_contacts(vault))
        with pytest.raises(HistoryError) as caught:
            preview_contact(vault, old_card)
    assert "card_old" == caught.value.code
    late = verify(lee, file_at(tmp_path / "late.hvb"))
    assert ["key_revoked"] == codes(late)
    assert "Ana declared the keys that signed this stolen: epoch 0, replaced at entry 5, in other hands from" in (
        late.verdicts[1].detail
    )


def test_other_changes_on_a_card(tmp_path: Path) -> None:
    """New recovery words and a restart are said as well; of somebody new there is nothing to compare."""
    ana, lee = vaults.pair(tmp_path)
    words = new_words()
    with ana.open(writing=True) as vault:
        change_words(vault, ana.words, words[0], now_ms=NOW_MS)
    ana = replace(ana, words=replace(ana.words, value=" ".join(words[1]).encode()))
    with ana.open(writing=True) as vault:
        restart_history(vault, ana.words, now_ms=NOW_MS)
    with lee.open(writing=True) as vault:
        said = key_changes(vault, ana.card())
        assert ("new recovery words, at entry 2", "went on from an older copy, at entry 3") == said
        remove_contact(vault, "Ana", now_ms=NOW_MS)
        assert () == key_changes(vault, ana.card())


def test_nothing_is_sent_to_stolen_keys(tmp_path: Path) -> None:
    """With the note and the old card a share is refused before anything is logged; the new card helps."""
    ana, lee = vaults.pair(tmp_path)
    letter, old_card = lee.add(b"letter"), ana.card()
    ana, note = declare(ana)
    verify(lee, note)
    with lee.open(writing=True) as vault:
        size = vault.history.size
        with pytest.raises(IntegrityError) as caught:
            share(vault, vaults.request(letter, to=("Ana",)), tmp_path / "letter.hvb", now_ms=NOW_MS)
        assert ("key_revoked", size, False) == (
            caught.value.code,
            vault.history.size,
            (tmp_path / "letter.hvb").exists(),
        )
        with pytest.raises(IntegrityError) as caught:
            preview_contact(vault, old_card)
        assert "key_revoked" == caught.value.code
        add_contact(vault, "Ana", ana.card(), now_ms=NOW_MS)
        share(vault, vaults.request(letter, to=("Ana",)), tmp_path / "letter.hvb", now_ms=NOW_MS)
    with open_vault(ana.place, ana.secret, now_ms=NOW_MS) as vault:
        opened = verify_file(vault, ana.place, file_at(tmp_path / "letter.hvb"), PLAIN, now_ms=NOW_MS)
    assert [] == codes(opened)
