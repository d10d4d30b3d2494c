# SPDX-License-Identifier: Apache-2.0
"""The data types of CDA: codes, times, quantities, names and ids, as values of statements.

A null flavour is no value. Numbers and times stay as they were written. Source: HL7 v3 Data Types R1; C-CDA R2.1.
"""

from dataclasses import dataclass

from healthvault.records.code_systems import system_of_oid
from healthvault.records.dates import moment_from_compact
from healthvault.records.statements import Coding, Name, Quantity
from healthvault.records.xml_tree import Node, children, down, words

__all__ = [
    "Narrative",
    "Value",
    "codings",
    "identifier",
    "identity_of",
    "is_null",
    "name_text",
    "person_name",
    "range_words",
    "span",
    "value_of",
    "xsi_type",
]

MAX_CODINGS = 20
MAX_REFERRED_CHARS = 2000
MAX_NAME_PARTS = 10
_XSI_TYPE = "http://www.w3.org/2001/XMLSchema-instance type"
_ASSERTIONS = frozenset({"ASSERTION"})
_NAME_USES = {"L": "usual", "C": "official", "OR": "official", "P": "nickname"}
_BIRTH = "BR"
_NICKNAME = "CL"


class Narrative:
    """The text of a section, looked up by the ids of its elements; each is put into words once."""

    def __init__(self, text: Node | None) -> None:
        self._nodes: dict[str, Node] = {}
        self._words: dict[str, str] = {}
        stack = [] if text is None else [text]
        while stack:
            node = stack.pop()
            if name := node.get("ID"):
                self._nodes.setdefault(name, node)
            stack.extend(children(node))

    def referred(self, node: Node | None) -> str:
        """Return an element's own words, or those that its reference points to."""
        if node is None:
            return ""
        reference = down(node, "reference")
        target = "" if reference is None else reference.get("value").removeprefix("#")
        if target in self._nodes:
            if target not in self._words:
                self._words[target] = words(self._nodes[target], limit_chars=MAX_REFERRED_CHARS)
            return self._words[target]
        return words(node, limit_chars=MAX_REFERRED_CHARS)

    def label(self, code: Node | None) -> str:
        """Return what a coded value says in words; empty if it says nothing but a code."""
        if code is None:
            return ""
        told = code.get("displayName") or self.referred(down(code, "originalText"))
        return told or next((each.get("displayName") for each in children(code, "translation")), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What was observed: a quantity, words, or nothing."""

    quantity: Quantity | None = None
    text: str | None = None


def is_null(node: Node | None) -> bool:
    """Tell whether an element is missing or says that its value is."""
    return node is None or bool(node.get("nullFlavor"))


def xsi_type(node: Node) -> str:
    """Return the data type that an element declares, without its prefix."""
    return node.get(_XSI_TYPE).rpartition(":")[2]


def codings(code: Node | None) -> tuple[Coding, ...]:
    """Return the code and its translations, each once; `ASSERTION` and what has a null flavour is none."""
    found: dict[tuple[str, str], Coding] = {}
    for node in (code, *children(code, "translation")) if code is not None else ():
        value = node.get("code")
        if value and value not in _ASSERTIONS and len(found) < MAX_CODINGS:
            system = system_of_oid(node.get("codeSystem"))
            coding = Coding(system=system, code=value, display=node.get("displayName") or None)
            found.setdefault((system, value), coding)
    return tuple(found.values())


def span(time: Node | None) -> tuple[str | None, str | None]:
    """Return begin and end of a time, with offsets as written; a point in time has no end."""
    if time is None:
        return None, None
    at = moment_from_compact(time.get("value") or _value(time, "center"))
    if at:
        return at, None
    begin, end = (moment_from_compact(_value(time, name)) for name in ("low", "high"))
    return begin, None if end == begin else end


def value_of(observation: Node, narrative: Narrative) -> Value:
    """Return the value of an observation, with its reference range where it is in the same unit."""
    values = [each for each in children(observation, "value") if not each.get("nullFlavor")]
    if len(values) == 1 and (quantity := _quantity(values[0])):
        low, high = _reference_range(observation, quantity.unit)
        quantity = Quantity(
            number=quantity.number, unit=quantity.unit, comparator=quantity.comparator, low=low, high=high
        )
        return Value(quantity=quantity, text=_interpretation(observation, narrative))
    told = (_words_of_value(each, narrative) for each in values)
    return Value(text="; ".join(filter(None, told)) or None)


def range_words(value: Node) -> str:
    """Return an interval of quantities in words: `3 to 5 mg`, `at least 3 mg`; empty if it says nothing."""
    low, high = (down(value, end) for end in ("low", "high"))
    texts = [" ".join(filter(None, (each.get("value"), each.get("unit")))) if each else "" for each in (low, high)]
    if all(texts):
        return " to ".join(texts)
    return f"at least {texts[0]}" if texts[0] else texts[1] and f"at most {texts[1]}"


def identifier(node: Node) -> Coding | None:
    """Return an id as system and value: of a root alone, the root is the value."""
    root, extension = node.get("root"), node.get("extension")
    if node.get("nullFlavor") or not (root or extension):
        return None
    if extension:
        return Coding(system=f"urn:oid:{root}" if root[:1].isdigit() and "." in root else root, code=extension)
    return Coding(system="urn:ietf:rfc:3986", code=system_of_oid(root))


def identity_of(kind: str, act: Node) -> str | None:
    """Return `Type/id` of an act by its first id."""
    for node in children(act, "id"):
        if not node.get("nullFlavor") and (root := node.get("root")):
            return f"{kind}/{'^'.join(filter(None, (root, node.get('extension'))))}"
    return None


def person_name(node: Node) -> Name | None:
    """Return a name with its parts; what somebody likes to be called is not among its given names."""
    parts = [part for part in children(node) if not part.get("nullFlavor")][:MAX_NAME_PARTS]
    said = [(part.name, words(part), part.get("qualifier").split()) for part in parts]
    given = tuple(
        told for name, told, qualifiers in said if name == "given" and told and _NICKNAME not in qualifiers
    )
    families = [told for name, told, _ in said if name == "family" and told]
    text = name_text(node)
    if not text:
        return None
    is_birth_name = any(name == "family" and _BIRTH in qualifiers for name, _, qualifiers in said)
    use = "maiden" if is_birth_name else _NAME_USES.get(next(iter(node.get("use").split()), ""))
    return Name(family=" ".join(families) or None, given=given, text=text, use=use)


def name_text(node: Node | None) -> str:
    """Return a person's name on one line, in its usual order: prefix, given, family, suffix."""
    if node is None:
        return ""
    told = [
        words(part)
        for kind in ("prefix", "given", "family", "suffix")
        for part in children(node, kind)
        if _NICKNAME not in part.get("qualifier").split()
    ]
    return " ".join(filter(None, told[:MAX_NAME_PARTS])) or words(node)


def _value(time: Node, end: str) -> str:
    node = down(time, end)
    return "" if node is None or node.get("nullFlavor") else node.get("value")


def _quantity(value: Node) -> Quantity | None:
    kind = xsi_type(value)
    if kind in {"PQ", "INT", "REAL", "MO"} and value.get("value"):
        return Quantity(number=value.get("value"), unit=value.get("unit") or None)
    if kind != "IVL_PQ":
        return None
    low, high = (each if not is_null(each) else None for each in (down(value, "low"), down(value, "high")))
    end = low or high
    if end is None or (low and high) or not end.get("value"):
        return None
    is_open = end.get("inclusive") == "false"
    sign = (">" if is_open else ">=") if low else ("<" if is_open else "<=")
    return Quantity(number=end.get("value"), unit=end.get("unit") or None, comparator=sign)


def _reference_range(observation: Node, unit: str | None) -> tuple[str | None, str | None]:
    """Return the ends of the first reference range that is of numbers in the unit of the value."""
    for reference in children(observation, "referenceRange"):
        value = down(reference, "observationRange", "value")
        ends = [down(value, "low"), down(value, "high")]
        told = [each for each in ends if each is not None and each.get("value")]
        if told and all((each.get("unit") or None) == unit for each in told):
            low, high = (each.get("value") or None if each is not None else None for each in ends)
            return low, high
    return None, None


def _interpretation(observation: Node, narrative: Narrative) -> str | None:
    code = down(observation, "interpretationCode")
    return None if is_null(code) or code is None else narrative.label(code) or code.get("code") or None


def _words_of_value(value: Node, narrative: Narrative) -> str:
    kind = xsi_type(value)
    if kind in {"RTO_PQ_PQ", "RTO"}:
        ends = [down(value, end) for end in ("numerator", "denominator")]
        return ":".join(each.get("value") for each in ends if each is not None)
    if kind.startswith("IVL_PQ"):
        return range_words(value)
    if kind in {"TS", "IVL_TS"}:
        return " to ".join(filter(None, span(value)))
    told = narrative.label(value) or narrative.referred(value) or value.get("code") or value.get("value")
    return " ".join(filter(None, (told, value.get("unit") if told == value.get("value") else "")))
