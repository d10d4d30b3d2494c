# SPDX-License-Identifier: Apache-2.0
"""What `hv anchor` does once it runs: write a request, take in a response. Loads the vault."""

from base64 import b64encode
from pathlib import Path

import click

from healthvault.cli.clock import now_ms, rfc3339
from healthvault.cli.inputs import read_argument
from healthvault.cli.objects import JsonObject
from healthvault.cli.options import is_stdout
from healthvault.cli.outputs import opened_output
from healthvault.cli.terminal import Terminal
from healthvault.vault.anchors import add_anchor, request_anchor
from healthvault.vault.vault import Vault
from healthvault.vault.views import AnchorView

__all__ = ["anchor_object", "check_anchor_wish", "imported", "requested"]


def check_anchor_wish(request: Path | None, response: str | None, root: str | None) -> None:
    """Check that the options go together. Raises UsageError."""
    if request is not None and response is not None:
        raise click.UsageError("--request and --import are two steps: one at a time")
    if (response is None) != (root is None):
        raise click.UsageError("--import FILE needs --root CERT, and nothing else does")


def requested(terminal: Terminal, vault: Vault, path: Path) -> None:
    """Write a request over the newest checkpoint, and say what to do with it."""
    with opened_output(path) as write:
        data, anchor = request_anchor(vault)
        write(data)
    if not is_stdout(path):
        terminal.fields(anchor_object(anchor), unsaid=("entry", "time", "logged"))
    terminal.say(f"next: send {path} to a timestamping authority, then `hv anchor --import FILE --root CERT`")


def imported(terminal: Terminal, vault: Vault, response: str, root: str) -> None:
    """Check and log a response, and show it."""
    anchor = add_anchor(vault, read_argument(response), read_argument(root), now_ms=now_ms())
    terminal.fields(anchor_object(anchor))


def anchor_object(anchor: AnchorView) -> JsonObject:
    """Return an anchor; of a mere request, entry and times are null."""
    return {
        "type": "anchor",
        "schema": 1,
        "size": anchor.size,
        "root": b64encode(anchor.root).decode(),
        "time": None if anchor.time_ms is None else rfc3339(anchor.time_ms),
        "entry": anchor.entry,
        "logged": None if anchor.logged_ms is None else rfc3339(anchor.logged_ms),
    }
