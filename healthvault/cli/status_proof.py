# SPDX-License-Identifier: Apache-2.0
"""`hv status-proof`: the small file by which a reader learns what has become of a grant."""

from pathlib import Path

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.options import clock_ok_option, output_option
from healthvault.cli.terminal import Terminal

__all__ = ["status_proof"]


@hv_command(
    "hv status-proof g_2f8c -o lee.hvs",
    'hv status-proof g_2f8c --to "Dr Lee" -o lee.hvs',
    "hv status-proof g_2f8c --code-file code.txt -o visit.hvs",
    name="status-proof",
)
@click.argument("grant", metavar="GRANT")
@click.option(
    "--to",
    metavar="NAME",
    help="Which of those whom the grant names, if several; of a proxy's grant, any contact.",
)
@click.option("--code-file", type=click.Path(), metavar="FILE", help="Of a grant for a code: read the code here.")
@output_option("The status file.", required=True)
@clock_ok_option
def status_proof(
    terminal: Terminal, grant: str, to: str | None, code_file: str | None, output: Path, *, clock_ok: bool
) -> None:
    """Write what the status of a grant is now: active, revoked or superseded, as of this moment.

    One small file for one reader; it serves all bundles that they hold under the grant. They check it with
    `hv verify BUNDLE --status FILE`, or alone once they have verified a bundle, and it is remembered. For a grant
    to whoever has a code you are asked for that code, since your vault does not keep it.
    """
    from healthvault.cli.opening import opened
    from healthvault.cli.outputs import opened_output
    from healthvault.cli.proving import for_reader, show_proof
    from healthvault.vault.prove import prove_status, reader_of_status

    with opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        reader = for_reader(terminal, reader_of_status(vault, grant, to), code_file)
        with opened_output(output) as write:
            data, proof = prove_status(vault, grant, reader, now_ms=now_ms())
            write(data)
    show_proof(terminal, proof, output)
