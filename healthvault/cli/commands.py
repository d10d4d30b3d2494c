# SPDX-License-Identifier: Apache-2.0
"""The map of commands: what there is, grouped by task, a line each; a command's file is imported when it is used.

A command is the function of its name in the module of its name, with an underscore where Python owns the word.
"""

from importlib import import_module
from typing import TYPE_CHECKING

import click

from healthvault import __version__
from healthvault.cli.global_options import global_options

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

__all__ = ["GROUPS", "LINES", "root"]

GROUPS = {
    "Record": {
        "init": "Make a vault.",
        "add": "Add files: encrypted, signed, linked to all before.",
        "list": "List documents.",
        "show": "Show what is known of a document.",
        "get": "Write a document to a file or to stdout.",
        "log": "Show the history, newest first.",
    },
    "People and consent": {
        "id": "Show who you are, or write your card for others.",
        "contact": "Keep the cards of people you exchange with.",
        "grants": "List what you allowed to whom.",
        "revoke": "End a grant, and say who already holds what.",
    },
    "Exchange": {
        "share": "Write a bundle of documents for somebody.",
        "verify": "Check a bundle: separate verdicts, nothing written.",
        "open": "Verify a bundle, then write its documents to a folder.",
        "import": "Verify a bundle, then keep its documents in your vault.",
        "export": "Write everything out in open formats.",
    },
    "Keep": {
        "status": "Show the vault at a glance.",
        "check": "Audit everything that is stored.",
        "key": "Manage the ways into the vault.",
    },
    "Help": {
        "demo": "Play the whole story on a synthetic patient.",
        "completion": "Print the completion script for your shell.",
        "help": "Show this map, or the page of a command.",
    },
}
LINES = {name: line for group in GROUPS.values() for name, line in group.items()}
_NAME_COLUMNS = max(map(len, LINES))
_OWNED_BY_PYTHON = frozenset({"help", "id", "import", "list", "open"})


class RootGroup(click.Group):
    """`hv` itself: loads a command by its name, only when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names in the order of the map."""
        return list(LINES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return a command, or None if there is none of that name."""
        if cmd_name not in LINES:
            return None
        word = cmd_name + "_" if cmd_name in _OWNED_BY_PYTHON else cmd_name
        command: click.Command = getattr(import_module(f"healthvault.cli.{word}"), word)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the arguments name, or say which one may be meant."""
        if args[0] in LINES or args[0].startswith("-") or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        raise click.UsageError(f"there is no command {args[0]!r}{_meant(args[0])}", ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the map from the table: nothing is imported for it."""
        for title, group in GROUPS.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(_NAME_COLUMNS), line) for name, line in group.items()])

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the map before the options."""
        self.format_commands(ctx, formatter)
        click.Command.format_options(self, ctx, formatter)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Complete names from the table: nothing is imported for it."""
        from click.shell_completion import CompletionItem

        names = [CompletionItem(name, help=line) for name, line in LINES.items() if name.startswith(incomplete)]
        return names + click.Command.shell_complete(self, ctx, incomplete)


@click.group(
    cls=RootGroup,
    invoke_without_command=True,
    subcommand_metavar="COMMAND [ARGUMENTS]...",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, message="hv %(version)s", help="Show the version.")
@click.pass_context
def root(context: click.Context, /, **_: object) -> None:
    """A personal health vault: one folder, signed, hash-linked, encrypted, offline.

    Begin with `hv demo`, then `hv init`. `hv COMMAND --help` shows examples first.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


root.params.extend(global_options())


def _meant(word: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, LINES, 1)
    return f"; did you mean {near[0]!r}?" if near else ""
