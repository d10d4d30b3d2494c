# SPDX-License-Identifier: Apache-2.0
"""Global options over variables over defaults, before or after the command."""

from pathlib import Path

import click
import pytest

from healthvault.cli.command import hv_command, hv_group
from healthvault.cli.commands import root
from healthvault.cli.global_options import GlobalOption, global_options
from healthvault.cli.settings import Settings, settings_of
from healthvault.cli.terminal import Terminal


@hv_command("x")
def leaf(terminal: Terminal) -> None:
    """Do nothing."""


@hv_group("x")
def family() -> None:
    """Hold the leaf."""


family.add_command(leaf)


def settings(*arguments: str, environ: dict[str, str] | None = None) -> Settings:
    """Return the settings of `family leaf` with these arguments, split at `|` into three places."""
    places: list[list[str]] = [[], [], []]
    place = 0
    for argument in arguments:
        if argument == "|":
            place += 1
        else:
            places[place].append(argument)
    top = click.Group("hv", params=global_options(), commands=[family])
    first = top.make_context("hv", [*places[0], "family"])
    second = family.make_context("family", [*places[1], "leaf"], parent=first)
    return settings_of(leaf.make_context("leaf", places[2], parent=second), environ or {})


def test_nothing_given_is_the_default() -> None:
    """Without options and variables nothing is set."""
    found = settings()
    assert (None, ()) == (found.vault, found.sources)
    assert not any((found.is_recovery, found.no_input, found.quiet, found.debug, found.json))


@pytest.mark.parametrize("before", [(), ("|",), ("|", "|")])
def test_options_may_stand_at_any_place(before: tuple[str, ...]) -> None:
    """Before the command, between a family and its command, and after it."""
    found = settings(*before, "--vault", "a", "-q", "--json", "--no-input", "--debug", "--recovery")
    assert Path("a") == found.vault
    assert all((found.is_recovery, found.no_input, found.quiet, found.debug, found.json))


def test_the_place_nearer_to_the_arguments_wins() -> None:
    """An option after the command overrides the same before it; others stay."""
    found = settings("--vault", "a", "--key-file", "k", "|", "|", "--vault", "b")
    assert Path("b") == found.vault
    assert ["k"] == [source.value for source in found.sources]


def test_options_come_before_variables_and_each_in_their_order() -> None:
    """The first source is used: options first; passphrase by descriptor, file, program, then key file."""
    environ = {
        "HV_PASSPHRASE_FD": "3",
        "HV_PASSPHRASE_FILE": "f",
        "HV_PASSPHRASE_COMMAND": "c",
        "HV_KEY_FILE": "k",
    }
    found = settings("--key-file", "o", "|", "|", "--passphrase-command", "p", environ=environ)
    assert [
        ("--passphrase-command", "p"),
        ("--key-file", "o"),
        ("HV_PASSPHRASE_FD", "3"),
        ("HV_PASSPHRASE_FILE", "f"),
        ("HV_PASSPHRASE_COMMAND", "c"),
        ("HV_KEY_FILE", "k"),
    ] == [(source.origin, source.value) for source in found.sources]


def test_an_empty_variable_is_none() -> None:
    """A variable set to nothing counts as not set."""
    found = settings(environ={"HV_KEY_FILE": "", "HV_NO_INPUT": ""})
    assert ((), False) == (found.sources, found.no_input)
    assert settings(environ={"HV_NO_INPUT": "1"}).no_input


def test_no_passphrase_can_be_given_as_a_value() -> None:
    """There is no option that takes a passphrase itself."""
    names = {name for param in root.params if isinstance(param, GlobalOption) for name in param.opts}
    assert "--passphrase" not in names
