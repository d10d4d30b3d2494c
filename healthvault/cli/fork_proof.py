# SPDX-License-Identifier: Apache-2.0
"""`hv fork-proof`: a file by which anybody can check that a vault showed two histories."""

from pathlib import Path

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.histories import code_options
from healthvault.cli.options import is_stdout, output_option
from healthvault.cli.terminal import Terminal

__all__ = ["fork_proof"]


@hv_command(
    "hv fork-proof mine.hvb hers.view -o fork.txt", "hv fork-proof receipt.hvr -o mine.view", name="fork-proof"
)
@click.argument("first", metavar="FILE")
@click.argument("second", required=False, metavar="[OTHER]")
@output_option("Write the proof, or the view, here.", required=True)
@code_options
def fork_proof(
    terminal: Terminal, first: str, second: str | None, output: Path, *, code: bool, code_file: str | None
) -> None:
    """Write a proof that two files contradict each other; anybody checks it by `hv verify`, without a vault.

    The files are those of `hv compare`. The proof is checked before it is written. It holds key events,
    checkpoints and hashes: no document and no name, but who cosigned.

    With one FILE it writes only what that file shows of the history, its view, for somebody who has the other one.
    """
    from healthvault.cli.histories import sides_of
    from healthvault.cli.opening import opened_if_there, place_of
    from healthvault.cli.outputs import opened_output
    from healthvault.cli.reading import code_of_bundle
    from healthvault.vault.histories import prove_fork

    named = (first,) if second is None else (first, second)
    sides = sides_of(named, code_of_bundle(terminal.settings, code_file, asking=code))
    with opened_output(output) as write, opened_if_there(terminal) as vault:
        write(prove_fork(vault, place_of(terminal.settings), sides, now_ms=now_ms()))
    if not is_stdout(output):
        what = (
            "a proof that anybody can check with `hv verify`" if second else "what the file shows of the history"
        )
        terminal.say(f"wrote {output}: {what}")
