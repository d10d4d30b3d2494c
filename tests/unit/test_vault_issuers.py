# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.issuers and card_checks: pins in a vault, and what documents earn by them."""

import json
from pathlib import Path

import pytest

from healthvault.crypto import jose
from healthvault.errors import HealthVaultError, InvalidRequest
from healthvault.records.cards import CardVerdict, worst_of
from healthvault.records.issuer_keys import Form
from healthvault.storage.inputs import InputFile
from healthvault.vault import card_checks
from healthvault.vault.add import AddOptions
from healthvault.vault.amend import retract_document
from healthvault.vault.card_checks import CardChecker, trust_of
from healthvault.vault.erase import erase_documents, find_victims
from healthvault.vault.issuers import (
    IssuerView,
    PinnedFile,
    add_issuers,
    issuers_for_a_run,
    list_issuers,
    remove_issuer,
)
from healthvault.vault.read import find_document
from tests import vaults
from tests.issuers import CONTENT, NBF, Clinic, card_file, flipped
from tests.vaults import NOW_MS, Sample

CLINIC = Clinic()


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """A vault without documents."""
    return vaults.ana(tmp_path)


def pin(ana: Sample, data: bytes, *issuers: str) -> PinnedFile:
    """Believe a file."""
    with ana.open(writing=True) as vault:
        return add_issuers(vault, InputFile(name="file.json", data=data), issuers, now_ms=NOW_MS)


def drop(ana: Sample, which: str) -> tuple[str, ...]:
    """Believe something no longer."""
    with ana.open(writing=True) as vault:
        return remove_issuer(vault, which, now_ms=NOW_MS)


def listed(ana: Sample) -> tuple[IssuerView, ...]:
    """Return who is believed."""
    with ana.open() as vault:
        return list_issuers(vault)


def shown(ana: Sample, id_text: str) -> tuple[str, str | None]:
    """Return provenance and verdict of a document in the list."""
    (found,) = [each for each in ana.documents() if each.id == id_text]
    return found.provenance, worst_of(found.cards.cards, NOW_MS).value if found.cards else None


def code_of(call: object, *arguments: object) -> str:
    """Return the code of the error that a call raises."""
    with pytest.raises(HealthVaultError) as caught:
        call(*arguments)  # type: ignore[operator]
    return caught.value.code


def test_a_card_earns_its_rung_by_a_pin(ana: Sample) -> None:
    """Before: exported. With the key of its issuer: signed; without it again: exported."""
    (card,) = ana.add(card_file(CLINIC.card()))
    assert ("clinic-exported", "unknown_key") == shown(ana, card.id)
    pinned = pin(ana, CLINIC.jwks(), CLINIC.iss)
    assert (Form.JWKS, (CLINIC.iss,), 1, True) == (pinned.form, pinned.issuers, pinned.keys, pinned.is_new)
    assert ("clinic-signed", "valid") == shown(ana, card.id)
    (added,) = ana.add(card_file(CLINIC.card(rid="later")))
    assert "clinic-signed" == added.provenance
    assert (pinned.document,) == drop(ana, CLINIC.iss)
    assert ("clinic-exported", "unknown_key") == shown(ana, card.id)
    assert () == ana.faults()


def test_what_is_written_by_the_patient_never_counts_as_signed(ana: Sample) -> None:
    """The content of a card as FHIR, with whatever it says of itself; a card under an own key; a wrong name."""
    pin(ana, CLINIC.jwks(), CLINIC.iss)
    signature = {"resourceType": "Provenance", "signature": [{"data": "AAAA"}], "target": []}
    typed = {
        **CONTENT,
        "meta": {"source": CLINIC.iss, "security": [{"code": "clinic-signed"}]},
        "provenance": "clinic-signed",
        "entry": [*CONTENT["entry"], {"resource": signature}],
    }
    own = Clinic(iss=CLINIC.iss)
    contents = [
        json.dumps(typed).encode(),
        card_file(own.card()),
        card_file(own.card(), CLINIC.card()),
        card_file(CLINIC.card(), provenance="clinic-signed"),
        card_file(flipped(CLINIC.card(), 1)),
        card_file(flipped(CLINIC.card(), 2)),
        card_file(CLINIC.card(iss=own.iss + "2")),
        b" " + CLINIC.card().encode(),
    ]
    ana.add(*contents)
    options = AddOptions(kind="smart-health-card", source=CLINIC.iss, author="clinic-signed")
    ana.add(b"signed by the clinic", b'{"verifiableCredential": []}', options=options)
    assert "clinic-signed" not in {each.provenance for each in ana.documents()}


def test_a_list_never_checks_a_signature(ana: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    """It shows what was found out before; what has no row is not verified."""
    pin(ana, CLINIC.jwks(), CLINIC.iss)
    (card,) = ana.add(card_file(CLINIC.card()))
    monkeypatch.setattr(jose, "check_es256", None)
    monkeypatch.setattr(card_checks, "check_cards", None)
    assert ("clinic-signed", "valid") == shown(ana, card.id)
    ana.paths.contents.unlink()
    assert ("clinic-exported", None) == shown(ana, card.id)


def test_a_check_that_was_made_with_other_pins_does_not_count(ana: Sample) -> None:
    """Even where nobody checked again."""
    (card,) = ana.add(card_file(CLINIC.card()))
    pinned = pin(ana, CLINIC.jwks(), CLINIC.iss)
    assert "clinic-signed" == shown(ana, card.id)[0]
    with ana.open(writing=True) as vault:
        retract_document(vault, pinned.document, reason="", now_ms=NOW_MS)
    assert ("clinic-exported", None) == shown(ana, card.id)
    assert () == listed(ana)


def test_an_erased_file_is_believed_no_longer(ana: Sample) -> None:
    """Nor does its pin stop the erasure, or fail an audit."""
    (card,) = ana.add(card_file(CLINIC.card()))
    pinned = pin(ana, CLINIC.jwks(), CLINIC.iss)
    with ana.open(writing=True) as vault:
        erase_documents(vault, find_victims(vault, (pinned.document,)), reason="patient", now_ms=NOW_MS)
    assert () == listed(ana)
    assert "clinic-exported" == shown(ana, card.id)[0]
    assert () == ana.faults()


def test_lists_of_revoked_cards(ana: Sample) -> None:
    """For the issuer whose key it names; the highest is in force, and an older is refused."""
    pin(ana, CLINIC.jwks(), CLINIC.iss)
    (card,) = ana.add(card_file(CLINIC.card(rid="r1")))
    assert (CLINIC.iss,) == pin(ana, CLINIC.revoking(ctr=4)).issuers
    assert "clinic-signed" == shown(ana, card.id)[0]
    pin(ana, CLINIC.revoking("r1", ctr=5))
    assert ("clinic-exported", "revoked") == shown(ana, card.id)
    for ctr in (3, 5):
        assert "list_old" == code_of(pin, ana, CLINIC.revoking(f"x{ctr}", ctr=ctr))
    assert not pin(ana, CLINIC.revoking("r1", ctr=5)).is_new
    assert ("clinic-exported", "revoked") == shown(ana, card.id)
    (issuer,) = listed(ana)
    assert ((5, frozenset({"r1"})), 3) == ((issuer.lists[0].ctr, issuer.lists[0].rids), len(issuer.documents))


def test_a_list_of_somebody_elses_key(ana: Sample) -> None:
    """Whose it is has to be said, and it revokes nothing of another issuer."""
    pin(ana, CLINIC.jwks(), CLINIC.iss)
    (card,) = ana.add(card_file(CLINIC.card(rid="r1")))
    forger = Clinic(iss="https://forger.example")
    assert "issuer_needed" == code_of(pin, ana, forger.revoking("r1"))
    pin(ana, forger.revoking("r1"), CLINIC.iss)
    pin(ana, CLINIC.revoking("r1"), forger.iss)
    assert ("clinic-signed", "valid") == shown(ana, card.id)


def test_a_directory_as_a_whole_or_for_some(ana: Sample) -> None:
    """One issuer of it can be dropped; another file for the same one stays."""
    other = Clinic(iss="https://other.example")
    data = json.dumps(
        {
            "issuerInfo": [
                {"issuer": {"iss": one.iss, "name": "N"}, "keys": [one.public]} for one in (CLINIC, other)
            ]
        }
    ).encode()
    assert "not_found" == code_of(pin, ana, data, "https://third.example")
    whole = pin(ana, data)
    assert {CLINIC.iss, other.iss} == {*whole.issuers} == {one.iss for one in listed(ana)}
    assert not pin(ana, data).is_new
    drop(ana, other.iss)
    assert [CLINIC.iss] == [one.iss for one in listed(ana)]
    pin(ana, data, other.iss)
    assert {CLINIC.iss, other.iss} == {one.iss for one in listed(ana)}
    drop(ana, whole.document)
    assert () == listed(ana)
    assert "not_found" == code_of(drop, ana, CLINIC.iss)


@pytest.mark.parametrize("issuer", ["http://clinic.example", CLINIC.iss + "/", "clinic", "https://a\nb"])
def test_an_issuer_has_one_form(ana: Sample, issuer: str) -> None:
    """As the cards write it, else nothing would ever fit."""
    assert "bad_issuer" == code_of(pin, ana, CLINIC.jwks(), issuer)


def test_keys_do_not_say_whose_they_are(ana: Sample) -> None:
    """Somebody has to; what is no file about issuers is refused; nothing is kept of either."""
    assert "issuer_needed" == code_of(pin, ana, CLINIC.jwks())
    assert "bad_issuer_file" == code_of(pin, ana, b"{}", CLINIC.iss)
    assert [] == ana.documents()


def test_what_is_believed_survives_a_catalogue(ana: Sample) -> None:
    """It stands in the journal: made anew from it, everything is as it was."""
    pin(ana, CLINIC.jwks(), CLINIC.iss)
    before = listed(ana)
    ana.paths.catalogue.unlink()
    assert before == listed(ana)


def test_for_one_run(ana: Sample) -> None:
    """Files that are named with an address, or not; a list goes to whose key it names, whatever the order."""
    del ana
    files = [(None, CLINIC.revoking("r1")), (CLINIC.iss, CLINIC.jwks())]
    told = issuers_for_a_run([(iss, InputFile(name="x", data=data)) for iss, data in files])
    assert [Form.JWKS, Form.REVOCATIONS] == [file.form for file in told]
    assert CLINIC.iss == told[1].lists[0][0]
    assert {CLINIC.iss} == {*trust_of(None, given=told).issuers}


def test_where_a_check_cannot_be_made(ana: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    """Why is told, and nothing counts as verified."""
    pin(ana, CLINIC.jwks(), CLINIC.iss)
    (card,) = ana.add(card_file(CLINIC.card()))

    def missing(*_: object) -> None:
        raise InvalidRequest("extra_missing", "no library")

    monkeypatch.setattr(card_checks, "check_cards", missing)
    with ana.open() as vault:
        checker = CardChecker(vault)
        found = checker.checked(find_document(vault, card.id))
    assert ("clinic-exported", None) == (found.provenance, found.cards)
    assert ["extra_missing"] == [problem.code for problem in checker.problems]


def test_time_is_judged_when_it_is_shown(ana: Sample) -> None:
    """A kept check of a card that ends says valid today and expired later; signed it stays."""
    pin(ana, CLINIC.jwks(), CLINIC.iss)
    ana.add(card_file(CLINIC.card(exp=NBF + 100)))
    (card,) = [each for each in ana.documents() if each.kind == "smart-health-card"]
    assert card.cards is not None
    assert [CardVerdict.VALID, CardVerdict.EXPIRED] == [
        worst_of(card.cards.cards, (NBF + second) * 1000) for second in (99, 100)
    ]
    assert "clinic-signed" == card.provenance
