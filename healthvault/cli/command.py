# SPDX-License-Identifier: Apache-2.0
"""The shape of a command: its global options, its help page, and the terminal that it is handed.

A command file declares arguments with click and has one body, which gets a `Terminal` first. It imports the vault
when it runs, never when it is loaded, so that help and completion cost nothing.
"""

from collections.abc import Callable, Mapping

import click

from healthvault.cli.global_options import GlobalOption, global_options
from healthvault.cli.lazy_group import LazyGroup
from healthvault.cli.settings import settings_of
from healthvault.cli.terminal import Terminal

__all__ = ["HvCommand", "HvFamily", "HvGroup", "hv_command", "hv_family", "hv_group"]


class _Page:
    """A help page: examples first, then usage and text, the command's own options, and the global ones."""

    examples: tuple[str, ...] = ()

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the page."""
        command = ctx.command
        with formatter.section("Examples"):
            for example in self.examples:
                formatter.write(" " * formatter.current_indent + example + "\n")
        formatter.write_paragraph()
        command.format_usage(ctx, formatter)
        command.format_help_text(ctx, formatter)
        command.format_options(ctx, formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the command's own options, then the global ones."""
        params = ctx.command.get_params(ctx)
        own = [param for param in params if not isinstance(param, GlobalOption | click.Argument)]
        for title, chosen in (
            ("Options", own),
            ("Global options", [param for param in params if isinstance(param, GlobalOption)]),
        ):
            rows = [row for param in chosen if (row := param.get_help_record(ctx))]
            with formatter.section(title):
                formatter.write_dl(rows)


class HvCommand(_Page, click.Command):
    """A command with a body that takes a `Terminal` and its own arguments."""

    def invoke(self, ctx: click.Context) -> None:
        """Run the body."""
        shared = {param.name for param in self.params if isinstance(param, GlobalOption)}
        own = {name: value for name, value in ctx.params.items() if name not in shared}
        if self.callback is not None:
            ctx.invoke(self.callback, Terminal(settings_of(ctx)), **own)


class HvGroup(_Page, click.Group):
    """A command that is a family of commands, such as `hv contact`."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the family, then the options."""
        self.format_commands(ctx, formatter)
        super().format_options(ctx, formatter)


class HvFamily(HvGroup, LazyGroup):
    """A family whose commands are imported when they are used."""


def hv_command(*examples: str, name: str | None = None) -> Callable[[Callable[..., None]], HvCommand]:
    """Make a command of a body, whose docstring is the help text.

    Args:
        examples: Two or three whole command lines, shown first on the help page.
        name: The name on the command line, where it is not that of the function.
    """

    def make(body: Callable[..., None]) -> HvCommand:
        made = click.command(name or body.__name__.rstrip("_"), cls=HvCommand)(body)
        made.params.extend(global_options())
        made.examples = examples
        return made

    return make


def hv_family(*examples: str, name: str, lines: Mapping[str, str]) -> Callable[[Callable[..., None]], HvFamily]:
    """Make a family of commands that has a body too, run where none of them is named: `hv id`.

    Args:
        examples: As for `hv_command`.
        name: On the command line.
        lines: As for `hv_group`.
    """

    def make(body: Callable[..., None]) -> HvFamily:
        def run(**params: object) -> None:
            context = click.get_current_context()
            if context.invoked_subcommand is None:
                shared = {param.name for param in made.params if isinstance(param, GlobalOption)}
                own = {key: value for key, value in params.items() if key not in shared}
                body(Terminal(settings_of(context)), **own)

        own_options = list(reversed(getattr(body, "__click_params__", [])))
        made = HvFamily(
            name,
            help=body.__doc__,
            params=[*own_options, *global_options()],
            callback=run,
            invoke_without_command=True,
            subcommand_metavar="[COMMAND] [ARGS]...",
        )
        made.examples, made.lines, made.family = examples, lines, name
        return made

    return make


def hv_group(*examples: str, lines: Mapping[str, str] | None = None) -> Callable[[Callable[..., None]], HvGroup]:
    """Make a family of commands of an empty body, whose docstring is the help text.

    Args:
        examples: As for `hv_command`.
        lines: The names of commands in files of their own, each with its line of help; see `LazyGroup`.
    """

    def make(body: Callable[..., None]) -> HvGroup:
        kind = HvGroup if lines is None else HvFamily
        made = kind(body.__name__, help=body.__doc__, params=global_options(), no_args_is_help=False)
        made.examples = examples
        if isinstance(made, HvFamily):
            made.lines, made.family = lines or {}, made.name
        return made

    return make
