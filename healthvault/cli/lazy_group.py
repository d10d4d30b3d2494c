# SPDX-License-Identifier: Apache-2.0
"""Commands that are imported when they are used: their names and lines come from a table.

A command is the function of its name, with an underscore where Python owns the word or for a hyphen, in the
module of its name:
`list_.list_` for `hv list`, `key_list.list_` for `hv key list`.
"""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

__all__ = ["LazyGroup"]

_OWNED_BY_PYTHON = frozenset({"help", "id", "import", "list", "open", "set"})


class LazyGroup(click.Group):
    """A family of commands; help, completion and wrong names load none of them."""

    lines: Mapping[str, str] = MappingProxyType({})
    """Each name with its line of help, in order."""
    family: str | None = None
    """The name of the family; None for `hv` itself."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names in the order of the table."""
        return list(self.lines)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return a command, or None if there is none of that name."""
        if cmd_name not in self.lines:
            return None
        name = cmd_name.replace("-", "_")
        word = name + "_" if name in _OWNED_BY_PYTHON else name
        module = f"{self.family}_{name}" if self.family else word
        command: click.Command = getattr(import_module(f"healthvault.cli.{module}"), word)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the arguments name, or say which one may be meant."""
        if args[0] in self.lines or args[0].startswith("-") or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        from difflib import get_close_matches

        near = get_close_matches(args[0], self.lines, 1)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        raise click.UsageError(f"there is no command {args[0]!r}{meant}", ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the table."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self.lines.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Complete names from the table."""
        from click.shell_completion import CompletionItem

        found = [
            CompletionItem(name, help=line) for name, line in self.lines.items() if name.startswith(incomplete)
        ]
        return found + click.Command.shell_complete(self, ctx, incomplete)
