# SPDX-License-Identifier: Apache-2.0
"""`hv pack`: what can be said of a pack of medicine.

One file a command: `pack_NAME.py` holds the function of that name.
"""

from healthvault.cli.command import hv_group

__all__ = ["pack"]

_LINES = {
    "trace": "Follow a pack from its maker to you, through supply chain events.",
    "cold": "Sum up how warm something was, and for how long nobody knows.",
}


@hv_group(
    'hv pack trace leg-*.jsonld --pack "(01)00300010123455(21)11"',
    "hv pack cold logger.csv --min 2 --max 8",
    lines=_LINES,
)
def pack() -> None:
    """Check packs of medicines by what is told of them, offline."""
