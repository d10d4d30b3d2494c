# SPDX-License-Identifier: Apache-2.0
"""`hv get`: a document's bytes, verified before the first of them can be seen."""

import sys
from pathlib import Path

import click

from healthvault.cli.command import hv_command
from healthvault.cli.options import is_stdout
from healthvault.cli.terminal import Terminal
from healthvault.cli.text import is_plain_text
from healthvault.errors import InvalidRequest

__all__ = ["get"]


@hv_command(
    "hv get d_7k3m -o lab.json",
    "hv get d_7k3m | jq .code",
    "hv get d_9q2x -o ./cd",
)
@click.argument("document", metavar="ID")
@click.option(
    "-o", "--output", metavar="PATH", help="Write here: a file, or a folder. What is there is not overwritten."
)
@click.option("--part", metavar="N|NAME", help="Which file of the document: its number from 0, or its name.")
@click.option("--unsafe-stream", is_flag=True, help="Print bytes of any size before they are verified.")
def get(terminal: Terminal, document: str, output: str | None, part: str | None, *, unsafe_stream: bool) -> None:
    """Write a document to a file, to a folder, or to stdout.

    A document of several files is written into the folder that PATH names, each file under its own name, as far
    as that is safe; so is any document if PATH is a folder or ends with `/`.

    The bytes are checked against the journal before the file gets its name, or before the first of them is
    printed. Up to 64 MiB go to stdout; larger documents go to a file. With --unsafe-stream bytes are printed
    while they are read, and only the exit code says whether all of them were right.
    """
    from healthvault.cli.opening import opened
    from healthvault.vault.parts import files_of, part_number, write_files
    from healthvault.vault.read import document_bytes, find_document, stream_document, write_document

    path = None if output is None else Path(output)
    with opened(terminal) as vault:
        found = find_document(vault, document)
        if output and path and part is None and _is_folder(output, path, files=len(files_of(vault, found))):
            write_files(vault, found, path)
            return
        number = part_number(vault, found, part)
        if path and not is_stdout(path):
            write_document(vault, found, path, part=number)
        elif unsafe_stream:
            stream_document(vault, found, sys.stdout.buffer.write, part=number)
        else:
            _print(document_bytes(vault, found, part=number))


def _is_folder(output: str, path: Path, *, files: int) -> bool:
    """Tell whether files are to be written into a folder; what there is of it may be made."""
    return not is_stdout(path) and (files > 1 or output.endswith("/") or path.is_dir())


def _print(data: bytes) -> None:
    if sys.stdout.isatty() and not is_plain_text(data):
        raise InvalidRequest(
            "binary_to_terminal", "the document is not plain text and would disturb the terminal", hint="-o FILE"
        )
    sys.stdout.buffer.write(data)
