# SPDX-License-Identifier: Apache-2.0
"""`hv emergency`: the sheet of what must be known in an emergency, and the pages made of it.

One file a command: `emergency_NAME.py` holds the function of that name.
"""

from healthvault.cli.command import hv_group

__all__ = ["emergency"]

_LINES = {
    "list": "Show the sheet: what would be on a page.",
    "add": "Put something on the sheet.",
    "set": "Say something on the sheet in other words.",
    "confirm": "Say that things on the sheet are still so.",
    "remove": "Take things off the sheet.",
    "suggest": "List what your FHIR documents say.",
    "take": "Put suggestions on the sheet.",
    "build": "Write a page to print, with a QR code.",
    "open": "Open a protected page, by its code or shares.",
}


@hv_group(
    "hv emergency add allergy Penicillin --detail anaphylaxis",
    "hv emergency suggest",
    "hv emergency build -o card.html",
    lines=_LINES,
)
def emergency() -> None:
    """Keep what must be known in an emergency, and print it on a page that needs no software.

    The sheet is a document of your vault, of type emergency-sheet; each change is a newer version of it, and the
    older ones stay, until you `hv erase` them.
    """
