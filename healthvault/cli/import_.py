# SPDX-License-Identifier: Apache-2.0
"""`hv import`: verify a bundle, then keep its documents with the proof of where they came from."""

from pathlib import Path
from typing import Unpack

import click

from healthvault.cli.attestation_objects import attestation_object
from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.consent_objects import approval_object
from healthvault.cli.objects import document_object
from healthvault.cli.options import clock_ok_option
from healthvault.cli.reading_options import ReadChoice, accept_option, read_options
from healthvault.cli.receipts import receipt_object, receipt_option, receipt_to
from healthvault.cli.terminal import Terminal

__all__ = ["import_"]

_COLUMNS = ("id", "kind", "title", "size_bytes", "source", "duplicate_of")


@hv_command("hv import visit.hvb", "hv import visit.hvb --accept stale", "hv import review.hva", name="import")
@click.argument("file", metavar="FILE")
@receipt_option
@read_options
@accept_option
@clock_ok_option
def import_(
    terminal: Terminal,
    file: str,
    receipt: Path | None,
    accept: tuple[str, ...],
    *,
    clock_ok: bool,
    **chosen: Unpack[ReadChoice],
) -> None:
    """Verify a bundle, and only then keep its documents in your own vault, marked as received.

    A receipt that a reader of yours sent back (`hv copies` shows what it says), and an approval that somebody sent
    you (`hv approve`), is checked and kept too; so is what somebody attests of a document of yours (`hv attest`):
    `hv show` lists it. What came with a bundle about its documents is kept with them.

    Needs the action `keep`, which shares give unless told otherwise. What is not established (exit 21) or not
    allowed (exit 22) can be accepted, each code by name; what is changed, forged or rolled back never.
    """
    from healthvault.cli.inputs import stdin_or_file
    from healthvault.cli.opening import opened
    from healthvault.cli.reading import check_allowed, say_who_added, verify_options
    from healthvault.vault.approvals import keep_approval
    from healthvault.vault.attestations import keep_attestation
    from healthvault.vault.receipts import keep_receipt
    from healthvault.vault.receive import import_bundle

    options = verify_options(terminal.settings, chosen, accept)
    with receipt_to(receipt) as keep, opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        source = stdin_or_file(file)
        if (said := keep_attestation(vault, source, accept, now_ms=now_ms())) is not None:
            terminal.fields(attestation_object(said))
            return
        if (taken := keep_approval(vault, source, now_ms=now_ms())) is not None:
            terminal.fields(approval_object(taken))
            return
        if (kept := keep_receipt(vault, source, now_ms=now_ms())) is not None:
            terminal.fields(receipt_object(kept))
            return
        verification, documents = import_bundle(vault, source, options, now_ms=now_ms())
        check_allowed(file, verification, accept)
        keep(terminal, vault, verification, "imported")
        say_who_added(terminal, vault, verification, documents)
    terminal.rows(map(document_object, documents), _COLUMNS)
