# SPDX-License-Identifier: Apache-2.0
"""What `hv status-proof` and `hv prove` do once they run: for whom, by which code, what to print.

Loads the vault.
"""

from base64 import b64encode
from pathlib import Path

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.inputs import read_argument
from healthvault.cli.objects import JsonObject, checkpoint_object
from healthvault.cli.options import ProofChoice, is_stdout
from healthvault.cli.prompt import secret_answer
from healthvault.cli.terminal import Terminal
from healthvault.vault.addressees import Addressee, addressees_of, checked_code
from healthvault.vault.prove import ForReader, prove_document, prove_history
from healthvault.vault.vault import Vault
from healthvault.vault.views import ProofView

__all__ = ["check_proof_wish", "for_reader", "made_proof", "proof_object", "show_proof"]

_CODE_HINT = "the seven words that the bundle was shared with; give them by --code-file FILE"


def check_proof_wish(document: str | None, chosen: ProofChoice) -> None:
    """Check that one thing is to be proved, and to whom. Raises UsageError."""
    since, readers = chosen["since"], [chosen["to"], chosen["code_file"]]
    if (document is None) == (since is None):
        raise click.UsageError("say what to prove: --from SIZE, or a document")
    if since is not None and readers.count(None) != 1:
        raise click.UsageError("say for whom, in one way: --to NAME, or --code-file FILE for a bundle's code")
    if since is None and any(readers):
        raise click.UsageError("the proof of a document is for anybody: leave --to and --code-file out")


def made_proof(
    terminal: Terminal, vault: Vault, document: str | None, chosen: ProofChoice
) -> tuple[bytes, ProofView]:
    """Return the file that `hv prove` writes, and what to print of it; the wish was checked."""
    if document is not None or chosen["since"] is None:
        return prove_document(vault, document or "")
    names = (chosen["to"],) if chosen["to"] else ()
    reader = for_reader(terminal, addressees_of(vault, names)[0], chosen["code_file"])
    return prove_history(vault, chosen["since"], reader, now_ms=now_ms())


def for_reader(terminal: Terminal, addressee: Addressee, code_file: str | None) -> ForReader:
    """Return whom the file is for, with the code if they have one: the vault does not keep it.

    Raises:
        AnswerNeeded: `no_terminal`.
        InvalidRequest: `bad_code`.
    """
    if not addressee.party.is_code:
        return ForReader(addressee=addressee)
    if code_file:
        typed = read_argument(code_file)
    else:
        typed = secret_answer(terminal.settings, "the code of the bundle", hint=_CODE_HINT)
    return ForReader(addressee=addressee, code=checked_code(typed.decode("utf-8", "replace")))


def show_proof(terminal: Terminal, proof: ProofView, output: Path) -> None:
    """Print what was written, unless it went to stdout."""
    if not is_stdout(output):
        terminal.fields(proof_object(proof, output))


def proof_object(proof: ProofView, output: Path) -> JsonObject:
    """Return a small proof that was written; what its kind does not have is left out."""
    own: JsonObject = {
        "reader": proof.reader,
        "grant": proof.grant,
        "status": proof.status,
        "since": proof.since,
        "document": proof.document,
        "entry": proof.entry,
        "leaf": None if proof.leaf is None else b64encode(proof.leaf).decode(),
    }
    return {
        "type": "proof",
        "schema": 1,
        "kind": proof.kind,
        "path": str(output),
        "size_bytes": proof.size_bytes,
        "checkpoint": checkpoint_object(proof.size, proof.root),
        **{name: value for name, value in own.items() if value is not None},
    }
