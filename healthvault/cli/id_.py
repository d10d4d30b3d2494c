# SPDX-License-Identifier: Apache-2.0
"""`hv id`: the owner's public side, and the card that others pin."""

from pathlib import Path

from healthvault.cli.command import hv_command
from healthvault.cli.objects import identity_object
from healthvault.cli.options import is_stdout, output_option
from healthvault.cli.terminal import Terminal

__all__ = ["id_"]


@hv_command("hv id", "hv id -o ana.hvcard", name="id")
@output_option("Write the card here.")
def id_(terminal: Terminal, output: Path | None) -> None:
    """Show who you are to others: name, fingerprint words, recipient key, card.

    Give your card to people you exchange with, by any way; it holds no secret. They compare the 12 words with
    you by voice, which covers every key on it.
    """
    from healthvault.cli.opening import opened
    from healthvault.cli.outputs import opened_output
    from healthvault.vault.status import identity_of

    with opened(terminal) as vault:
        identity = identity_of(vault)
    if output is None:
        terminal.fields(identity_object(identity), unsaid=("card",) if terminal.is_screen else ())
        return
    with opened_output(output) as write:
        write(identity.card.encode())
    if not is_stdout(output):
        terminal.say(f"wrote {output}; let them compare these words with you: {' '.join(identity.words)}")
