# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.contacts."""

from dataclasses import replace
from pathlib import Path

import pytest

from healthvault.errors import FormatError, HistoryError, IntegrityError, InvalidRequest, NotFound
from healthvault.ledger.ids import contact_id_text
from healthvault.storage.consent_rows import ConsentRows
from healthvault.vault import contacts as module
from healthvault.vault.contacts import (
    add_contact,
    chain_of,
    contact_row,
    find_contact,
    list_contacts,
    preview_contact,
    remove_contact,
)
from healthvault.vault.memory import pin_file, store_pins
from healthvault.vault.status import identity_of
from healthvault.vault.vault import Vault
from healthvault.verify.pins import VaultPins
from tests import vaults
from tests.vaults import NOW_MS, Sample


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """Ana's vault."""
    return vaults.ana(tmp_path)


@pytest.fixture
def lee(tmp_path: Path) -> Sample:
    """Dr Lee's vault."""
    return vaults.lee(tmp_path)


def test_a_card_is_shown_before_it_is_pinned(ana: Sample, lee: Sample) -> None:
    """The words to compare are those of the contact's own vault; nothing is written."""
    card = lee.card()
    with lee.open() as vault:
        identity = identity_of(vault)
    with ana.open() as vault:
        shown = preview_contact(vault, card)
        assert (identity.words, identity.fingerprint, identity.recipient) == (
            shown.words,
            shown.fingerprint,
            shown.recipient,
        )
        assert ("Dr Wen Lee", "Dr Wen Lee") == (shown.name, shown.claimed_name)
        assert () == list_contacts(vault)


def test_pinning(ana: Sample, lee: Sample) -> None:
    """A contact has the owner's own name for them beside their claim, and keys that their root key named."""
    pinned = ana.meet(lee, "My doctor")
    assert ("My doctor", "Dr Wen Lee", NOW_MS) == (pinned.name, pinned.claimed_name, pinned.pinned_ms)
    with ana.open() as vault, lee.open() as theirs:
        assert (pinned,) == list_contacts(vault)
        assert theirs.history.chain == chain_of(contact_row(vault, "My doctor"))
    assert () == ana.check().findings


def test_finding(ana: Sample, lee: Sample) -> None:
    """By name, in any case if that is the only one, by id and by its beginning."""
    pinned = ana.meet(lee, "Dr Lee")
    with ana.open() as vault:
        for asked in ("Dr Lee", "dr lee", pinned.id, pinned.id[2:], pinned.id[:8], pinned.id[2:8].upper()):
            assert pinned == find_contact(vault, asked)
        for asked in ("", "Dr", "Dr Le", "c_", "c_abc", pinned.id + "x", "%"):
            with pytest.raises(NotFound) as caught:
                find_contact(vault, asked)
            assert "not_found" == caught.value.code


def other_contact(vault: Vault, name: str) -> None:
    """Let the catalogue know another contact, with the first one's card."""
    row = replace(ConsentRows(vault.catalogue).contacts()[0], vault=b"v" * 32, seq=99, name=name)
    with vault.catalogue.change():
        ConsentRows(vault.catalogue).pin_contact(row)


def test_names_that_differ_in_case(ana: Sample, lee: Sample) -> None:
    """The exact name is found; a form that two names could have is not."""
    ana.meet(lee, "Dr Lee")
    with ana.open(writing=True) as vault:
        other_contact(vault, "DR LEE")
        assert ["DR LEE", "Dr Lee"] == [find_contact(vault, name).name for name in ("DR LEE", "Dr Lee")]
        with pytest.raises(NotFound) as caught:
            find_contact(vault, "dr lee")
        assert "ambiguous" == caught.value.code


def test_a_name_is_taken_once(ana: Sample, lee: Sample) -> None:
    """Two contacts cannot have one name; the same contact may be named anew."""
    ana.meet(lee, "Dr Lee")
    renamed = ana.meet(lee, "Wen")
    card = lee.card()
    with ana.open(writing=True) as vault:
        assert (renamed,) == list_contacts(vault)
        other_contact(vault, "Other")
        with pytest.raises(InvalidRequest) as caught:
            add_contact(vault, "Other", card, now_ms=NOW_MS)
        assert "name_taken" == caught.value.code


@pytest.mark.parametrize("name", ["", " ", "\n"])
def test_a_contact_has_a_name(ana: Sample, lee: Sample, name: str) -> None:
    """An empty one is refused."""
    with pytest.raises(InvalidRequest) as caught:
        ana.meet(lee, name)
    assert "empty_name" == caught.value.code


@pytest.mark.parametrize("name", ["\udcff", "x" * 70_000])
def test_a_name_that_no_entry_can_hold(ana: Sample, lee: Sample, name: str) -> None:
    """It is refused, and nothing is written."""
    with pytest.raises(FormatError):
        ana.meet(lee, name)
    with ana.open() as vault:
        assert 1 == vault.history.size


def test_the_own_card(ana: Sample) -> None:
    """Nobody is a contact of their own."""
    with pytest.raises(InvalidRequest) as caught:
        ana.meet(ana, "Me")
    assert "own_card" == caught.value.code


def test_what_is_no_card(ana: Sample, lee: Sample) -> None:
    """Other text, a card cut short, and one with any byte changed are refused."""
    card = lee.card()
    bad = [b"", b"hello", card[:-40], card[:200] + card[201:], card + b"x", b"\xff" + card]
    bad += [card[:place] + bytes([card[place] ^ 1]) + card[place + 1 :] for place in range(0, len(card), 37)]
    codes: set[str] = set()
    with ana.open() as vault:
        for text in bad:
            with pytest.raises((FormatError, IntegrityError)) as caught:
                preview_contact(vault, text)
            codes.add(caught.value.code)
        assert {"bad_card", "bad_key"} < codes
        assert preview_contact(vault, b"\r\n" + card.replace(b"\n", b"\r\n")) == preview_contact(vault, card)


def test_a_card_that_is_too_long(ana: Sample, lee: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    """A card that would not fit into an entry is refused by name."""
    monkeypatch.setattr(module, "MAX_PINNED_CARD_BYTES", 100)
    with ana.open() as vault, pytest.raises(FormatError) as caught:
        preview_contact(vault, lee.card())
    assert "limit_exceeded" == caught.value.code


def test_a_card_against_what_was_seen(ana: Sample, lee: Sample) -> None:
    """Another key event at a known place is a fork, fewer events than known an old card."""
    with ana.open() as vault:
        genesis = lee_events(lee)
        with pin_file(vault, ana.place).lock():
            store_pins(pin_file(vault, ana.place), pins_of(lee, (b"another genesis",)))
        with pytest.raises(HistoryError) as caught:
            preview_contact(vault, lee.card())
        assert "fork" == caught.value.code
        with pin_file(vault, ana.place).lock():
            store_pins(pin_file(vault, ana.place), pins_of(lee, (*genesis, b"a later event")))
        with pytest.raises(HistoryError) as caught:
            preview_contact(vault, lee.card())
        assert "card_old" == caught.value.code


def lee_events(lee: Sample) -> tuple[bytes, ...]:
    """Return the entries of the key events of a vault."""
    with lee.open() as vault:
        return tuple(entry.raw for entry in vault.history.chain.entries)


def pins_of(lee: Sample, events: tuple[bytes, ...]) -> VaultPins:
    """Return pins of a vault that was seen with these key events."""
    with lee.open() as vault:
        return VaultPins(vault=vault.keyring.vault_id, events=events)


def test_removing(ana: Sample, lee: Sample) -> None:
    """A contact that is removed can be pinned again; removing one that is not there is an error."""
    pinned = ana.meet(lee, "Dr Lee")
    with ana.open(writing=True) as vault:
        assert pinned == remove_contact(vault, pinned.id, now_ms=NOW_MS)
        assert () == list_contacts(vault)
        with pytest.raises(NotFound):
            remove_contact(vault, "Dr Lee", now_ms=NOW_MS)
    ana.meet(lee, "Dr Lee")
    with ana.open() as vault:
        assert ["Dr Lee"] == [contact.name for contact in list_contacts(vault)]
        assert pinned.id == contact_id_text(contact_row(vault, "Dr Lee").vault)
    assert () == ana.check().findings
