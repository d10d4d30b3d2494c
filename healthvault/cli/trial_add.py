# SPDX-License-Identifier: Apache-2.0
"""`hv trial add`: data of a trial."""

from datetime import date

import click

from healthvault.cli.command import hv_command
from healthvault.cli.dates import parse_day
from healthvault.cli.options import clock_ok_option
from healthvault.cli.terminal import Terminal

__all__ = ["add"]

_COLUMNS = ("id", "study", "name", "size_bytes", "entry", "duplicate_of")


@hv_command(
    "hv trial add CDISCPILOT01 adsl.xpt adqscibc.xpt",
    "hv trial add S-1 visit-3.json --subject 01-701-1015 --date 2026-03-01",
)
@click.argument("study")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--subject", metavar="TEXT", help="Your code of the participant, if all files are about one.")
@click.option("--participant", metavar="NAME", help="A contact whose consent must cover them; not written down.")
@click.option(
    "--option", default="data", show_default=True, metavar="NAME", help="What she must have said yes to."
)
@click.option("--date", "first", type=parse_day, metavar="DATE", help="The day they are from.")
@click.option("--until", "last", type=parse_day, metavar="DATE", help="The last such day.")
@clock_ok_option
def add(  # noqa: PLR0913  one argument an option
    terminal: Terminal,
    study: str,
    files: tuple[str, ...],
    *,
    subject: str | None,
    first: date | None,
    last: date | None,
    participant: str | None,
    option: str,
    clock_ok: bool,
) -> None:
    """Add files, or whole folders, as data of a registered trial.

    What is in your vault already is not stored again: it counts as data from when it came in, which may be before
    the protocol. `hv list` shows them as any other document.

    With --participant, or where --subject names a contact, nothing is stored unless a consent of theirs that you
    imported covers the days and no withdrawal ends it (else 22).
    """
    from healthvault.areas.trials import Came
    from healthvault.cli.trial_adding import add_chosen

    came = Came(subject=subject, first=first, last=last or first, participant=participant, option=option)
    add_chosen(terminal, study, files, came, columns=_COLUMNS, clock_ok=clock_ok)
