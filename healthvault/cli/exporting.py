# SPDX-License-Identifier: Apache-2.0
"""What `hv export` does once it runs: lines to a file or stdout, or files to a folder with a manifest.

Loads the vault.
"""

import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

from healthvault.cli.objects import Json, JsonObject, document_object
from healthvault.cli.options import is_stdout
from healthvault.cli.outcomes import Outcomes
from healthvault.cli.terminal import Terminal, json_line
from healthvault.storage.outputs import OutputFile
from healthvault.vault.export import export_contents, export_files
from healthvault.vault.export_fhir import export_fhir
from healthvault.vault.read import Filter, list_documents
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document, Failure

__all__ = ["export_folder", "export_lines"]

_MANIFEST = "manifest.jsonl"
_COLUMNS = ("path", "id", "kind", "title", "size_bytes")


def export_lines(
    terminal: Terminal, vault: Vault, form: str, output: Path | None, wanted: Filter, *, with_content: bool
) -> None:
    """Write a line of JSON a document to a file, which gets its name when it is complete, or to stdout.

    Raises:
        PartlyDone: `partly_done`, documents were damaged; each was named, the others are written.
    """
    outcomes = Outcomes(terminal)
    rows = _fhir if form == "fhir" else _rows
    lines = map(json_line, _whole(outcomes, rows(vault, wanted, with_content=with_content)))
    if output is None or is_stdout(output):
        for line in lines:
            sys.stdout.write(line)
    else:
        with OutputFile(output) as file:
            for line in lines:
                file.write(line.encode())
            file.publish()
    outcomes.check_complete()


def export_folder(terminal: Terminal, vault: Vault, folder: Path, wanted: Filter) -> None:
    """Write the original bytes into a folder, then the manifest that says what each file is. Raises as above."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    outcomes = Outcomes(terminal)
    with OutputFile(folder / _MANIFEST) as manifest:
        terminal.stream(_noted(outcomes.documents(export_files(vault, folder, wanted)), manifest), _COLUMNS)
        manifest.publish()
    outcomes.check_complete()


def _noted(rows: Iterator[JsonObject], manifest: OutputFile) -> Iterator[JsonObject]:
    for row in rows:
        manifest.write(json_line(row).encode())
        yield row


def _whole(outcomes: Outcomes, rows: Iterator[JsonObject | Failure]) -> Iterator[JsonObject]:
    """Yield what was not damaged, and name what was."""
    for row in rows:
        if isinstance(row, Failure):
            outcomes.failed(row.name, row.error)
        else:
            outcomes.succeeded()
            yield row


def _fhir(vault: Vault, wanted: Filter, *, with_content: bool) -> Iterator[JsonObject | Failure]:
    for row in export_fhir(vault, wanted, with_content=with_content):
        yield row if isinstance(row, Failure) else {**row}


def _rows(vault: Vault, wanted: Filter, *, with_content: bool) -> Iterator[JsonObject | Failure]:
    if not with_content:
        yield from map(document_object, list_documents(vault, wanted))
        return
    for item in export_contents(vault, wanted):
        if isinstance(item, Failure):
            yield item
            continue
        yield _carrying(*item)


def _carrying(document: Document, contents: tuple[bytes, ...]) -> JsonObject:
    """Return a document with its bytes in base64: its own, or those of each of its files."""
    said, texts = document_object(document), [b64encode(content).decode() for content in contents]
    if document.parts:
        parts = said["parts"] if isinstance(said["parts"], list) else []
        carried: list[Json] = [
            {**part, "content": text} for part, text in zip(parts, texts, strict=True) if isinstance(part, dict)
        ]
        return {**said, "parts": carried}
    return {**said, "content": texts[0]} if texts else said
