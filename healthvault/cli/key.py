# SPDX-License-Identifier: Apache-2.0
"""`hv key`: the ways into the vault, the recovery words, and the keys that speak for the vault.

One file a command: `key_NAME.py` holds the function of that name.
"""

from healthvault.cli.command import hv_group

__all__ = ["key"]

_LINES = {
    "list": "List the ways into the vault.",
    "add": "Add a way into the vault.",
    "remove": "Remove a way into the vault.",
    "drill": "Check that the recovery words or shares still work.",
    "split": "Split the recovery words into shares.",
    "join": "Put shares together to the recovery words.",
    "rotate": "Replace the keys that sign and that others encrypt to.",
    "compromised": "Declare the keys stolen, and replace everything.",
    "root": "Replace the recovery words.",
    "restart": "Go on from an older copy, and say so.",
}


@hv_group("hv key list", "hv key add --new-key-file ~/hv.key", "hv key drill", lines=_LINES)
def key() -> None:
    """Manage the ways into the vault, and the keys that speak for it.

    Passphrases, key files, this system's keyring and the recovery words open the vault. Only the recovery words
    can change the keys that sign for it.
    """
