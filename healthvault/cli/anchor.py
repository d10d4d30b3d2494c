# SPDX-License-Identifier: Apache-2.0
"""`hv anchor`: an outside clock for the vault, by files: no command of ours goes to the network."""

from pathlib import Path
from typing import TypedDict, Unpack

import click

from healthvault.cli.command import hv_command
from healthvault.cli.options import clock_ok_option
from healthvault.cli.terminal import Terminal

__all__ = ["anchor"]

_COLUMNS = ("size", "time", "entry", "logged")


class _Choice(TypedDict):
    request: Path | None
    response: str | None
    root: str | None
    clock_ok: bool


@hv_command(
    "hv anchor --request now.tsq",
    "hv anchor --import now.tsr --root tsa.pem",
    "hv anchor --json",
)
@click.option(
    "--request",
    type=click.Path(allow_dash=True, path_type=Path),
    metavar="FILE",
    help="Write a request over the newest checkpoint.",
)
@click.option("--import", "response", metavar="FILE", help="Take in the authority's response.")
@click.option("--root", metavar="CERT", help="With --import: the authority's root certificate (PEM).")
@clock_ok_option
def anchor(terminal: Terminal, **chosen: Unpack[_Choice]) -> None:
    """Have a timestamping authority (RFC 3161) say by when everything in your vault was there; or list its words.

    Send the request with a program of your choice and import the response: it is checked and logged. The authority
    sees a digest and nothing else. `time` is the authority's; `logged`, like the time of every entry, is your own
    clock's. Needs the extra `healthvault[tsa]`.
    """
    from healthvault.cli.anchoring import anchor_object, check_anchor_wish, imported, requested
    from healthvault.cli.opening import opened
    from healthvault.vault.anchors import list_anchors

    check_anchor_wish(chosen["request"], chosen["response"], chosen["root"])
    with opened(terminal, writing=chosen["response"] is not None, clock_ok=chosen["clock_ok"]) as vault:
        if chosen["request"] is not None:
            requested(terminal, vault, chosen["request"])
        elif chosen["response"] is not None:
            imported(terminal, vault, chosen["response"], chosen["root"] or "")
        else:
            terminal.rows(map(anchor_object, list_anchors(vault)), _COLUMNS)
