# SPDX-License-Identifier: Apache-2.0
"""Sealed maps about the person: what the owner says of herself, and which records she says are hers or not.

Spec: docs/spec/journal.md section 3, docs/spec/identity.md.
"""

from dataclasses import dataclass
from enum import Enum

from healthvault.codec import Fields, Value
from healthvault.errors import FormatError
from healthvault.ledger.kinds import Kind

__all__ = [
    "Decision",
    "FactKind",
    "IdAdd",
    "IdDrop",
    "IdLink",
    "IdUnlink",
    "parse_id_add",
    "parse_id_drop",
    "parse_id_link",
    "parse_id_unlink",
]

MAX_FACT_CHARS = 1000


class FactKind(Enum):
    """What a fact about the owner is."""

    NAME = "name"
    BIRTH_DATE = "birth-date"
    SEX = "sex"
    IDENTIFIER = "identifier"


class Decision(Enum):
    """What the owner decided about records, whatever the rule says."""

    LINK = "link"
    """They are hers."""
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdAdd:
    """A fact about the owner, as she says it."""

    fact: FactKind
    value: str
    """A name in one piece, an ISO 8601 date, a word, or a number."""
    system: str | None = None
    """Of a number: URI of its system, or a local name."""
    family: str | None = None
    """Of a name that is known in parts; else None."""
    given: tuple[str, ...] = ()
    source: int | None = None
    """Entry of the document that it was taken from."""

    def to_map(self) -> dict[str, Value]:
        """Return the sealed map; what is unknown is left out."""
        known: dict[str, Value | None] = {
            "kind": Kind.ID_ADD.value,
            "fact": self.fact.value,
            "value": self.value,
            "system": self.system,
            "family": self.family,
            "given": list(self.given) or None,
            "from": self.source,
        }
        return {key: value for key, value in known.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class IdDrop:
    """That a fact does not hold any more; `about` is the entry that said it."""

    about: int

    def to_map(self) -> dict[str, Value]:
        """Return the sealed map."""
        return {"kind": Kind.ID_DROP.value, "about": self.about}


@dataclass(frozen=True, slots=True, kw_only=True)
class IdLink:
    """The owner's decision about a document, or one subject in it; it holds nothing that the document says."""

    about: int
    """Entry of the document."""
    decision: Decision
    subject: int | None = None
    """Number of the subject in the document, from 0; None: the whole document."""

    def to_map(self) -> dict[str, Value]:
        """Return the sealed map."""
        subject: dict[str, Value] = {} if self.subject is None else {"subject": self.subject}
        return {"kind": Kind.ID_LINK.value, "about": self.about, "decision": self.decision.value, **subject}


@dataclass(frozen=True, slots=True, kw_only=True)
class IdUnlink:
    """That a decision is taken back; `about` is its `id.link` entry."""

    about: int

    def to_map(self) -> dict[str, Value]:
        """Return the sealed map."""
        return {"kind": Kind.ID_UNLINK.value, "about": self.about}


def parse_id_add(sealed: Fields) -> IdAdd:
    """Parse an `id.add` map. Raises FormatError `bad_schema`, `unsupported`."""
    sealed.refuse_unknown_must(frozenset({"kind", "fact", "value", "system", "family", "given", "from", "must"}))
    try:
        fact = FactKind(sealed.text("fact"))
    except ValueError as err:
        raise FormatError("unsupported", f"{sealed.where}: a fact of an unknown kind") from err
    value = sealed.text("value")
    system = sealed.text("system") if sealed.has("system") else None
    if not value or len(value) > MAX_FACT_CHARS or (fact is FactKind.IDENTIFIER) is not bool(system):
        raise sealed.wrong("value")
    return IdAdd(
        fact=fact,
        value=value,
        system=system,
        family=sealed.text("family") if sealed.has("family") else None,
        given=tuple(sealed.texts("given")) if sealed.has("given") else (),
        source=sealed.uint("from") if sealed.has("from") else None,
    )


def parse_id_drop(sealed: Fields) -> IdDrop:
    """Parse an `id.drop` map. Raises FormatError `bad_schema`, `unsupported`."""
    sealed.refuse_unknown_must(frozenset({"kind", "about", "must"}))
    return IdDrop(about=sealed.uint("about"))


def parse_id_link(sealed: Fields) -> IdLink:
    """Parse an `id.link` map. Raises FormatError `bad_schema`, `unsupported`."""
    sealed.refuse_unknown_must(frozenset({"kind", "about", "decision", "subject", "must"}))
    try:
        decision = Decision(sealed.text("decision"))
    except ValueError as err:
        raise FormatError("unsupported", f"{sealed.where}: a decision of an unknown kind") from err
    subject = sealed.uint("subject") if sealed.has("subject") else None
    return IdLink(about=sealed.uint("about"), decision=decision, subject=subject)


def parse_id_unlink(sealed: Fields) -> IdUnlink:
    """Parse an `id.unlink` map. Raises FormatError `bad_schema`, `unsupported`."""
    sealed.refuse_unknown_must(frozenset({"kind", "about", "must"}))
    return IdUnlink(about=sealed.uint("about"))
