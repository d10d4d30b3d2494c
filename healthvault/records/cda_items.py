# SPDX-License-Identifier: Apache-2.0
"""Clinical statements of CDA as items: problems, allergies, observations, reports, goals, relatives' illnesses.

What is negated never becomes the thing itself: that none is known is said in those words, "not allergic to" is an
observation. A relative's illness and a risk are items of types of their own, never conditions of the patient.
Source: C-CDA R2.1; C-CDA on FHIR. Spec: docs/spec/contents.md section 3.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from healthvault.records.categories import Category, category_of
from healthvault.records.cda_values import (
    Narrative,
    codings,
    identity_of,
    name_text,
    span,
    value_of,
)
from healthvault.records.statements import Item
from healthvault.records.xml_tree import Node, children, content_digest, down, words

__all__ = [
    "EVENT",
    "OBSERVED",
    "Section",
    "advance_directive",
    "allergy",
    "base",
    "condition",
    "entry_relations",
    "family_history",
    "goal",
    "is_negated",
    "observation",
    "report",
    "risk",
    "template_ids",
]

EVENT = "EVN"
OBSERVED = {
    "completed": "final",
    "active": "registered",
    "cancelled": "cancelled",
    "aborted": "cancelled",
    "nullified": "entered-in-error",
}
_CONCERNS = {"active": "active", "completed": "inactive", "suspended": "inactive", "aborted": "inactive"}
_STATUS_CODE = "33999-4"  # LOINC: Status
_CLINICAL = {"55561003": "active", "73425007": "inactive", "413322009": "resolved", "246455001": "recurrence"}
_ANYTHING = frozenset({
    "55607006", "404684003", "64572001", "419199007", "420134006", "416098002", "414285001", "418038007",
    "418471000", "419511003", "426232007", "235719002", "59037007", "106190000", "418634005", "105590001",
})  # fmt: skip
"""SNOMED CT: problem, finding, disease, allergy, propensity, substance and the like: none in particular."""
_NONE_KNOWN = frozenset({
    "716186003", "409137002", "429625007", "428607008", "428197003", "160244002", "160245001", "787481004",
})  # fmt: skip
"""SNOMED CT: no known allergy, drug allergy, food allergy, …; no current problems; no known medicines."""
_VITALS = "8716-3"
_RESULTS = "30954-2"
_VITAL_SIGN = "22.4.27"
_RESULT = "22.4.2"
_PREFERENCE = "22.4.143"
_TEMPLATES = "2.16.840.1.113883.10.20."


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What an entry needs to know of the section that it stands in."""

    code: str
    """Of LOINC; empty if the section has none."""
    place: str
    narrative: Narrative
    author: str | None
    source: str | None
    subject: int | None
    """0 if the document is about one person."""


def template_ids(node: Node) -> list[str]:
    """Return the C-CDA templates that an act follows, e.g. `22.4.7`."""
    return [each.get("root").removeprefix(_TEMPLATES) for each in children(node, "templateId")]


def is_negated(node: Node) -> bool:
    """Tell whether an act says that it is not so."""
    return node.get("negationInd") == "true"


def entry_relations(node: Node, *names: str) -> Iterable[tuple[str, Node]]:
    """Yield type code and act of each entryRelationship; of some names of acts, or all."""
    for relation in children(node, "entryRelationship"):
        for act in children(relation, *names):
            if act.name[0].islower() and " " not in act.name:
                yield relation.get("typeCode"), act


def base(kind: str, node: Node, place: str, section: Section) -> Item:
    """Return an item of a type with what every act says in the same way: codes, times, author, identity."""
    code = down(node, "code")
    begin, end = span(down(node, "effectiveTime"))
    title = section.narrative.label(code) or section.narrative.referred(down(node, "text"))
    return Item(
        type=kind,
        place=place,
        title=_short(title) or (code.get("code") if code is not None else "") or kind,
        subject=section.subject,
        identity=identity_of(kind, node),
        digest=content_digest(node),
        date=begin,
        until=end,
        category=category_of({"resourceType": kind}).value,
        codes=codings(code),
        author=name_text(down(node, "author", "assignedAuthor", "assignedPerson", "name")) or section.author,
        source=section.source,
    )


def observation(node: Node, place: str, section: Section) -> Item:
    """Return an observation: what was looked at, and the value."""
    item = _asserted(base("Observation", node, place, section), node, section)
    named_by = codings(down(node, "value"))
    value = None if named_by and item.codes == named_by else value_of(node, section.narrative)
    if is_negated(node):
        item = replace(item, title=f"Not so: {item.title}", codes=())
    return replace(
        item,
        status=_status(node, OBSERVED),
        category=_kind_of_observation(node, section).value,
        quantity=value.quantity if value else None,
        text=value.text if value else None,
    )


def condition(node: Node, place: str, section: Section, concern: str | None = None) -> Item:
    """Return a problem; of one that is negated, or of "no known problems", an observation that says so.

    Args:
        node: The problem observation.
        place: Where it stands.
        section: Around it.
        concern: Status code of the act around it; None: there is none.
    """
    item = _asserted(base("Condition", node, place, section), node, section, is_value_first=True)
    if denied := _denied(node, item, "problems", "Does not have"):
        return denied
    return replace(item, status=_clinical_status(node, concern, is_over=item.until is not None))


def allergy(node: Node, place: str, section: Section, concern: str | None = None) -> Item:
    """Return an allergy by its substance; of one that is negated, or "no known allergies", an observation."""
    item = base("AllergyIntolerance", node, place, section)
    sort = down(node, "value")
    entity = down(node, "participant", "participantRole", "playingEntity")
    substance = down(entity, "code")
    title = section.narrative.label(substance) or words(down(entity, "name"))
    codes = codings(substance)
    if not title and not codes:
        title, codes = section.narrative.label(sort), codings(sort)
    item = replace(item, codes=codes, title=_short(title) or (codes[0].code if codes else item.title))
    if denied := _denied(node, item, "allergies", "Not allergic to"):
        return denied
    reactions = [
        section.narrative.label(down(act, "value"))
        for kind, act in entry_relations(node, "observation")
        if kind == "MFST" and not is_negated(act)
    ]
    return replace(
        item,
        status=_clinical_status(node, concern, is_over=item.until is not None),
        text="; ".join(filter(None, reactions)) or None,
    )


def goal(node: Node, place: str, section: Section) -> Item:
    """Return a goal with its target."""
    item = base("Goal", node, place, section)
    value = value_of(node, section.narrative)
    return replace(item, status=_status(node, {"active": "active", "completed": "completed"}), text=value.text,
                   quantity=value.quantity)  # fmt: skip


def risk(node: Node, place: str, section: Section) -> Item:
    """Return what somebody is at risk of, which is no condition."""
    item = base("RiskAssessment", node, place, section)
    told = [
        section.narrative.label(down(act, "value"))
        for _, act in entry_relations(node, "observation")
        if _PREFERENCE not in template_ids(act)
    ]
    return replace(item, status="final" if node.get("moodCode") == EVENT else None,
                   text="; ".join(filter(None, told)) or None)  # fmt: skip


def advance_directive(node: Node, place: str, section: Section) -> Item:
    """Return an advance directive as an item of its own; whether it holds is for its document to say."""
    item = observation(node, place, section)
    return replace(item, type="Consent", identity=identity_of("Consent", node), status=None,
                   category=Category.DIRECTIVE.value)  # fmt: skip


def family_history(node: Node, place: str, section: Section) -> Item:
    """Return the illnesses of one relative."""
    item = base("FamilyMemberHistory", node, place, section)
    relation = section.narrative.label(down(node, "subject", "relatedSubject", "code"))
    ill = [
        act for part in children(node, "component") for act in children(part, "observation") if not is_negated(act)
    ]
    told = [section.narrative.label(down(act, "value")) for act in ill]
    return replace(
        item,
        title=_short(relation) or item.title,
        codes=tuple(coding for act in ill for coding in codings(down(act, "value"))),
        status=_status(node, {"completed": "completed"}),
        text="; ".join(filter(None, told)) or None,
    )


def report(node: Node, place: str, section: Section) -> Item:
    """Return a battery of results; the results themselves are items of their own."""
    return replace(base("DiagnosticReport", node, place, section), status=_status(node, OBSERVED))


def _asserted(item: Item, node: Node, section: Section, *, is_value_first: bool = False) -> Item:
    """Return the item named by its value where its code only says that something is asserted."""
    value = down(node, "value")
    codes = codings(value)
    title = section.narrative.label(value) if codes or is_value_first else ""
    if (item.codes and not is_value_first) or not (codes or title):
        return item
    return replace(
        item, title=_short(title) or (codes[0].code if codes else item.title), codes=codes or item.codes
    )


def _denied(node: Node, item: Item, what: str, of_one: str) -> Item | None:
    """Return the statement that there is none, or the observation that one thing is not there; else None.

    That none is known is said of the list as a whole, and keeps its type, as FHIR has it.
    """
    codes = {coding.code for coding in item.codes}
    is_known_of_none = bool(codes & _NONE_KNOWN)
    if is_known_of_none:
        return replace(item, status=None)
    if not is_negated(node):
        return None
    if codes <= _ANYTHING:
        return replace(item, title=f"No known {what}", codes=(), status=None)
    identity, status = identity_of("Observation", node), _status(node, OBSERVED)
    title = f"{of_one}: {item.title}"
    return replace(item, type="Observation", title=title, codes=(), identity=identity, status=status)


def _clinical_status(node: Node, concern: str | None, *, is_over: bool) -> str | None:
    """Return the status that the problem states of itself, else whether it has ended, else that of the concern."""
    for _, act in entry_relations(node, "observation"):
        code = down(act, "code")
        if code is not None and code.get("code") == _STATUS_CODE and (value := down(act, "value")):
            return _CLINICAL.get(value.get("code"))
    return "resolved" if is_over else _CONCERNS.get(concern or "")


def _status(node: Node, table: dict[str, str]) -> str | None:
    status = down(node, "statusCode")
    return None if status is None else table.get(status.get("code"))


def _kind_of_observation(node: Node, section: Section) -> Category:
    templates = template_ids(node)
    if section.code == _VITALS or _VITAL_SIGN in templates:
        return Category.VITALS
    return Category.LAB if section.code == _RESULTS or _RESULT in templates else Category.OTHER


def _short(title: str) -> str:
    return title[:500]
