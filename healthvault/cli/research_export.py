# SPDX-License-Identifier: Apache-2.0
"""`hv research export`: coded records of chosen documents, for one study and one researcher."""

from pathlib import Path
from typing import Unpack

import click

from healthvault.cli.command import hv_command
from healthvault.cli.options import SelectChoice, clock_ok_option, output_option, select_options, yes_option
from healthvault.cli.reading_options import accept_option
from healthvault.cli.research_options import ExportChoice, check_output, export_options
from healthvault.cli.terminal import Terminal

__all__ = ["export"]


class _Choice(ExportChoice, SelectChoice):
    yes: bool
    clock_ok: bool


@hv_command(
    "hv research export --category lab --study NCT04280705 --duo HMB --duo NPUNCU --to Rita -o nct.hvx",
    "hv research export d_7k3m --study diabetes-pt --duo DS:MONDO:0005148 --to Rita --until 1y -o may.hvx",
    "hv research export --study NCT04280705 --duo HMB --grant g_2f8c --field code --field date -o codes.hvx",
)
@click.argument("documents", nargs=-1, metavar="[ID]...")
@output_option("The file for the researcher.", required=True)
@export_options
@select_options
@accept_option
@yes_option
@clock_ok_option
def export(terminal: Terminal, documents: tuple[str, ...], output: Path, **chosen: Unpack[_Choice]) -> None:
    """Write records for a study, encrypted to its researcher and signed by your pseudonym of that study.

    Each study has a key, a pseudonym, ids and a shift of days of its own: two studies cannot see by them that you
    are in both. A later export of the same study continues the earlier ones, and shows it. Records hold codes of
    LOINC, SNOMED CT, RxNorm, ATC, CVX, ICD and NDC, numbers with units of UCUM cut to 4 digits, and moved days.
    Sex and birth are what you said by `hv id add`. What was left out is counted for you, not for the researcher.

    The grant of purpose research and the share are entries of your journal before the file gets its name. You are
    warned of what may single you out. Values and the days between them are true: that can be enough.
    """
    from healthvault.cli.opening import opened
    from healthvault.cli.research_exporting import check_terms, export_chosen

    check_output(output)
    check_terms(chosen)
    with opened(terminal, writing=True, clock_ok=chosen["clock_ok"]) as vault:
        export_chosen(terminal, vault, documents, output, chosen)
