# SPDX-License-Identifier: Apache-2.0
"""`hv standing`: rules that grant what is new. One file a command: `standing_NAME.py`."""

from healthvault.cli.command import hv_group

__all__ = ["standing"]

_LINES = {
    "add": "Grant what comes from now on, as it is described.",
    "list": "List the rules, and what each made.",
    "run": "Make the grants for what is new.",
    "end": "End a rule; what it granted stands.",
}


@hv_group('hv standing add --to "Dr Lee" --category lab', "hv standing run -o outbox", lines=_LINES)
def standing() -> None:
    """Keep rules that make a new grant for each new document that is as they describe.

    A rule allows nobody anything by itself: `hv standing run` makes the grants, by hand or from cron.
    """
