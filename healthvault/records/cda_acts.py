# SPDX-License-Identifier: Apache-2.0
"""Which item each entry of a CDA section is: by its templates, else by the section and the kind of act.

An act that only holds others (a concern, a battery, an intervention) is opened; an entry from which no item comes
is for the caller to name. Source: C-CDA R2.1, templates; HL7 CDA R2, clinical statements.
"""

from collections.abc import Callable, Iterator

from healthvault.records import cda_items, cda_orders
from healthvault.records.cda_items import EVENT, Section, entry_relations, template_ids
from healthvault.records.cda_values import codings
from healthvault.records.statements import Item
from healthvault.records.xml_tree import Node, children, down

__all__ = ["items_of"]

MAX_OPENED = 8  # acts within acts
_BY_TEMPLATE = {
    "22.4.3": "concern",
    "22.4.30": "concern",
    "22.4.132": "concern",
    "22.4.33": "concern",
    "22.4.34": "concern",
    "22.4.80": "concern",
    "22.4.35": "opened",
    "22.4.36": "opened",
    "22.4.131": "opened",
    "22.4.146": "opened",
    "22.4.136": "risk",
    "22.4.4": "condition",
    "22.4.7": "allergy",
    "22.4.45": "family",
    "22.4.48": "directive",
    "22.4.108": "opened",
    "22.4.1": "report",
    "22.4.26": "opened",
    "22.4.52": "immunization",
    "22.4.120": "immunization",
    "22.4.16": "medication",
    "22.4.42": "medication",
    "22.4.12": "procedure",
    "22.4.13": "procedure",
    "22.4.14": "procedure",
    "22.4.39": "order",
    "22.4.41": "order",
    "22.4.44": "order",
    "22.4.40": "encounter",
    "22.4.49": "encounter",
    "22.4.60": "coverage",
    "22.4.121": "goal",
    "22.4.5": "nothing",  # what only details another act: health status, status, severity, reaction, …
    "22.4.6": "nothing",
    "22.4.8": "nothing",
    "22.4.9": "nothing",
    "22.4.31": "nothing",
    "22.4.47": "nothing",
    "22.4.122": "nothing",
    "22.4.143": "nothing",
}
_BY_SECTION = {
    ("11450-4", "observation"): "condition",
    ("11348-0", "observation"): "condition",
    ("46241-6", "observation"): "condition",
    ("11535-2", "observation"): "condition",
    ("48765-2", "observation"): "allergy",
    ("42348-3", "observation"): "directive",
    ("11369-6", "substanceAdministration"): "immunization",
    ("30954-2", "organizer"): "report",
    ("10157-6", "organizer"): "family",
    ("10157-6", "observation"): "nothing",
    ("47519-4", "act"): "procedure",
    ("47519-4", "observation"): "procedure",
    ("48768-6", "act"): "coverage",
}
_BY_NAME = {
    "act": "opened",
    "encounter": "encounter",
    "observation": "observation",
    "organizer": "opened",
    "procedure": "procedure",
    "substanceAdministration": "medication",
    "supply": "supply",
}
_ORDERS = frozenset({"INT", "RQO", "PRP", "PRMS", "ARQ", "APT"})
_MAKERS: dict[str, Callable[[Node, str, Section], Item]] = {
    "coverage": cda_orders.coverage,
    "directive": cda_items.advance_directive,
    "encounter": cda_orders.encounter,
    "family": cda_items.family_history,
    "goal": cda_items.goal,
    "immunization": cda_orders.immunization,
    "medication": cda_orders.medication,
    "observation": cda_items.observation,
    "order": cda_orders.order,
    "procedure": cda_orders.procedure,
    "report": cda_items.report,
    "risk": cda_items.risk,
    "supply": cda_orders.supply,
}
_DISPENSED = "22.4.18"
_DETAILS = frozenset({"SEV", "33999-4", "82606-5"})  # severity, status, criticality: of another act


def items_of(act: Node, place: str, section: Section) -> Iterator[Item]:
    """Yield the items of one entry's act; none if it is not understood."""
    return _items(act, place, section, None, MAX_OPENED)


def _items(act: Node, place: str, section: Section, concern: str | None, left: int) -> Iterator[Item]:
    sort = _sort(act, section)
    if sort == "condition":
        yield cda_items.condition(act, place, section, concern)
    elif sort == "allergy":
        yield cda_items.allergy(act, place, section, concern)
    elif maker := _MAKERS.get(sort):
        yield maker(act, place, section)
    if left and sort != "nothing":
        for inner, name in _within(act, sort):
            yield from _items(inner, f"{place}/{name}", section, _concern(act, sort) or concern, left - 1)


def _sort(act: Node, section: Section) -> str:
    mood = act.get("moodCode")
    named = next((_BY_TEMPLATE[each] for each in template_ids(act) if each in _BY_TEMPLATE), None)
    sort = named or _BY_SECTION.get((section.code, act.name)) or _BY_NAME.get(act.name, "nothing")
    if mood == "GOL":
        return "goal"
    if mood == "CRT" or act.get("nullFlavor") or _is_detail(act) or (mood == EVENT and _says_nothing(act, sort)):
        return "nothing"
    if sort == "opened" and act.name == "act" and named is None:
        return _sort_of_act(act)
    return "order" if mood in _ORDERS and sort in {"observation", "condition", "allergy"} else sort


def _sort_of_act(act: Node) -> str:
    """Return what an act without a known template is: a concern or an order; else what it holds is looked at."""
    codes = {coding.code for coding in codings(down(act, "code"))}
    if "CONC" in codes:
        return "concern"
    return "order" if act.get("moodCode") in _ORDERS and codes else "opened"


def _is_detail(act: Node) -> bool:
    code = down(act, "code")
    return act.name == "observation" and code is not None and code.get("code") in _DETAILS


def _says_nothing(act: Node, sort: str) -> bool:
    """Tell whether an observation has neither a code nor a value."""
    if sort not in {"observation", "condition", "directive"}:
        return False
    value, code = down(act, "value"), down(act, "code")
    return value is None and (code is None or bool(code.get("nullFlavor")))


def _within(act: Node, sort: str) -> Iterator[tuple[Node, str]]:
    """Yield the acts within one that are items of their own, and their place in it."""
    if sort in {"concern", "opened", "report"}:
        parts = [inner for part in children(act, "component") for inner in children(part)]
        parts += [inner for _, inner in entry_relations(act)]
    elif sort == "encounter":
        parts = [inner for _, inner in entry_relations(act, "act")]
    elif sort == "medication":
        parts = [inner for _, inner in entry_relations(act, "supply") if _DISPENSED in template_ids(inner)]
    else:
        return
    seen: dict[str, int] = {}
    for inner in parts:
        seen[inner.name] = seen.get(inner.name, 0) + 1
        yield inner, f"{inner.name}[{seen[inner.name]}]"


def _concern(act: Node, sort: str) -> str | None:
    status = down(act, "statusCode") if sort == "concern" else None
    return None if status is None else status.get("code") or None
