# SPDX-License-Identifier: Apache-2.0
"""`hv id`: the owner's public side, the card that others pin, and by what her records are told from others'.

One file a command: `id_NAME.py`.
"""

from pathlib import Path

from healthvault.cli.command import hv_family
from healthvault.cli.objects import identity_object
from healthvault.cli.options import is_stdout, output_option
from healthvault.cli.terminal import Terminal

__all__ = ["id_"]


_LINES = {
    "add": "Say something by which your records are known.",
    "list": "List what you said.",
    "remove": "Take it back.",
    "take": "Take over from a document of yours who you are.",
    "link": "Say that a document is about you.",
    "refuse": "Say that it is not.",
    "unlink": "Take back what you said last of a document.",
    "check": "Show whose records your documents hold, and why.",
    "suspects": "Look for uses of your identity that you may not know of.",
}


@hv_family("hv id", "hv id -o ana.hvcard", "hv id take d_7k3m", name="id", lines=_LINES)
@output_option("Write the card here.")
def id_(terminal: Terminal, output: Path | None) -> None:
    """Show who you are to others: name, fingerprint words, recipient key, card.

    Give your card to people you exchange with, by any way; it holds no secret. They compare the 12 words with
    you by voice, which covers every key on it.

    Its commands say by what your records are told from those of others. Files of somebody else are then not
    added by mistake, and what is not known to be yours is left out of what is shown of your history.
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
