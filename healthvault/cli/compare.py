# SPDX-License-Identifier: Apache-2.0
"""`hv compare`: whether the history in one file goes on from that in another."""

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.exits import DONE, exit_of
from healthvault.cli.histories import code_options, comparison_object
from healthvault.cli.terminal import Terminal

__all__ = ["compare"]


@hv_command("hv compare last-year.hvb today.hvb", "hv compare mine.view hers.view --json | jq -r .relation")
@click.argument("old")
@click.argument("new")
@code_options
def compare(terminal: Terminal, old: str, new: str, *, code: bool, code_file: str | None) -> None:
    """Say whether the history in the file NEW goes on from that in OLD, which you had before.

    Each is a bundle or receipt that you can open, a view, or an erasure certificate. The answer is `extends` or
    `same` (exit 0), `rollback` or `fork` (23), or `cannot_tell` (21, or the code of what stands in the way).
    Nothing is remembered, and what was remembered is not asked: for that there is `hv verify`.
    """
    from healthvault.cli.histories import sides_of
    from healthvault.cli.opening import opened_if_there, place_of
    from healthvault.cli.reading import code_of_bundle
    from healthvault.vault.histories import compare_files

    first, second = sides_of((old, new), code_of_bundle(terminal.settings, code_file, asking=code))
    with opened_if_there(terminal) as vault:
        compared = compare_files(vault, place_of(terminal.settings), first, second, now_ms=now_ms())
    problem = compared.comparison.problem
    status = DONE if problem is None else exit_of(problem)
    terminal.fields(comparison_object(compared, status), unsaid=("exit",))
    if problem is not None and problem.hint:
        terminal.lines("next", [problem.hint])
    raise click.exceptions.Exit(status)
