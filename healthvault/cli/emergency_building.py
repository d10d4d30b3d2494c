# SPDX-License-Identifier: Apache-2.0
"""What `hv emergency build` does once it runs: check the wish, show it to the owner, write the page.

Loads the vault.
"""

from pathlib import Path

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.emergency_editing import chosen_sections, today
from healthvault.cli.emergency_objects import page_object
from healthvault.cli.emergency_options import BuildChoice
from healthvault.cli.opening import opened
from healthvault.cli.options import is_stdout
from healthvault.cli.prompt import confirm
from healthvault.cli.terminal import Terminal
from healthvault.crypto.shares import require_extra
from healthvault.emergency.card import Wish
from healthvault.vault.emergency import find_sheet
from healthvault.vault.emergency_page import BuiltPage, Lock, build_page

__all__ = ["build_chosen"]

PAGE_NAME = "emergency.html"
_QUESTION = {
    "none": "Write them so that anybody who holds the page can read them?",
    "code": "Write them under a code, which anybody who holds the page can try to guess for ever?",
    "shares": "Write them so that the holders of enough shares can read them at any time?",
}


def build_chosen(terminal: Terminal, output: Path, chosen: BuildChoice) -> None:
    """Build the page that the options describe, once the owner has said yes; say so."""
    lock = _lock(output, chosen)
    sections = chosen_sections(chosen["only"])
    wish = Wish(stale_after_months=chosen["stale_after"], sections=sections, with_name=not chosen["without_name"])
    with opened(terminal, writing=True, clock_ok=chosen["clock_ok"]) as vault:
        items = [item for item in find_sheet(vault).sheet.items if item.section in sections]
        about = [f"  {item.section.value}: {item.text}" for item in items]
        kind = "code" if lock.by_code else "shares" if lock.shares else "none"
        confirm(terminal.settings, _QUESTION[kind], yes=chosen["yes"], about=about)
        page = build_page(vault, wish, lock, _page_path(output), today=today(), now_ms=now_ms())
    terminal.fields(page_object(page), unsaid=("card",))
    _say(terminal, page)


def _lock(output: Path, chosen: BuildChoice) -> Lock:
    if is_stdout(output):
        raise click.UsageError("a page is a file: name one, or a folder")
    if chosen["code"] and chosen["shares"]:
        raise click.UsageError("choose one of --code and --shares")
    if chosen["shares"]:
        require_extra()
        if _is_file(output):
            raise click.UsageError("--shares writes several files: name a folder with -o")
    return Lock(by_code=chosen["code"], shares=chosen["shares"])


def _is_file(output: Path) -> bool:
    return output.suffix.lower() in {".html", ".htm"}


def _page_path(output: Path) -> Path:
    if _is_file(output):
        return output
    output.mkdir(mode=0o700, parents=True, exist_ok=True)
    return output / PAGE_NAME


def _say(terminal: Terminal, page: BuiltPage) -> None:
    if not page.qr_codes:
        terminal.warn("there is no QR code on the page: pip install 'healthvault[qr]' draws one next time")
    old = sum(item.is_stale for item in page.card.items)
    if old:
        terminal.say(f"{old} of {len(page.card.items)} items are marked as old: hv emergency confirm")
    if page.code:
        terminal.say("Tell the code to those who may need it; it is not shown again, and not kept in the vault.")
    if page.share_paths:
        terminal.say(
            "Give each share file to another person, then delete it here. They are not kept in the vault."
        )
    terminal.say("Copies of the page cannot be recalled, and nobody learns who reads them.")
