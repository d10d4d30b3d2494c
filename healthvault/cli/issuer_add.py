# SPDX-License-Identifier: Apache-2.0
"""`hv issuer add`: keys of issuers, or what they revoked, from a file."""

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.issuer_objects import pinned_object
from healthvault.cli.options import clock_ok_option
from healthvault.cli.terminal import Terminal

__all__ = ["add"]


@hv_command(
    "hv issuer add jwks.json --iss https://clinic.example/issuer",
    "hv issuer add vci_snapshot.json --signature vci_snapshot.sig --certificate vci_snapshot.crt",
    "hv issuer add revoked.json",
)
@click.argument("file", type=click.Path(), metavar="FILE")
@click.option("--iss", "issuers", multiple=True, metavar="URL", help="For this issuer; repeatable.")
@click.option("--signature", type=click.Path(), metavar="FILE", help="A signature over the file, which must hold.")
@click.option("--certificate", type=click.Path(), metavar="FILE", help="By whose key; you answer for it.")
@clock_ok_option
def add(
    terminal: Terminal,
    file: str,
    issuers: tuple[str, ...],
    signature: str | None,
    certificate: str | None,
    *,
    clock_ok: bool,
) -> None:
    """Believe the keys in FILE: a JWKS, a snapshot of the VCI directory, or a card revocation list.

    A JWKS does not say whose it is: --iss does, as the `iss` of its cards writes it. A directory has many issuers;
    with --iss only those are believed. A revocation list goes to the issuer whose key it names; an older one never
    takes the place of a newer one. The file is kept as a document of the vault.

    Whether a file comes from who it says is for you to know. Without --signature nothing about that is checked.
    """
    from healthvault.cli.inputs import read_argument, stdin_or_file
    from healthvault.cli.opening import opened
    from healthvault.vault.issuers import DetachedSeal, add_issuers

    if (signature is None) != (certificate is None):
        raise click.UsageError("--signature and --certificate go together")
    seal = None
    if signature is not None and certificate is not None:
        seal = DetachedSeal(signature=read_argument(signature), certificate=read_argument(certificate))
    with opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        pinned = add_issuers(vault, stdin_or_file(file), issuers, now_ms=now_ms(), seal=seal)
        if pinned.left_out:
            terminal.warn(f"{pinned.left_out} keys, issuers or lists in it cannot be used and were left out")
        terminal.fields(pinned_object(pinned))
