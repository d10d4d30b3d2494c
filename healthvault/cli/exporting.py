# SPDX-License-Identifier: Apache-2.0
"""What `hv export` does once it runs: lines to a file or stdout, or files to a folder with a manifest.

Loads the vault.
"""

import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

from healthvault.cli.objects import JsonObject, document_object
from healthvault.cli.options import is_stdout
from healthvault.cli.terminal import Terminal, json_line
from healthvault.storage.outputs import OutputFile
from healthvault.vault.export import export_fhir, export_files
from healthvault.vault.read import Filter, document_bytes, list_documents
from healthvault.vault.vault import Vault

__all__ = ["export_folder", "export_lines"]

_MANIFEST = "manifest.jsonl"
_COLUMNS = ("path", "id", "kind", "title", "size_bytes")


def export_lines(vault: Vault, form: str, output: Path | None, wanted: Filter, *, with_content: bool) -> None:
    """Write a line of JSON a document to a file, which gets its name when it is whole, or to stdout."""
    if form == "fhir":
        rows: Iterator[JsonObject] = iter(export_fhir(vault, wanted, with_content=with_content))
    else:
        rows = _rows(vault, wanted, with_content=with_content)
    if output is None or is_stdout(output):
        for row in rows:
            sys.stdout.write(json_line(row))
        return
    with OutputFile(output) as file:
        for row in rows:
            file.write(json_line(row).encode())
        file.publish()


def export_folder(terminal: Terminal, vault: Vault, folder: Path, wanted: Filter) -> None:
    """Write the original bytes into a folder, then the manifest that says what each file is."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with OutputFile(folder / _MANIFEST) as manifest:
        terminal.stream(_exported(vault, folder, wanted, manifest), _COLUMNS)
        manifest.publish()


def _exported(vault: Vault, folder: Path, wanted: Filter, manifest: OutputFile) -> Iterator[JsonObject]:
    for document, path in export_files(vault, folder, wanted):
        row: JsonObject = {**document_object(document), "path": path}
        manifest.write(json_line(row).encode())
        yield row


def _rows(vault: Vault, wanted: Filter, *, with_content: bool) -> Iterator[JsonObject]:
    for document in list_documents(vault, wanted):
        row = document_object(document)
        if with_content and document.status != "erased":
            row["content"] = b64encode(document_bytes(vault, document)).decode()
        yield row
