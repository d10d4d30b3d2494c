# SPDX-License-Identifier: Apache-2.0
"""`hv pack cold`: how warm something was, and for how long nobody knows."""

from typing import Unpack

import click

from healthvault.cli.command import hv_command
from healthvault.cli.supply_options import ColdChoice
from healthvault.cli.terminal import Terminal

__all__ = ["cold"]

_COLUMNS = (
    "document",
    "device",
    "verdict",
    "within_ms",
    "above_ms",
    "below_ms",
    "unknown_ms",
    "unplaced",
    "from",
    "until",
)


@hv_command(
    "hv pack cold logger.csv --min 2 --max 8",
    "hv pack cold logger.csv --min 2 --max 8 --max-gap 10m --unit CEL --zone UTC",
    "hv pack cold d_7k3m --min 2 --max 8 --json",
)
@click.argument("document", metavar="FILE|ID")
@click.option("--min", "least", required=True, metavar="DEGREES", help="Lowest allowed, in degrees Celsius.")
@click.option("--max", "most", required=True, metavar="DEGREES", help="Highest allowed, in degrees Celsius.")
@click.option(
    "--max-gap", default="30m", metavar="SPAN", help="Longest time between readings that is known. Default: 30m."
)
@click.option("--unit", metavar="UNIT", help="Of a CSV file that does not tell it: CEL, FAH or KEL.")
@click.option("--zone", metavar="ZONE", help="Of a CSV file that does not tell it: UTC, or +02:00.")
def cold(terminal: Terminal, document: str, **chosen: Unpack[ColdChoice]) -> None:
    """Sum up temperatures: too cold, too warm, in range, and unknown.

    Of the sensor reports of an EPCIS 2.0 document, or a logger's CSV file with a column of times and one of
    temperatures. A reading holds until the next. A gap longer than --max-gap is unknown, never in range. A unit or
    time zone that is not told is not guessed. All numbers are exact. Unless all of it is known to be in range, the
    exit code is 21.

    This sums up what was written down; it watches nothing as it happens.
    """
    from healthvault.cli.supply_asked import cold_asked, show_cold

    show_cold(terminal, cold_asked(terminal, document, chosen), _COLUMNS)
