# SPDX-License-Identifier: Apache-2.0
"""The real chain of the shared data: unit 11 from its maker to the patient, and what breaks it, by name.

Hashes were computed with epcis-event-hash-generator 1.9.3; end states are those of the collection's README.
"""

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from healthvault.errors import FormatError
from healthvault.supply.cold import Kept, Limits, report_of
from healthvault.supply.custody import Trace, packs_in, traces_of
from healthvault.supply.document import parse_epcis
from healthvault.supply.findings import Verdict
from healthvault.supply.keys import pack_of
from healthvault.supply.sensors import series_of_events
from healthvault.supply.told import Chain, Origin, chain_of

EPCIS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "epcis"
pytestmark = pytest.mark.skipif(not EPCIS.is_dir(), reason="shared vectors are not here")
HASHES = """
01 06709e6b 9a35e4e9 d061561d 6a53cf6f 67b70771 b6668ef7 62f38b2e 646b50e7
02 68f0a984 fed9f85d 59cfd0a3
03 8b618e50 423b58e4 8a1d9afa
04 712e419c 849e79ba 02718ceb
05 a62abffb
06 2f1fd0f6
aggregation-event 96b6bf98
all-gs1-keys 40744f32
error-declaration df652366 32547b23
object-event df652366 32547b23
sensor-and-extension dc553ea1
"""

Legs = dict[str, bytes]


def legs() -> Legs:
    """Return the files of the chain by their number."""
    return {path.name[:2]: path.read_bytes() for path in sorted((EPCIS / "chain").iterdir())}


def chained(told: Legs) -> Chain:
    """Return the chain of files."""
    return chain_of((Origin(document=name), parse_epcis(data)) for name, data in told.items())


def traced(told: Legs, serial: str = "11") -> Trace:
    """Return the way of a pack."""
    pack = pack_of(f"urn:epc:id:sgtin:030001.0012345.{serial}")
    assert pack is not None
    (trace,) = traces_of(chained(told), [pack])
    return trace


def names(trace: Trace) -> set[str]:
    """Return the names of what was found."""
    return {finding.name.value for finding in trace.findings}


@pytest.mark.parametrize("line", HASHES.split("\n")[1:-1], ids=lambda line: line.split()[0])
def test_hashes_of_the_real_files(line: str) -> None:
    """Every event of every file that the reference implementation can read."""
    start, *hashes = line.split()
    (path,) = EPCIS.glob(f"*/{start}*")
    events = parse_epcis(path.read_bytes()).events
    assert hashes == [(event.hashes.reference or "")[14:22] for event in events]


def test_unit_11_came_from_its_maker_to_the_patient() -> None:
    """Complete, 14 steps, and recalled."""
    trace = traced(legs())
    assert (Verdict.COMPLETE, {"recalled_lot"}, 14) == (trace.verdict, names(trace), len(trace.steps))
    assert ("A123", "2025-03-27") == (trace.lot, trace.expiry)
    steps = [step.told.event.step for step in trace.steps]
    assert ("commissioning", "dispensing") == (steps[0], steps[-1])


def test_where_every_unit_is_at_the_end() -> None:
    """As the README says: 11 dispensed, 12 in stock, 13 at the wholesaler, 15 in case 111 there."""
    chain = chained(legs())
    packs = [pack for key in packs_in(chain) if (pack := pack_of(key))]
    traces = {trace.serial: trace for trace in traces_of(chain, packs)}
    assert [str(number) for number in range(11, 23)] == sorted(traces)
    wholesaler, pharmacy = "urn:epc:id:sgln:039999.345678.0", "urn:epc:id:sgln:0614141.00777.0"
    states = {serial: (trace.state.kind, trace.state.place) for serial, trace in traces.items()}
    assert ("dispensed", pharmacy) == states["11"]
    assert ("in_stock", pharmacy) == states["12"]
    assert ("in_stock", wholesaler) == states["13"]
    assert ("in_container", wholesaler) == states["15"]
    assert (traces["15"].state.container or "").endswith("/21/111")
    assert all(names(trace) - {"not_dispensed"} == {"recalled_lot"} for trace in traces.values())
    assert Verdict.BROKEN not in {trace.verdict for trace in traces.values()}


def _events(name: str, change: Callable[[list], object]) -> Legs:
    """Return the files with the events of one changed."""
    told = legs()
    document = json.loads(told[name])
    change(document["epcisBody"]["eventList"])
    return {**told, name: json.dumps(document).encode()}


def _swap(events: list, one: int, other: int) -> None:
    events[one]["eventTime"], events[other]["eventTime"] = events[other]["eventTime"], events[one]["eventTime"]


def _again(events: list, **changed: object) -> None:
    events.append({**events[-1], **changed, "eventID": "urn:uuid:again"})


_SHOP = {"id": "urn:epc:id:sgln:0614142.00001.0"}
_LATER = "2023-05-03T10:00:00Z"


def _packed_as_99() -> Legs:
    """Return the files with another serial number in the maker's packing of case 110."""
    before, mark, after = legs()["01"].partition(b"E3")
    packing = after.replace(b"030001.0012345.11</epc>", b"030001.0012345.99</epc>", 1)
    return {**legs(), "01": before + mark + packing}


FAULTS: dict[str, tuple[Callable[[], Legs], str, str]] = {
    "a leg is missing": (lambda: {n: d for n, d in legs().items() if n != "02"}, "11", "missing_hop"),
    "never shipped": (lambda: _events("03", lambda events: events.pop(2)), "11", "missing_hop"),
    "never received": (lambda: _events("04", lambda events: events.pop(0)), "11", "missing_hop"),
    "unpacked before received": (lambda: _events("04", lambda events: _swap(events, 0, 1)), "11", "swapped_order"),
    "packed after shipped": (lambda: _events("03", lambda events: _swap(events, 1, 2)), "11", "swapped_order"),
    "received before shipped": (
        lambda: _events("04", lambda events: events[0].update(eventTime="2023-04-10T11:00:00Z")),
        "11",
        "time_reversal",
    ),
    "never commissioned": (
        lambda: _events("05", lambda events: events[0].update(epcList=["urn:epc:id:sgtin:030001.0012345.99"])),
        "99",
        "wrong_serial",
    ),
    "never packed into it": (_packed_as_99, "11", "wrong_serial"),
    "in two places": (
        lambda: _events(
            "04",
            lambda events: _again(events, readPoint=_SHOP, bizLocation=_SHOP, eventTime="2023-04-12T10:00:00Z"),
        ),
        "11",
        "duplicate",
    ),
    "dispensed twice": (
        lambda: _events("05", lambda events: _again(events, eventTime=_LATER)),
        "11",
        "dispensed_twice",
    ),
    "decommissioned": (
        lambda: _events(
            "04",
            lambda events: _again(
                events, bizStep="decommissioning", disposition="inactive", eventTime="2023-04-13T10:00:00Z"
            ),
        ),
        "11",
        "decommissioned",
    ),
}


@pytest.mark.parametrize(("fault", "serial", "name"), FAULTS.values(), ids=FAULTS)
def test_each_fault_is_called_by_its_name(fault: Callable[[], Legs], serial: str, name: str) -> None:
    """And the chain is then broken, or not dispensed."""
    trace = traced(fault(), serial)
    assert name in names(trace)
    assert Verdict.BROKEN is trace.verdict


@pytest.mark.parametrize("name", ["invalid-action.json", "invalid-eventTime.json"])
def test_a_malformed_event_is_named(name: str) -> None:
    """With its place."""
    with pytest.raises(FormatError, match=r"event\[1\]") as caught:
        parse_epcis((EPCIS / "examples" / name).read_bytes())
    assert "bad_event" == caught.value.code


def test_the_twins_in_both_syntaxes_are_the_same_events() -> None:
    """But for the hash: the JSON twin has another id domain for CURIEs in values; what they say is equal."""
    xml, other = ((EPCIS / "examples" / f"combination.{kind}").read_bytes() for kind in ("xml", "json"))
    pairs = list(zip(parse_epcis(xml).events, parse_epcis(other).events, strict=True))
    for one, twin in pairs:
        assert (one.kind, one.time.ms, one.things, one.step, one.where) == (
            *(twin.kind, twin.time.ms, twin.things),
            twin.step.replace("http://example.com/ext1/", "ext1:"),
            twin.where,
        )
    assert [True, True, False, True, True, True] == [one.hashes.text == twin.hashes.text for one, twin in pairs]


def test_the_cold_chain_of_the_tote() -> None:
    """2.9 to 7.4 degrees for 26 hours and 10 minutes."""
    (series,) = series_of_events(parse_epcis(legs()["04"]).events)
    inside = report_of(series, Limits(least=Fraction(2), most=Fraction(8), max_gap_ms=1))
    assert (Kept.WITHIN, 1570 * 60_000, 0) == (inside.verdict, inside.within_ms, inside.unknown_ms)
    tight = report_of(series, Limits(least=Fraction(3), most=Fraction(8), max_gap_ms=1))
    assert (Kept.OUTSIDE, [None]) == (tight.verdict, [each.duration_ms for each in tight.excursions])
