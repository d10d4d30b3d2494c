# SPDX-License-Identifier: Apache-2.0
"""`hv pack trace`: a pack from its maker to the patient, through supply chain events."""

import click

from healthvault.cli.command import hv_command
from healthvault.cli.terminal import Terminal

__all__ = ["trace"]

_COLUMNS = ("pack", "verdict", "names", "state", "place", "container", "since", "lot", "expiry", "unsigned")


@hv_command(
    'hv pack trace leg-*.jsonld --pack "(01)00300010123455(21)11"',
    "hv pack trace --pack urn:epc:id:sgtin:030001.0012345.11",
    "hv pack trace d_7k3m d_9q2x --json",
)
@click.argument("documents", nargs=-1, metavar="[FILE|ID]...")
@click.option("--pack", "packs", multiple=True, metavar="CODE", help="Only this pack; may be given several times.")
def trace(terminal: Terminal, documents: tuple[str, ...], packs: tuple[str, ...]) -> None:
    """Follow packs through supply chain events (EPCIS), and name what does not fit.

    Events of files, and of documents of your vault; without any, of all documents of type epcis. A name with a dot
    or a slash is a file. A step is signed if its document came in a bundle of a contact, or a contact attests it;
    files are unsigned. A code names a pack as (01)GTIN(21)SERIAL, as EPC URN, or as GS1 Digital Link.

    Findings have names: missing_hop, swapped_order, time_reversal, wrong_serial, wrong_lot, duplicate,
    dispensed_twice, decommissioned, conflicting_event, recalled_lot, and others that leave something unknown.
    A chain that is broken ends with 21. See docs/spec/supply.md.

    Complete custody says that these documents agree. It cannot prove that the pack in your hand is this one, nor
    that unsigned events are true.
    """
    from healthvault.cli.supply_asked import show_traces, traced

    show_traces(terminal, traced(terminal, documents, packs), _COLUMNS)
