# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.pdf_text and pdf_parts."""

import io

import pypdf
import pytest
from pypdf.annotations import FreeText
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)  # fmt: skip

from healthvault.errors import InvalidRequest
from tests.media import items, pdf, reasons, said, subjects, tallies, words

SHEET = "Patient: Jane Public\nDOB: 2000-01-01\nBody weight 72.5 kg - Collected 2024-03-15"


def test_pages_line_by_line() -> None:
    """Every line has its place; a value in running text stays text."""
    statements = said(pdf(SHEET, "second"), "1.pdf")
    assert {
        "page 1 line 1": "Patient: Jane Public",
        "page 1 line 2": "DOB: 2000-01-01",
        "page 1 line 3": "Body weight 72.5 kg - Collected 2024-03-15",
        "page 2 line 1": "second",
    }.items() <= words(statements).items()
    assert ([], 2) == (items(statements), tallies(statements)["pages"])


def test_whose_it_is_by_labels_alone() -> None:
    """Of the first page; the second page names nobody."""
    (person,) = subjects(said(pdf(SHEET), "1.pdf"))
    assert ("Jane Public", "2000-01-01") == (person.names[0].text, person.birth_date)
    assert [] == subjects(said(pdf("cover", SHEET), "1.pdf"))


def test_words_about_itself() -> None:
    """Title, author, subject and keywords can be searched."""
    writer = pypdf.PdfWriter()
    writer.add_metadata({"/Title": "Discharge", "/Author": "Dr Lee", "/Keywords": "knee"})
    found = words(said(pdf("text", writer=writer), "1.pdf"))
    assert ("Discharge", "Dr Lee", "knee") == (found["title"], found["author"], found["keywords"])


def test_attached_files_are_read() -> None:
    """Each by its own kind, under its place."""
    writer = pypdf.PdfWriter()
    writer.add_attachment("notes.txt", b"bar baz")
    found = words(said(pdf("text", writer=writer), "1.pdf"))
    assert ("notes.txt", "bar baz") == (found["attachment 1"], found["attachment 1/line 1"])


def test_scripts_are_counted_and_not_run() -> None:
    """Wherever they hang: at the document, at a page."""
    writer = pypdf.PdfWriter()
    action = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("1")}
    )
    writer.root_object[NameObject("/OpenAction")] = action
    page = writer.add_blank_page(10, 10)
    page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): action})
    assert 2 == tallies(said(pdf("text", writer=writer), "1.pdf"))["JavaScript, not run"]
    assert "JavaScript, not run" not in tallies(said(pdf("text"), "1.pdf"))


def with_form(*fields: DictionaryObject, xfa: bool = False) -> bytes:
    """Return a PDF with form fields."""
    writer = pypdf.PdfWriter()
    form = DictionaryObject({NameObject("/Fields"): ArrayObject([writer._add_object(field) for field in fields])})
    if xfa:
        form[NameObject("/XFA")] = ArrayObject()
    writer.root_object[NameObject("/AcroForm")] = form
    return pdf("text", writer=writer)


def field(kind: str, name: str, value: object = None) -> DictionaryObject:
    """Return a form field."""
    made = DictionaryObject({NameObject("/FT"): NameObject(kind), NameObject("/T"): TextStringObject(name)})
    if value is not None:
        made[NameObject("/V")] = value
    return made


def test_forms() -> None:
    """Names and values; a signature is counted, and called what it is: not verified."""
    signature = DictionaryObject(
        {NameObject("/ByteRange"): ArrayObject([NumberObject(0)]), NameObject("/Contents"): ByteStringObject(b"x")}
    )
    data = with_form(
        field("/Tx", "allergy", TextStringObject("nuts")), field("/Sig", "doctor", signature), xfa=True
    )
    statements = said(data, "1.pdf")
    assert "allergy: nuts" == words(statements)["field 1"]
    assert 1 == tallies(statements)["signature fields, not verified"]
    assert "its forms are in XFA, which is not read" == reasons(statements)["form"]


def test_encryption() -> None:
    """What opens without a password is read; the other says so."""
    for password, is_read in (("", True), ("secret", False)):
        writer = pypdf.PdfWriter()
        plain = pdf("text", writer=writer)
        writer.encrypt(password, owner_password="owner", algorithm="AES-256")
        out = io.BytesIO()
        writer.write(out)
        statements = said(out.getvalue(), "1.pdf")
        assert is_read == ("page 1 line 1" in words(statements))
        assert is_read == ("file" not in reasons(statements))
        assert 1 == tallies(statements)["encrypted"]
        assert plain


@pytest.mark.parametrize("keep", [20, 200, 400, 600])
def test_cut_files(keep: int) -> None:
    """They are no PDF, or what is left of one; nothing else happens."""
    try:
        said(pdf(SHEET)[:keep], "1.pdf")
    except InvalidRequest as err:
        assert "reader_failed" == err.code  # noqa: PT017


def test_pages_that_hold_one_another() -> None:
    """A page tree that is a circle ends."""
    circle = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0 R]/Count 9>>endobj\n"
        b"trailer<</Root 1 0 R>>"
    )
    try:
        statements = said(circle, "1.pdf")
    except InvalidRequest as err:
        assert "reader_failed" == err.code  # noqa: PT017
    else:
        assert {} == words(statements)


def test_a_page_that_unpacks_to_too_much() -> None:
    """It is left, the next one is read."""
    writer = pypdf.PdfWriter()
    pdf("x" * 100, "fine", writer=writer)
    contents = writer.pages[0]["/Contents"].get_object()
    contents.set_data(b" " * (9 << 20))  # type: ignore[attr-defined]
    writer.pages[0].compress_content_streams()
    out = io.BytesIO()
    writer.write(out)
    statements = said(out.getvalue(), "1.pdf")
    assert "page 1" in reasons(statements)
    assert "fine" == words(statements)["page 2 line 1"]


def test_notes_on_a_page_do_no_harm() -> None:
    """A page with annotations without actions has no scripts."""
    writer = pypdf.PdfWriter()
    pdf("text", writer=writer)
    writer.add_annotation(0, FreeText(text="note", rect=(0, 0, 9, 9)))
    out = io.BytesIO()
    writer.write(out)
    assert {"pages": 1} == tallies(said(out.getvalue(), "1.pdf"))
