# SPDX-License-Identifier: Apache-2.0
"""`hv restore`: a vault from a backup; a new passphrase in the place of a lost one."""

from pathlib import Path
from typing import Unpack

import click

from healthvault.cli.command import hv_command
from healthvault.cli.options import (
    LostPassphrase,
    kdf_option,
    new_passphrase_file_option,
    shares_option,
    words_file_option,
)
from healthvault.cli.terminal import Terminal

__all__ = ["restore"]


@hv_command("hv restore /media/usb/ana", "hv --vault ./ana restore ana.hvbackup", "hv restore --words")
@click.argument("source", required=False, type=click.Path(path_type=Path), metavar="[DIR|FILE]")
@click.option("--words", is_flag=True, help="Set a new passphrase by the recovery words.")
@words_file_option
@shares_option
@new_passphrase_file_option
@kdf_option
def restore(terminal: Terminal, source: Path | None, **chosen: Unpack[LostPassphrase]) -> None:
    """Make a vault from a backup, in a new or empty folder. Nothing gets its place before it is verified.

    The restored vault opens by what opened the vault when the backup was made. If this machine has seen a newer
    state of it, the copy can be read at once, and `hv key restart` goes on from it.

    --words, alone or with a backup, sets a new passphrase: the words that were written down when the vault was
    made open it, and every passphrase that it had opens it no more. --shares does the same by shares of them.
    """
    from healthvault.cli.restoring import reset_passphrase, restore_from, show_restored

    by_shares = chosen["shares"] or bool(chosen["share_files"])
    is_lost = chosen["words"] or chosen["words_file"] is not None or by_shares
    if source is None and not is_lost:
        raise click.UsageError("say a backup to restore, or --words or --shares to set a new passphrase")
    if source is not None:
        restore_from(terminal, source)
    if is_lost:
        reset_passphrase(terminal, chosen)
    show_restored(terminal)
