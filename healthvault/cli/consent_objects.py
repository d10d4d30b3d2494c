# SPDX-License-Identifier: Apache-2.0
"""Decisions and what belongs to them as the JSON objects of docs/reference/cli.md. Pure."""

from pathlib import Path
from typing import TYPE_CHECKING

from healthvault.cli.objects import SCHEMA, Json, JsonObject
from healthvault.ledger.ids import grant_id_text

if TYPE_CHECKING:
    from healthvault.consent.decision import Decision
    from healthvault.vault.approvals import Taken
    from healthvault.vault.approving import Asked
    from healthvault.vault.policies import Outcome
    from healthvault.vault.what_if import Foreseen

__all__ = ["approval_object", "approved_object", "decision_object", "policy_test_object", "what_if_object"]


def decision_object(decision: "Decision", who: str, document: str) -> JsonObject:
    """Return a decision, with the rule and the grant that it stands on."""
    return {
        "type": "decision",
        "schema": SCHEMA,
        "who": who,
        "document": document,
        "allowed": decision.allowed,
        "rule": decision.rule,
        "reason": decision.reason,
        "grant": decision.grant,
    }


def approved_object(asked: "Asked", path: Path) -> JsonObject:
    """Return an approval that was given: `contact` is whose grant it is."""
    return _approval(grant_id_text(asked.grant.grant_id), asked.owner_name, path=str(path))


def approval_object(taken: "Taken") -> JsonObject:
    """Return an approval that was taken in: `contact` is who gave it, `approved` all who have."""
    return _approval(taken.grant, taken.contact, approved=list(taken.approved), needed=taken.needed)


def _approval(
    grant: str,
    contact: str,
    *,
    path: str | None = None,
    approved: list[Json] | None = None,
    needed: int | None = None,
) -> JsonObject:
    return {
        "type": "approval",
        "schema": SCHEMA,
        "grant": grant,
        "contact": contact,
        "path": path,
        "approved": approved,
        "needed": needed,
    }


def policy_test_object(outcome: "Outcome") -> JsonObject:
    """Return how one row of a policy file came out."""
    return {
        "type": "policy_test",
        "schema": SCHEMA,
        "number": outcome.row.number,
        "passed": outcome.passed,
        "who": outcome.row.who,
        "what": outcome.row.what,
        "expected": outcome.expected,
        "got": outcome.got,
        "rule": outcome.decision.rule,
        "grant": outcome.grant,
        "reason": outcome.decision.reason,
    }


def what_if_object(foreseen: "Foreseen") -> JsonObject:
    """Return what the end of a grant would take away, and which copies it would not."""
    lost: list[Json] = [
        {"contact": loss.contact, "document": loss.document, "uses": list(loss.uses)} for loss in foreseen.lost
    ]
    return {
        "type": "what_if",
        "schema": SCHEMA,
        "grant": foreseen.grant,
        "status": foreseen.status,
        "lost": lost,
        "bundles": list(foreseen.bundles),
    }
