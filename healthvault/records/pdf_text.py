# SPDX-License-Identifier: Apache-2.0
"""PDF: the text of its pages, what its forms hold, what is attached, and what it could do (and does not, here).

`pypdf` does the parsing, with its own limits of what may be unpacked. No value in running text becomes an item:
what a line of text means is for its reader to tell. Only the patient is taken from it, by labels that stand before
name and birth date or number on the first page; no source says less surely whose records they are.
Scripts and XFA are never run. Spec: docs/spec/contents.md section 3.
"""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from healthvault.errors import InvalidRequest
from healthvault.records.extras import STUMBLES, extra
from healthvault.records.pdf_parts import MAX_INNER_BYTES, acts, attachments, fields, said_of_itself
from healthvault.records.plain_text import words_of_lines
from healthvault.records.probe import Probe
from healthvault.records.reading import Inside, Placed
from healthvault.records.statements import Left, Passage, Statement, Tally
from healthvault.records.text_subject import labelled_subject

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

__all__ = ["read_pdf"]

MAX_PAGES = 3000
MAX_PAGE_BYTES = 8 << 20  # of what draws one page
MAX_PAGE_CHARS = 1 << 20


def read_pdf(probe: Probe, inside: Inside) -> Iterator[Statement | Placed]:
    """Yield what a PDF states. Raises InvalidRequest: `extra_missing`; `reader_failed`, it is no PDF."""
    library = extra("pdf", "pypdf")
    errors = extra("pdf", "pypdf.errors")
    stumbles = (errors.PyPdfError, errors.DependencyError, errors.DeprecationError, *STUMBLES)
    probe.stream.seek(0)
    try:
        reader = library.PdfReader(probe.stream, strict=False)
        is_open = not reader.is_encrypted or bool(reader.decrypt(""))
    except errors.DependencyError:
        yield Left(place="file", reason="encrypted, in a way that is not known here")
        return
    except stumbles as err:
        raise InvalidRequest("reader_failed", "it is no PDF that can be read") from err
    if reader.is_encrypted:
        yield Tally(sort="encrypted", count=1)
    if not is_open:
        yield Left(place="file", reason="encrypted: it opens with a password only")
        return
    yield from _pages(reader, stumbles)
    yield from said_of_itself(reader, stumbles)
    yield from fields(reader, stumbles)
    yield from acts(reader, stumbles)
    yield from _attached(reader, stumbles, inside)


def _pages(reader: "PdfReader", stumbles: tuple[type[Exception], ...]) -> Iterator[Statement]:
    try:
        count = len(reader.pages)
    except stumbles as err:
        raise InvalidRequest("reader_failed", "its pages cannot be found") from err
    yield Tally(sort="pages", count=count)
    for number in range(min(count, MAX_PAGES)):
        place = f"page {number + 1}"
        try:
            text = _text(reader.pages[number])
        except stumbles:
            yield Left(place=place, reason="its text cannot be read")
            continue
        if text is None:
            yield Left(place=place, reason="more is drawn on it than is read of one page")
            continue
        if number == 0 and (subject := labelled_subject(text)):
            yield subject
        yield from words_of_lines(text, f"{place} line")
    if count > MAX_PAGES:
        yield Left(place=f"page {MAX_PAGES + 1}", reason="more pages than are read of one file")


def _text(page: "PageObject") -> str | None:
    contents = page.get_contents()
    if contents is None:
        return ""
    if len(contents.get_data()) > MAX_PAGE_BYTES:
        return None
    return page.extract_text()[:MAX_PAGE_CHARS]


def _attached(
    reader: "PdfReader", stumbles: tuple[type[Exception], ...], inside: Inside
) -> Iterator[Statement | Placed]:
    for number, (name, content) in enumerate(attachments(reader, stumbles), 1):
        place = f"attachment {number}"
        if content is None or len(content) > MAX_INNER_BYTES:
            yield Left(place=place, reason="it cannot be taken out")
            continue
        yield Passage(words=name, place=place)
        yield from inside(io.BytesIO(content), name=name, size_bytes=len(content), place=place)
