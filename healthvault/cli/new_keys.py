# SPDX-License-Identifier: Apache-2.0
"""What `hv key add` does once it runs: one new way into the vault. Loads the vault."""

from healthvault.cli.options import NewKey
from healthvault.cli.prompt import new_passphrase
from healthvault.cli.secret_sources import read_source
from healthvault.cli.settings import Settings, Source
from healthvault.vault.keyslots import add_key_file, add_passphrase
from healthvault.vault.vault import Vault
from healthvault.vault.views import KeySlotView

__all__ = ["add_key"]


def add_key(settings: Settings, vault: Vault, chosen: NewKey) -> KeySlotView:
    """Add a key file, else a passphrase from a file, else one that is asked for.

    Raises:
        AnswerNeeded: `no_terminal`, `secret_unavailable`.
        InvalidRequest: `passphrases_differ`, `secret_exposed`, or what the vault refuses.
    """
    key_file, passphrase_file = chosen["new_key_file"], chosen["new_passphrase_file"]
    if key_file:
        return add_key_file(vault, key_file, keeping_old=chosen["yes"])
    if passphrase_file:
        secret = read_source(Source(kind="passphrase_file", value=passphrase_file, origin="--new-passphrase-file"))
    else:
        secret = new_passphrase(settings)
    return add_passphrase(vault, secret.decode("utf-8", "surrogateescape"), chosen["kdf"])
