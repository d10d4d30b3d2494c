# SPDX-License-Identifier: Apache-2.0
"""`hv unlock`: the system's keyring opens the vault for a while, and nobody is asked."""

import click

from healthvault.cli.clock import now_ms, rfc3339
from healthvault.cli.command import hv_command
from healthvault.cli.dates import parse_duration
from healthvault.cli.objects import key_object
from healthvault.cli.terminal import Terminal

__all__ = ["unlock"]


@hv_command("hv unlock", "hv unlock --for 8h")
@click.option(
    "--for",
    "duration_ms",
    type=parse_duration,
    metavar="TIME",
    default="8h",
    show_default=True,
    help="For how long: hours (8h), days (2d) or weeks (1w).",
)
def unlock(terminal: Terminal, duration_ms: int) -> None:
    """Let this system's keyring open the vault for a while, so that no command asks for a passphrase.

    The keyring gets a random secret, never the passphrase. Until the time is over, or `hv lock`, every program
    that runs as you can read it there. The end is kept by hv, not by the keyring: when it is over hv does not use
    the secret, and the next command that writes deletes it.

    Needs the extra `keyring`, and the keyring of macOS, GNOME (Secret Service) or KDE (KWallet).
    """
    from healthvault.cli.opening import opened
    from healthvault.storage.system_keyring import system_keyring
    from healthvault.vault.system_unlock import add_system_slot

    system = system_keyring()  # before anything is asked
    with opened(terminal, writing=True) as vault:
        ends_ms = now_ms() + duration_ms
        terminal.fields({**key_object(add_system_slot(vault, system, ends_ms=ends_ms)), "until": rfc3339(ends_ms)})
    terminal.say("`hv lock` ends it")
