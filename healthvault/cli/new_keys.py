# SPDX-License-Identifier: Apache-2.0
"""What `hv key add` does once it runs: one new way into the vault. Loads the vault."""

import click

from healthvault.cli.key import NewKey
from healthvault.cli.prompt import new_passphrase
from healthvault.cli.secret_sources import read_source
from healthvault.cli.settings import Settings, Source
from healthvault.vault.keyslots import add_key_file, add_passphrase
from healthvault.vault.vault import Vault
from healthvault.vault.views import KeySlotView

__all__ = ["add_key", "check_one_way"]

_WAYS = ("new_key_file", "new_passphrase", "new_passphrase_file")


def check_one_way(chosen: NewKey) -> None:
    """Check that one way is asked for, and no more. Raises UsageError."""
    if (
        sum(1 for way in (chosen["new_key_file"], chosen["new_passphrase"], chosen["new_passphrase_file"]) if way)
        != 1
    ):
        raise click.UsageError("say one of --new-key-file FILE, --new-passphrase, --new-passphrase-file FILE")


def add_key(settings: Settings, vault: Vault, chosen: NewKey) -> KeySlotView:
    """Add the way that was asked for. Raises AnswerNeeded, InvalidRequest."""
    if chosen["new_key_file"]:
        return add_key_file(vault, chosen["new_key_file"])
    path = chosen["new_passphrase_file"]
    if path:
        secret = read_source(Source(kind="passphrase_file", value=path, origin="--new-passphrase-file"))
    else:
        secret = new_passphrase(settings)
    return add_passphrase(vault, secret.decode("utf-8", "surrogateescape"), chosen["kdf"])
