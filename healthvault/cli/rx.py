# SPDX-License-Identifier: Apache-2.0
"""`hv rx`: prescriptions, what was dispensed on them, what was stopped, and what is odd about it.

One file a command: `rx_NAME.py` holds the function of that name.
"""

from healthvault.cli.command import hv_group

__all__ = ["rx"]

_LINES = {
    "add": "Write a prescription down.",
    "dispense": "Record that a prescription was dispensed.",
    "stop": "Record that a medicine was stopped.",
    "list": "List prescriptions, with what was dispensed on each.",
    "check": "Look for what is odd about dispenses.",
}


@hv_group(
    "hv rx add 'Metformin 500 mg' --dose '1 twice a day' --prescriber 'Dr Lee' --repeats 2 --days 30",
    "hv rx dispense d_7k3m --by 'Kim Pharmacy' --quantity 60 --days 30",
    "hv rx check",
    lines=_LINES,
)
def rx() -> None:
    """Keep prescriptions, dispenses and stops, each as a document of your vault.

    `hv meds` makes the list of medicines of them, and of what documents of hospitals say.
    """
