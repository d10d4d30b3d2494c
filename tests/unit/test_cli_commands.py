# SPDX-License-Identifier: Apache-2.0
"""The map of commands against the commands themselves."""

import re
import shlex
from collections.abc import Iterator

import click
import pytest

from healthvault.cli.command import HvCommand, HvGroup
from healthvault.cli.commands import GROUPS, LINES, root
from healthvault.cli.global_options import GlobalOption, global_options

CONTEXT = click.Context(root, info_name="hv")


def commands(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    """Yield a command and those below it."""
    yield name, command
    if isinstance(command, click.Group):
        for below in command.list_commands(CONTEXT):
            inner = command.get_command(CONTEXT, below)
            assert inner is not None, f"{name} {below}"
            yield from commands(f"{name} {below}", inner)


ALL = dict(
    found
    for name in LINES
    for command in [root.get_command(CONTEXT, name)]
    if command is not None
    for found in commands(name, command)
)


def test_every_line_of_the_map_is_a_command() -> None:
    """No command is promised that is not there, and none stands in two groups."""
    assert list(LINES) == [name for name in ALL if " " not in name]
    assert len(LINES) == sum(map(len, GROUPS.values()))
    assert root.get_command(CONTEXT, "nonsense") is None


@pytest.mark.parametrize("name", ALL)
def test_every_command_has_help_examples_and_the_global_options(name: str) -> None:
    """One to three examples of this very command, a text, and the same global options everywhere."""
    command = ALL[name]
    assert isinstance(command, HvCommand | HvGroup)
    assert command.help
    assert 1 <= len(command.examples) <= 3
    assert all(
        f"hv {name.split(maxsplit=1)[0]}" in example or "hv --vault" in example for example in command.examples
    )
    expected = [param.opts for param in global_options()]
    assert expected == [param.opts for param in command.params if isinstance(param, GlobalOption)]


@pytest.mark.parametrize("example", [example for command in ALL.values() for example in command.examples])
def test_every_example_can_be_read(example: str) -> None:
    """The command line of an example names a command, and options that it has."""
    own = next(part for part in re.split(r" > |\| ", example) if part.startswith("hv "))
    words = shlex.split(own)
    context = root.make_context("hv", words[1:])
    while isinstance(context.command, click.Group):
        left = [*context._protected_args, *context.args]
        if not left and context.command.invoke_without_command:
            return
        name, command, rest = context.command.resolve_command(context, left)
        assert command is not None
        context = command.make_context(name, rest, parent=context)


@pytest.mark.parametrize("name", ALL)
def test_every_option_says_what_it_is_for(name: str) -> None:
    """No option without a help text, none with an internal name of a type."""
    page = ALL[name].get_help(click.Context(ALL[name], info_name=name, parent=CONTEXT))
    for param in ALL[name].params:
        assert not isinstance(param, click.Option) or param.help, param.name
    assert "PARSE_" not in page
    assert max(map(len, page.splitlines())) <= 110


def test_names_complete_from_the_map() -> None:
    """Completion knows names and lines without loading a command."""
    found = root.shell_complete(CONTEXT, "sh")
    assert [("show", LINES["show"]), ("share", LINES["share"])] == [(item.value, item.help) for item in found]
