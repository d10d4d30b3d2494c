# SPDX-License-Identifier: Apache-2.0
"""`hv emergency open`: what a protected page holds, for who has its code or enough of its shares."""

import click

from healthvault.cli.command import hv_command
from healthvault.cli.terminal import Terminal

__all__ = ["open_"]

_HINT = "the owner, or whom she told them, knows seven words; give them by --code-file FILE"


@hv_command(
    "hv emergency open emergency.html --code",
    "hv emergency open scanned.txt --share-file share-1-of-3.txt --share-file share-3-of-3.txt",
    name="open",
)
@click.argument("file", metavar="FILE")
@click.option("--code", is_flag=True, help="Ask for the code.")
@click.option("--code-file", type=click.Path(), metavar="FILE", help="Read the code from a file.")
@click.option("--shares", is_flag=True, help="Ask for shares.")
@click.option(
    "--share-file",
    "share_files",
    type=click.Path(),
    metavar="FILE",
    multiple=True,
    help="Take a share from a file; once for each.",
)
def open_(
    terminal: Terminal, file: str, code_file: str | None, share_files: tuple[str, ...], *, code: bool, shares: bool
) -> None:
    """Show what a protected page holds. Needs no vault and no network.

    FILE is the page, or the text that its QR codes give, one after another. Whoever made the page knew the code;
    nothing says who that was. Its owner does not learn that you opened it, unless you tell her.
    """
    by_shares = shares or bool(share_files)
    if by_shares == (code or code_file is not None):
        raise click.UsageError("say how to open it: --code, or --shares")
    from healthvault.cli.inputs import read_argument
    from healthvault.cli.prompt import secret_answer
    from healthvault.cli.recovery_answers import joined_shares
    from healthvault.emergency.sealed import open_by_code, open_by_shares

    page = read_argument(file)
    if by_shares:
        card = open_by_shares(page, joined_shares(terminal.settings, share_files))
    else:
        typed = read_argument(code_file) if code_file else secret_answer(terminal.settings, "the code", _HINT)
        card = open_by_code(page, typed.decode("utf-8", "replace"))
    terminal.fields(card.to_object())
    terminal.say(f"as of {card.as_of}; the owner's word, and nothing says who made the page. She was not told.")
