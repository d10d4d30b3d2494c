# SPDX-License-Identifier: Apache-2.0
"""What `hv share` does once it runs: check the wish, show it to the owner, make the request, hand out the bundle.

Loads the vault.
"""

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from healthvault.cli.clock import ms_of, now_ms, rfc3339, wall_clock
from healthvault.cli.objects import bundle_object
from healthvault.cli.options import is_stdout
from healthvault.cli.prompt import confirm
from healthvault.cli.share_options import ShareChoice
from healthvault.cli.terminal import Terminal
from healthvault.consent.purposes import purpose_word
from healthvault.vault.add import Observer
from healthvault.vault.contacts import find_contact
from healthvault.vault.share import ShareRequest, share
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document

__all__ = ["check_wish", "confirm_share", "hand_out", "request_of"]

_LISTED_TITLES = 20


def check_wish(terminal: Terminal, output: Path, chosen: ShareChoice) -> None:
    """Check that the options go together. Raises UsageError."""
    if bool(chosen["to"]) == chosen["code"]:
        raise click.UsageError(
            "say for whom, in one way: --to NAME for a contact, or --code for whoever is told the code"
        )
    if is_stdout(output) and (chosen["code"] or terminal.settings.json):
        raise click.UsageError("`-o -` fills stdout with the bundle: there is no room for --code or --json")


def request_of(documents: tuple[Document, ...], chosen: ShareChoice) -> ShareRequest:
    """Return the request that the options describe; days begin and end by the clock on the wall."""
    now = wall_clock(now_ms())
    begins, recheck = chosen["begins"], chosen["recheck"]
    return ShareRequest(
        records=tuple(document.id for document in documents),
        to=chosen["to"],
        purposes=chosen["purpose"],
        actions=chosen["action"],
        not_before_ms=ms_of(begins.start(now)) if begins else None,
        not_after_ms=ms_of(chosen["until"].end(now)),
        recheck_after_ms=ms_of(recheck.end(now)) if recheck else None,
        message=chosen["message"],
        with_metadata=chosen["with_metadata"],
        accept=chosen["accept"],
    )


def confirm_share(
    terminal: Terminal, vault: Vault, documents: tuple[Document, ...], request: ShareRequest, *, yes: bool
) -> None:
    """Show what would go to whom, and go on only if the owner says yes. Raises as `confirm`; NotFound."""
    names = [find_contact(vault, name).name for name in request.to] or ["whoever is told the code"]
    if not yes:
        for document in documents[:_LISTED_TITLES]:
            terminal.say(f"  {document.title}")
        if len(documents) > _LISTED_TITLES:
            terminal.say(f"  and {len(documents) - _LISTED_TITLES} more")
    purposes = ", ".join(map(purpose_word, request.purposes))
    until = (rfc3339(request.not_after_ms) or "")[:10]
    count = "1 document" if len(documents) == 1 else f"{len(documents)} documents"
    question = (
        f"Share {count} with {', '.join(names)} for {purposes} until {until}, to {', '.join(request.actions)}?"
    )
    confirm(terminal.settings, question, yes=yes)


def hand_out(
    terminal: Terminal, vault: Vault, request: ShareRequest, output: Path, observer: Observer | None
) -> None:
    """Write the bundle to its file and say so, or to stdout."""
    if not is_stdout(output):
        terminal.fields(bundle_object(share(vault, request, output, now_ms=now_ms(), observer=observer)))
        return
    with TemporaryDirectory(prefix="hv-") as folder:  # what lies there is encrypted already
        written = Path(folder) / "bundle"
        share(vault, request, written, now_ms=now_ms(), observer=observer)
        with written.open("rb") as bundle:
            shutil.copyfileobj(bundle, sys.stdout.buffer)
