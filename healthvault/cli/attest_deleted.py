# SPDX-License-Identifier: Apache-2.0
"""`hv attest-deleted`: delete a bundle, and promise its owner so."""

from pathlib import Path

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.histories import code_options
from healthvault.cli.options import output_option, yes_option
from healthvault.cli.terminal import Terminal

__all__ = ["attest_deleted"]


@hv_command("hv attest-deleted visit.hvb -o deleted.hvr", name="attest-deleted")
@click.argument("bundle", metavar="BUNDLE")
@output_option("Write the attestation for the owner here.", required=True)
@yes_option
@code_options
def attest_deleted(
    terminal: Terminal, bundle: str, output: Path, *, yes: bool, code: bool, code_file: str | None
) -> None:
    """Verify a bundle a last time, delete its file, and write a signed statement to its owner that you did.

    It is refused while your vault keeps documents from the bundle: `hv erase` them first. The statement is a
    promise, not a proof: other copies that you made are yours to delete, and the disk may keep blocks of the file.
    """
    from healthvault.cli.inputs import stdin_or_file
    from healthvault.cli.opening import opened
    from healthvault.cli.outputs import opened_output
    from healthvault.cli.prompt import confirm
    from healthvault.cli.reading import code_of_bundle
    from healthvault.vault.attest import attest_deleted as delete_and_attest
    from healthvault.vault.attest import check_may_attest
    from healthvault.vault.receive import VerifyOptions, verify_file

    file = stdin_or_file(bundle)
    options = VerifyOptions(code=code_of_bundle(terminal.settings, code_file, asking=code))
    with opened_output(output) as write, opened(terminal) as vault:
        verification = verify_file(vault, vault.place, file, options, now_ms=now_ms())
        path = check_may_attest(vault, file, verification)
        confirm(terminal.settings, f"Delete {path}, and promise its owner that no copy is left with you?", yes=yes)
        write(delete_and_attest(vault, path, verification, now_ms=now_ms()))
    terminal.say(f"deleted {path}; the owner keeps {output} with `hv import`. It is a promise, not a proof")
