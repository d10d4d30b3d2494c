# SPDX-License-Identifier: Apache-2.0
"""Table tests of consent, answered by the judgement itself: over a vault, or over the world of the file.

Spec: docs/spec/grants.md section 4; form of a file: docs/schemas/policy.json.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from healthvault.consent.decision import Decision, decide
from healthvault.consent.policy_file import Policy, Row, World
from healthvault.errors import InvalidRequest, NotFound
from healthvault.vault.deciding import Question, decide_for
from healthvault.vault.vault import Vault

__all__ = ["Outcome", "run_policy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A row and how it came out."""

    row: Row
    decision: Decision
    grant: str | None
    """Of the decision, as the file calls it."""

    @property
    def passed(self) -> bool:
        """Whether the answer is the one expected, with the rule and the grant where the row names them."""
        row, grant = self.row, self.row.grant
        return (
            row.allowed == self.decision.allowed
            and row.rule in {None, self.decision.rule}
            and (grant is None or (self.grant or "").startswith(grant))
        )

    @property
    def expected(self) -> str:
        """What the row says, in one line."""
        return _line(self.row.allowed, self.row.rule, self.row.grant)

    @property
    def got(self) -> str:
        """What came out, said as precisely as the row does."""
        rule = self.decision.rule if self.row.rule else None
        return _line(self.decision.allowed, rule, self.grant if self.row.grant else None)


def run_policy(policy: Policy, vault: Vault | None, *, now_ms: int) -> Iterator[Outcome]:
    """Yield how each row comes out.

    Args:
        policy: The file.
        vault: Unlocked; None where the file brings a world of its own.
        now_ms: The clock, for rows that say no time.

    Raises:
        InvalidRequest: `bad_policy`, a row of a world of its own says no time.
    """
    for row in policy.rows:
        if policy.world is not None:
            yield _in_world(row, policy.world)
        elif vault is not None:
            decision = _in_vault(row, vault, now_ms)
            yield Outcome(row=row, decision=decision, grant=decision.grant)


def _in_world(row: Row, world: World) -> Outcome:
    if row.at_ms is None:
        raise InvalidRequest("bad_policy", f"test {row.number} says no time", hint='"at": "2026-11-20"')
    request = world.request(row)
    decision = _not_found("the file does not have it") if request is None else decide(world.known_grants, request)
    name = None if decision.grant is None else world.names[decision.grant]
    return Outcome(row=row, decision=decision, grant=name)


def _in_vault(row: Row, vault: Vault, now_ms: int) -> Decision:
    question = Question(who=row.who, document=row.what, purpose=row.purpose, action=row.action, at_ms=row.at_ms)
    try:
        return decide_for(vault, question, now_ms=now_ms)[0]
    except NotFound as err:
        return _not_found(err.message)
    except InvalidRequest as err:
        return Decision(allowed=False, rule=err.code, reason=err.message, grant=None)


def _not_found(reason: str) -> Decision:
    return Decision(allowed=False, rule="not_found", reason=reason, grant=None)


def _line(allowed: bool, rule: str | None, grant: str | None) -> str:  # noqa: FBT001  private
    return " ".join(filter(None, ("allowed" if allowed else "denied", rule, grant)))
