# SPDX-License-Identifier: Apache-2.0
"""`hv check`: an audit of everything stored, which goes on after a finding and reports all of them."""

from functools import partial
from typing import TYPE_CHECKING

import click

from healthvault.cli.command import hv_command
from healthvault.cli.exits import EXITS
from healthvault.cli.objects import check_object
from healthvault.cli.terminal import Terminal
from healthvault.errors import VaultDamaged

if TYPE_CHECKING:
    from healthvault.vault.views import Finding

__all__ = ["check"]


@hv_command("hv check", "hv check --deep --json", "hv --vault /mnt/backup check --locked")
@click.option("--deep", is_flag=True, help="Also decrypt every document and compare it with its commitment.")
@click.option("--head-only", is_flag=True, help="Check one signature, of the newest entry, instead of all.")
@click.option("--locked", is_flag=True, help="Do not ask for a passphrase; check what needs none.")
def check(terminal: Terminal, *, deep: bool, head_only: bool, locked: bool) -> None:
    """Audit the vault: every entry, signature, link, tree hash and stored object.

    Locked, it cannot check the status of grants and the index. --deep needs the vault unlocked. The exit code is
    13 if anything is wrong; `where` says where. It says nothing about medical correctness, nor about records that
    were never added, and without an older checkpoint a full rewrite by the owner cannot be detected.
    """
    from healthvault.cli.opening import place_of
    from healthvault.cli.unlocking import Unlocking
    from healthvault.vault.audit import AuditOptions, check_vault

    if deep and (locked or head_only):
        raise click.UsageError("--deep goes with neither --locked nor --head-only")
    place, options = place_of(terminal.settings), AuditOptions(deep=deep, head_only=head_only)
    with terminal.progress() as progress:
        audit = partial(check_vault, place, options=options, observer=progress)
        report = audit(None) if locked else Unlocking(terminal, place).use(audit, required=deep)
    if report.documents is None and not locked:
        terminal.warn("the vault is locked: grants, documents and index were not checked")
    terminal.fields(check_object(report), unsaid=("findings",) if terminal.is_screen else ())
    if terminal.is_screen:
        terminal.lines("findings", [_sentence(finding) for finding in report.findings])
    if not report.is_clean:
        raise click.exceptions.Exit(EXITS[VaultDamaged])


def _sentence(finding: "Finding") -> str:
    return f"{finding.severity}: {finding.where}: {finding.message} ({finding.code}). What to do: {finding.hint}"
