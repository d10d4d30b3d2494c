# SPDX-License-Identifier: Apache-2.0
"""What `hv add --machine` says of a file: which program made it, from what. Loads the vault."""

from dataclasses import replace

import click

from healthvault.errors import InvalidRequest, NotFound
from healthvault.records.provenance import machine_source
from healthvault.storage.consent_rows import ConsentRows
from healthvault.vault.add import AddOptions
from healthvault.vault.read import find_document, unique_prefix
from healthvault.vault.vault import Vault

__all__ = ["check_machine", "machine_made"]

MAX_MODEL_CHARS = 200
MAX_INPUTS = 200


def check_machine(model: str | None, inputs: tuple[str, ...], source: str | None) -> None:
    """Check that options go together. Raises UsageError."""
    if model is None and inputs:
        raise click.UsageError("--from goes with --machine")
    if model is not None and source is not None:
        raise click.UsageError("--machine says where it comes from: leave --source out")
    if model is not None and (not model.strip() or not model.isprintable() or len(model) > MAX_MODEL_CHARS):
        raise click.UsageError(f"--machine takes one line of at most {MAX_MODEL_CHARS} characters")
    if len(inputs) > MAX_INPUTS:
        raise click.UsageError(f"--from can be given {MAX_INPUTS} times; name what was handed out by its b_ id")


def machine_made(vault: Vault, options: AddOptions, model: str | None, inputs: tuple[str, ...]) -> AddOptions:
    """Return the options with the source that says that a program made it.

    Raises:
        NotFound: `not_found`, `ambiguous`, what it was made from.
        InvalidRequest: `erased`, that was.
    """
    if model is None:
        return options
    ids = list(dict.fromkeys(_input(vault, each) for each in inputs))
    return replace(options, source=machine_source(model, ids), author=options.author or model)


def _input(vault: Vault, text: str) -> str:
    """Return the whole id of a document, or of what was handed out."""
    if not text.lower().startswith("b_"):
        document = find_document(vault, text)
        if document.status == "erased":
            raise InvalidRequest("erased", f"{document.id} was erased")
        return document.id
    prefix = unique_prefix(text, "b_")
    found = [row.id for row in ConsentRows(vault.catalogue).shares() if row.id.startswith(prefix)]
    if len(found) != 1:
        code = "ambiguous" if found else "not_found"
        raise NotFound(code, f"{len(found)} handed-out bundles or feeds begin with {text}", hint="`hv copies`")
    return found[0]
