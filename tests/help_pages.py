# SPDX-License-Identifier: Apache-2.0
"""The help pages of all commands, as docs/reference/cli.md quotes them.

`python tests/help_pages.py` writes the pages of this version into that file.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from healthvault.cli.commands import root

__all__ = ["COMMANDS", "REFERENCE", "help_page", "quoted_pages"]

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "cli.md"
BLOCK = re.compile(
    r"^```text\n(\$ hv(?P<name>(?: [a-z-]+)*?) --help\n)(?P<page>.*?)^```$", re.MULTILINE | re.DOTALL
)


def _names(group: click.Group, family: str = "") -> Iterator[str]:
    """Yield the names of all commands below a group, in the order of the map."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield f"{family}{name}"
        if isinstance(command, click.Group):
            yield from _names(command, f"{family}{name} ")


COMMANDS = tuple(_names(root))


def help_page(name: str) -> str:
    """Return what `hv NAME --help` prints, without the global options, which are the same everywhere."""
    hv = Path(sys.executable).with_name("hv")
    done = subprocess.run([hv, *name.split(), "--help"], capture_output=True, text=True, check=True)
    return done.stdout.split("\nGlobal options:\n")[0].rstrip() + "\n"


def quoted_pages(text: str) -> dict[str, str]:
    """Return the pages that a text quotes, by the name of their command."""
    return {match["name"].strip(): match["page"] for match in BLOCK.finditer(text)}


def _current(match: re.Match[str]) -> str:
    return f"```text\n{match[1]}{help_page(match['name'].strip())}```"


if __name__ == "__main__":
    REFERENCE.write_text(BLOCK.sub(_current, REFERENCE.read_text(encoding="utf-8")), encoding="utf-8")
