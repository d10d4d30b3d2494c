# SPDX-License-Identifier: Apache-2.0
"""Frozen results about roles, standing rules and proxies. Texts in them are untrusted and unescaped."""

from dataclasses import dataclass

from healthvault.errors import HealthVaultError

__all__ = ["ProxyRemoval", "ProxyView", "RoleView", "RuleOutcome", "RuleView"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleView:
    """A role as it is now, and who has it."""

    name: str
    version: int
    """The entry that defined it; 0 for a built-in one."""
    categories: tuple[str, ...]
    sensitivity: tuple[str, ...]
    purposes: tuple[str, ...]
    """Plain words."""
    actions: tuple[str, ...]
    longest_ms: int
    """How long a grant under it may hold."""
    contacts: tuple[str, ...]
    """The owner's names for those who have it now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """A standing rule."""

    id: str
    entry: int
    contact: str
    """Names of the contacts, or the role whose bearers they are."""
    role: str | None
    selection: dict[str, str]
    """What it asks of a document, by word."""
    purposes: tuple[str, ...]
    """Plain words; none for those of the role."""
    actions: tuple[str, ...]
    lasts_ms: int | None
    """How long each grant holds; None where `not_after_ms` says it."""
    not_after_ms: int | None
    status: str
    """`active`, `over` (its date has passed) or `ended`."""
    grants: tuple[str, ...]
    """Ids of the grants that it made, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleOutcome:
    """What a run of the standing rules did about one document."""

    rule: str
    document: str
    grant: str | None = None
    """The new grant; None if the document was left out."""
    path: str | None = None
    """Where its bundle was written."""
    refusal: HealthVaultError | None = None
    """Why it was left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyView:
    """A grant that makes somebody a proxy."""

    grant: str
    contact: str
    powers: tuple[str, ...]
    purposes: tuple[str, ...]
    """Plain words: what the proxy may share onward for."""
    actions: tuple[str, ...]
    """What those may do with whom the proxy shares."""
    not_after_ms: int
    status: str
    """`active`, `expired`, `revoked` or `superseded`."""
    records: tuple[str, ...]
    """Ids of the documents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyRemoval:
    """What the end of a proxy did, and what it cannot undo."""

    contact: str
    revoked: tuple[str, ...]
    """Ids of the grants."""
    ended: tuple[str, ...]
    """Ids of the standing rules."""
    holds: tuple[str, ...]
    """Ids of the documents that were handed out."""
    bundles: tuple[str, ...]
    """Ids of the bundles, which stay readable."""
