# SPDX-License-Identifier: Apache-2.0
"""What `hv grant` does once it runs: show the owner what she would allow, log it, and ask for approval.

Loads the vault.
"""

from dataclasses import replace

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.objects import grant_object
from healthvault.cli.options import SelectChoice, is_stdout
from healthvault.cli.share_options import ApprovalChoice, TermsChoice
from healthvault.cli.sharing import confirm_terms, terms_chosen
from healthvault.cli.terminal import Terminal
from healthvault.vault.grants import make_grant
from healthvault.vault.share import share_request
from healthvault.vault.vault import Vault

__all__ = ["Chosen", "check_approvers", "grant_chosen"]


class Chosen(TermsChoice, ApprovalChoice, SelectChoice):
    """All options of `hv grant` that say what is allowed to whom."""

    yes: bool


def check_approvers(chosen: ApprovalChoice) -> None:
    """Check that the options about approval go together. Raises UsageError."""
    if bool(chosen["needs"]) != bool(chosen["approver"]):
        raise click.UsageError("say how many have to approve and who is asked: --needs 1 --approver NAME")
    if chosen["request"] is not None and (not chosen["needs"] or is_stdout(chosen["request"])):
        raise click.UsageError("--request FILE goes with --needs and --approver, and needs a file")


def grant_chosen(terminal: Terminal, vault: Vault, documents: tuple[str, ...], chosen: Chosen) -> None:
    """Allow the documents that were named or described, once the owner has said yes; say so."""
    found, terms = terms_chosen(terminal, vault, documents, chosen)
    terms = replace(terms, needed=chosen["needs"] or 0, approvers=chosen["approver"])
    confirm_terms(terminal, vault, found, terms, form="Allow {whom} {what}", yes=chosen["yes"])
    made = make_grant(vault, terms, now_ms=now_ms())
    if chosen["request"] is not None:
        share_request(vault, made.id, chosen["request"], now_ms=now_ms())
        terminal.say(f"send {chosen['request']} to those whose approval is needed")
    terminal.fields(grant_object(made))
