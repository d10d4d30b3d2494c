# SPDX-License-Identifier: Apache-2.0
"""`hv help`: the map of commands, or the page of one."""

import click

from healthvault.cli.command import hv_command
from healthvault.cli.terminal import Terminal

__all__ = ["help_"]


@hv_command("hv help", "hv help share", "hv help contact add", name="help")
@click.argument("words", nargs=-1, metavar="[COMMAND]...")
@click.pass_context
def help_(context: click.Context, terminal: Terminal, words: tuple[str, ...]) -> None:  # noqa: ARG001
    """Show the map of commands, or the help page of one of them."""
    page = context.find_root()
    for word in words:
        command = page.command
        if not isinstance(command, click.Group):
            raise click.UsageError(f"`{page.command_path}` has no commands of its own")
        _, found, _ = command.resolve_command(page, [word])
        if found is not None:
            page = click.Context(found, parent=page, info_name=word)
    click.echo(page.get_help())
