# SPDX-License-Identifier: Apache-2.0
"""`--receipt` of the commands that read a bundle, and receipts and copies as JSON objects."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from healthvault.cli.clock import now_ms, rfc3339
from healthvault.cli.objects import Json, JsonObject, new_object
from healthvault.cli.options import is_stdout
from healthvault.cli.outputs import opened_output
from healthvault.cli.terminal import Terminal
from healthvault.errors import VaultNotFound

if TYPE_CHECKING:
    from healthvault.vault.vault import Vault
    from healthvault.vault.views import Copy, ReceiptView
    from healthvault.verify.context import Verification

__all__ = ["copy_object", "receipt_object", "receipt_option", "receipt_to"]

_Body = TypeVar("_Body", bound=Callable[..., None])
_Keep = Callable[[Terminal, "Vault | None", "Verification", str], None]


def receipt_option(body: _Body) -> _Body:
    """Add `--receipt`."""
    return click.option(
        "--receipt",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Write a signed receipt for the owner of the bundle.",
    )(body)


@contextmanager
def receipt_to(path: Path | None, count: int = 1) -> Iterator[_Keep]:
    """Open the receipt's file before anything is read; yield what writes it after, if nothing forbids it.

    Args:
        path: None if no receipt is wanted.
        count: How many files are read.

    Raises:
        UsageError: more than one bundle, or stdout.
        InvalidRequest: `unsafe_output`, `io_error`.
    """
    if path is None:
        yield lambda *_: None
        return
    if count != 1 or is_stdout(path):
        raise click.UsageError("--receipt takes the name of a file, and is for one bundle at a time")
    with opened_output(path) as write:

        def keep(terminal: Terminal, vault: "Vault | None", verification: "Verification", action: str) -> None:
            _write(terminal, vault, verification, action, write)

        yield keep


def _write(
    terminal: Terminal,
    vault: "Vault | None",
    verification: "Verification",
    action: str,
    write: Callable[[bytes], object],
) -> None:
    from healthvault.vault.receipts import receipt_bytes, why_no_receipt

    if vault is None:
        raise VaultNotFound("no_vault", "a receipt is signed with the keys of a vault", hint="`hv init` first")
    problem = why_no_receipt(verification)
    if problem is not None:
        terminal.warn(f"no receipt was written: {problem.code}")
        return
    if verification.kind != "bundle":
        terminal.warn("no receipt was written: this is not a bundle")
        return
    write(receipt_bytes(vault, verification, action, now_ms=now_ms()))
    terminal.say("the owner keeps the receipt with `hv import`; it names you to the owner, and says what you did")


def receipt_object(receipt: "ReceiptView") -> JsonObject:
    """Return a receipt that was kept; its times are by the reader's clock."""
    return new_object("receipt", {"entry": receipt.entry, **_said(receipt), "bundle": receipt.bundle})


def copy_object(copy: "Copy") -> JsonObject:
    """Return where a bundle is, for one recipient; without a receipt its state is unknown."""
    said: list[Json] = [{**_said(receipt), "entry": receipt.entry} for receipt in copy.said]
    return new_object(
        "copy",
        {
            "bundle": copy.bundle,
            "entry": copy.entry,
            "recipient": copy.recipient,
            "vault": copy.vault,
            "state": copy.state,
            "shared": rfc3339(copy.shared_ms),
            "grants": list(copy.grants),
            "documents": list(copy.documents),
            "receipts": said,
        },
    )


def _said(receipt: "ReceiptView") -> JsonObject:
    return {
        "action": receipt.action,
        "reader": receipt.reader,
        "name": receipt.name,
        "time": rfc3339(receipt.said_ms),
        "cosigned": rfc3339(receipt.cosigned_ms),
        "clock": "the reader's",
    }
