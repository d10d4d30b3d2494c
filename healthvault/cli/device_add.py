# SPDX-License-Identifier: Apache-2.0
"""`hv device add`: the card of a device, by the owner's own word."""

from typing import Unpack

import click

from healthvault.cli.command import hv_command
from healthvault.cli.dates import parse_partial_date
from healthvault.cli.device_options import Said
from healthvault.cli.options import clock_ok_option
from healthvault.cli.terminal import Terminal

__all__ = ["add"]


@hv_command(
    'hv device add --udi "(01)09506000117843(17)290101(10)A123(21)S-1" --name "Hip stem" --implanted 2026-03-01',
    'hv device add --udi "+A999BJC5D6E71G" --as-text --name Pacemaker',
)
@click.option("--udi", required=True, metavar="TEXT", help="The identifier, as printed or scanned.")
@click.option(
    "--as-text", is_flag=True, help="Keep an identifier that cannot be read; it is compared with nothing."
)
@click.option("--name", help="What it is.")
@click.option("--manufacturer", help="Who made it.")
@click.option("--model", help="Its model, or number in a catalogue.")
@click.option("--implanted", type=parse_partial_date, metavar="DATE", help="When: 2026-11-20, 2026-11 or 2026.")
@click.option("--site", help="Where in or on the body.")
@click.option("--by", help="Who implanted it: hospital or surgeon.")
@click.option("--from", "source", metavar="ID", help="The document that you take it from.")
@clock_ok_option
def add(terminal: Terminal, udi: str, *, as_text: bool, clock_ok: bool, **said: Unpack[Said]) -> None:
    """Keep the card of an implant or aid, as a FHIR R4 Device.

    Identifiers of GS1 are read: product, lot, serial number, days. Those of HIBCC and ICCBBA are refused, or kept
    as text with --as-text. A second card with the same serial number of the same product is refused.
    """
    from healthvault.cli.device_adding import add_said

    add_said(terminal, udi, said, as_text=as_text, clock_ok=clock_ok)
