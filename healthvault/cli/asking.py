# SPDX-License-Identifier: Apache-2.0
"""What an approver is shown before she signs. Loads the vault."""

from healthvault.cli.clock import rfc3339
from healthvault.cli.prompt import confirm
from healthvault.cli.terminal import Terminal
from healthvault.consent.purposes import purpose_word
from healthvault.consent.selectors import condition_line
from healthvault.vault.approving import Asked

__all__ = ["confirm_approval"]


def confirm_approval(terminal: Terminal, asked: Asked, *, yes: bool) -> None:
    """Show the terms of a grant, and go on only if the approver says yes. Raises as `confirm`."""
    grant = asked.grant
    whom = ", ".join("whoever has the code" if party.is_code else party.name for party in grant.grantees)
    count = sum(count for _, count in grant.records)
    about = [
        f"{asked.owner_name} wants to allow: {whom}",
        f"  documents: {count}",
        f"  for: {', '.join(map(purpose_word, grant.purposes))}",
        f"  to: {', '.join(grant.actions)}",
        f"  from {rfc3339(grant.not_before_ms)} until {rfc3339(grant.not_after_ms)}",
        *(f"  {condition_line(condition)}" for condition in grant.conditions),
    ]
    confirm(terminal.settings, "Do you agree to exactly that?", yes=yes, about=about)
