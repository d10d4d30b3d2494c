# SPDX-License-Identifier: Apache-2.0
"""`hv key split`: the recovery words as shares for several people."""

from pathlib import Path

import click

from healthvault.cli.command import hv_command
from healthvault.cli.options import words_file_option
from healthvault.cli.terminal import Terminal

__all__ = ["split"]

_COLUMNS = ("number", "needed", "count", "vault", "words", "path")
_COUNT = click.IntRange(2, 16)


@hv_command("hv key split -k 2 -n 3", "hv key split -k 3 -n 5 -o shares --words-file words.txt")
@click.option("-k", "needed", type=_COUNT, required=True, help="How many shares give the words back.")
@click.option("-n", "count", type=_COUNT, required=True, help="How many shares to make.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="DIR", help="Write each share to a file in here."
)
@words_file_option
def split(terminal: Terminal, needed: int, count: int, output: Path | None, words_file: str | None) -> None:
    """Split the recovery words into n shares of 33 words, any k of which give them back. Asks for the words.

    Give each share to somebody else, on paper; k - 1 of them say nothing about the words. They are shown after
    every choice of k of them was put together again. The words stay valid, and so do shares made before: only
    `hv key root` ends them.
    """
    if needed > count:
        raise click.UsageError("-k cannot be more than -n: all shares together would not be enough")
    from healthvault.cli.opening import opened_locked
    from healthvault.cli.recovery_answers import recovery_answer
    from healthvault.cli.shares_out import show_shares, write_shares
    from healthvault.crypto.shares import require_extra
    from healthvault.vault.recovery_words import split_recovery

    require_extra()
    with opened_locked(terminal) as vault:
        words = recovery_answer(terminal.settings, words_file)
        sheets = split_recovery(vault, words, needed, count)
    if output:
        terminal.rows(write_shares(sheets, output), _COLUMNS)
    else:
        show_shares(terminal, sheets, _COLUMNS)
    terminal.say(f"{count} shares; any {needed} of them: `hv restore --shares`. Try them: `hv key drill --shares`")
