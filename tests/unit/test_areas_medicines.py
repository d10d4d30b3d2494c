# SPDX-License-Identifier: Apache-2.0
"""The medication list of a whole vault, on five past days, against golden files; and who may have written what.

`HV_TEST_WRITE_GOLDEN=1` writes the files anew, to be read before they are kept.
"""

import json
import os
from pathlib import Path

import pytest

from healthvault.areas.medicines import content_address, known_medicines
from healthvault.medicines.listing import medicine_list
from healthvault.records.kinds import Kind
from healthvault.vault.add import AddOptions
from tests.medicine_scene import DAYS, Scene, scene
from tests.prescribed import form
from tests.vaults import ana

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """A year of medicines."""
    return scene(tmp_path_factory.mktemp("medicines"))


def test_the_scene_is_large_enough(year: Scene) -> None:
    """Forms, exports, a letter, a message, something received, replaced and retracted."""
    assert 17 == len(year.names) == len(year.ana.documents())
    assert {"superseded", "retracted", "current"} == {each.status for each in year.ana.documents()}


@pytest.mark.parametrize("day", DAYS)
def test_the_list_of_a_past_day(year: Scene, day: str) -> None:
    """As it was read and found right by a person."""
    path = GOLDEN / f"medicines-{day}.json"
    found = json.dumps(year.lines(day), indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("HV_TEST_WRITE_GOLDEN"):
        path.write_text(found, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == found


def test_nothing_is_odd_in_this_year_that_is_not(year: Scene) -> None:
    """Overlapping exports are no second supply; what is missing is said to be."""
    assert [] == [each for each in year.flags() if each[1]]
    assert {"expired"} == {code for code, _, _ in year.flags()}


def test_a_form_that_is_none_is_named_and_the_rest_is_there(tmp_path: Path) -> None:
    """Whoever sent it."""
    sample = ana(tmp_path)
    (good, bad) = sample.add(
        json.dumps(form()).encode(),
        b'{"resourceType":"Patient"}',
        options=AddOptions(kind=Kind.PRESCRIPTION.value),
    )
    with sample.open() as vault:
        known = known_medicines(vault)
    assert [good.id] == [each.id for each in known.said]
    assert [bad.id] == [each.document.id for each in known.stumbles]


def test_the_address_of_bytes_is_the_same_everywhere() -> None:
    """The example of RFC 6920."""
    assert "ni:///sha-256;f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk" == content_address(b"Hello World!")


def test_a_form_for_somebody_else_is_theirs(tmp_path: Path) -> None:
    """By the name in it; the owner's is however she writes it."""
    sample = ana(tmp_path)
    for name in ("ana  SILVA", "Rui Silva"):
        sample.add(json.dumps(form(patient=name)).encode(), options=AddOptions(kind=Kind.PRESCRIPTION.value))
    with sample.open() as vault:
        lines = medicine_list(known_medicines(vault).book, "2026-03-02")
    assert ["", "Rui Silva"] == [each.patient for each in lines]


def test_what_is_replaced_leads_to_what_replaced_it(year: Scene) -> None:
    """A reference to an older version means the newer."""
    with year.ana.open() as vault:
        known = known_medicines(vault)
    by_name = {year.names[each.document]: each for each in known.said}
    assert "metformin-1" not in by_name
    assert known.book.links[by_name["metformin-stop"].id].id == by_name["metformin-2"].id
