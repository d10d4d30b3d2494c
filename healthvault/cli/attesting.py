# SPDX-License-Identifier: Apache-2.0
"""What `hv attest` does once it runs: find the document, show what will be signed, sign, write.

Loads the vault.
"""

from collections.abc import Callable
from pathlib import Path

from healthvault.bundle.attestation import armour_attestation
from healthvault.cli.attestation_objects import attestation_object
from healthvault.cli.clock import now_ms
from healthvault.cli.inputs import stdin_or_file
from healthvault.cli.options import AttestChoice, is_stdout
from healthvault.cli.prompt import can_ask, show_on_terminal
from healthvault.cli.reading import check_allowed, code_of_bundle
from healthvault.cli.terminal import Terminal
from healthvault.ledger.ids import contact_id_text
from healthvault.vault.attesting import Attestable, attest, check_statement, in_bundle, in_vault
from healthvault.vault.contacts import list_contacts
from healthvault.vault.receive import VerifyOptions, verify_file
from healthvault.vault.vault import Vault

__all__ = ["attest_chosen"]


def attest_chosen(
    terminal: Terminal,
    vault: Vault,
    wish: tuple[str, str],
    output: Path | None,
    write: Callable[[bytes], object],
    chosen: AttestChoice,
) -> None:
    """Sign the statement about the document that was named, and write the file; it is logged before it leaves.

    Args:
        terminal: Talks.
        vault: Unlocked, writing.
        wish: The document or bundle, and the statement.
        output: Where the file goes; None for stdout.
        write: Writes it, as a whole.
        chosen: The options.

    Raises:
        As `in_vault`, `in_bundle` and `attest`; what forbids to go on with a bundle.
    """
    named, statement = wish
    check_statement(statement)
    subject = _subject(terminal, vault, named, chosen)
    owner = contact_id_text(subject.owner)
    name = next((contact.name for contact in list_contacts(vault) if contact.vault == owner), owner)
    if can_ask(terminal.settings):
        show_on_terminal([f"signing, about {subject.id} ({subject.title}) of {name}:", f"  {statement}"])
    raw, view = attest(vault, subject, statement, now_ms=now_ms())
    text = armour_attestation(raw)
    if output is not None and not is_stdout(output):
        write(text.encode())
        terminal.fields(attestation_object(view, output))
    elif terminal.settings.json:
        terminal.fields(attestation_object(view, text=text))
    else:
        write(text.encode())


def _subject(terminal: Terminal, vault: Vault, named: str, chosen: AttestChoice) -> Attestable:
    if chosen["document"] is None and named.replace("_", "").isalnum():
        return in_vault(vault, named, chosen["part"])
    options = VerifyOptions(
        accept=chosen["accept"],
        code=code_of_bundle(terminal.settings, chosen["code_file"], asking=chosen["code"]),
    )
    file = stdin_or_file(named)
    verification = verify_file(vault, vault.place, file, options, now_ms=now_ms(), actions=("view",))
    check_allowed(named, verification, options.accept)
    return in_bundle(verification, chosen["document"], chosen["part"])
