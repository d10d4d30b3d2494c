# SPDX-License-Identifier: Apache-2.0
"""`hv id unlink`: back to what was shown before the last `hv id link` or `refuse`."""

import click

from healthvault.cli.command import hv_command
from healthvault.cli.options import clock_ok_option
from healthvault.cli.terminal import Terminal

__all__ = ["unlink"]


@hv_command("hv id unlink d_7k3m")
@click.argument("document", metavar="DOC")
@clock_ok_option
def unlink(terminal: Terminal, document: str, *, clock_ok: bool) -> None:
    """Take back your last `hv id link` or `hv id refuse` of a document. Shows whose it is now.

    Everything is shown as it was before that, to the byte.
    """
    from healthvault.cli.deciding_whose import decide_whose

    decide_whose(terminal, document, None, None, clock_ok=clock_ok)
