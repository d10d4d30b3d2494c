# SPDX-License-Identifier: Apache-2.0
"""The trend: which values are one series, and that none is converted."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from healthvault.errors import NotFound
from healthvault.records.statements import Coding
from healthvault.storage.item_scope import Scope
from healthvault.vault.looking import looked_into
from healthvault.vault.trend import Candidate, Trend, candidates, trend
from healthvault.vault.vault import Vault
from tests.stated import lab, state
from tests.vaults import ana


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    """A vault with values of ferritin and glucose."""
    with ana(tmp_path).open(writing=True) as vault:
        values = [lab("2276-4", "Ferritin", n, "ug/L", f"202{n}-01-01", low="15", high="150") for n in "123"]
        state(vault, "a.json", [*values, lab("2345-7", "Glucose", "5", "mmol/L", "2021-01-01")])
        state(
            vault,
            "b.json",
            [
                lab("2276-4", "FERRITIN", "4", "\u00b5g/L", None),
                lab("2345-7", "Glucose", "90", "mg/dL", "2020-01-01"),
            ],
        )
        yield vault


def asked(vault: Vault, what: str) -> tuple[Candidate, ...]:
    """Return what may be meant."""
    with looked_into(vault) as contents:
        return candidates(contents, Scope(), what)


def values(vault: Vault, what: str, unit: str | None = None) -> Trend:
    """Return the trend of the first candidate."""
    with looked_into(vault) as contents:
        return trend(contents, Scope(), candidates(contents, Scope(), what)[0], unit=unit)


@pytest.mark.parametrize("what", ["2276-4", "loinc|2276-4", "LOINC|2276-4", "ferritin", "Ferr"])
def test_by_code_or_title(vault: Vault, what: str) -> None:
    """In any letter case."""
    assert ["loinc|2276-4"] == [each.concept for each in asked(vault, what)]


def test_several_are_never_one(vault: Vault) -> None:
    """A code of two systems, a word of two titles; each is reached by what is listed for it."""
    own = replace(
        lab("", "Ferritin own", "9", "ug/L", "2024-01-01"), codes=(Coding(system="urn:x", code="2276-4"),)
    )
    state(vault, "c.json", [own, lab("", "Ferritin index", "1", None, "2024-01-01")])
    assert {"loinc|2276-4", "urn:x|2276-4"} == {each.concept for each in asked(vault, "2276-4")}
    found = asked(vault, "ferritin")
    assert {"loinc|2276-4", "urn:x|2276-4", "title|ferritin index"} == {each.concept for each in found}
    for each in found:
        assert (each.concept,) == tuple(again.concept for again in asked(vault, each.concept))


def test_units_join_by_their_spelling_only(vault: Vault) -> None:
    """Another unit is another series; what has no date stands last."""
    (series,) = values(vault, "ferritin").series
    assert ["1", "2", "3", "4"] == [point.quantity.number for point in series.points]
    assert {"mmol/L", "mg/dL"} == {series.unit for series in values(vault, "glucose").series}
    assert ["mmol/L"] == [series.unit for series in values(vault, "glucose", "mmol/l").series]


def test_the_same_value_is_one_point(vault: Vault) -> None:
    """With both documents."""
    state(vault, "c.json", [lab("2276-4", "Ferritin", "1.0", "ug/l", "2021-01-01")])
    (series,) = values(vault, "ferritin").series
    assert [2, 1, 1, 1] == [len(point.sources) for point in series.points]


@pytest.mark.parametrize("what", ["nothing", "9999-9", "%", "_", "*", ""])
def test_nothing_is_called_so(vault: Vault, what: str) -> None:
    """No pattern of any language matches."""
    with pytest.raises(NotFound):
        asked(vault, what)
