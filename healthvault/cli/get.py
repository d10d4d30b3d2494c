# SPDX-License-Identifier: Apache-2.0
"""`hv get`: a document's bytes, verified before the first of them can be seen."""

import sys
from pathlib import Path

import click

from healthvault.cli.command import hv_command
from healthvault.cli.options import is_stdout, output_option
from healthvault.cli.terminal import Terminal
from healthvault.cli.text import is_plain_text
from healthvault.errors import InvalidRequest

__all__ = ["get"]


@hv_command("hv get d_7k3m -o lab.json", "hv get d_7k3m | jq .code")
@click.argument("document", metavar="ID")
@output_option("Write here; a file that is there is not overwritten.")
@click.option("--part", type=click.IntRange(0), default=0, metavar="N", help="Which file of the document, from 0.")
@click.option("--unsafe-stream", is_flag=True, help="Print bytes of any size before they are verified.")
def get(terminal: Terminal, document: str, output: Path | None, part: int, *, unsafe_stream: bool) -> None:
    """Write a document to a file, or to stdout.

    The bytes are checked against the journal before the file gets its name, or before the first of them is
    printed. Up to 64 MiB go to stdout; larger documents go to a file. With --unsafe-stream bytes are printed
    while they are read, and only the exit code says whether all of them were right.
    """
    from healthvault.cli.opening import opened
    from healthvault.vault.read import document_bytes, find_document, stream_document, write_document

    with opened(terminal) as vault:
        found = find_document(vault, document)
        if output and not is_stdout(output):
            write_document(vault, found, output, part=part)
        elif unsafe_stream:
            stream_document(vault, found, sys.stdout.buffer.write, part=part)
        else:
            _print(document_bytes(vault, found, part=part))


def _print(data: bytes) -> None:
    if sys.stdout.isatty() and not is_plain_text(data):
        raise InvalidRequest(
            "binary_to_terminal", "the document is not plain text and would disturb the terminal", hint="-o FILE"
        )
    sys.stdout.buffer.write(data)
