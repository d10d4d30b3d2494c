# SPDX-License-Identifier: Apache-2.0
"""The options of every command, before or after its name. Loaded with the map, so it imports nothing but click."""

import click

__all__ = ["GlobalOption", "global_options"]


class GlobalOption(click.Option):
    """An option of every command; help lists these apart."""


def global_options() -> list[click.Parameter]:
    """Return the global options, made anew for one command."""
    return [
        GlobalOption(["--vault"], type=click.Path(), metavar="DIR", help="The vault's folder (HV_HOME)."),
        GlobalOption(
            ["--key-file"], type=click.Path(), metavar="FILE", help="Unlock with a key file (HV_KEY_FILE)."
        ),
        GlobalOption(["--passphrase-fd"], metavar="N", help="Read the passphrase from a file descriptor."),
        GlobalOption(
            ["--passphrase-file"], type=click.Path(), metavar="FILE", help="Read the passphrase from a file."
        ),
        GlobalOption(["--passphrase-command"], metavar="CMD", help="Read the passphrase from a program."),
        GlobalOption(["--recovery"], is_flag=True, help="Unlock with the recovery words instead."),
        GlobalOption(["--no-input"], is_flag=True, help="Never ask; fail instead (HV_NO_INPUT)."),
        GlobalOption(["--json", "as_json"], is_flag=True, help="Print JSON: one object, or one a line."),
        GlobalOption(["-q", "--quiet"], is_flag=True, help="Print data and errors only."),
        GlobalOption(["--debug"], is_flag=True, help="Show where an error comes from."),
    ]
