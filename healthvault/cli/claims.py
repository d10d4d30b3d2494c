# SPDX-License-Identifier: Apache-2.0
"""`hv claims`: what was billed and paid, added up, held against the records, and disputed.

One file a command: `claims_NAME.py` holds the function of that name.
"""

from healthvault.cli.command import hv_group

__all__ = ["claims"]

_LINES = {
    "list": "List claims, each with all that answers it.",
    "totals": "Add up what was billed and paid, each currency apart.",
    "check": "Look for duplicates, services without a record, and amounts that differ.",
    "dispute": "Write a bundle for the insurer: a claim, and only what it needs.",
}


@hv_group(
    "hv claims totals --year 2026",
    "hv claims check",
    'hv claims dispute 4711 --to "Sun Insurance" -o dispute.hvb',
    lines=_LINES,
)
def claims() -> None:
    """Look through your insurance claims.

    They are read from the documents that you added: FHIR Claim, ClaimResponse and ExplanationOfBenefit in JSON,
    and tables (CSV) of an insurer. A claim and its answers are one, and counted once. X12 835 is not read.
    """
