# SPDX-License-Identifier: Apache-2.0
"""`hv passwd`: another passphrase in the place of those that the vault has."""

from healthvault.cli.command import hv_command
from healthvault.cli.objects import key_object
from healthvault.cli.options import kdf_option, new_passphrase_file_option
from healthvault.cli.terminal import Terminal

__all__ = ["passwd"]


@hv_command("hv passwd", "hv passwd --kdf strong", "hv passwd --recovery")
@new_passphrase_file_option
@kdf_option
def passwd(terminal: Terminal, new_passphrase_file: str | None, kdf: str) -> None:
    """Change the passphrase. Asks for the one in force, or takes any other way in, then for the new one twice.

    Every passphrase that the vault had opens it no more; key files, this system's keyring and the recovery words
    still do. Copies of the vault made before still open by the old passphrase, and who opens one gets the master
    key, which stays the same. So this does not help against somebody who has the old passphrase and a copy: after
    a theft there is `hv key compromised`.
    """
    from healthvault.cli.opening import new_passphrase_answer, opened
    from healthvault.vault.keyslots import set_passphrase

    with opened(terminal, writing=True) as vault:
        passphrase = new_passphrase_answer(terminal.settings, new_passphrase_file)
        terminal.fields(key_object(set_passphrase(vault, passphrase, kdf)))
    terminal.say("backups and other copies made before still open by the old passphrase")
    terminal.say("was it stolen, and a copy of the vault with it? then `hv key compromised` instead")
