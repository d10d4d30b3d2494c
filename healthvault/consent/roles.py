# SPDX-License-Identifier: Apache-2.0
"""Roles: templates of terms, least privilege first. A role is compiled into a grant when that is signed.

A grant names the role and its version; readers judge by the grant's own terms alone, so that an old grant is what
it was. Who shares again under such a grant is also held to the role as it is now.
Spec: docs/spec/roles.md.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from healthvault.codec import Fields, Value
from healthvault.consent.conditions import Condition, Deny, Sensitive
from healthvault.consent.exclusion import DocumentWords, exclusions
from healthvault.consent.purposes import purpose_word
from healthvault.errors import ConsentRefused
from healthvault.ledger.kinds import Kind
from healthvault.records.categories import Category

__all__ = [
    "PRESETS",
    "Role",
    "RoleBind",
    "RoleUnbind",
    "is_role_name",
    "outside_role",
    "parse_role_bind",
    "parse_role_define",
    "parse_role_unbind",
    "role_conditions",
]

_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}", re.ASCII)
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What somebody of this role may be given at most."""

    name: str
    categories: tuple[str, ...]
    """What documents may be about."""
    sensitivity: tuple[str, ...] = ()
    """The labels that are allowed; none unless named."""
    purposes: tuple[str, ...]
    """HL7 codes."""
    actions: tuple[str, ...]
    longest_ms: int
    """How long a grant may hold."""
    version: int = 0
    """The entry that defined it; 0 for one that is built in."""

    def to_map(self) -> dict[str, Value]:
        """Return the sealed map of the entry that defines it."""
        return {
            "kind": Kind.ROLE_DEFINE.value,
            "name": self.name,
            "categories": list(self.categories),
            "sensitivity": list(self.sensitivity),
            "purpose": list(self.purposes),
            "actions": list(self.actions),
            "longest": self.longest_ms,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleBind:
    """That a contact has a role, perhaps until a date."""

    vault: bytes
    """The contact's vault id (32 bytes)."""
    role: str
    until_ms: int | None = None

    def to_map(self) -> dict[str, Value]:
        """Return the sealed map."""
        until: dict[str, Value] = {} if self.until_ms is None else {"until": self.until_ms}
        return {"kind": Kind.ROLE_BIND.value, "vault": self.vault, "role": self.role, **until}


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleUnbind:
    """That a contact has a role no longer."""

    vault: bytes
    role: str

    def to_map(self) -> dict[str, Value]:
        """Return the sealed map."""
        return {"kind": Kind.ROLE_UNBIND.value, "vault": self.vault, "role": self.role}


def _preset(
    name: str, categories: str, purposes: str, days: int, labels: str = "", actions: str = "keep view"
) -> Role:
    return Role(
        name=name,
        categories=tuple(categories.split()),
        sensitivity=tuple(labels.split()),
        purposes=tuple(purposes.split()),
        actions=tuple(actions.split()),
        longest_ms=days * _DAY_MS,
    )


_CLINICAL = "allergy condition imaging immunisation lab letter medication procedure vitals"
PRESETS = {
    role.name: role
    for role in (
        _preset("gp", f"{_CLINICAL} directive", "CAREMGT TREAT", 366),
        _preset("specialist", _CLINICAL, "TREAT", 183),
        _preset("pharmacist", "allergy immunisation medication", "TREAT", 92),
        _preset("insurer", "claim", "HPAYMT", 92),
        _preset("researcher", "condition imaging lab medication vitals", "HRESCH", 366),
        _preset("caregiver", "allergy condition directive immunisation letter medication", "CAREMGT FAMRQT", 366),
        _preset(
            "emergency",
            "allergy condition directive immunisation medication procedure",
            "ETREAT",
            31,
            labels="substance-use",  # it changes what may be given
        ),
    )
}
"""Built in: what each of these needs for its usual work, and nothing besides."""


def is_role_name(text: str) -> bool:
    """Tell whether a text can name a role."""
    return _NAME.fullmatch(text) is not None


def role_conditions(role: Role) -> tuple[Condition, ...]:
    """Return what keeps everything out of a grant that the role does not allow."""
    denied = tuple(category.value for category in Category if category.value not in role.categories)
    allowed = (Sensitive(allow=role.sensitivity),) if role.sensitivity else ()
    return (*((Deny(categories=denied),) if denied else ()), *allowed)


def outside_role(
    role: Role,
    documents: Iterable[tuple[str, DocumentWords]],
    *,
    purposes: Iterable[str],
    actions: Iterable[str],
    window_ms: int,
) -> Iterator[ConsentRefused]:
    """Yield what of some terms goes beyond a role: `outside_role`.

    Args:
        role: As it is now.
        documents: Ids, and what is said of each document.
        purposes: HL7 codes.
        actions: What is allowed to do.
        window_ms: How long it would hold.
    """
    for id_text, words in documents:
        for why in exclusions(role_conditions(role), words):
            yield ConsentRefused("outside_role", f"{id_text} is outside the role: {why.message}", hint=_HINT)
    for purpose in set(purposes) - set(role.purposes):
        yield ConsentRefused("outside_role", f"the role is not for {purpose_word(purpose)}", hint=_HINT)
    for action in set(actions) - set(role.actions):
        yield ConsentRefused("outside_role", f"the role does not allow to {action}", hint=_HINT)
    if window_ms > role.longest_ms:
        days = role.longest_ms // _DAY_MS
        yield ConsentRefused("outside_role", f"the role holds for {days} days at most", hint=_HINT)


_HINT = "leave it out; or share it without --role, under terms of your own"


def parse_role_define(sealed: Fields, seq: int) -> Role:
    """Parse the `role.define` map of entry `seq`. Raises FormatError `bad_schema`, `unsupported`."""
    sealed.refuse_unknown_must(
        frozenset({"kind", "name", "categories", "sensitivity", "purpose", "actions", "longest", "must"})
    )
    role = Role(
        name=_name(sealed, "name"),
        categories=tuple(sealed.texts("categories")),
        sensitivity=tuple(sealed.texts("sensitivity")),
        purposes=tuple(sealed.texts("purpose")),
        actions=tuple(sealed.texts("actions")),
        longest_ms=sealed.uint("longest"),
        version=seq,
    )
    for key, words in (("categories", role.categories), ("purpose", role.purposes), ("actions", role.actions)):
        if not words or len(set(words)) != len(words):
            raise sealed.wrong(key)
    if role.longest_ms < 1:
        raise sealed.wrong("longest")
    return role


def parse_role_bind(sealed: Fields) -> RoleBind:
    """Parse a `role.bind` map. Raises FormatError `bad_schema`, `unsupported`."""
    sealed.refuse_unknown_must(frozenset({"kind", "vault", "role", "until", "must"}))
    until = sealed.uint("until") if sealed.has("until") else None
    return RoleBind(vault=sealed.bin("vault", 32), role=_name(sealed, "role"), until_ms=until)


def parse_role_unbind(sealed: Fields) -> RoleUnbind:
    """Parse a `role.unbind` map. Raises FormatError `bad_schema`, `unsupported`."""
    sealed.refuse_unknown_must(frozenset({"kind", "vault", "role", "must"}))
    return RoleUnbind(vault=sealed.bin("vault", 32), role=_name(sealed, "role"))


def _name(sealed: Fields, key: str) -> str:
    name = sealed.text(key)
    if not is_role_name(name):
        raise sealed.wrong(key)
    return name
