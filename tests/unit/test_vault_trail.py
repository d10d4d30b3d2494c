# SPDX-License-Identifier: Apache-2.0
"""The audit trail of a vault: what was done, read back from the signed entries."""

from pathlib import Path

import pytest

from healthvault.codec import Value
from healthvault.errors import NotFound
from healthvault.ledger.ids import contact_id_text
from healthvault.ledger.kinds import Share
from healthvault.ledger.party import Party
from healthvault.storage.consent_rows import ConsentRows
from healthvault.storage.inputs import InputFile
from healthvault.vault.amend import retract_document
from healthvault.vault.contacts import remove_contact
from healthvault.vault.erase import erase_documents, find_victims
from healthvault.vault.grants import list_grants, revoke_grant
from healthvault.vault.receipts import keep_receipt, receipt_bytes
from healthvault.vault.receive import import_bundle, verify_file
from healthvault.vault.trail import Event, PartyView, Trail, TrailFilter, find_party
from healthvault.vault.transaction import Transaction
from tests import vaults
from tests.vaults import NOW_MS, PLAIN, Sample

EVERYTHING = TrailFilter()


@pytest.fixture
def two(tmp_path: Path) -> tuple[Sample, Sample]:
    """Ana, who shared two of three documents with Dr Lee and one with whoever has the code; Dr Lee."""
    ana, lee = vaults.pair(tmp_path)
    documents = ana.add(b"one", b"two", b"three")
    ana.share(tmp_path / "a.hvb", [documents[0], documents[2]])
    ana.share(tmp_path / "b.hvb", [documents[1]], to=())
    return ana, lee


def events(sample: Sample, wanted: TrailFilter = EVERYTHING) -> list[Event]:
    """Return the events asked for, oldest first."""
    with sample.open() as vault:
        return list(Trail(vault).events(wanted))[::-1]


def append(sample: Sample, **sealed: Value) -> None:
    """Append an entry of any kind, as a later version might have."""
    with sample.open(writing=True) as vault, Transaction(vault, now_ms=NOW_MS) as transaction:
        transaction.append(transaction.begin(), {**sealed})
        transaction.commit()


def told(found: list[Event]) -> list[tuple[int, str]]:
    """Return index and action of each."""
    return [(event.entry.index, event.action) for event in found]


def test_the_whole_trail(two: tuple[Sample, Sample]) -> None:
    """Every entry once, in order, with what it did."""
    assert [
        (0, "init"),
        (1, "pin"),
        *((number, "add") for number in (2, 3, 4)),
        (5, "grant"),
        (6, "share"),
        (7, "grant"),
        (8, "share"),
    ] == told(events(two[0]))


def test_which_document_which_party_under_what(two: tuple[Sample, Sample]) -> None:
    """A share names its documents, its recipients, its grant and the grant's purpose."""
    ana, lee = two
    ids = [document.id for document in reversed(ana.documents())]
    with ana.open() as vault:
        second, first = list_grants(vault, now_ms=NOW_MS)
    with lee.open() as vault:
        party = PartyView(id=contact_id_text(vault.keyring.vault_id), name="Dr Lee")
    shared, coded = events(ana)[6], events(ana)[8]
    assert ((ids[0], ids[2]), (party,), (first.id,), ("treatment",)) == (
        shared.documents,
        shared.parties,
        shared.grants,
        shared.purposes,
    )
    assert (PartyView(id="code", name="whoever has the code"),) == coded.parties
    assert ((ids[1],), (second.id,)) == (coded.documents, coded.grants)
    assert [*first.bundles, *second.bundles] == [shared.entry.id, coded.entry.id]


def test_a_revocation_names_what_its_grant_named(two: tuple[Sample, Sample]) -> None:
    """It holds none of that itself, and is found by all of it."""
    ana, _ = two
    with ana.open(writing=True) as vault:
        grant = list(list_grants(vault, now_ms=NOW_MS))[1]
        revoke_grant(vault, grant.id, reason="moved away", now_ms=NOW_MS)
    granted, revoked = events(ana)[5], events(ana)[9]
    assert (granted.documents, granted.parties, granted.grants, granted.purposes) == (
        revoked.documents,
        revoked.parties,
        revoked.grants,
        revoked.purposes,
    )
    assert ("revoke", 5, "moved away") == (revoked.action, revoked.about, revoked.entry.detail)
    with ana.open() as vault:
        lee = find_party(vault, "dr lee")
    assert [1, 5, 6, 9] == [event.entry.index for event in events(ana, TrailFilter(party=lee))]
    assert [2, 5, 6, 9] == [event.entry.index for event in events(ana, TrailFilter(document=2))]
    assert [5, 6, 9] == [event.entry.index for event in events(ana, TrailFilter(document=2, party=lee))]


def test_a_receipt_names_the_documents_of_its_share(two: tuple[Sample, Sample], tmp_path: Path) -> None:
    """By the entry that it is about; and the reader who gave it."""
    ana, lee = two
    with lee.open() as vault:
        lee_id = vault.keyring.vault_id
        bundle = InputFile(name="a", path=tmp_path / "a.hvb")
        outcome = verify_file(vault, lee.place, bundle, PLAIN, now_ms=NOW_MS)
        receipt = InputFile(name="r", data=receipt_bytes(vault, outcome, "opened", now_ms=NOW_MS))
    with ana.open(writing=True) as vault:
        assert keep_receipt(vault, receipt, now_ms=NOW_MS)
    event = events(ana)[-1]
    assert ("receipt", events(ana)[6].documents, 6) == (event.action, event.documents, event.about)
    assert [PartyView(id=contact_id_text(lee_id), name="Dr Lee")] == list(event.parties)
    assert 9 in [event.entry.index for event in events(ana, TrailFilter(document=2))]
    assert 9 not in [event.entry.index for event in events(ana, TrailFilter(document=3))]


def test_a_status_file_names_the_documents_of_its_grant(two: tuple[Sample, Sample]) -> None:
    """By the grant's slot."""
    ana, _ = two
    with ana.open() as vault:
        slot = next(ConsentRows(vault.catalogue).grants()).slot
    append(ana, kind="status", k=slot, recipients=[], size=10)
    assert ("status", events(ana)[7].documents) == (events(ana)[9].action, events(ana)[9].documents)


def test_an_import_names_its_sender(two: tuple[Sample, Sample], tmp_path: Path) -> None:
    """Under the name that the reader has for them."""
    ana, lee = two
    with lee.open(writing=True) as vault:
        import_bundle(vault, InputFile(name="a", path=tmp_path / "a.hvb"), PLAIN, now_ms=NOW_MS)
    found = [event for event in events(lee) if event.action == "import"]
    with ana.open() as vault:
        sender = PartyView(id=contact_id_text(vault.keyring.vault_id), name="Ana")
    assert [(sender,)] * 2 == [event.parties for event in found]


def test_what_was_retracted_and_erased(two: tuple[Sample, Sample]) -> None:
    """Its place stays: that it was added, granted, shared and erased; what was said of it is gone."""
    ana, _ = two
    document = ana.documents()[-1]
    with ana.open(writing=True) as vault:
        retract_document(vault, document.id, reason="another patient", now_ms=NOW_MS)
    assert ("retract", (document.id,)) == (events(ana)[-1].action, events(ana)[-1].documents)
    with ana.open(writing=True) as vault:
        erase_documents(vault, find_victims(vault, (document.id,)), reason="wrong-person", now_ms=NOW_MS)
    found = events(ana, TrailFilter(document=document.entry))
    assert [(2, "add"), (5, "grant"), (6, "share"), (10, "erase")] == told(found)
    assert {(document.id,)} == {found[0].documents, found[3].documents}
    assert ("erased", "unknown", ()) == (
        events(ana)[9].entry.kind,
        events(ana)[9].action,
        events(ana)[9].documents,
    )


def test_an_unknown_kind_is_shown_as_such(two: tuple[Sample, Sample]) -> None:
    """With its name, and with nothing made up."""
    append(two[0], kind="from.tomorrow", about=6, recipients=[])
    (event,) = events(two[0], TrailFilter(limit=1))
    assert ("from.tomorrow", "unknown", (), ()) == (event.entry.kind, event.action, event.documents, event.parties)


def test_the_index_made_anew_finds_the_same(two: tuple[Sample, Sample]) -> None:
    """It is derived, and nothing but the journal says what happened."""
    ana, _ = two
    with ana.open(writing=True) as vault:
        revoke_grant(vault, next(list_grants(vault, now_ms=NOW_MS)).id, reason="", now_ms=NOW_MS)
        key = find_party(vault, "code")
    wanted = (EVERYTHING, TrailFilter(document=3), TrailFilter(party=key))
    before = [events(ana, one) for one in wanted]
    ana.paths.catalogue.unlink()
    assert before == [events(ana, one) for one in wanted]
    assert [7, 8, 9] == [event.entry.index for event in before[2]]


def test_somebody_who_is_no_contact_any_more(two: tuple[Sample, Sample]) -> None:
    """Whoever was ever named is found: by old names too, by any case, by the beginning of an id."""
    ana, lee = two
    ana.meet(lee, "Cardiology")
    with ana.open(writing=True) as vault:
        remove_contact(vault, "Cardiology", now_ms=NOW_MS)
    with lee.open() as vault:
        key = vault.keyring.vault_id
    with ana.open() as vault:
        asked = ("Dr Lee", "DR LEE", "cardiology", contact_id_text(key), contact_id_text(key)[:9])
        assert {key} == {find_party(vault, name) for name in asked}
        assert "unpin" == next(Trail(vault).events(TrailFilter(party=key))).action
        for name in ("Dr Who", "", "c_2"):
            with pytest.raises(NotFound):
                find_party(vault, name)


def test_two_people_of_one_name(two: tuple[Sample, Sample]) -> None:
    """The id tells them apart; nobody is guessed."""
    ana, _ = two
    other = Party(recipient_pk=b"\x09" + bytes(31), name="Dr Lee")
    with ana.open(writing=True) as vault, Transaction(vault, now_ms=NOW_MS) as transaction:
        draft = transaction.begin()
        share = Share(bundle_id=bytes(16), size=draft.seq + 1, slots=(), seqs=(), recipients=(other,))
        transaction.append(draft, share.to_map())
        transaction.commit()
    with ana.open() as vault:
        with pytest.raises(NotFound) as caught:
            find_party(vault, "Dr Lee")
        (found,) = Trail(vault).events(TrailFilter(limit=1))
        assert other.key == find_party(vault, found.parties[0].id)
    assert "ambiguous" == caught.value.code
    assert found.parties[0].id.startswith("age1")
