# SPDX-License-Identifier: Apache-2.0
"""A grant as data: who, which records, for what, how long. Fixed when it is signed; never code, never a query.

Field names follow FHIR Consent. Enforced by encryption: who and which records. Enforced by `hv verify`:
status, dates, purpose, known conditions. Not enforceable: role and conduct.
Spec: docs/spec/grants.md section 1.
"""

from dataclasses import dataclass

from healthvault.codec import Fields, Value
from healthvault.consent.conditions import Condition, parse_condition
from healthvault.ledger.kinds import Kind
from healthvault.ledger.party import Party, parse_party
from healthvault.ledger.ranges import Ranges, parse_ranges, ranges_to_value

__all__ = ["MAX_GRANTEES", "Grant", "Revocation", "parse_grant", "parse_revocation"]

MAX_GRANTEES = 16
_KNOWN = frozenset(
    {
        "kind",
        "k",
        "grant_id",
        "grantees",
        "records",
        "actions",
        "purpose",
        "not_before",
        "not_after",
        "recheck_after",
        "conditions",
        "role",
        "role_version",
        "jurisdiction",
        "standing",
        "supersedes",
        "must",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """The terms of one grant."""

    slot: int
    """Its place k in the status tree."""
    grant_id: bytes
    grantees: tuple[Party, ...]
    records: Ranges
    """Entries of the documents: explicit, so that a grant never grows by itself."""
    actions: tuple[str, ...]
    purposes: tuple[str, ...]
    """HL7 codes."""
    not_before_ms: int
    not_after_ms: int
    recheck_after_ms: int | None = None
    conditions: tuple[Condition, ...] = ()
    """Further ones; an unknown one denies."""
    role: str | None = None
    role_version: int | None = None
    """Of the role that the terms were made from: the entry that defined it, 0 for a built-in one."""
    jurisdiction: str | None = None
    rule_id: bytes | None = None
    """The standing rule that made it (16 bytes)."""
    supersedes: int | None = None
    """Entry of the grant that this one replaces."""

    def to_map(self) -> dict[str, Value]:
        """Return the sealed map."""
        known: dict[str, Value | None] = {
            "kind": Kind.GRANT.value,
            "k": self.slot,
            "grant_id": self.grant_id,
            "grantees": [party.to_value() for party in self.grantees],
            "records": ranges_to_value(self.records),
            "actions": list(self.actions),
            "purpose": list(self.purposes),
            "not_before": self.not_before_ms,
            "not_after": self.not_after_ms,
            "recheck_after": self.recheck_after_ms,
            "conditions": [condition.to_map() for condition in self.conditions],
            "role": self.role,
            "role_version": self.role_version,
            "jurisdiction": self.jurisdiction,
            "standing": self.rule_id,
            "supersedes": self.supersedes,
        }
        return {key: value for key, value in known.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """The end of a grant; the same entry flips its status slot."""

    about: int
    """Entry of the grant."""
    slot: int
    grant_id: bytes
    reason: str
    effective_ms: int

    def to_map(self) -> dict[str, Value]:
        """Return the sealed map."""
        return {
            "kind": Kind.GRANT_REVOKE.value,
            "about": self.about,
            "k": self.slot,
            "grant_id": self.grant_id,
            "reason": self.reason,
            "effective": self.effective_ms,
        }


def parse_grant(sealed: Fields, seq: int) -> Grant:
    """Parse the `grant` map of entry `seq`.

    Raises:
        FormatError: `unsupported`, it needs a term that this version does not know; `bad_schema`, a field is
            missing or of another type, the ranges are not canonical or reach beyond the grant itself (it would
            grow), a list is empty or repeats, or it ends before it begins.
    """
    if sealed.text("kind") != Kind.GRANT.value:
        raise sealed.wrong("kind")
    sealed.refuse_unknown_must(_KNOWN)
    grant = _parse_fields(sealed)
    if not grant.records or sum(grant.records[-1]) > seq:
        raise sealed.wrong("records")
    if grant.not_before_ms >= grant.not_after_ms:
        raise sealed.wrong("not_after")
    for key, items in (("grantees", grant.grantees), ("actions", grant.actions), ("purpose", grant.purposes)):
        if not items or len(set(items)) != len(items):
            raise sealed.wrong(key)
    return grant


def parse_revocation(sealed: Fields) -> Revocation:
    """Parse a `grant.revoke` map. Raises FormatError `bad_schema`, `unsupported`."""
    sealed.refuse_unknown_must(frozenset({"kind", "about", "k", "grant_id", "reason", "effective", "must"}))
    return Revocation(
        about=sealed.uint("about"),
        slot=sealed.uint("k"),
        grant_id=sealed.bin("grant_id", 16),
        reason=sealed.text("reason"),
        effective_ms=sealed.uint("effective"),
    )


def _parse_fields(sealed: Fields) -> Grant:
    grantees = tuple(parse_party(item) for item in sealed.maps("grantees", MAX_GRANTEES))
    return Grant(
        slot=sealed.uint("k"),
        grant_id=sealed.bin("grant_id", 16),
        grantees=grantees,
        records=parse_ranges(sealed, "records"),
        actions=tuple(sealed.texts("actions")),
        purposes=tuple(sealed.texts("purpose")),
        not_before_ms=sealed.uint("not_before"),
        not_after_ms=sealed.uint("not_after"),
        recheck_after_ms=sealed.uint("recheck_after") if sealed.has("recheck_after") else None,
        conditions=tuple(parse_condition(item) for item in sealed.maps("conditions")),
        role=sealed.text("role") if sealed.has("role") else None,
        role_version=sealed.uint("role_version") if sealed.has("role_version") else None,
        jurisdiction=sealed.text("jurisdiction") if sealed.has("jurisdiction") else None,
        rule_id=sealed.bin("standing", 16) if sealed.has("standing") else None,
        supersedes=sealed.uint("supersedes") if sealed.has("supersedes") else None,
    )
