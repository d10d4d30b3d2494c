# SPDX-License-Identifier: Apache-2.0
"""The help pages of all commands, as docs/reference/cli.md quotes them.

`python tests/help_pages.py` writes the pages of this version into that file.
"""

import re
import subprocess
import sys
from pathlib import Path

__all__ = ["COMMANDS", "REFERENCE", "help_page", "quoted_pages"]

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "cli.md"
COMMANDS = (
    "init", "add", "list", "show", "get", "amend", "retract", "erase", "log", "id", "contact", "contact add",
    "contact list", "contact show", "contact witness", "contact remove", "grant", "grants", "copies", "revoke",
    "share", "verify", "open", "import", "compare", "fork-proof", "attest-deleted", "export", "status", "check",
    "key", "key list", "key add", "key remove", "key drill", "key split", "key join", "key rotate",
    "key compromised", "key root", "key restart", "passwd", "unlock", "lock", "backup", "restore", "demo",
    "completion", "help",
)  # fmt: skip
BLOCK = re.compile(r"^```text\n(\$ hv(?P<name>[a-z -]*) --help\n)(?P<page>.*?)^```$", re.MULTILINE | re.DOTALL)


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
