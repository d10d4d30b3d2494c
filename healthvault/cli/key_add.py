# SPDX-License-Identifier: Apache-2.0
"""`hv key add`: another way into the vault, beside those that it has."""

from pathlib import Path
from typing import Unpack

import click

from healthvault.cli.command import hv_command
from healthvault.cli.objects import key_object
from healthvault.cli.options import NewKey, kdf_option, new_passphrase_file_option
from healthvault.cli.terminal import Terminal

__all__ = ["add"]


@hv_command("hv key add --new-key-file ~/hv.key", "hv key add --new-passphrase --kdf strong")
@click.option(
    "--new-key-file", type=click.Path(path_type=Path), metavar="FILE", help="Make a random key file here."
)
@click.option("--new-passphrase", is_flag=True, help="Ask for another passphrase.")
@new_passphrase_file_option
@click.option("--os-keyring", is_flag=True, help="Let this system's keyring open the vault, without an end.")
@kdf_option
@click.option("--yes", is_flag=True, help="If FILE is there, keep it as FILE.1 and go on.")
def add(terminal: Terminal, **chosen: Unpack[NewKey]) -> None:
    """Add a way into the vault beside those that it has.

    Whoever has a key file opens the vault without a passphrase: keep it where only you get at it, and not in
    the vault's folder. What this system's keyring holds can be read by every program that runs as you; for a few
    hours only there is `hv unlock`.
    """
    from healthvault.cli.new_keys import new_way
    from healthvault.cli.opening import opened

    key_file, passphrase_file = chosen["new_key_file"], chosen["new_passphrase_file"]
    ways = (bool(key_file), bool(passphrase_file), chosen["new_passphrase"], chosen["os_keyring"])
    if ways.count(True) != 1:
        raise click.UsageError(
            "say one of --new-key-file FILE, --new-passphrase, --new-passphrase-file FILE, --os-keyring"
        )
    add_way = new_way(terminal.settings, chosen)
    with opened(terminal, writing=True) as vault:
        terminal.fields(key_object(add_way(vault)))
