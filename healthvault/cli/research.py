# SPDX-License-Identifier: Apache-2.0
"""`hv research`: coded records for a study, under a pseudonym of that study alone.

One file a command: `research_NAME.py` holds the function of that name.
"""

from healthvault.cli.command import hv_group

__all__ = ["research"]

_LINES = {
    "export": "Write records for a study, for a researcher whose card you have.",
    "list": "List the studies that you take part in.",
    "withdraw": "End a study for you: a signed notice, and no more exports.",
    "forget": "Erase what connects a study's pseudonym to you.",
    "verify": "Check an export as its researcher: separate verdicts.",
    "open": "Verify an export, then write its records as lines of JSON.",
}


@hv_group(
    "hv research export --category lab --study NCT04280705 --duo HMB --to Rita -o nct.hvx",
    "hv research withdraw NCT04280705 -o notice.hvw",
    "hv research verify nct.hvx --earlier nct-may.hvx",
    lines=_LINES,
)
def research() -> None:
    """Give a study what it needs to know, and not who you are.

    Each study knows you by another pseudonym. Records are made of codes, numbers and moved days; names, numbers of
    yours, places, documents and words of any kind stay out. That is pseudonymised, not anonymous: who knows enough
    of your history can recognise it.
    """
