# SPDX-License-Identifier: Apache-2.0
"""`hv pack`: what can be said of a pack of medicine by its code.

One file a command: `pack_NAME.py` holds the function of that name.
"""

from healthvault.cli.command import hv_group

__all__ = ["pack"]

_LINES = {
    "scan": "Say what the code on a pack proves, and what not.",
    "list": "List the packs that you scanned.",
    "trace": "Follow a pack from its maker to you, through supply chain events.",
    "cold": "Sum up how warm something was, and for how long nobody knows.",
    "recall": "Take in a list of recalls, and see whom it hits.",
}


@hv_group(
    'hv pack scan "(01)00300010123455(17)270327(10)A123(21)11"',
    "hv pack recall recalls.csv",
    "hv pack list",
    lines=_LINES,
)
def pack() -> None:
    """Check packs of medicines by their codes, offline, and keep what you scanned.

    A code shows what a pack says it is. Copies of genuine codes exist: none of this proves a pack genuine.
    """
