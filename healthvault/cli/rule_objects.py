# SPDX-License-Identifier: Apache-2.0
"""Roles, standing rules and proxies as JSON objects. Pure."""

from typing import TYPE_CHECKING

from healthvault.cli.clock import rfc3339
from healthvault.cli.objects import SCHEMA, JsonObject

if TYPE_CHECKING:
    from healthvault.vault.rule_views import ProxyRemoval, ProxyView, RoleView, RuleOutcome, RuleView

__all__ = ["outcome_object", "proxy_object", "removal_object", "role_object", "rule_object"]

_DAY_MS = 86_400_000


def role_object(role: "RoleView") -> JsonObject:
    """Return a role; `version` is the entry that defined it, 0 for a built-in one."""
    return {
        "type": "role",
        "schema": SCHEMA,
        "name": role.name,
        "version": role.version,
        "categories": list(role.categories),
        "sensitivity": list(role.sensitivity),
        "purpose": list(role.purposes),
        "actions": list(role.actions),
        "longest_days": role.longest_ms // _DAY_MS,
        "contacts": list(role.contacts),
    }


def rule_object(rule: "RuleView") -> JsonObject:
    """Return a standing rule with the grants that it made."""
    return {
        "type": "standing",
        "schema": SCHEMA,
        "id": rule.id,
        "entry": rule.entry,
        "contact": rule.contact,
        "role": rule.role,
        "selection": [f"{key}:{text}" for key, text in rule.selection.items()],
        "purpose": list(rule.purposes),
        "actions": list(rule.actions),
        "lasts_days": None if rule.lasts_ms is None else rule.lasts_ms // _DAY_MS,
        "not_after": None if rule.not_after_ms is None else rfc3339(rule.not_after_ms),
        "status": rule.status,
        "grants": list(rule.grants),
    }


def outcome_object(outcome: "RuleOutcome") -> JsonObject:
    """Return what a run did about one document; `code` says why it was left out."""
    refusal = outcome.refusal
    return {
        "type": "standing_run",
        "schema": SCHEMA,
        "rule": outcome.rule,
        "document": outcome.document,
        "grant": outcome.grant,
        "path": outcome.path,
        "code": None if refusal is None else refusal.code,
        "message": None if refusal is None else refusal.message,
    }


def proxy_object(proxy: "ProxyView") -> JsonObject:
    """Return a grant that makes somebody a proxy."""
    return {
        "type": "proxy",
        "schema": SCHEMA,
        "grant": proxy.grant,
        "contact": proxy.contact,
        "powers": list(proxy.powers),
        "purpose": list(proxy.purposes),
        "actions": list(proxy.actions),
        "not_after": rfc3339(proxy.not_after_ms),
        "status": proxy.status,
        "records": list(proxy.records),
    }


def removal_object(removal: "ProxyRemoval") -> JsonObject:
    """Return the end of a proxy: what was ended, and what it holds."""
    return {
        "type": "proxy_removal",
        "schema": SCHEMA,
        "contact": removal.contact,
        "revoked": list(removal.revoked),
        "ended": list(removal.ended),
        "holds": list(removal.holds),
        "bundles": list(removal.bundles),
    }
