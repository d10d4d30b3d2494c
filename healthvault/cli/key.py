# SPDX-License-Identifier: Apache-2.0
"""`hv key`: the ways into the vault: passphrases, key files, the recovery words."""

from pathlib import Path
from typing import Unpack

import click

from healthvault.cli.command import hv_command, hv_group
from healthvault.cli.objects import key_object
from healthvault.cli.options import NewKey, kdf_option, yes_option
from healthvault.cli.prompt import confirm
from healthvault.cli.terminal import Terminal

__all__ = ["key"]

_COLUMNS = ("id", "kind", "memory_kib")


@hv_group("hv key list", "hv key add --new-key-file ~/hv.key", "hv key remove 2")
def key() -> None:
    """Manage the ways into the vault: passphrases, key files, the recovery words."""


@hv_command("hv key list", name="list")
def list_(terminal: Terminal) -> None:
    """List the ways into the vault. Needs no passphrase."""
    from healthvault.cli.opening import opened_maybe_locked
    from healthvault.vault.keyslots import list_keys

    with opened_maybe_locked(terminal, asking=False) as vault:
        terminal.rows(map(key_object, list_keys(vault)), _COLUMNS)


@hv_command("hv key add --new-key-file ~/hv.key", "hv key add --new-passphrase --kdf strong")
@click.option(
    "--new-key-file", type=click.Path(path_type=Path), metavar="FILE", help="Make a random key file here."
)
@click.option("--new-passphrase", is_flag=True, help="Ask for another passphrase.")
@click.option(
    "--new-passphrase-file", type=click.Path(), metavar="FILE", help="Take another passphrase from a file."
)
@kdf_option
@click.option("--yes", is_flag=True, help="If FILE is there, keep it as FILE.1 and go on.")
def add(terminal: Terminal, **chosen: Unpack[NewKey]) -> None:
    """Add a way into the vault beside those that it has.

    Whoever has a key file opens the vault without a passphrase: keep it where only you get at it, and not in
    the vault's folder.
    """
    from healthvault.cli.new_keys import add_key
    from healthvault.cli.opening import opened

    key_file, passphrase_file = chosen["new_key_file"], chosen["new_passphrase_file"]
    if [bool(key_file), bool(passphrase_file), chosen["new_passphrase"]].count(True) != 1:
        raise click.UsageError("say one of --new-key-file FILE, --new-passphrase, --new-passphrase-file FILE")
    with opened(terminal, writing=True) as vault:
        added = add_key(terminal.settings, vault, chosen)
    terminal.fields(key_object(added))


@hv_command("hv key remove 2", "hv key remove 2 --yes")
@click.argument("slot", type=int, metavar="ID")
@yes_option
def remove(terminal: Terminal, slot: int, *, yes: bool) -> None:
    """Remove a way into the vault, by its number in `hv key list`; never the last one.

    Copies of the vault made before still open by it.
    """
    from healthvault.cli.opening import opened
    from healthvault.vault.keyslots import remove_key

    with opened(terminal, writing=True) as vault:
        confirm(terminal.settings, f"Remove way {slot}? It will not open the vault again.", yes=yes)
        terminal.fields(key_object(remove_key(vault, slot)))


for _command in (list_, add, remove):
    key.add_command(_command)
