# SPDX-License-Identifier: Apache-2.0
"""`hv add`: files and folders in, a line a file out, each once it is durable."""

from typing import TypedDict, Unpack

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.dates import parse_partial_date
from healthvault.cli.options import chosen_labels, clock_ok_option, label_options
from healthvault.cli.terminal import Terminal

__all__ = ["add"]

_COLUMNS = ("id", "kind", "title", "name", "size_bytes", "duplicate_of")


class _Said(TypedDict):
    tags: tuple[str, ...]
    title: str | None
    kind: str | None
    date: str | None
    author: str | None
    source: str | None
    category: str | None


@hv_command(
    "hv add scans/*.pdf lab.json --tag 2026",
    'hv add letter.pdf --title "Letter to Dr Lee" --date 2026-11-20 --author "St Mary\'s"',
    "scan --pdf | hv add - --name x-ray.pdf",
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--tag", "tags", multiple=True, help="A word of your own to find them by; may be repeated.")
@click.option("--title", help="Title, instead of what the file says.")
@click.option("--type", "kind", help="Type, instead of what was recognised.")
@click.option(
    "--date", type=parse_partial_date, metavar="DATE", help="When it is from: 2026-11-20, 2026-11 or 2026."
)
@click.option("--author", help="Who made it.")
@click.option("--source", help="Where it came from.")
@click.option("--name", help="File name for what comes by stdin.")
@click.option("--one", "as_one", is_flag=True, help="Make one document of each folder, with a part for each file.")
@click.option(
    "--accept",
    multiple=True,
    type=click.Choice(("other_person", "identity_conflict")),
    metavar="CODE",
    help="Store a file although it is about somebody else (other_person), or contradicts itself about being yours"
    " (identity_conflict).",
)
@click.option("--machine", metavar="MODEL", help="A program or model made it: it stays of provenance machine.")
@click.option("--from", "made_from", multiple=True, metavar="ID", help="With --machine: what from; d_… or b_….")
@label_options
@clock_ok_option
def add(  # noqa: PLR0913  one argument an option
    terminal: Terminal,
    files: tuple[str, ...],
    sensitivity: tuple[str, ...],
    name: str | None,
    accept: tuple[str, ...],
    *,
    machine: str | None,
    made_from: tuple[str, ...],
    as_one: bool,
    clock_ok: bool,
    **said: Unpack[_Said],
) -> None:
    """Add files, whole folders, or stdin (`-`) to the vault.

    Each document is recognised, encrypted, signed and linked to everything before it. A file whose content is in
    the vault already is not stored again; its line names the document. A line stands for a document that is
    safely on the disk. Files that cannot be taken are named on stderr, the others are added (exit 3). So are files
    of somebody else, once you said by what you are known: see `hv id`.

    A folder with a DICOMDIR, a CD of images, becomes one document with all its files, and with --one so does any
    folder. It is added as a whole or not at all; one of more than some 230 files becomes several documents.

    Of what holds many things, such as an export, it is said how many of them are new: exports overlap.

    With --machine it is kept for good that a program made it, and with --from what from: documents, or what
    `hv export context` or `hv share` handed out. Nothing that such a file says makes it look signed.
    """
    from healthvault.cli.admitting import admitted
    from healthvault.cli.arrivals import Arrivals
    from healthvault.cli.inputs import named_inputs
    from healthvault.cli.machine_made import check_machine, machine_made
    from healthvault.cli.opening import opened
    from healthvault.cli.outcomes import Outcomes
    from healthvault.cli.person_objects import added_object
    from healthvault.vault.add import AddOptions, add_documents
    from healthvault.vault.describing import Describer
    from healthvault.vault.newcomers import judging

    outcomes, arrivals = Outcomes(terminal), Arrivals()
    check_machine(machine, made_from, said["source"])
    options = AddOptions(sensitivity=chosen_labels(sensitivity), **said)
    with (
        Describer() as describer,
        opened(terminal, writing=True, clock_ok=clock_ok) as vault,
        terminal.progress() as progress,
        judging(vault) as newcomers,
    ):
        named = named_inputs(files, name, vault.place.root, as_one=as_one)
        options = machine_made(vault, options, machine, made_from)
        inputs = admitted(terminal, newcomers, named, accept)
        added = add_documents(vault, inputs, options, now_ms=now_ms(), observer=progress, describer=describer)
        terminal.stream(outcomes.documents(arrivals.noted(added), added_object), _COLUMNS)
        arrivals.tell(terminal, vault, progress)
    for extra, count in sorted(describer.missing.items()):
        files_text = f"{count} {extra.upper()} file{'s' if count > 1 else ''}"
        terminal.say(f"hint: {files_text}: pip install 'healthvault[{extra}]' would tell more")
    outcomes.check_complete()
