# SPDX-License-Identifier: Apache-2.0
"""Files sealed into an entry in the making, and what is to be said of them; nothing is appended here.

A folder that is added as one document is a blob a file; what any of them says it is sensitive about holds for the
whole. Spec: docs/spec/journal.md section 3.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from healthvault.ledger.documents import DocAdd, Part
from healthvault.ledger.header import MAX_BLOBS
from healthvault.ledger.secrets import dedupe_tag
from healthvault.records.categories import Category
from healthvault.records.describe import describe
from healthvault.records.description import Description, one_line, stem
from healthvault.records.kinds import Kind
from healthvault.storage.blobs import Blob
from healthvault.storage.inputs import DIRECTORY, InputError, InputFile, InputFolder, OpenInput
from healthvault.vault.describing import Describer
from healthvault.vault.transaction import Draft, Transaction
from healthvault.vault.vault import Vault

__all__ = ["MAX_FILES", "AddOptions", "Work", "seal_file", "seal_folder", "shares_of"]

WHOLE_BYTES = 4 << 20  # files up to this size are read at once
MAX_FILES = MAX_BLOBS - 1  # who receives the document keeps the proof of that as one part more
MAX_PARTS_BYTES = 54 << 10  # of an entry, which ends at 64 KiB: what its parts may take, by this reckoning
PART_BYTES = 200  # of a part without its name: object, commitment, tag, media type
PATIENT = "patient"  # provenance: somebody with the vault's key added it, and nothing more is known


@dataclass(frozen=True, slots=True, kw_only=True)
class AddOptions:
    """What the user says about the documents; None leaves it to what the file says."""

    title: str | None = None
    kind: str | None = None
    date: str | None = None
    author: str | None = None
    source: str | None = None
    tags: tuple[str, ...] = ()
    category: str | None = None
    sensitivity: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Where a document is sealed, and by whom it is described."""

    vault: Vault
    transaction: Transaction
    draft: Draft
    describer: Describer


def seal_file(work: Work, item: InputFile, options: AddOptions) -> DocAdd:
    """Seal a file as the only blob of a draft, and return what is to be said of it.

    Raises:
        InputError: `unreadable`, `not_a_file`, `file_changed`.
        InvalidRequest: `io_error`.
    """
    part, description = _seal_part(work, item)
    return _document((part,), description, options)


def shares_of(files: Sequence[InputFile]) -> list[tuple[InputFile, ...]]:
    """Return files of a folder in the least number of documents, by the order in which they come."""
    shares: list[list[InputFile]] = [[]]
    taken_bytes = 0
    for item in files:
        size_bytes = PART_BYTES + len(item.name.encode())
        if shares[-1] and (len(shares[-1]) == MAX_FILES or taken_bytes + size_bytes > MAX_PARTS_BYTES):
            shares.append([])
            taken_bytes = 0
        shares[-1].append(item)
        taken_bytes += size_bytes
    return [tuple(share) for share in shares]


def seal_folder(work: Work, folder: InputFolder, files: Sequence[InputFile], options: AddOptions) -> DocAdd:
    """Seal files of a folder as the blobs of a draft, one each, and return what is to be said of them.

    Args:
        work: The draft.
        folder: Whose they are.
        files: One of `shares_of`.
        options: What the user says.

    Raises:
        InputError: `unreadable`, `not_a_file`, `file_changed`, of any one of them.
        InvalidRequest: `io_error`.
    """
    parts: list[Part] = []
    described: list[tuple[InputFile, Description]] = []
    for item in files:
        is_first = not any(each.kind == Kind.DICOM.value and not _is_list(known) for known, each in described)
        part, description = _seal_part(work, item, is_asked=folder.has_directory and (is_first or _is_list(item)))
        parts.append(part)
        described.append((item, description))
    return _document(tuple(parts), _told_by(folder, described), options)


def _seal_part(work: Work, item: InputFile, *, is_asked: bool = True) -> tuple[Part, Description]:
    with item.open() as source:
        description, blob = _seal(work, item, source, is_asked=is_asked)
        source.check_unchanged(blob.size_bytes)
    tag = dedupe_tag(work.vault.keys.identity.dedupe_key, blob.digest)
    part = Part(name=item.name, media_type=description.media_type, size_bytes=blob.size_bytes, dedupe=tag)
    return part, description


def _seal(work: Work, item: InputFile, source: OpenInput, *, is_asked: bool) -> tuple[Description, Blob]:
    described = work.describer.describe if is_asked else describe
    if source.size_bytes <= WHOLE_BYTES:
        data = source.read(source.size_bytes + 1)  # one more, to notice that it grew
        description = described(io.BytesIO(data), name=item.name, size_bytes=len(data))
        return description, work.transaction.put(work.draft, data)
    try:
        description = described(source.file, name=item.name, size_bytes=source.size_bytes)
        source.file.seek(0)
    except OSError as err:
        raise InputError("unreadable", f"{item.shown}: {err.strerror}") from err
    return description, work.transaction.put(work.draft, source)


def _told_by(folder: InputFolder, described: Sequence[tuple[InputFile, Description]]) -> Description:
    """Return what is said of a folder: of a CD by its list, then by its first image; else by its name alone."""
    pictures = [(item, each) for item, each in described if each.kind == Kind.DICOM.value]
    leading = sorted(pictures, key=lambda told: not _is_list(told[0])) if folder.has_directory else []
    first = [each for _, each in leading]
    titles = (each.title for item, each in leading if each.title != stem(item.name))
    categories = {each.category for _, each in described}
    common = categories.pop() if len(categories) == 1 else Category.OTHER.value
    return Description(
        kind=(Kind.DICOM if folder.has_directory else Kind.FOLDER).value,
        media_type=described[0][1].media_type,
        title=next(titles, None) or one_line(folder.name) or Kind.FOLDER.value,
        date=next((each.date for each in first if each.date), None),
        author=next((each.author for each in first if each.author), None),
        source=next((each.source for each in first if each.source), None),
        category=Category.IMAGING.value if folder.has_directory else common,
        sensitivity=tuple(sorted({label for _, each in described for label in each.sensitivity})),
    )


def _is_list(item: InputFile) -> bool:
    """Tell whether a file is the list of what is on a CD."""
    return item.name.lower() == DIRECTORY


def _document(parts: tuple[Part, ...], description: Description, options: AddOptions) -> DocAdd:
    return DocAdd(
        title=options.title or description.title,
        type=options.kind or description.kind,
        parts=parts,
        provenance=PATIENT,
        date=options.date or description.date,
        author=options.author or description.author,
        source=options.source or description.source,
        tags=options.tags,
        category=options.category or description.category,
        sensitivity=description.sensitivity if options.sensitivity is None else options.sensitivity,
    )
