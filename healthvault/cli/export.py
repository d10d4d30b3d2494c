# SPDX-License-Identifier: Apache-2.0
"""`hv export`: everything out again in open formats, without anything of ours needed to read it."""

from pathlib import Path
from typing import Unpack

import click

from healthvault.cli.command import hv_family
from healthvault.cli.options import SelectChoice, is_stdout, output_option, select_options
from healthvault.cli.terminal import Terminal

__all__ = ["export"]

_FORMATS = ("jsonl", "files", "fhir", "ips", "csv")


_LINES = {"context": "Write what documents of a grant say, for a call or a program."}


@hv_family(
    "hv export --format files -o ./everything",
    "hv export --format fhir --content -o vault.ndjson --report mapping.jsonl",
    "hv export --format ips -o summary.json",
    name="export",
    lines=_LINES,
)
@click.option(
    "--format", "form", type=click.Choice(_FORMATS), default="jsonl", show_default=True, help="The form."
)
@click.option("--content", is_flag=True, help="With jsonl or fhir: carry the bytes along, in base64.")
@click.option("--items", is_flag=True, help="With jsonl: a line for each thing that documents say.")
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="With fhir: write what is not in it, and why.",
)
@output_option("A file, or for `files` a folder. Default: stdout.")
@select_options
def export(
    terminal: Terminal,
    form: str,
    report: Path | None,
    output: Path | None,
    *,
    content: bool,
    items: bool,
    **chosen: Unpack[SelectChoice],
) -> None:
    """Write documents out, readable by other programs. What is written is no longer encrypted.

    jsonl: a line of JSON a document, as `hv list --json`; with --items a line for each thing that documents say.
    files: the original bytes in folders by type, with a manifest.jsonl. fhir: a FHIR R4 resource a line: patient,
    documents with their provenance, a Consent for each grant, an AuditEvent for what was shared, taken in, revoked
    and erased; with a filter, those that name a chosen document; then what documents say: FHIR resources word for
    word, and of other formats what R4 can hold. ips: an International Patient Summary of what `hv summary` shows,
    put together by a program. csv: a row for each number that documents state. Proofs travel in bundles only
    (`hv share`). A document that is damaged is named on stderr, the others are written (exit 3).
    """
    from healthvault.cli.exporting import ExportChoice, export_folder, export_lines, export_summary
    from healthvault.cli.opening import opened
    from healthvault.cli.selection import filter_of

    if form == "files" and (content or is_stdout(output)):
        raise click.UsageError("`--format files` needs -o DIR, and has the content anyway")
    if items and (form != "jsonl" or content):
        raise click.UsageError("`--items` goes with `--format jsonl`, without --content")
    if report is not None and form != "fhir":
        raise click.UsageError("`--report` goes with `--format fhir`")
    with opened(terminal) as vault:
        if form == "ips":
            export_summary(terminal, vault, output)
        elif form == "files" and output is not None:
            export_folder(terminal, vault, output, filter_of(chosen))
        else:
            choice = ExportChoice(form=form, content=content, items=items, report=report)
            export_lines(terminal, vault, choice, output, filter_of(chosen))
