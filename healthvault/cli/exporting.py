# SPDX-License-Identifier: Apache-2.0
"""What `hv export` does once it runs: lines to a file or stdout, or files to a folder with a manifest.

Loads the vault.
"""

import json
import sys
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from healthvault.cli.clock import now_ms, wall_clock
from healthvault.cli.looking import say_left_out
from healthvault.cli.objects import Json, JsonObject, document_object
from healthvault.cli.options import is_stdout
from healthvault.cli.outcomes import Outcomes
from healthvault.cli.terminal import Terminal, json_line
from healthvault.cli.values import item_object, tell_mapping, value_rows
from healthvault.ledger.ids import contact_id_text
from healthvault.records.fhir_out import Owner
from healthvault.records.json_stream import as_written
from healthvault.storage.outputs import OutputFile
from healthvault.vault.export import export_contents, export_files
from healthvault.vault.export_fhir import export_fhir
from healthvault.vault.export_ips import export_ips
from healthvault.vault.export_parsed import Mapping, parsed_resources
from healthvault.vault.export_values import stated_items, stated_values
from healthvault.vault.read import Filter, list_documents
from healthvault.vault.status import owner_name
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document, Failure

__all__ = ["ExportChoice", "export_folder", "export_lines", "export_summary"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportChoice:
    """What is written, besides the filter."""

    form: str
    content: bool
    """Carry the bytes along."""
    items: bool
    """What documents say, instead of the documents."""
    report: Path | None
    """Where the mapping report goes."""


_MANIFEST = "manifest.jsonl"
_COLUMNS = ("path", "id", "kind", "title", "size_bytes")


def export_lines(
    terminal: Terminal, vault: Vault, choice: ExportChoice, output: Path | None, wanted: Filter
) -> None:
    """Write lines to a file, which gets its name when it is complete, or to stdout.

    Raises:
        PartlyDone: `partly_done`, documents were damaged; each was named, the others are written.
    """
    outcomes, mappings = Outcomes(terminal), list[Mapping]()
    lines = _whole(outcomes, _lines(vault, choice, wanted, mappings))
    _write_out(lines, output)
    if choice.form == "fhir":
        tell_mapping(terminal, mappings, choice.report)
    outcomes.check_complete()


def export_summary(terminal: Terminal, vault: Vault, output: Path | None) -> None:
    """Write an International Patient Summary to a file or stdout, and say what is not in it."""
    moment = now_ms()
    with terminal.progress() as progress:
        bundle, whose = export_ips(
            vault, day=wall_clock(moment).date().isoformat(), now_ms=moment, observer=progress
        )
    _write_out(iter([as_written(bundle).decode() + "\n"]), output)
    say_left_out(terminal, whose)


def export_folder(terminal: Terminal, vault: Vault, folder: Path, wanted: Filter) -> None:
    """Write the original bytes into a folder, then the manifest that says what each file is. Raises as above."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    outcomes = Outcomes(terminal)
    with OutputFile(folder / _MANIFEST) as manifest:
        terminal.stream(_noted(outcomes.documents(export_files(vault, folder, wanted)), manifest), _COLUMNS)
        manifest.publish()
    outcomes.check_complete()


def _write_out(lines: Iterator[str], output: Path | None) -> None:
    if output is None or is_stdout(output):
        is_screen = sys.stdout.isatty()
        for line in lines:
            sys.stdout.buffer.write((_visible(line) if is_screen else line).encode())
        return
    with OutputFile(output) as file:
        for line in lines:
            file.write(line.encode())
        file.publish()


def _visible(line: str) -> str:
    """Return a line of JSON or CSV on which nothing acts on a terminal: in JSON it says the same."""
    return "".join(char if char.isprintable() or char in "\r\n" else json.dumps(char)[1:-1] for char in line)


def _noted(rows: Iterator[JsonObject], manifest: OutputFile) -> Iterator[JsonObject]:
    for row in rows:
        manifest.write(json_line(row).encode())
        yield row


def _whole(outcomes: Outcomes, lines: Iterator[str | Failure]) -> Iterator[str]:
    """Yield what was not damaged, and name what was."""
    for line in lines:
        if isinstance(line, Failure):
            outcomes.failed(line.name, line.error)
        else:
            outcomes.succeeded()
            yield line


def _lines(vault: Vault, choice: ExportChoice, wanted: Filter, mappings: list[Mapping]) -> Iterator[str | Failure]:
    if choice.form == "fhir":
        return _fhir(vault, wanted, mappings, with_content=choice.content)
    if choice.form == "csv":
        return value_rows(stated_values(vault, wanted))
    if choice.items:
        return (json_line(item_object(stated)) for stated in stated_items(vault, wanted))
    return _documents(vault, wanted, with_content=choice.content)


def _fhir(vault: Vault, wanted: Filter, mappings: list[Mapping], *, with_content: bool) -> Iterator[str | Failure]:
    for row in export_fhir(vault, wanted, with_content=with_content):
        yield row if isinstance(row, Failure) else as_written(row).decode() + "\n"
    owner = Owner(vault=contact_id_text(vault.keyring.vault_id), name=owner_name(vault))
    for line in parsed_resources(vault, wanted, owner, mappings):
        yield line if isinstance(line, Failure) else line + "\n"


def _documents(vault: Vault, wanted: Filter, *, with_content: bool) -> Iterator[str | Failure]:
    if not with_content:
        yield from (json_line(document_object(document)) for document in list_documents(vault, wanted))
        return
    for item in export_contents(vault, wanted):
        if isinstance(item, Failure):
            yield item
            continue
        yield json_line(_carrying(*item))


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
