# SPDX-License-Identifier: Apache-2.0
"""A standing rule: a wish that makes a new explicit grant for each new document that is as it describes.

The rule itself allows nobody anything: only the grants do that it leads to, each signed, judged and ended like any
other. Spec: docs/spec/standing.md.
"""

from dataclasses import dataclass

from healthvault.codec import Fields, Value
from healthvault.consent.conditions import Condition, parse_condition
from healthvault.ledger.kinds import Kind

__all__ = [
    "MAX_PARTIES",
    "Facts",
    "Selection",
    "StandingEnd",
    "StandingRule",
    "parse_standing",
    "parse_standing_end",
]

MAX_PARTIES = 16
_SELECTION = ("since", "type", "tag", "category", "author")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a selection goes by."""

    date: str | None
    type: str
    tags: tuple[str, ...]
    category: str
    author: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which documents; None leaves a question open, and all that is said must be so."""

    since: str | None = None
    """A day: only documents dated that day or later."""
    type: str | None = None
    tag: str | None = None
    category: str | None = None
    author: str | None = None

    def matches(self, facts: Facts) -> bool:
        """Tell whether a document is as described."""
        return (
            (self.since is None or (facts.date or "") >= self.since)
            and self.type in {None, facts.type}
            and (self.tag is None or self.tag in facts.tags)
            and self.category in {None, facts.category}
            and self.author in {None, facts.author}
        )

    @property
    def said(self) -> dict[str, str]:
        """What it says, by key."""
        every = {
            "since": self.since,
            "type": self.type,
            "tag": self.tag,
            "category": self.category,
            "author": self.author,
        }
        return {key: text for key, text in every.items() if text is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingRule:
    """Whom new documents are to be allowed to, which, and under what terms."""

    rule_id: bytes
    """16 random bytes."""
    vaults: tuple[bytes, ...]
    """Vault ids of contacts; none for all who have the role."""
    role: str | None = None
    selection: Selection
    purposes: tuple[str, ...] = ()
    """HL7 codes; none for those of the role as it is then."""
    actions: tuple[str, ...] = ()
    """Likewise."""
    lasts_ms: int | None = None
    """How long each grant holds from when it is made; None where `not_after_ms` says it."""
    not_after_ms: int | None = None
    conditions: tuple[Condition, ...] = ()

    def to_map(self) -> dict[str, Value]:
        """Return the sealed map."""
        known: dict[str, Value | None] = {
            "kind": Kind.STANDING.value,
            "rule_id": self.rule_id,
            "vaults": list(self.vaults),
            "role": self.role,
            "select": dict(self.selection.said),
            "purpose": list(self.purposes),
            "actions": list(self.actions),
            "lasts": self.lasts_ms,
            "not_after": self.not_after_ms,
            "conditions": [condition.to_map() for condition in self.conditions],
        }
        return {key: value for key, value in known.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingEnd:
    """That a rule makes no more grants; those that it made stand until each ends."""

    about: int
    """Entry of the rule."""

    def to_map(self) -> dict[str, Value]:
        """Return the sealed map."""
        return {"kind": Kind.STANDING_END.value, "about": self.about}


def parse_standing(sealed: Fields) -> StandingRule:
    """Parse a `standing` map. Raises FormatError `bad_schema`, `unsupported`."""
    sealed.refuse_unknown_must(
        frozenset(
            {
                "kind",
                "rule_id",
                "vaults",
                "role",
                "select",
                "purpose",
                "actions",
                "lasts",
                "not_after",
                "conditions",
                "must",
            }
        )
    )
    vaults = tuple(sealed.bins("vaults", 32, MAX_PARTIES))
    role = sealed.text("role") if sealed.has("role") else None
    if (not vaults and role is None) or len(set(vaults)) != len(vaults):
        raise sealed.wrong("vaults")
    if sealed.has("lasts") == sealed.has("not_after"):
        raise sealed.wrong("lasts")
    return StandingRule(
        rule_id=sealed.bin("rule_id", 16),
        vaults=vaults,
        role=role,
        selection=_parse_selection(Fields(sealed.map.get("select"), "select")),
        purposes=tuple(sealed.texts("purpose")),
        actions=tuple(sealed.texts("actions")),
        lasts_ms=sealed.uint("lasts") if sealed.has("lasts") else None,
        not_after_ms=sealed.uint("not_after") if sealed.has("not_after") else None,
        conditions=tuple(parse_condition(item) for item in sealed.maps("conditions")),
    )


def parse_standing_end(sealed: Fields) -> StandingEnd:
    """Parse a `standing.end` map. Raises FormatError `bad_schema`, `unsupported`."""
    sealed.refuse_unknown_must(frozenset({"kind", "about", "must"}))
    return StandingEnd(about=sealed.uint("about"))


def _parse_selection(select: Fields) -> Selection:
    unknown = set(select.map) - set(_SELECTION)
    if unknown:  # to match less would be safe to ignore, to match more would not: nobody can tell
        raise select.wrong(min(unknown))
    return Selection(**{key: select.text(key) for key in _SELECTION if select.has(key)})
