# SPDX-License-Identifier: Apache-2.0
"""`hv erase`: destroy what opens documents, for good, and certify it."""

from pathlib import Path

import click

from healthvault.cli.command import hv_command
from healthvault.cli.options import clock_ok_option, output_option, yes_option
from healthvault.cli.terminal import Terminal

__all__ = ["erase"]

_REASONS = ("patient-request", "consent-withdrawn", "wrong-person", "entered-in-error", "no-longer-needed")


@hv_command("hv erase d_7k3m", "hv erase d_7k3m d_9q2x --reason patient-request -o erased.txt")
@click.argument("documents", nargs=-1, required=True, metavar="ID...")
@click.option("--reason", type=click.Choice(_REASONS), help="Why; stands in the journal and in the certificate.")
@output_option("Write a signed certificate; for documents that were erased before, another one.")
@yes_option
@clock_ok_option
def erase(
    terminal: Terminal,
    documents: tuple[str, ...],
    reason: str | None,
    output: Path | None,
    *,
    yes: bool,
    clock_ok: bool,
) -> None:
    """Erase documents: content, names, tags and everything that was said of them, so that no key opens them.

    Their places in the journal stay, so every proof and every bundle still verifies. It cannot be undone. Bundles
    that were handed out, backups and snapshots of the disk are not reached: they are listed as far as they are
    known. `hv retract` and `hv amend` are the gentle forms.
    """
    from healthvault.cli.erasing import certificate_to, confirmed_erasure, show_erasure
    from healthvault.cli.opening import opened

    with certificate_to(output) as keep, opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        erasure = confirmed_erasure(terminal, vault, documents, reason, certifies=output is not None, yes=yes)
        keep(vault, erasure)
    show_erasure(terminal, erasure, output)
