# SPDX-License-Identifier: Apache-2.0
"""What is told twice counts once; what could be one or two is said to be unclear."""

from collections.abc import Iterable

from healthvault.medicines.sameness import is_unclear, told_once
from healthvault.medicines.telling import Telling
from tests.prescribed import dispensed


def once(*tellings: Telling) -> list[tuple[str, ...]]:
    """Return the documents of each thing."""
    return sorted(tuple(sorted(each.documents)) for each in told_once(tellings, lambda each: each.medicine.key[0]))


def both(found: Iterable[tuple[str, ...]]) -> bool:
    """Tell whether two were told as one."""
    return [("d_a", "d_b")] == list(found)


def test_the_same_form_in_two_documents_is_one() -> None:
    """A record that came back from the pharmacist, whatever the vaults call its prescription."""
    assert both(once(dispensed("d_a"), dispensed("d_b")))
    assert both(once(dispensed("d_a", digest=b"x"), dispensed("d_b", digest=b"x", status=None)))


def test_the_same_resource_in_two_exports_is_one() -> None:
    """By its id; in a later export its status may be another."""
    one, two = (dispensed(name, identity="MedicationDispense/1", digest=name.encode()) for name in ("d_a", "d_b"))
    assert both(once(one, two))
    assert not both(once(one, dispensed("d_b", identity="MedicationDispense/2")))
    assert not both(once(one, dispensed("d_b", identity="MedicationDispense/1", by="Elsewhere")))


def test_two_things_stay_two() -> None:
    """Another day, quantity, pharmacy or pack; two that one document states; two of which no day is known."""
    for other in ({"date": "2026-03-03"}, {"days": 60}, {"by": "Elsewhere"}, {"pack": "x"}, {"patient": "rui"}):
        assert not both(once(dispensed("d_a"), dispensed("d_b", **other)))
    assert 2 == len(once(dispensed("d_a:1", document="d_a"), dispensed("d_a:2", document="d_a")))
    assert not both(once(dispensed("d_a", date=None), dispensed("d_b", date=None)))


def test_two_of_each_export_are_two() -> None:
    """A document that says something twice, imported twice, says it twice."""
    found = [dispensed(f"{name}:{number}", document=name) for name in ("d_a", "d_b") for number in (1, 2)]
    assert [("d_a", "d_b")] * 2 == once(*found)
    assert once(*found) == once(*reversed(found))


def test_what_leaves_something_out_is_unclear() -> None:
    """On the same day, in another document, and not contradicted."""
    one = dispensed("d_a")
    assert is_unclear(one, dispensed("d_b", by=None, quantity=None))
    for other in ({"by": "Elsewhere"}, {"date": "2026-03-03"}, {"document": "d_a"}, {"days": 5}):
        assert not is_unclear(one, dispensed("d_b", **other))
