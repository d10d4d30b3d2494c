# SPDX-License-Identifier: Apache-2.0
"""Clinical statements of CDA as items: medicines, vaccines, procedures, encounters, devices, and what is planned.

What was not given, taken or done says so in its title as well as in its status.
Source: C-CDA R2.1; C-CDA on FHIR. Spec: docs/spec/contents.md section 3.
"""

from dataclasses import replace

from healthvault.records.cda_items import EVENT, Section, base, entry_relations, is_negated
from healthvault.records.cda_values import codings, is_null, range_words, span, xsi_type
from healthvault.records.statements import Item
from healthvault.records.xml_tree import Node, children, down, words

__all__ = ["coverage", "encounter", "immunization", "medication", "order", "procedure", "supply"]

_TAKEN = {"active": "active", "completed": "completed", "aborted": "stopped", "suspended": "on-hold",
          "held": "on-hold", "nullified": "entered-in-error"}  # fmt: skip
_ORDERED = {"active": "active", "completed": "completed", "aborted": "stopped", "cancelled": "revoked",
            "suspended": "on-hold", "held": "on-hold", "nullified": "entered-in-error"}  # fmt: skip
_GIVEN = {"completed": "completed", "cancelled": "not-done", "aborted": "not-done",
          "nullified": "entered-in-error"}  # fmt: skip
_DONE = {"completed": "completed", "active": "in-progress", "aborted": "stopped", "cancelled": "not-done",
         "nullified": "entered-in-error"}  # fmt: skip
_DISPENSED = {"completed": "completed", "active": "in-progress", "aborted": "stopped", "cancelled": "cancelled"}
_VISITED = {"completed": "finished", "active": "in-progress", "cancelled": "cancelled", "aborted": "cancelled"}
_ANYTHING = frozenset({"71388002", "410942007", "71181003"})
"""SNOMED CT: procedure, drug or medication, vaccination: none in particular."""


def medication(node: Node, place: str, section: Section) -> Item:
    """Return a medicine that is taken, or one that is ordered."""
    is_event = node.get("moodCode") == EVENT
    kind = "MedicationStatement" if is_event else "MedicationRequest"
    item = _of_product(base(kind, node, place, section), node, section)
    begin, end = _times(node)
    item = replace(
        item,
        date=begin,
        until=end,
        status=_status(node, _TAKEN if is_event else _ORDERED),
        text=_dosage(node, section) or None,
    )
    if not is_negated(node):
        return item
    if not _is_none_in_particular(item):
        return replace(item, title=f"Not taken: {item.title}", status="not-taken")
    return replace(item, title="No known medications", codes=(), status=None)


def immunization(node: Node, place: str, section: Section) -> Item:
    """Return a vaccination that was given, was not, or is planned."""
    kind = "Immunization" if node.get("moodCode") == EVENT else "ImmunizationRecommendation"
    item = _of_product(base(kind, node, place, section), node, section)
    item = replace(item, status=_status(node, _GIVEN), text=_dosage(node, section) or None)
    return _not_done(item, "Not given", "vaccine") if is_negated(node) else item


def procedure(node: Node, place: str, section: Section) -> Item:
    """Return a procedure that was done; one that is planned is an order."""
    if node.get("moodCode") != EVENT:
        return order(node, place, section)
    item = replace(base("Procedure", node, place, section), status=_status(node, _DONE))
    return _not_done(item, "Not done", "procedure") if is_negated(node) else item


def order(node: Node, place: str, section: Section) -> Item:
    """Return what is planned, proposed or asked for."""
    item = replace(base("ServiceRequest", node, place, section), status=_status(node, _ORDERED))
    return replace(item, title=f"Not to be done: {item.title}", codes=()) if is_negated(node) else item


def encounter(node: Node, place: str, section: Section) -> Item:
    """Return a visit or a stay; of one that is planned, one that says so."""
    is_event = node.get("moodCode") == EVENT
    item = base("Encounter", node, place, section)
    return replace(item, status=_status(node, _VISITED) if is_event else "planned")


def supply(node: Node, place: str, section: Section) -> Item:
    """Return a dispensed or ordered medicine, or a device."""
    device = next(
        (
            found
            for each in children(node, "participant")
            if (found := down(each, "participantRole", "playingDevice"))
        ),
        None,
    )
    if device is not None or down(node, "product", "manufacturedProduct", "manufacturedMaterial") is None:
        item = base("Device" if device else "SupplyDelivery", node, place, section)
        code = down(device, "code")
        named = section.narrative.label(code) or item.title
        begin = item.date or item.until  # the time by which it was, or is to be, there
        return replace(item, title=named[:500], codes=codings(code) or item.codes, date=begin, until=None)
    is_event = node.get("moodCode") == EVENT
    item = base("MedicationDispense" if is_event else "MedicationRequest", node, place, section)
    item = _of_product(item, node, section, path=("product",))
    amount = down(node, "quantity")
    return replace(item, status=_status(node, _DISPENSED if is_event else _ORDERED), text=_amount(amount) or None)


def coverage(node: Node, place: str, section: Section) -> Item:
    """Return who pays."""
    item = base("Coverage", node, place, section)
    told = [section.narrative.label(down(act, "code")) for _, act in entry_relations(node, "act")]
    return replace(item, title=f"{item.title}: {told[0]}"[:500]) if told and told[0] else item


def _of_product(item: Item, node: Node, section: Section, path: tuple[str, ...] = ("consumable",)) -> Item:
    """Return the item named by the medicine, vaccine or substance that it is about."""
    material = down(node, *path, "manufacturedProduct", "manufacturedMaterial")
    code = down(material, "code")
    codes = codings(code)
    title = section.narrative.label(code) or words(down(material, "name")) or (codes[0].code if codes else "")
    return replace(item, title=title[:500] or item.title, codes=codes)


def _not_done(item: Item, how: str, what: str) -> Item:
    title = f"any {what}" if _is_none_in_particular(item) else item.title
    return replace(item, title=f"{how}: {title}", status="not-done")


def _is_none_in_particular(item: Item) -> bool:
    return {coding.code for coding in item.codes} <= _ANYTHING


def _times(node: Node) -> tuple[str | None, str | None]:
    """Return from when to when; how often is told by times of other types."""
    for time in children(node, "effectiveTime"):
        if xsi_type(time) in {"", "TS", "IVL_TS"}:
            return span(time)
    return None, None


def _dosage(node: Node, section: Section) -> str:
    dose = down(node, "doseQuantity")
    route = down(node, "routeCode")
    told = [
        _amount(dose),
        "" if is_null(route) else section.narrative.label(route),
        *(_frequency(time, section) for time in children(node, "effectiveTime")),
    ]
    return ", ".join(filter(None, told))


def _amount(quantity: Node | None) -> str:
    if quantity is None or quantity.get("nullFlavor"):
        return ""
    return " ".join(filter(None, (quantity.get("value"), quantity.get("unit")))) or range_words(quantity)


def _frequency(time: Node, section: Section) -> str:
    """Return how often: `every 12 h`, or at which event of the day."""
    kind = xsi_type(time)
    if kind == "PIVL_TS" and (period := down(time, "period")) is not None:
        told = _amount(period)
        return f"every {told}" if told else ""
    event = down(time, "event") if kind == "EIVL_TS" else None
    return section.narrative.label(event) or (event.get("code") if event is not None else "")


def _status(node: Node, table: dict[str, str]) -> str | None:
    status = down(node, "statusCode")
    return None if status is None else table.get(status.get("code"))
