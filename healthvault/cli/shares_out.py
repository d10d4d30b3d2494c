# SPDX-License-Identifier: Apache-2.0
"""Showing shares to the person who will write them down, or writing each to a file of its own. Loads the vault."""

from contextlib import ExitStack
from pathlib import Path

from healthvault.cli.objects import JsonObject, recovery_share_object
from healthvault.cli.prompt import show_on_terminal
from healthvault.cli.recovery_words import numbered_words
from healthvault.cli.terminal import Terminal
from healthvault.storage.outputs import OutputFile
from healthvault.vault.recovery_words import ShareSheet

__all__ = ["show_shares", "write_shares"]

_VAULT_WORDS = 3  # enough to tell one's own vaults apart


def show_shares(terminal: Terminal, sheets: list[ShareSheet], columns: tuple[str, ...]) -> None:
    """Show shares to a person, on the terminal only; else print them as data."""
    if not terminal.is_screen:
        terminal.rows((recovery_share_object(sheet, None) for sheet in sheets), columns)
        return
    for sheet in sheets:
        show_on_terminal(["", *_label(sheet), *numbered_words(sheet.share.words)])
    show_on_terminal([""])


def write_shares(sheets: list[ShareSheet], folder: Path) -> list[JsonObject]:
    """Write each share to a file (0600) in a folder, all or none, and return what to print of them.

    Raises:
        InvalidRequest: `unsafe_output`, one is there already; `io_error`.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    paths = [folder / f"share-{sheet.share.number}-of-{sheet.count}.txt" for sheet in sheets]
    with ExitStack() as unless_done:
        files = [unless_done.enter_context(OutputFile(path)) for path in paths]
        for file, sheet in zip(files, sheets, strict=True):
            label = "".join(f"# {line}\n" for line in _label(sheet))
            file.write(f"{label}{' '.join(sheet.share.words)}\n".encode())
        for file in files:
            file.publish()
    return [recovery_share_object(sheet, str(path)) for sheet, path in zip(sheets, paths, strict=True)]


def _label(sheet: ShareSheet) -> list[str]:
    share, begin = sheet.share, " ".join(sheet.vault_words[:_VAULT_WORDS])
    return [
        f"healthvault recovery share {share.number} of {sheet.count}; any {share.needed} restore the vault",
        f"whose fingerprint begins: {begin}",
    ]
