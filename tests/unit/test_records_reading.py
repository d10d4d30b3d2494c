# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.reading: a document within a document."""

import io
import zipfile

import pytest

from healthvault.errors import InvalidRequest
from healthvault.records import extras, reading
from healthvault.records.statements import Subject
from tests.media import dicom, only, pdf, reasons, said, subjects, words


def packed(**members: bytes) -> bytes:
    """Return a zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("_", "."), data)
    return out.getvalue()


def test_places_and_persons_are_the_outermost_documents() -> None:
    """Every place stands behind the one around it, and persons are numbered through."""
    inner = packed(a_dcm=dicom(PatientName="Silva^Ana", Modality="CT"))
    statements = said(packed(b_pdf=pdf("Patient: Jane Public\nMRN: 1"), c_zip=inner), "1.zip")
    assert 2 == len(subjects(statements))
    (item,) = [each for each in statements if getattr(each, "subject", None) is not None]
    assert (1, "c.zip/a.dcm/study") == (item.subject, item.place)  # type: ignore[union-attr]


def test_what_is_inside_costs_itself() -> None:
    """A failure inside is left with its reason, and the rest is read."""
    statements = said(packed(a_pdf=b"%PDF-1.4", b_txt=b"fine"), "1.zip")
    assert {"a.pdf": "reader_failed: it is no PDF that can be read"} == reasons(statements)
    assert {"b.txt/line 1": "fine"} == words(statements)


def test_a_missing_library_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said when all the rest is read, so that the document is read again once it is there."""

    def missing(module: str) -> object:
        raise ImportError(module)

    monkeypatch.setattr(extras, "import_module", missing)
    found: list[object] = []
    data = packed(a_pdf=pdf("text"), b_txt=b"fine")
    with pytest.raises(InvalidRequest) as caught:
        found.extend(reading.read(io.BytesIO(data), name="1.zip", size_bytes=len(data)))
    assert ("extra_missing", "pdf") == (caught.value.code, caught.value.message)


def test_nobody_from_nothing() -> None:
    """A kind that nobody reads says nothing by itself."""
    assert [] == only(Subject, said(b"\x00\x01", "1.bin"))
