# SPDX-License-Identifier: Apache-2.0
"""`hv completion`: the script that completes commands and options in a shell."""

import sys

import click

from healthvault.cli.command import hv_command
from healthvault.cli.terminal import Terminal

__all__ = ["completion"]


@hv_command(
    "hv completion bash > ~/.local/share/bash-completion/completions/hv",
    "hv completion zsh > ~/.zfunc/_hv",
    "hv completion fish > ~/.config/fish/completions/hv.fish",
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(terminal: Terminal, shell: str) -> None:  # noqa: ARG001
    """Print the completion script for your shell."""
    from click.shell_completion import get_completion_class

    from healthvault.cli.commands import root

    if found := get_completion_class(shell):
        sys.stdout.write(found(root, {}, "hv", "_HV_COMPLETE").source())
