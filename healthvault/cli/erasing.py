# SPDX-License-Identifier: Apache-2.0
"""What `hv erase` does once it runs: ask, erase, certify, and say what could not be reached. Loads the vault."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from healthvault.cli.certificate import traces
from healthvault.cli.clock import now_ms
from healthvault.cli.objects import erasure_object
from healthvault.cli.options import is_stdout
from healthvault.cli.outputs import opened_output
from healthvault.cli.prompt import confirm
from healthvault.cli.terminal import Terminal
from healthvault.errors import InvalidRequest
from healthvault.vault.erase import Erasure, certify, erase_documents, erasure_of, find_victims
from healthvault.vault.read import find_document
from healthvault.vault.vault import Vault

__all__ = ["certificate_to", "confirmed_erasure", "show_erasure"]

_LIMITS = (
    "Not reached: copies that others hold, snapshots of the disk, what a drive keeps of overwritten blocks. "
    "An older keyring and keystore, with a passphrase, bring an erased document back."
)


@contextlib.contextmanager
def certificate_to(output: Path | None) -> Iterator[Callable[[Vault, Erasure], None]]:
    """Open the certificate's file before anything is erased; yield what writes it after."""
    if output is None:
        yield lambda _vault, _erasure: None
        return
    with opened_output(output) as write:

        def keep(vault: Vault, erasure: Erasure) -> None:
            write(certify(vault, erasure, now_ms=now_ms()))

        yield keep


def confirmed_erasure(
    terminal: Terminal, vault: Vault, asked: tuple[str, ...], reason: str | None, *, certifies: bool, yes: bool
) -> Erasure:
    """Erase documents once the owner has said yes; those that were erased before are only certified.

    Raises:
        NotFound: `not_found`, `ambiguous`.
        InvalidRequest: `declined`; `erased`, one was erased before and nothing is to be certified.
        AnswerNeeded: `no_terminal`.
    """
    found = [find_document(vault, one) for one in asked]
    if certifies and all(document.status == "erased" for document in found):
        return _common([erasure_of(vault, document) for document in found])
    victims = find_victims(vault, asked)
    about = [*(f"  {document.id}  {document.title}" for document in victims), _LIMITS]
    count = "this document" if len(victims) == 1 else f"these {len(victims)} documents"
    confirm(terminal.settings, f"Erase {count} for good?", yes=yes, about=about)
    return erase_documents(vault, victims, reason=reason, now_ms=now_ms())


def show_erasure(terminal: Terminal, erasure: Erasure, output: Path | None) -> None:
    """Print what was done, and what holds another copy."""
    if not is_stdout(output) or output is None:
        terminal.fields(erasure_object(erasure, traces(erasure.reached), traces(erasure.unreached), output))
    terminal.say(_LIMITS)


def _common(erasures: list[Erasure]) -> Erasure:
    """Return the one erasure; a certificate speaks of one."""
    if len({erasure.entry for erasure in erasures}) > 1:
        raise InvalidRequest(
            "erased", "the documents were erased by different commands", hint="name those of one erasure at a time"
        )
    return erasures[0]
