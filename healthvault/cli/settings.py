# SPDX-License-Identifier: Apache-2.0
"""What holds for every command: the global options over the environment over the defaults.

The options may stand before or after the command; the one nearer to the command's arguments wins. No passphrase is
ever an option or the value of a variable: other processes can read both.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from healthvault.cli.global_options import GlobalOption

__all__ = ["Settings", "Source", "settings_of"]

_SOURCE_KINDS = ("passphrase_fd", "passphrase_file", "passphrase_command", "key_file")  # in order of precedence


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a secret comes from without asking anybody."""

    kind: str
    """`passphrase_fd`, `passphrase_file`, `passphrase_command` or `key_file`."""
    value: str
    origin: str
    """The option or the variable that named it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The global options of one run."""

    vault: Path | None
    """As the option gave it; `paths.vault_folder` knows the rest."""
    sources: tuple[Source, ...]
    """Options before variables. The first is used, and no other if it fails."""
    is_recovery: bool
    """The secret is the recovery words, not the passphrase."""
    no_input: bool
    quiet: bool
    debug: bool
    json: bool


def settings_of(context: click.Context, environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of the command that runs in a context."""
    given = _merged(context)
    vault = given.get("vault")
    return Settings(
        vault=Path(vault) if vault else None,
        sources=(*_option_sources(given), *_variable_sources(environ)),
        is_recovery="recovery" in given,
        no_input="no_input" in given or bool(environ.get("HV_NO_INPUT")),
        quiet="quiet" in given,
        debug="debug" in given,
        json="as_json" in given,
    )


def _merged(context: click.Context) -> dict[str, str]:
    """The values given on the command line, as text; a flag is there when it was given."""
    given: dict[str, str] = {}
    step: click.Context | None = context
    while step is not None:
        for name in [param.name for param in step.command.params if isinstance(param, GlobalOption)]:
            if name and step.params.get(name):
                given.setdefault(name, str(step.params[name]))
        step = step.parent
    return given


def _option_sources(given: Mapping[str, str]) -> list[Source]:
    return [
        Source(kind=kind, value=given[kind], origin="--" + kind.replace("_", "-"))
        for kind in _SOURCE_KINDS
        if kind in given
    ]


def _variable_sources(environ: Mapping[str, str]) -> list[Source]:
    names = {kind: "HV_" + kind.upper() for kind in _SOURCE_KINDS}
    return [
        Source(kind=kind, value=environ[name], origin=name) for kind, name in names.items() if environ.get(name)
    ]
