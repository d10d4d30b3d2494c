# SPDX-License-Identifier: Apache-2.0
"""`hv report data-map`: what is kept, and where."""

from healthvault.cli.command import hv_command
from healthvault.cli.report_limits import DATA_MAP
from healthvault.cli.terminal import Terminal

__all__ = ["data_map"]

_SCREEN = ("what", "name", "kind", "count", "first", "last", "note")
_COLUMNS = ("what", "name", "kind", "count", "size_bytes", "first", "last", "provenance", "sensitivity", "note")


@hv_command("hv report data-map", "hv report data-map --json", name="data-map")
def data_map(terminal: Terminal) -> None:
    """Show what is kept, by category and type: how many, how large, from when, from where, how sensitive.

    Then where copies are: people to whom bundles or feeds were handed out, backups that this machine knows of,
    indexes that are made anew; contacts; and how many documents were erased.
    """
    from itertools import chain

    from healthvault.areas.reports import kept_rows, place_rows
    from healthvault.cli.opening import opened
    from healthvault.cli.report_objects import kept_object, place_object
    from healthvault.cli.reporting import flat

    with opened(terminal) as vault:
        rows = chain(map(kept_object, kept_rows(vault)), map(place_object, place_rows(vault)))
        terminal.rows(
            rows if terminal.settings.json else map(flat, rows), _SCREEN if terminal.is_screen else _COLUMNS
        )
    DATA_MAP.say(terminal)
