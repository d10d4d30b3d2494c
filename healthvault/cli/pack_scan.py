# SPDX-License-Identifier: Apache-2.0
"""`hv pack scan`: what the code on a pack proves, and what not."""

import click

from healthvault.cli.command import hv_command
from healthvault.cli.options import clock_ok_option
from healthvault.cli.terminal import Terminal

__all__ = ["scan"]


@hv_command(
    'hv pack scan "(01)00300010123455(17)270327(10)A123(21)11"',
    "hv pack scan photo.png --no-keep",
    "scanner | hv pack scan - --json | jq .codes",
)
@click.argument("code", metavar="TEXT|FILE|-")
@click.option("--keep/--no-keep", default=True, help="Keep the scan, so that a later one sees it. Default: keep.")
@clock_ok_option
def scan(terminal: Terminal, code: str, *, keep: bool, clock_ok: bool) -> None:
    """Say what can be said of the code on a pack, each question apart.

    TEXT is the code as printed, with its numbers in parentheses, as a scanner gives it, as a GS1 Digital Link, or
    the digits under a bar code. FILE holds codes, one a line, or is a picture of them; `-` is stdin.

    Well-formed, check digit, expired, recalled by a list that you took in with `hv pack recall`, and whether its
    serial number was seen here before: in a scan, in what was dispensed, in supply chain events. What is not known
    is said to be unknown. A copied genuine code passes all of this: nothing here proves a pack genuine.

    The exit code is 20 if a check digit is wrong, or the pack is expired, recalled or contradicts an earlier scan.
    """
    from healthvault.cli.pack_scanning import scan_codes

    raise click.exceptions.Exit(scan_codes(terminal, code, keep=keep, clock_ok=clock_ok))
