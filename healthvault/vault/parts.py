# SPDX-License-Identifier: Apache-2.0
"""The files of a document: which there are, one by its number or name, and all of them into a folder.

The proof of where a received document came from is a part too, but none of its files.
Spec: docs/spec/journal.md section 3.
"""

from dataclasses import replace
from pathlib import Path

from healthvault.bundle.evidence import EVIDENCE_MEDIA_TYPE
from healthvault.errors import InvalidRequest, NotFound
from healthvault.storage.document_rows import DocumentRows, PartRow
from healthvault.storage.outputs import make_folder, safe_paths
from healthvault.vault.read import write_document
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document, PartView

__all__ = ["files_of", "part_number", "with_parts", "write_files"]


def with_parts(vault: Vault, document: Document) -> Document:
    """Return a document with all its parts; one that was erased has none."""
    return replace(document, parts=tuple(map(_view, DocumentRows(vault.catalogue).parts(document.entry))))


def files_of(vault: Vault, document: Document) -> tuple[PartView, ...]:
    """Return the parts of a document that are files of it."""
    rows = DocumentRows(vault.catalogue).parts(document.entry)
    return tuple(_view(row) for row in rows if row.media_type != EVIDENCE_MEDIA_TYPE)


def part_number(vault: Vault, document: Document, asked: str | None) -> int:
    """Return the number of the part that is asked for.

    Args:
        vault: Unlocked.
        document: Whose it is.
        asked: Its number from 0, or its name; None: the only file.

    Raises:
        NotFound: `not_found`, it has no such part; `ambiguous`, several have that name.
        InvalidRequest: `part_needed`, it has several files.
    """
    if asked is None:
        files = files_of(vault, document)
        if len(files) > 1:
            said = f"{document.id} has {len(files)} files"
            raise InvalidRequest("part_needed", said, hint="--part N or NAME, or -o DIR for all of them")
        return files[0].number if files else 0
    parts = with_parts(vault, document).parts
    named = [part.number for part in parts if part.name == asked]
    if not named and asked.isascii() and asked.isdigit():
        named = [part.number for part in parts if part.number == int(asked[:6])]
    if len(named) > 1:
        said = f"several parts of {document.id} have that name"
        raise NotFound("ambiguous", said, hint="give the number, as `hv show` says it")
    if not named and parts:
        raise NotFound("not_found", f"{document.id} has no such part", hint="`hv show` says what parts it has")
    return named[0] if named else 0


def write_files(vault: Vault, document: Document, folder: Path) -> Document:
    """Write all files of a document into a folder, each under its name when it is verified, none over another.

    Returns:
        The document with its parts and where each was written.

    Raises:
        InvalidRequest: `unsafe_output`, one of the names is taken: nothing is written; `erased`; `io_error`.
        VaultDamaged: `vault_damaged`; what was written before stays.
    """
    files = files_of(vault, document)
    if not files:
        raise InvalidRequest("erased", f"{document.id} was erased: nothing can bring it back from here")
    targets = [folder / path for path in safe_paths((part.name for part in files), "document")]
    for target in targets:
        if target.exists() or target.is_symlink():
            raise InvalidRequest("unsafe_output", f"{target} is there already", hint="choose another name with -o")
    for part, target in zip(files, targets, strict=True):
        make_folder(target.parent)
        write_document(vault, document, target, part=part.number)
    written = (replace(part, path=str(target)) for part, target in zip(files, targets, strict=True))
    return replace(document, path=str(folder), parts=tuple(written))


def _view(row: PartRow) -> PartView:
    return PartView(number=row.number, name=row.name, media_type=row.media_type, size_bytes=row.size_bytes)
