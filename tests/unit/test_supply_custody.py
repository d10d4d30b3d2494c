# SPDX-License-Identifier: Apache-2.0
"""The way of one pack: a chain without a fault has none, and each fault put into it is called by its name."""

from collections.abc import Callable

import pytest
from supply_events import (
    CASE,
    DEPOT,
    LOT,
    MAKER,
    OTHER_PHARMACY,
    PHARMACY,
    TOTE,
    WHOLESALER,
    Legs,
    chained,
    happened,
    legs,
    names,
    packed,
    recall,
    shipped,
    traced,
    unit,
)

from healthvault.errors import FormatError
from healthvault.supply.custody import packs_in, traces_of
from healthvault.supply.findings import Verdict
from healthvault.supply.keys import pack_of


def test_a_chain_without_a_fault() -> None:
    """From maker to patient: complete, every step there, no finding."""
    trace = traced(legs())
    assert (Verdict.COMPLETE, []) == (trace.verdict, names(trace))
    steps = [step.told.event.step for step in trace.steps]
    assert ["commissioning", "packing", "shipping", "receiving", "unpacking", "packing", "shipping"] == steps[:7]
    assert ["receiving", "unpacking", "stocking", "dispensing"] == steps[7:]
    assert ("L1", "2028-01-31", "1") == (trace.lot, trace.expiry, trace.serial)
    assert ("dispensed", PHARMACY) == (trace.state.kind, trace.state.place)


def test_a_pack_that_stays_behind() -> None:
    """Not dispensed is a note: the chain holds as far as it goes."""
    trace = traced(legs(), "2")
    assert (Verdict.UNDERWAY, ["not_dispensed"]) == (trace.verdict, names(trace))
    assert ("in_stock", WHOLESALER) == (trace.state.kind, trace.state.place)
    assert ("in_transit", WHOLESALER) == (traced(legs()[:1]).state.kind, traced(legs()[:1]).state.place)
    boxed = traced([legs()[0][:2]])
    assert "in_container" == boxed.state.kind
    assert "https://id.gs1.org/01/14012345098768/21/7" == boxed.state.container


def test_packs_are_what_nothing_is_packed_into() -> None:
    """The case and the tote are none."""
    assert ["1", "2"] == [pack[-1] for pack in packs_in(chained(legs()))]


def _without(leg: int, number: int) -> Legs:
    told = legs()
    del told[leg][number]
    return told


def _at(leg: int, number: int, day: str) -> Legs:
    told = legs()
    told[leg][number]["eventTime"] = f"2026-{day}:00Z"
    return told


def _swapped(leg: int, one: int, other: int) -> Legs:
    told = legs()
    first, second = told[leg][one], told[leg][other]
    first["eventTime"], second["eventTime"] = second["eventTime"], first["eventTime"]
    return told


def _and(leg: int, *events: dict) -> Legs:
    told = legs()
    told[leg] += events
    return told


def _serial(leg: int, number: int, member: str = "epcList") -> Legs:
    told = legs()
    told[leg][number][member] = [unit("99") if each == unit("1") else each for each in told[leg][number][member]]
    return told


FAULTS: dict[str, tuple[Callable[[], Legs], str]] = {
    "the shipping of the maker": (lambda: _without(0, 2), "missing_hop"),
    "the shipping of the wholesaler": (lambda: _without(1, 3), "missing_hop"),
    "the receipt of the wholesaler": (lambda: _without(1, 0), "missing_hop"),
    "the receipt of the pharmacy": (lambda: _without(2, 0), "missing_hop"),
    "the whole wholesaler": (lambda: [legs()[0], legs()[2]], "missing_hop"),
    "the maker": (lambda: legs()[1:], "missing_hop"),
    "addressed to somebody else": (
        lambda: [legs()[0], [*legs()[1][:3], shipped("01-08T10:00", WHOLESALER, OTHER_PHARMACY, TOTE)], legs()[2]],
        "missing_hop",
    ),
    "unpacked before packed": (lambda: _swapped(1, 1, 2), "swapped_order"),
    "pharmacy unpacks before it receives": (lambda: _swapped(2, 0, 1), "swapped_order"),
    "shipped before it was packed": (lambda: _swapped(1, 2, 3), "swapped_order"),
    "packed before commissioned": (lambda: _swapped(0, 0, 1), "swapped_order"),
    "dispensed before it was stocked out of the tote": (lambda: _swapped(2, 1, 3), "swapped_order"),
    "received before it was shipped": (lambda: _at(2, 0, "01-08T09:30"), "time_reversal"),
    "later than its own document": (lambda: _at(2, 3, "12-31T12:00"), "time_reversal"),
    "another serial is dispensed": (lambda: _serial(2, 3), "not_dispensed"),
    "another serial is packed": (lambda: _serial(0, 1, "childEPCs"), "wrong_serial"),
    "another serial is unpacked": (lambda: _serial(1, 2, "childEPCs"), "wrong_serial"),
    "commissioned twice": (
        lambda: _and(0, happened("01-05T08:30", "commissioning", DEPOT, unit("1"), action="ADD")),
        "duplicate",
    ),
    "at two places at once": (
        lambda: _and(2, happened("01-12T09:00", "stocking", OTHER_PHARMACY, unit("1"))),
        "duplicate",
    ),
    "in two cases at once": (
        lambda: _and(0, packed("01-05T09:30", "packing", DEPOT, "urn:epc:id:sgtin:4012345.109876.8", unit("1"))),
        "duplicate",
    ),
    "stocked after it was dispensed": (
        lambda: _and(2, happened("01-25T09:00", "stocking", PHARMACY, unit("1"))),
        "duplicate",
    ),
    "dispensed twice": (
        lambda: _and(2, happened("01-22T09:00", "dispensing", PHARMACY, unit("1"))),
        "dispensed_twice",
    ),
    "dispensed by another pharmacy too": (
        lambda: _and(2, happened("01-22T09:00", "dispensing", OTHER_PHARMACY, unit("1"))),
        "dispensed_twice",
    ),
    "decommissioned before it is dispensed": (
        lambda: _and(2, happened("01-15T09:00", "decommissioning", PHARMACY, unit("1"), action="DELETE")),
        "decommissioned",
    ),
    "destroyed in its case": (
        lambda: _and(0, happened("01-05T12:00", "destroying", DEPOT, CASE, disposition="destroyed")),
        "decommissioned",
    ),
    "recalled lot": (lambda: [*legs(), [recall()]], "recalled_lot"),
    "recalled product": (lambda: [*legs(), [recall(lot="urn:epc:idpat:sgtin:4012345.009876.*")]], "recalled_lot"),
    "a step that nobody knows": (
        lambda: _and(2, happened("01-10T09:00", "http://example.com/polishing", PHARMACY, unit("1"))),
        "unknown_step",
    ),
    "two events of one id": (
        lambda: [
            *legs(),
            [
                happened("01-10T09:00", "inspecting", PHARMACY, unit("1"), eventID="urn:uuid:1"),
                happened("01-11T09:00", "inspecting", PHARMACY, unit("1"), eventID="urn:uuid:1"),
            ],
        ],
        "conflicting_event",
    ),
}


@pytest.mark.parametrize(("fault", "name"), FAULTS.values(), ids=FAULTS)
def test_each_fault_is_called_by_its_name(fault: Callable[[], Legs], name: str) -> None:
    """One fault, its name; but for recalls and notes the chain is then not complete."""
    trace = traced(fault())
    assert name in names(trace)
    assert trace.verdict is not Verdict.COMPLETE or name == "recalled_lot"


@pytest.mark.parametrize(
    "fault", ["the receipt of the pharmacy", "dispensed twice", "received before it was shipped"]
)
def test_one_fault_does_not_hide_behind_others(fault: str) -> None:
    """What is missing once is named once."""
    make, name = FAULTS[fault]
    assert [name] == names(traced(make()))


def test_a_serial_that_was_never_commissioned() -> None:
    """Others of its product were: the serial is wrong, not the documents incomplete."""
    trace = traced(_serial(2, 3), "99")
    assert (Verdict.BROKEN, ["wrong_serial"]) == (trace.verdict, names(trace))


def test_another_lot_is_not_recalled_and_an_unknown_one_is_not_assumed() -> None:
    """The lot decides; without one nobody can tell."""
    assert [] == names(traced([*legs(), [recall(lot=LOT + "X")]]))
    bare = legs()
    del bare[0][0]["ilmd"]
    trace = traced([*bare, [recall()]])
    assert (Verdict.UNKNOWN, ["lot_unknown"]) == (trace.verdict, names(trace))


def test_an_event_without_a_zone_has_no_place_in_the_order() -> None:
    """It is told, and does not count: here the receipt of the pharmacy."""
    told = legs()
    told[2][0]["eventTime"] = "2026-01-09T08:00:00"
    trace = traced(told)
    assert {"missing_hop"} == set(names(trace))  # the tote's event names no pack
    told[2][3]["eventTime"] = "2026-01-20T12:00:00"
    assert {"unknown_order", "not_dispensed"} <= set(names(traced(told)))


def test_places_whose_party_is_not_told() -> None:
    """A Digital Link does not tell the company: neither a gap nor none."""
    told = legs()
    told[0][2]["readPoint"]["id"] = "https://id.gs1.org/414/4012345000023"
    trace = traced(told)
    assert (Verdict.UNKNOWN, ["unknown_place"]) == (trace.verdict, names(trace))


def test_a_recall_of_what_the_pack_is_in_reaches_it() -> None:
    """And one of the product in the list of pieces; one of a case that it has left does not."""
    case = happened("01-07T12:00", "holding", WHOLESALER, CASE, disposition="recalled")
    assert ["recalled_lot"] == names(traced([*legs(), [case]]))
    assert [] == names(traced([*legs(), [{**case, "eventTime": "2026-01-08T12:00:00Z"}]]))
    product = happened(
        "02-01T08:00", "holding", MAKER, "urn:epc:idpat:sgtin:4012345.009876.*", disposition="recalled"
    )
    assert ["recalled_lot"] == names(traced([*legs(), [product]]))


def test_every_lot_that_is_told_counts_in_a_recall() -> None:
    """The code tells another lot than the maker, and that one is recalled."""
    pack = pack_of("(01)04012345098761(10)L2(21)1")
    assert pack is not None
    lot = recall(lot="urn:epc:class:lgtin:4012345.009876.L2")
    (trace,) = traces_of(chained([*legs(), [lot]]), [pack])
    assert ["recalled_lot", "wrong_lot"] == names(trace)


def test_no_pack_is_left_out_unsaid(monkeypatch: pytest.MonkeyPatch) -> None:
    """More packs than are followed are refused."""
    monkeypatch.setattr("healthvault.supply.custody.MAX_PACKS", 1)
    with pytest.raises(FormatError) as caught:
        packs_in(chained(legs()))
    assert "too_large" == caught.value.code
