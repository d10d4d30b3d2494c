# SPDX-License-Identifier: Apache-2.0
"""What the owner wishes to allow: the terms of a grant before it is one. Values only.

Spec: docs/spec/grants.md section 1.
"""

from dataclasses import dataclass

from healthvault.consent.conditions import Condition

__all__ = ["SLOW_CLOCK_MS", "Terms"]

SLOW_CLOCK_MS = 10 * 60 * 1000  # a reader whose clock is slow is not turned away


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is allowed to whom, for what, until when."""

    records: tuple[str, ...]
    """Ids of documents, or their unique beginnings."""
    to: tuple[str, ...] = ()
    """Names or ids of contacts; empty for whoever is told the code, or has the role."""
    purposes: tuple[str, ...]
    """HL7 codes; with a role none for those of the role."""
    actions: tuple[str, ...]
    """Likewise."""
    not_before_ms: int | None = None
    not_after_ms: int
    may_end_earlier: bool = False
    """Nobody asked for this end: a role, or an owner for whom this is given, may set an earlier one."""
    recheck_after_ms: int | None = None
    conditions: tuple[Condition, ...] = ()
    """Further ones, but for approvals."""
    needed: int = 0
    """So many of `approvers` have to approve first; 0 for none."""
    approvers: tuple[str, ...] = ()
    """Names or ids of contacts."""
    role: str | None = None
    """The role whose terms these are."""
    role_version: int | None = None
    """Set once the role has filled in what it says."""
    is_for_bearer: bool = False
    """For whoever is told the code, whatever the role."""
    rule_id: bytes | None = None
    """The standing rule that asks for it (16 bytes)."""
    accept: tuple[str, ...] = ()
    """Codes of refusals that the user overrides."""
