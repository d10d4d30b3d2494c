# SPDX-License-Identifier: Apache-2.0
"""`hv report`: inventories for the owner.

One file a command: `report_NAME.py`.
"""

from healthvault.cli.command import hv_group

__all__ = ["report"]

_LINES = {
    "data-map": "Show what is kept, since when, from where, and where copies are.",
    "access": "Show who was given what, when, under which grant.",
    "retention": "Propose what could go: old documents, ending grants, idle contacts.",
}


@hv_group(
    "hv report data-map",
    'hv report access --party "Dr Lee" --since 1y',
    "hv report retention --older-than 10y",
    lines=_LINES,
)
def report() -> None:
    """Report what is kept, who got what, and what could go. Nothing is changed or deleted.

    Reports help you to see and to ask; they are not legal advice, and no report says that a law is kept. A record
    that a patient keeps is generally outside HIPAA, and household use outside GDPR; whoever you give documents to
    has duties of their own.
    """
