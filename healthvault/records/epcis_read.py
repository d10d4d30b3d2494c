# SPDX-License-Identifier: Apache-2.0
"""What EPCIS documents say: each supply chain event, in XML or JSON-LD, as the same item; sensors; products.

An event without a valid time or action is named and left. What happened to a pack is nobody's health: its items
have no subject. Source: GS1 EPCIS 1.2, EPCIS 2.0 and CBV 2.0. Spec: docs/spec/contents.md section 3.
"""

import json
from collections import Counter
from collections.abc import Iterator

from healthvault.errors import InvalidRequest
from healthvault.records.epcis_events import Event, event_of_json, event_of_xml, items_of, problem_of
from healthvault.records.json_walk import Json, is_bounded, items_at, text_at, value_at
from healthvault.records.probe import Probe
from healthvault.records.reading import Inside, Placed
from healthvault.records.statements import Coding, Item, Left, Passage, Statement, Tally
from healthvault.records.xml_tree import Path, children, trees, words

__all__ = ["read_epcis"]

MAX_BYTES = 64 << 20
MAX_EPCS = 200_000  # distinct ones that are counted
_VOCABULARY = "VocabularyElement"
_NDC = "US_FDA_NDC"
_EVENTS = ("eventList", "event")


def read_epcis(probe: Probe, _inside: Inside) -> Iterator[Statement | Placed]:
    """Yield what an EPCIS document states.

    Raises:
        InvalidRequest: `too_large`; `reader_failed`, it is neither well-formed XML nor JSON.
    """
    reading = _Reading()
    if (probe.text or "").lstrip()[:1] == "{":
        yield from _json(probe, reading)
    else:
        yield from _xml(probe, reading)
    yield from reading.tallies()


class _Reading:
    """How many of everything there were."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._steps: Counter[str] = Counter()
        self._epcs: set[str] = set()

    def states(self, event: Event) -> Iterator[Statement]:
        """Yield the items of one event, or why it is left."""
        self._counts[event.kind] += 1
        place = f"event[{self._counts.total()}]"
        if event.step:
            self._steps[event.step.code] += 1
        if len(self._epcs) < MAX_EPCS:
            self._epcs.update(event.epcs)
        if problem := problem_of(event):
            yield Left(place=place, reason=problem)
        else:
            yield from items_of(event, place)

    def tallies(self) -> Iterator[Tally]:
        """Yield how many events of each type and step, and how many different things, there were."""
        yield Tally(sort="events", count=self._counts.total())
        yield from (Tally(sort=f"event {kind}", count=count) for kind, count in sorted(self._counts.items()))
        yield from (Tally(sort=f"step {step}", count=count) for step, count in sorted(self._steps.items()))
        yield Tally(sort="epcs", count=len(self._epcs))


def _xml(probe: Probe, reading: _Reading) -> Iterator[Statement]:
    probe.stream.seek(0)
    for path, node in trees(probe.stream, plain=("",), is_wanted=_is_wanted, limit_bytes=MAX_BYTES):
        if path[-1] == _VOCABULARY:
            told = {each.get("id"): words(each) for each in children(node, "attribute")}
            yield from _product(node.get("id"), told)
        else:
            yield from reading.states(event_of_xml(node))


def _is_wanted(path: Path) -> bool:
    if path[-1] == _VOCABULARY:
        return True
    return "EventList" in path[:-1] and path[-1] != "extension"


def _json(probe: Probe, reading: _Reading) -> Iterator[Statement]:
    text = probe.whole_text()
    if text is None or not is_bounded(text):
        raise InvalidRequest("too_large", "more JSON than is read at once")
    try:
        document: Json = json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as err:
        raise InvalidRequest("reader_failed", "no well-formed JSON") from err
    lists = items_at(document, "epcisHeader", "epcisMasterData", "vocabularyList")
    for element in (each for part in lists for each in items_at(part, "vocabularyElementList")):
        attributes = items_at(element, "attributes")
        told = {text_at(each, "id") or "": text_at(each, "attribute") or "" for each in attributes}
        yield from _product(text_at(element, "id") or "", told)
    body = value_at(document, "epcisBody")
    inner = value_at(body, "queryResults", "resultsBody") or body
    for event in (each for name in _EVENTS for each in items_at(inner, name)):
        yield from reading.states(event_of_json(event))


def _product(name: str, told: dict[str, str]) -> Iterator[Statement]:
    """Yield a product of the master data as a medicine; the name of a place or party as a passage."""
    said = {key.rpartition("#")[2].rpartition(":")[2]: value for key, value in told.items()}
    product = said.get("regulatedProductName")
    if not product:
        if party := said.get("name"):
            yield Passage(words=f"{party} ({name})", place="master data")
        return
    ndc = said.get("additionalTradeItemIdentification")
    is_ndc = said.get("additionalTradeItemIdentificationTypeCode") == _NDC
    codes = [Coding(system="urn:ietf:rfc:3986", code=name)]
    if ndc and is_ndc:
        codes.append(Coding(system="http://hl7.org/fhir/sid/ndc", code=ndc))
    yield Item(
        type="Medication",
        place=f"master data/{name}"[:500],
        title=" ".join(filter(None, (product, said.get("strengthDescription"))))[:500],
        identity=f"Medication/{name}",
        category="medication",
        codes=tuple(codes),
        text=", ".join(filter(None, (said.get("dosageFormType"), said.get("netContentDescription")))) or None,
        source=said.get("manufacturerOfTradeItemPartyName"),
    )
