# SPDX-License-Identifier: Apache-2.0
"""What the owner says of herself: kept, taken back, taken over from a document, and there after a rebuild."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from healthvault.errors import InvalidRequest, NotFound
from healthvault.ledger.person import FactKind
from healthvault.vault.contents import opened_contents
from healthvault.vault.erase import erase_documents, find_victims
from healthvault.vault.person import add_facts, drop_fact, fact_of, list_facts, owner_of
from healthvault.vault.taking import facts_in
from healthvault.vault.vault import Vault
from tests.persons import EVE, SSN, stated, subject
from tests.vaults import NOW_MS, ana


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    """A vault that can be written."""
    with ana(tmp_path).open(writing=True) as vault:
        yield vault


def say(vault: Vault, kind: str, value: str, system: str | None = None) -> None:
    """Add a fact."""
    add_facts(vault, [fact_of(FactKind(kind), value, system=system)], now_ms=NOW_MS)


def values(vault: Vault) -> list[str]:
    """Return the values of the facts that hold."""
    return [fact.said.value for fact in list_facts(vault)]


def test_facts_make_the_owner(vault: Vault) -> None:
    """Names, one birth date, one sex and numbers; the name of the vault stands beside them."""
    assert not owner_of(vault).is_telling
    say(vault, "name", " Eve  Everywoman ")
    say(vault, "birth-date", "1975-05-01")
    say(vault, "sex", "female")
    say(vault, "identifier", "444-22-2222", "ssn")
    owner = owner_of(vault)
    assert ("Eve Everywoman", "1975-05-01", "female") == (owner.names[0].text, owner.birth_date, owner.sex)
    assert [SSN] == [number.system for number in owner.identifiers]
    assert owner.vault_name
    assert owner.is_telling


def test_what_is_known_is_not_said_again(vault: Vault) -> None:
    """The same number in another form is the same; another birth date is refused until the first is removed."""
    say(vault, "identifier", "444-22-2222", "ssn")
    say(vault, "identifier", "444222222", "urn:oid:2.16.840.1.113883.4.1")
    say(vault, "birth-date", "1975-05-01")
    size = vault.history.size
    say(vault, "birth-date", "1975-05-01")
    assert size == vault.history.size
    with pytest.raises(InvalidRequest) as caught:
        say(vault, "birth-date", "1975-05-02")
    assert "fact_differs" == caught.value.code
    drop_fact(vault, list_facts(vault)[1].entry, now_ms=NOW_MS)
    say(vault, "birth-date", "1975-05-02")
    assert ["444-22-2222", "1975-05-02"] == values(vault)


@pytest.mark.parametrize(
    ("kind", "value", "system"),
    [
        ("name", "  ", None),
        ("birth-date", "1.5.1975", None),
        ("birth-date", "1900-01-01", None),
        ("sex", "F", None),
        ("identifier", "111-00-2330", "ssn"),
        ("identifier", "123", "mrn:HOSPITAL"),
        ("identifier", "PID4711", ""),
        ("name", "x" * 1001, None),
    ],
)
def test_what_is_no_fact(vault: Vault, kind: str, value: str, system: str | None) -> None:
    """Nothing is written of what says nothing."""
    size = vault.history.size
    with pytest.raises(InvalidRequest) as caught:
        say(vault, kind, value, system)
    assert ("bad_fact", size) == (caught.value.code, vault.history.size)


def test_only_a_fact_is_removed(vault: Vault) -> None:
    """Another entry, or one that was removed, is none."""
    say(vault, "birth-date", "1975-05-01")
    (fact,) = list_facts(vault)
    drop_fact(vault, fact.entry, now_ms=NOW_MS)
    for entry in (0, fact.entry, 99):
        with pytest.raises(NotFound):
            drop_fact(vault, entry, now_ms=NOW_MS)


def test_what_a_document_says_is_taken_over_and_stays(vault: Vault) -> None:
    """With the document as its source; erasing that takes nothing from the owner's own word."""
    document = stated(vault, "one", EVE)
    with opened_contents(vault, only=[document.entry]) as contents:
        facts = facts_in(contents, document, None)
    add_facts(vault, facts, now_ms=NOW_MS)
    assert ["Eve Everywoman", "1975-05-01", "444-22-2222"] == values(vault)
    assert {document.id} == {fact.source for fact in list_facts(vault)}
    erase_documents(vault, find_victims(vault, (document.id,)), reason=None, now_ms=NOW_MS)
    assert ["Eve Everywoman", "1975-05-01", "444-22-2222"] == values(vault)


def test_which_of_several_persons(vault: Vault) -> None:
    """A document about several needs a number; one that names nobody offers nothing."""
    several = stated(vault, "several", EVE, subject("Ann Other"), subject("Al Payer", is_main=False))
    nobody, filler = stated(vault, "nobody"), stated(vault, "filler", subject(ssn="111-00-2330"))
    with opened_contents(vault) as contents:
        assert ["Ann Other"] == [fact.value for fact in facts_in(contents, several, 2)]
        for document, number, code in ((several, None, "which_subject"), (nobody, None, "no_subject"),
                                       (filler, None, "no_subject")):  # fmt: skip
            with pytest.raises(InvalidRequest) as caught:
                facts_in(contents, document, number)
            assert code == caught.value.code
        with pytest.raises(NotFound):
            facts_in(contents, several, 4)


def test_facts_are_there_after_a_rebuild(tmp_path: Path) -> None:
    """They are entries of the journal: the index is made anew from it."""
    sample = ana(tmp_path)
    with sample.open(writing=True) as vault:
        say(vault, "birth-date", "1975-05-01")
        say(vault, "sex", "female")
        drop_fact(vault, list_facts(vault)[1].entry, now_ms=NOW_MS)
    sample.paths.catalogue.unlink()
    with sample.open() as vault:
        assert ["1975-05-01"] == values(vault)
