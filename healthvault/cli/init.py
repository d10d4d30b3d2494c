# SPDX-License-Identifier: Apache-2.0
"""`hv init`: make a vault, after its owner has shown that she has the recovery words."""

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.objects import JsonObject, vault_object
from healthvault.cli.options import kdf_option, yes_option
from healthvault.cli.prompt import can_ask
from healthvault.cli.terminal import Terminal

__all__ = ["init"]


@hv_command('hv init --name "Ana Silva"', 'hv --vault ./lee init --name "Dr Lee" --kdf strong')
@click.option("--name", required=True, help="Your name, as others will see it on your card.")
@kdf_option
@yes_option
def init(terminal: Terminal, name: str, kdf: str, *, yes: bool) -> None:
    """Make a vault in a new or empty folder.

    Asks for a passphrase and shows 24 recovery words, once. Write them down: they open the vault when the
    passphrase is lost, and only they can replace its keys. Who loses both loses the vault, and nobody can help.

    With --yes, --json or without a terminal the words are printed with the other data and not asked back.
    """
    from healthvault.cli.opening import chosen_passphrase, new_place, new_status
    from healthvault.cli.recovery_words import retype_words
    from healthvault.vault.create import NewVault, create_vault

    settings = terminal.settings
    place = new_place(settings)
    new = NewVault(name=name, passphrase=chosen_passphrase(settings), kdf=kdf)
    retypes = can_ask(settings) and not yes and not settings.json
    place.root.parent.mkdir(parents=True, exist_ok=True)
    words = create_vault(place, new, now_ms=now_ms(), confirm_words=retype_words if retypes else None)
    shown: JsonObject = {} if retypes else {"recovery_words": list(words)}
    terminal.fields({**vault_object(new_status(place, name)), **shown})
    terminal.say("next: `hv add FILE` adds documents, `hv id -o FILE` writes the card that others need")
