# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.projection: what each kind of entry means for the catalogue."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from healthvault.codec import Value
from healthvault.consent.status import SlotTable, Status
from healthvault.errors import FormatError, VaultDamaged
from healthvault.ledger.party import CODE_BEARER, Party
from healthvault.storage.consent_rows import ConsentRows
from healthvault.vault.contacts import list_contacts, remove_contact
from healthvault.vault.erase import erase_documents, find_victims
from healthvault.vault.grants import list_grants, revoke_grant
from healthvault.vault.journal_log import log_entries
from healthvault.vault.projection import catch_up, current_slots, hold_catalogue
from healthvault.vault.projector import load_slots
from healthvault.vault.read import Filter, document_bytes, find_document, list_documents
from healthvault.vault.status import owner_name
from healthvault.vault.transaction import Transaction
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document
from tests import vaults
from tests.vaults import EVERYTHING, NOW_MS, Sample


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """A vault with two documents, at entries 1 and 2."""
    ana = vaults.ana(tmp_path)
    ana.add(b"one", b"two")
    return ana


@pytest.fixture
def vault(ana: Sample) -> Iterator[Vault]:
    """It, open for writing."""
    with ana.open(writing=True) as opened:
        yield opened


def append(vault: Vault, sealed: dict[str, Value]) -> None:
    """Append an entry of this version or a later one."""
    with Transaction(vault, now_ms=NOW_MS) as transaction:
        transaction.append(transaction.begin(), sealed)
        transaction.commit()


def documents(vault: Vault) -> list[Document]:
    """Return all documents, the oldest first; a rebuilt catalogue must say the same."""
    found = list(list_documents(vault, EVERYTHING))
    log = list(log_entries(vault))
    with vault.catalogue.change():
        vault.catalogue.clear()
    catch_up(vault)
    assert found == list(list_documents(vault, EVERYTHING))
    assert log == list(log_entries(vault))
    return found[::-1]


def test_a_document(vault: Vault) -> None:
    """An added document is current, with what its entry says of it."""
    first, second = documents(vault)
    assert (1, "1.txt", "current", "patient", 3, NOW_MS) == (
        first.entry,
        first.name,
        first.status,
        first.provenance,
        first.size_bytes,
        first.added_ms,
    )
    assert "current" == second.status


def test_revisions(vault: Vault) -> None:
    """What a revision gives is changed, the rest stays; it may retract a document, for good."""
    append(vault, {"kind": "doc.revise", "about": 1, "title": "Ferritin", "tags": ["a", "b"]})
    append(vault, {"kind": "doc.revise", "about": 1, "date": "2026-01"})
    first, second = documents(vault)
    assert ("Ferritin", "2026-01", ("a", "b"), "current") == (first.title, first.date, first.tags, first.status)
    append(vault, {"kind": "doc.revise", "about": 1, "tags": [], "status": "retracted", "reason": "wrong file"})
    append(vault, {"kind": "doc.revise", "about": 1, "title": "Again"})
    first, second = documents(vault)
    assert ("Again", (), "retracted") == (first.title, first.tags, first.status)
    assert ("1.txt", "current") == ("1.txt", second.status)


def test_a_document_that_replaces_another(vault: Vault, ana: Sample) -> None:
    """The older is superseded, and can be read all the same."""
    with Transaction(vault, now_ms=NOW_MS) as transaction:
        draft = transaction.begin()
        blob = transaction.put(draft, b"corrected")
        part = {"name": "c", "media_type": "text/plain", "size": 9, "coding": 0, "dedupe": blob.digest}
        sealed: dict[str, Value] = {"kind": "doc.add", "title": "C", "type": "text", "parts": [part], "tags": []}
        transaction.append(draft, {**sealed, "provenance": "scan", "supersedes": 1})
        transaction.commit()
    found = documents(vault)
    assert ["superseded", "current", "current"] == [item.status for item in found]
    assert b"one" == document_bytes(vault, found[0])
    assert b"corrected" == document_bytes(vault, found[2])


def test_an_erased_document(vault: Vault) -> None:
    """Nothing of it is shown but that it was there; its content is not known any more."""
    append(vault, {"kind": "doc.erase", "victims": [1], "ks_epoch": 1})
    first, second = list(list_documents(vault, EVERYTHING))[::-1]
    assert (1, "erased", "", "", 0) == (first.entry, first.status, first.title, first.name, first.size_bytes)
    assert "current" == second.status
    kinds = {entry.index: entry.kind for entry in log_entries(vault)}
    assert {0: "owner", 1: "erased", 2: "doc.add", 3: "doc.erase"} == kinds
    (again,) = [item for item in list_documents(vault, Filter()) if item.entry == 1]
    assert first == again == find_document(vault, first.id)


def test_a_new_name(vault: Vault) -> None:
    """The newest owner entry names the owner."""
    append(vault, {"kind": "owner", "name": "Ana Costa"})
    documents(vault)
    assert "Ana Costa" == owner_name(vault)


def test_contacts_and_grants(ana: Sample, tmp_path: Path) -> None:
    """A rebuilt catalogue knows contacts, grants, shares and what was handed to whom, as before."""
    lee = vaults.lee(tmp_path)
    ana.meet(lee, "Dr Lee")
    listed = ana.documents()
    for number in range(3):
        ana.share(tmp_path / f"{number}.hvb", listed[:1])
    with ana.open(writing=True) as vault:
        newest, *_ = list_grants(vault, now_ms=NOW_MS)
        revoke_grant(vault, newest.id, reason="", now_ms=NOW_MS)
        lee_id = ConsentRows(vault.catalogue).contacts()[0].vault
        remove_contact(vault, "Dr Lee", now_ms=NOW_MS)
        before = (
            list_contacts(vault),
            list(list_grants(vault, now_ms=NOW_MS)),
            list(ConsentRows(vault.catalogue).shares()),
            ConsentRows(vault.catalogue).sizes_handed_to([lee_id], 10),
            load_slots(vault.catalogue),
        )
        documents(vault)
        after = (
            list_contacts(vault),
            list(list_grants(vault, now_ms=NOW_MS)),
            list(ConsentRows(vault.catalogue).shares()),
            ConsentRows(vault.catalogue).sizes_handed_to([lee_id], 10),
            load_slots(vault.catalogue),
        )
    assert before == after
    assert ((), ["revoked", "active", "active"]) == (after[0], [grant.status for grant in after[1]])
    assert ((6, 8, 10), 3) == (after[3], len(after[2]))


def test_a_grant_that_replaces_another(ana: Sample, tmp_path: Path) -> None:
    """Its entry ends the other's slot and takes one of its own."""
    lee = vaults.lee(tmp_path)
    ana.meet(lee, "Dr Lee")
    ana.share(tmp_path / "a.hvb", ana.documents()[:1])
    with ana.open(writing=True) as vault:
        (old,) = ConsentRows(vault.catalogue).grants()
        with Transaction(vault, now_ms=NOW_MS) as transaction:
            draft = transaction.begin()
            slot, _ = transaction.slots.place_new(draft.seq)
            slots = transaction.slots.activated(slot, draft.seq, old.seq)
            terms = {**old.terms.map, "k": slot, "grant_id": b"n" * 16, "supersedes": old.seq}
            transaction.append(draft, terms, slots=slots)
            transaction.commit()
        documents(vault)
        assert ["active", "superseded"] == [grant.status for grant in list_grants(vault, now_ms=NOW_MS)]
    assert () == ana.check().findings


def test_slots_are_proved(vault: Vault) -> None:
    """A status table that does not give the committed state is made anew from the journal."""
    with vault.catalogue.change():
        vault.catalogue.put("slots", [8, [[3, 1, 1]]])
    assert ((3,),) == tuple(tuple(k for k, _ in table.slots) for table in (load_slots(vault.catalogue),))
    assert SlotTable() == current_slots(vault) == load_slots(vault.catalogue)


def test_a_state_that_no_replay_gives(vault: Vault, ana: Sample) -> None:
    """An entry that commits to other grants than the journal has stops every later writing, and is named."""
    with Transaction(vault, now_ms=NOW_MS) as transaction:
        draft = transaction.begin()
        slots = transaction.slots.activated(5, draft.seq)
        transaction.append(draft, {"kind": "note", "about": 1, "text": "no grant"}, slots=slots)
        transaction.commit()
    with pytest.raises(VaultDamaged):
        Transaction(vault, now_ms=NOW_MS)
    vault.close()
    assert ["bad_state"] == [item.code for item in ana.check().findings]


def test_a_reader_holds_its_moment(ana: Sample) -> None:
    """The catalogue is held only where it stands at the reader's own checkpoint."""
    with ana.open(writing=True) as vault:
        assert hold_catalogue(vault)
        vault.catalogue.release()
        with vault.catalogue.change():
            vault.catalogue.clear()
        assert not hold_catalogue(vault)


def test_entries_that_do_not_open(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry that says what no entry can say is damage, with its number."""
    monkeypatch.setattr("healthvault.vault.transaction.parse_sealed", lambda *_: None)
    append(vault, {"kind": "note", "about": 1})
    with pytest.raises(VaultDamaged) as caught:
        append(vault, {"kind": "doc.revise", "about": "x"})
    assert caught.value.message.startswith("journal entry 4: ")
    assert isinstance(caught.value.__cause__, FormatError)


def test_a_pack_that_is_gone(ana: Sample) -> None:
    """With the catalogue there, only what was in it cannot be read; put back, it can be read again."""
    (three,) = ana.add(b"three")
    kept = ana.paths.pack(3).read_bytes()
    ana.paths.pack(3).unlink()
    with ana.open() as vault:
        _, two, one = list_documents(vault, EVERYTHING)
        assert [b"one", b"two"] == [document_bytes(vault, item) for item in (one, two)]
        with pytest.raises(VaultDamaged):
            document_bytes(vault, three)
    for path in ana.paths.cache.iterdir():
        path.unlink()
    ana.documents()  # a new catalogue has to look for the third in the pack before
    ana.paths.pack(3).write_bytes(kept)
    assert [b"three", b"two", b"one"] == list(ana.contents().values())


def test_a_sealed_part_that_does_not_open(ana: Sample) -> None:
    """An entry whose secret is another's is damage, when the catalogue is made anew: the others are shown."""
    with ana.open(writing=True) as vault:
        vault.keystore.write([(1, b"x" * 32)])
    for path in ana.paths.cache.iterdir():
        path.unlink()
    for _ in range(2):
        with ana.open() as vault:
            assert "journal entry 1: " in vault.warnings[0]
            assert 1 not in {item.entry for item in list_documents(vault, EVERYTHING)}
    with pytest.raises(VaultDamaged) as caught:
        ana.add(b"more")
    assert caught.value.message.startswith("journal entry 1: ")


def test_parties() -> None:
    """Sizes handed out are kept by vault, else by key; all bearers of codes count as one."""
    both = Party(vault=b"v" * 32, recipient_pk=b"p" * 32, name="x")
    assert b"v" * 32 == both.key
    assert b"p" * 32 == Party(vault=None, recipient_pk=b"p" * 32, name="x").key
    assert CODE_BEARER.key == Party(vault=None, recipient_pk=None, name="").key


def test_status_words() -> None:
    """The numbers of the catalogue are those of the status tree."""
    assert [0, 1, 2, 3, 4] == [int(status) for status in Status]


def test_an_erased_document_after_a_rebuild(tmp_path: Path) -> None:
    """It is listed with its id and time as before; nothing else of it is left, and it stays erased."""
    ana = vaults.ana(tmp_path)
    one, two = ana.add(b"one", b"two")
    with ana.open(writing=True) as vault:
        erase_documents(vault, find_victims(vault, (one.id,)), reason=None, now_ms=NOW_MS)
    before = ana.documents()
    assert [(two.id, "current"), (one.id, "erased")] == [(item.id, item.status) for item in before]
    for path in ana.paths.cache.iterdir():
        path.unlink()
    assert before == ana.documents()
    with ana.open() as vault:
        log = [(entry.index, entry.kind, entry.id) for entry in log_entries(vault)]
        assert (1, "erased", one.id) in log
        assert ((1,), vault.keys.ks_epoch) == (
            ConsentRows(vault.catalogue).erased_entries(),
            vault.catalogue.get("erase_epoch"),
        )
