# SPDX-License-Identifier: Apache-2.0
"""`hv retract`: a document was entered in error; it stays readable, and is shown as what it is."""

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.objects import document_object
from healthvault.cli.options import clock_ok_option
from healthvault.cli.terminal import Terminal

__all__ = ["retract"]


@hv_command("hv retract d_7k3m", 'hv retract d_7k3m --reason "another patient"')
@click.argument("document", metavar="ID")
@click.option("--reason", default="", help="Why; kept in your journal.")
@clock_ok_option
def retract(terminal: Terminal, document: str, reason: str, *, clock_ok: bool) -> None:
    """Mark a document as entered in error, for good.

    It stays readable, and is `retracted` from now on wherever it is shown. `hv share` refuses it unless told
    otherwise. The version that it had replaced is in force again. Who got it in a bundle keeps it: tell them. To
    forget a document, `hv erase` it. Retracting twice changes nothing.
    """
    from healthvault.cli.opening import opened
    from healthvault.vault.amend import retract_document

    with opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        found = retract_document(vault, document, reason=reason, now_ms=now_ms())
    terminal.fields(document_object(found))
