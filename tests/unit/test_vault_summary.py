# SPDX-License-Identifier: Apache-2.0
"""The summary: what documents say side by side, and what no document says."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from healthvault.records.statements import Passage
from healthvault.storage.item_scope import Scope
from healthvault.vault.add import AddOptions
from healthvault.vault.looking import looked_into
from healthvault.vault.summary import Section, summary
from healthvault.vault.vault import Vault
from tests.stated import lab, state, thing
from tests.vaults import ana


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    """An empty vault."""
    with ana(tmp_path).open(writing=True) as vault:
        yield vault


def section(vault: Vault, name: str, at: str = "2026-12-31") -> Section:
    """Return one part of the summary as of a day."""
    with looked_into(vault) as contents:
        return next(each for each in summary(contents, Scope(until=at, undated=True)) if each.name == name)


def test_nothing_said_is_not_nothing_there(vault: Vault) -> None:
    """A part without a statement is empty, one that says that none is known is not."""
    assert () == section(vault, "allergies").things
    state(vault, "a.json", [thing("AllergyIntolerance", "716186003", "No known allergy", "active")])
    (stated,) = section(vault, "allergies").things
    assert "none_known" == stated.absence
    assert not section(vault, "allergies").differs


def test_none_known_beside_an_allergy_is_shown_as_a_conflict(vault: Vault) -> None:
    """The list names the allergy first."""
    state(vault, "a.json", [thing("AllergyIntolerance", "716186003", "No known allergy", "active")])
    state(vault, "b.json", [thing("AllergyIntolerance", "91936005", "Penicillin", "active")])
    found = section(vault, "allergies")
    assert found.differs
    assert ["Penicillin", "No known allergy"] == [each.title for each in found.things]


def test_documents_that_differ_stand_side_by_side(vault: Vault) -> None:
    """The newest document first, each word with its own; nobody decides."""
    old = state(
        vault, "a.json", [thing("Condition", "1", "Asthma", "active", "2010")], AddOptions(date="2015-01-01")
    )
    new = state(
        vault, "b.json", [thing("Condition", "1", "Asthma", "resolved", "2010")], AddOptions(date="2020-01-01")
    )
    (asthma,) = section(vault, "problems").things
    assert asthma.differs
    assert [("resolved", "2020-01-01", new.id), ("active", "2015-01-01", old.id)] == [
        (word.status, word.said, word.sources[0].id) for word in asthma.words
    ]


def test_documents_that_agree_are_one_word(vault: Vault) -> None:
    """With both as sources, the newest first."""
    state(vault, "a.json", [thing("Condition", "1", "Asthma", "active", "2010")], AddOptions(date="2015-01-01"))
    new = state(
        vault, "b.json", [thing("Condition", "1", "asthma", "active", "2010")], AddOptions(date="2020-01-01")
    )
    (asthma,) = section(vault, "problems").things
    (word,) = asthma.words
    assert (2, new.id) == (len(word.sources), word.sources[0].id)


def test_what_was_entered_in_error(vault: Vault) -> None:
    """Alone it is left out; where another document still says it, both words stand there."""
    state(vault, "a.json", [thing("Condition", "1", "Asthma", "entered-in-error", "2010")])
    assert () == section(vault, "problems").things
    state(vault, "b.json", [thing("Condition", "1", "Asthma", "active", "2010")])
    (asthma,) = section(vault, "problems").things
    assert {"active", "entered-in-error"} == {word.status for word in asthma.words}


def test_as_of_a_day(vault: Vault) -> None:
    """What came later is not there; what has no date is."""
    items = [
        thing("Condition", "1", "Asthma", "active", "2010"),
        thing("Condition", "2", "Rash", "active", "2024-05"),
    ]
    state(vault, "a.json", [*items, thing("Condition", "3", "Gout", "active")])
    assert ["Asthma", "Gout"] == [each.title for each in section(vault, "problems", "2020-01-01").things]


def test_results_are_the_newest_of_each_thing_and_unit(vault: Vault) -> None:
    """Two of one moment that differ stand side by side."""
    state(vault, "a.json", [lab("1-1", "Ferritin", str(n), "ug/L", f"202{n}-01-01") for n in range(4)])
    state(
        vault,
        "b.json",
        [lab("1-1", "Ferritin", "9", "ug/L", "2023-01-01"), lab("1-1", "Ferritin", "7", "pmol/L", "2021-01-01")],
    )
    found = section(vault, "results").things
    assert [{"3 ug/L", "9 ug/L"}, {"7 pmol/L"}] == [{word.value for word in each.words} for each in found]


def test_two_doses_are_two_things(vault: Vault) -> None:
    """Events of one kind on two days are no conflict."""
    doses = [thing("Immunization", "4", "MMR", "completed", day) for day in ("2020-01-01", "2021-01-01")]
    state(vault, "a.json", doses)
    assert [False, False] == [each.differs for each in section(vault, "immunisations").things]


def test_a_document_that_nobody_can_read_is_named(vault: Vault) -> None:
    """A scanned living will has no items, and is in force all the same."""
    will = state(
        vault, "w.txt", [Passage(words="x", place="line 1")], AddOptions(title="Will", category="directive")
    )
    assert [will.id] == [source.id for source in section(vault, "directives").documents]


def test_many_values_of_one_moment_are_counted(vault: Vault) -> None:
    """They are not named one by one, and one document does not differ from itself."""
    state(vault, "a.csv", [lab("1-1", "Steps", str(n), "1", "2026-01-01") for n in range(9)])
    (steps,) = section(vault, "results").things
    assert ["9 values of one moment"] == [word.value for word in steps.words]
    assert not steps.differs
