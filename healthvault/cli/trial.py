# SPDX-License-Identifier: Apache-2.0
"""`hv trial`: clinical trials: what was registered before the data, and what the data were.

One file a command: `trial_NAME.py` holds the function of that name.
"""

from healthvault.cli.command import hv_group

__all__ = ["trial"]

_LINES = {
    "register": "Register a protocol, before there are data.",
    "amend": "Put an amendment in its place.",
    "add": "Add data.",
    "lock": "Say on which data the analysis runs.",
    "result": "Keep what came out of it.",
    "list": "List your trials.",
    "bundle": "Write a bundle of a trial for a reviewer.",
    "verify": "Check such a bundle, and files that an analysis ran on.",
}


@hv_group(
    'hv trial register CDISCPILOT01 protocol.pdf --title "Xanomeline" --endpoint "CIBIC+, week 24"',
    "hv trial add CDISCPILOT01 data/*.xpt",
    "hv trial verify trial.hvb --inputs ./opened",
    lines=_LINES,
)
def trial() -> None:
    """Register a trial's protocol before there are data, and let a reviewer check what came in which order.

    Everything is a document of your vault: protocol, amendments, data, lock, results. A reviewer needs `hv`, and
    no vault.
    """
