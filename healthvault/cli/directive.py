# SPDX-License-Identifier: Apache-2.0
"""`hv directive`: what is to be done when you cannot speak for yourself.

One file a command: `directive_NAME.py` holds the function of that name.
"""

from healthvault.cli.command import hv_group

__all__ = ["directive"]

_LINES = {
    "list": "List what holds, topic by topic, and what speaks against it.",
    "add": "Say something; the newest of a topic holds.",
    "revoke": "Say that nothing holds about a topic any more.",
    "show": "Show what holds about a topic, or write it as FHIR.",
}


@hv_group(
    "hv directive add dnr --document d_7k3m --date 2026-11-20",
    "hv directive list",
    "hv directive revoke dnr",
    lines=_LINES,
)
def directive() -> None:
    """Keep advance directives and the like: of each topic the newest holds, and all before it stay as history.

    Each is a document of your vault, of type directive. hv proves that your key wrote it and that it was not
    changed. It is no lawyer: in many places such a wish binds only on paper, signed before witnesses. Keep that
    paper, add a scan of it, and let those who have to know find it.
    """
