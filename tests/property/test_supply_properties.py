# SPDX-License-Identifier: Apache-2.0
"""EPCIS of strangers: whatever the bytes, an answer or a named refusal; and what holds for every chain."""

import json
from copy import deepcopy
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from supply_events import Legs, chained, document, legs, unit

from healthvault.errors import FormatError
from healthvault.supply.cold import Kept, Limits, report_of
from healthvault.supply.custody import packs_in, traces_of
from healthvault.supply.document import parse_epcis
from healthvault.supply.findings import Verdict
from healthvault.supply.keys import Pack, canonical
from healthvault.supply.logger import Assumed, parse_logger
from healthvault.supply.sensors import series_of_events
from healthvault.supply.told import Origin, chain_of

LIMITS = Limits(least=Fraction(2), most=Fraction(8), max_gap_ms=1)
_ANY = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=12), inner, max_size=3)),
    max_leaves=8,
)
_WORDS = """
type action eventTime bizStep disposition epcList childEPCs parentID quantityList readPoint bizLocation ilmd
sensorElementList bizTransactionList sourceList destinationList persistentDisposition errorDeclaration eventID
recordTime certificationInfo @context ext:a
"""
_MEMBERS = _WORDS.split()
_REFUSALS = {"not_epcis", "bad_event", "bad_schema", "too_large", "bad_logger"}


def followed(data: bytes) -> None:
    """Read a document and follow every pack in it; a refusal is one that has a name."""
    try:
        found = parse_epcis(data)
    except FormatError as err:
        named = err.code
    else:
        named = None
    if named is not None:
        assert named in _REFUSALS
        return
    chain = chain_of([(Origin(document="any"), found)])
    for trace in traces_of(chain, [Pack(key=key) for key in packs_in(chain)]):
        assert trace.findings or trace.verdict is Verdict.COMPLETE
    assert all(report_of(series, LIMITS).verdict in Kept for series in series_of_events(found.events))


@given(st.sampled_from(_MEMBERS), _ANY, st.integers(0, 3))
def test_an_event_with_anything_in_it(member: str, value: object, number: int) -> None:
    """Any value in any place of an event."""
    events = deepcopy(legs()[1])
    events[number][member] = value
    followed(json.dumps({**json.loads(document([])), "epcisBody": {"eventList": events}}).encode())


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    """And any bytes behind the start of a document."""
    followed(data)
    followed(document(legs()[0])[: len(data) * 7] + data)
    followed(b'<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:2"><EPCISBody><EventList>' + data)


@given(st.binary(max_size=200))
def test_any_bytes_are_no_trouble_for_the_logger(data: bytes) -> None:
    """Nor behind good headings."""
    refused = set()
    for text in (data, b"time,temp C\n" + data):
        try:
            parse_logger(text, Assumed())
        except FormatError as err:
            refused.add(err.code)
    assert refused <= _REFUSALS


@given(
    st.text(max_size=60), st.sampled_from(["", "urn:epc:id:sgtin:", "urn:epc:id:itip:", "https://a.b/01/", "(01)"])
)
def test_one_form_is_final(text: str, start: str) -> None:
    """Bringing a name into its one form twice changes nothing more."""
    once = canonical(start + text)
    assert once == canonical(once)


@given(st.permutations(range(11)), st.permutations(range(3)))
def test_the_order_of_files_and_events_does_not_matter(order: list[int], files: list[int]) -> None:
    """Times decide, not where an event stands."""
    every = [event for leg in legs() for event in leg]
    shuffled = [every[place] for place in order]
    told: Legs = [shuffled[:4], shuffled[4:7], shuffled[7:]]
    chain = chained([told[place] for place in files])
    (first, second) = traces_of(chain, [Pack(key=key) for key in packs_in(chain)])
    assert (Verdict.COMPLETE, ()) == (first.verdict, first.findings)
    assert Verdict.UNDERWAY is second.verdict


@given(st.sets(st.integers(0, 10)))
def test_nothing_that_is_missing_makes_a_chain_complete(gone: set[int]) -> None:
    """Without any step but stocking, which nothing depends on, the way of the pack is not complete."""
    every = [event for leg in legs() for event in leg]
    left = [event for place, event in enumerate(every) if place not in gone]
    chain = chained([left])
    (trace,) = traces_of(chain, [Pack(key=canonical(unit("1")))])
    assert (not gone - {9}) == (trace.verdict is Verdict.COMPLETE)
