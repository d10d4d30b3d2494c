# SPDX-License-Identifier: Apache-2.0
"""Events of EPCIS 2.0 in JSON-LD, as trees of parts: names as in XML, namespaces and words spelled out.

No JSON-LD processor: a context that is only named by its address is taken for that of EPCIS; others are not
fetched. Numbers keep their figures. Source: GS1 EPCIS 2.0 section 10.
"""

from collections.abc import Iterator

from healthvault.errors import FormatError
from healthvault.records.json_walk import Json
from healthvault.supply.part import Budget, Part
from healthvault.supply.reading import Reading
from healthvault.supply.words import spelled

__all__ = ["Namespaces", "event_of_json", "namespaces_of"]

Namespaces = dict[str, str]
"""Address by prefix."""

MAX_DEPTH = 40
_KNOWN: Namespaces = {
    "cbv": "https://ref.gs1.org/cbv/",
    "gs1": "https://gs1.org/voc/",
    "epcis": "https://ref.gs1.org/epcis/",
    "cbvmda": "urn:epcglobal:cbv:mda",
}
_UNTOLD = frozenset(("#text", "rdfs:comment", "comment", "@context"))
_EPC_LISTS = frozenset(("epcList", "inputEPCList", "outputEPCList"))
_QUANTITY_LISTS = frozenset(("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"))
_MEMBERS = {
    **dict.fromkeys(_EPC_LISTS, "epc"),
    **dict.fromkeys(_QUANTITY_LISTS, "quantityElement"),
    "childEPCs": "epc",
    "bizTransactionList": "bizTransaction",
    "sourceList": "source",
    "destinationList": "destination",
    "sensorElementList": "sensorElement",
}
_PAIRS = frozenset(("bizTransaction", "source", "destination"))


def namespaces_of(context: Json) -> Namespaces:
    """Return the prefixes that a `@context` declares in place."""
    found: Namespaces = {}
    for one in context if isinstance(context, list) else [context]:
        if isinstance(one, dict):
            found |= {key: value for key, value in one.items() if isinstance(value, str)}
    return found


def event_of_json(event: Json, declared: Namespaces, reading: Reading, budget: Budget) -> Part:
    """Return an event as a tree.

    Args:
        event: Decoded, its numbers as texts after `#`; *unverified*.
        declared: Of the document.
        reading: The reference implementation knows no prefixes but those declared.
        budget: Counts the parts.

    Raises:
        FormatError: `bad_schema`, no object, or nested too deep; `too_large`.
    """
    if not isinstance(event, dict):
        raise FormatError("bad_schema", "an event that is no object")
    own = declared | namespaces_of(event.get("@context"))
    known = own if reading is Reading.REFERENCE else _KNOWN | own
    writer = _Writer(known, reading, budget)
    kind = event.get("type")
    return Part(name=budget.spend(kind if isinstance(kind, str) else ""), parts=tuple(writer.parts(event, "", 0)))


class _Writer:
    """Writes values as parts."""

    def __init__(self, known: Namespaces, reading: Reading, budget: Budget) -> None:
        self._known = known
        self._is_reference = reading is Reading.REFERENCE
        self._budget = budget

    def parts(self, members: dict[str, Json], owner: str, depth: int) -> Iterator[Part]:
        """Yield the parts that the members of an object are."""
        if depth > MAX_DEPTH:
            raise FormatError("bad_schema", "an event that is nested too deep")
        for name, value in members.items():
            if name in _UNTOLD:
                continue
            whole = self._name(name)
            if name in _MEMBERS or (self._is_reference and whole.endswith("List")):
                yield self._list(whole, _MEMBERS.get(name) or whole.removesuffix("List"), value, depth)
            elif isinstance(value, list):
                for each in value:
                    yield self._part(whole, each, owner, depth)
            elif value is not None or self._is_reference:
                yield self._part(whole, value, owner, depth)

    def _list(self, name: str, member: str, value: Json, depth: int) -> Part:
        each_one = value if isinstance(value, list) else [value]
        parts = tuple(self._part(member, each, member, depth) for each in each_one)
        return Part(name=self._budget.spend(name), parts=parts)

    def _part(self, name: str, value: Json, owner: str, depth: int) -> Part:
        if isinstance(value, dict):
            if name in _PAIRS:
                return self._pair(name, value)
            text = value.get("#text")
            inner = self.parts(value, name, depth + 1)
            told = self._text(text, name, owner) if text is not None else ""
            return Part(name=name, text=self._budget.spend(told), parts=tuple(inner))
        if isinstance(value, list):
            if depth > MAX_DEPTH:
                raise FormatError("bad_schema", "an event that is nested too deep")
            return Part(name=name, parts=tuple(self._part("", each, name, depth + 1) for each in value))
        return Part(name=name, text=self._budget.spend(self._text(value, name, owner)))

    def _pair(self, name: str, value: dict[str, Json]) -> Part:
        kind = value.get("type")
        typed = () if kind is None else (Part(name="type", text=self._text(kind, "type", name)),)
        return Part(name=name, text=self._budget.spend(self._text(value.get(name), name, name)), parts=typed)

    def _name(self, name: str) -> str:
        prefix, mark, local = name.partition(":")
        return f"{{{self._known[prefix]}}}{local}" if mark and prefix in self._known else name

    def _text(self, value: Json, field: str, owner: str) -> str:
        if isinstance(value, bool) or value is None:  # the reference writes the words of its own language
            return str(value) if self._is_reference else "" if value is None else str(value).lower()
        text = str(value)
        prefix, mark, rest = text.partition(":")
        if mark and prefix in self._known:
            return self._known[prefix] + rest
        return spelled(field, owner, text)
