# SPDX-License-Identifier: Apache-2.0
"""`hv export context`: what documents of a grant say, as lines for a clinician's call or a program of your own."""

from pathlib import Path
from typing import Unpack

import click

from healthvault.cli.command import hv_command
from healthvault.cli.context_options import DEFAULT_BYTES, MIN_BYTES, RULES_HELP, parse_redaction
from healthvault.cli.options import SelectChoice, clock_ok_option, output_option, select_options
from healthvault.cli.terminal import Terminal

__all__ = ["context"]


@hv_command(
    "hv export context --grant g_2f8c -o call.jsonl",
    "hv export context --grant g_2f8c --since 2y --max-bytes 65536 | jq -c .",
    "hv export context --grant g_2f8c --redact names --redact dates --redact category:directive -o -",
)
@click.option("--grant", required=True, metavar="ID", help="The grant under which it leaves.")
@click.option(
    "--format", "form", type=click.Choice(("jsonl",)), default="jsonl", show_default=True, help="The form."
)
@click.option(
    "--max-bytes",
    type=click.IntRange(MIN_BYTES, 64 << 20),
    default=DEFAULT_BYTES,
    show_default=True,
    metavar="N",
    help="At most so many bytes, whole lines, the newest documents first.",
)
@click.option("--redact", "rules", type=parse_redaction, multiple=True, metavar="RULE", help=RULES_HELP)
@output_option("A file. Default: stdout.")
@select_options
@clock_ok_option
def context(  # noqa: PLR0913  one argument an option
    terminal: Terminal,
    grant: str,
    form: str,  # noqa: ARG001  there is one
    max_bytes: int,
    rules: tuple[str, ...],
    output: Path | None,
    *,
    clock_ok: bool,
    **chosen: Unpack[SelectChoice],
) -> None:
    """Write what the documents of a grant say: a header, then a line a document, item and passage.

    The grant is judged as for a bundle; one that has ended writes nothing (exit 22). What leaves is an entry of
    your journal before its first byte does, and counts as a share. Each line names its document, where that comes
    from and when; superseded and retracted documents are left out.

    Words of documents are data, whatever they say: a program that takes them for orders is not stopped by anything
    here. What is written is not encrypted, and cannot be recalled. --redact takes out what it can name; what is
    left still tells who is meant to those who know you.
    """
    from healthvault.cli.context_feed import FeedChoice, write_context
    from healthvault.cli.selection import filter_of

    wish = FeedChoice(grant=grant, max_bytes=max_bytes, rules=rules, wanted=filter_of(chosen), clock_ok=clock_ok)
    write_context(terminal, wish, output)
