# SPDX-License-Identifier: Apache-2.0
"""`hv backup`: a copy of the vault elsewhere, while it is in use, as encrypted as it is."""

import click

from healthvault.cli.command import hv_command
from healthvault.cli.terminal import Terminal

__all__ = ["backup"]

_COLUMNS = ("path", "entries", "behind", "clean", "time")


@hv_command("hv backup /media/usb/ana", "hv backup ana.hvbackup", "hv backup --drill")
@click.argument("path", required=False, metavar="[DIR|FILE]")
@click.option("--list", "lists", is_flag=True, help="List the backups that this machine knows of.")
@click.option(
    "--drill", is_flag=True, help="Try a backup, the newest if none is named: restore it beside, read it."
)
@click.option("--forget", is_flag=True, help="Take a backup that is gone for good off the list.")
def backup(terminal: Terminal, path: str | None, *, lists: bool, drill: bool, forget: bool) -> None:
    """Back up the vault. Needs no passphrase, so a timer can run it, and stops nobody from using the vault.

    A folder is brought up to now: only what is new is copied, and what was erased since is destroyed there too. A
    name that ends in .hvbackup, or a file that is there, becomes one file with everything. Either is as encrypted
    as the vault, and opens by what opened the vault when it was made. Keep one where a fire does not reach both.

    --drill needs the passphrase or another way in, decrypts every document of the copy, and changes nothing.
    """
    from healthvault.cli import backing_up

    if [lists, drill, forget].count(True) > 1 or (lists and path) or not (lists or drill or path):
        raise click.UsageError("say one of DIR, FILE, --list, --drill [DIR|FILE], --forget DIR|FILE")
    if lists:
        terminal.rows(backing_up.known(terminal), _COLUMNS)
    elif drill:
        backing_up.run_drill(terminal, path)
    elif path:
        (backing_up.forget if forget else backing_up.run)(terminal, path)
