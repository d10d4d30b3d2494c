# SPDX-License-Identifier: Apache-2.0
"""`hv pack recall`: a list of recalls is taken in, and it is said what it hits."""

import click

from healthvault.cli.command import hv_command
from healthvault.cli.options import clock_ok_option
from healthvault.cli.terminal import Terminal

__all__ = ["recall"]


@hv_command("hv pack recall recalls.csv", "hv pack recall 06-recall-lot-A123.jsonld --json | jq .hits")
@click.argument("file", metavar="FILE")
@clock_ok_option
def recall(terminal: Terminal, file: str, *, clock_ok: bool) -> None:
    """Take in a list of recalls, and say which of your packs and devices it hits.

    FILE is a table in CSV with the columns gtin, lot, reason, date and source, and perhaps serial and expiry; a
    JSON object of type recall_list; or EPCIS 2.0 events whose disposition is recalled. `-` is stdin. A line
    without a lot recalls all lots of the product. If one line cannot be read, nothing of the file is taken.

    The list is a document like any other: share it, and who imports the bundle has it too.
    """
    from healthvault.areas.recall_hits import hits_of
    from healthvault.areas.recalls import import_recall_list
    from healthvault.cli.clock import now_ms
    from healthvault.cli.opening import opened
    from healthvault.cli.pack_objects import RECALL_LIMITS, recall_object
    from healthvault.cli.pack_scanning import bytes_of, here_and_now
    from healthvault.packs.recall_lists import MAX_LIST_BYTES, parse_recall_list

    data, now = bytes_of(file, MAX_LIST_BYTES), here_and_now()
    parse_recall_list(data)  # before anything is unlocked
    with opened(terminal, writing=True, clock_ok=clock_ok) as vault, terminal.progress() as observer:
        document, found = import_recall_list(vault, data, file.rpartition("/")[2], now_ms=now_ms())
        hits = hits_of(vault, document, found, now=now, observer=observer)
        terminal.fields(
            recall_object(document, found, hits, today=now.date()), unsaid=("proves", "does_not_prove")
        )
    RECALL_LIMITS.say(terminal)
