# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.dicom."""

import io
import struct

import pypdf
import pytest
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian

from healthvault.errors import InvalidRequest
from healthvault.records.dicom_file import DCM
from healthvault.records.statements import Coding, Name
from tests.media import deflated, dicom, items, pdf, reasons, said, subjects, tallies, told, words

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
KNEE = {
    "PatientName": "Silva^Ana^Maria^Dr",
    "PatientID": "A-17",
    "IssuerOfPatientID": "St Mary",
    "PatientBirthDate": "19800229",
    "PatientSex": "F",
    "Modality": "MR",
    "StudyDescription": "Knee left",
    "StudyDate": "20261120",
    "StudyTime": "081530.5",
    "StudyInstanceUID": "1.2.3",
    "InstitutionName": "St Mary",
    "PerformingPhysicianName": "Lee^Wen",
    "ReferringPhysicianName": "Kim^Jo",
    "Rows": 4,
    "Columns": 6,
}


def test_what_a_study_says() -> None:
    """Whose, what, when, where and by whom; who asked for it did not make it."""
    found = told(dicom(**KNEE), "1.dcm")
    assert ("dicom", "MR: Knee left", "2026-11-20") == (found.kind, found.title, found.date)
    assert ("Wen Lee", "St Mary", "imaging") == (found.author, found.source, found.category)
    statements = said(dicom(**KNEE), "1.dcm")
    (item,) = items(statements)
    assert ("ImagingStudy", "ImagingStudy/1.2.3", 0) == (item.type, item.identity, item.subject)
    assert "2026-11-20T08:15:30" == item.date
    assert (Coding(system=DCM, code="MR"),) == item.codes
    assert {"CT Image": 1} == tallies(statements)
    assert "6 x 4, Explicit VR Little Endian" == words(statements)["picture"]
    assert "Kim Jo" == words(statements)["ReferringPhysicianName"]


def test_whose_it_is() -> None:
    """Name with its parts, number with its issuer, birth date and sex."""
    (ana,) = subjects(said(dicom(**KNEE), "1.dcm"))
    assert (Name(family="Silva", given=("Ana", "Maria"), text="Dr Ana Maria Silva"),) == ana.names
    assert (Coding(system="St Mary", code="A-17"),) == ana.identifiers
    assert ("1980-02-29", "female") == (ana.birth_date, ana.sex)


def test_a_name_in_three_writings() -> None:
    """Each group of the name is a name; in East Asian writing the family comes first."""
    data = dicom(SpecificCharacterSet="ISO_IR 192", PatientName="Yamada^Tarou=山田^太郎=やまだ^たろう")
    (person,) = subjects(said(data, "1.dcm"))
    assert ["Tarou Yamada", "山田 太郎", "やまだ たろう"] == [name.text for name in person.names]
    assert ["Yamada", "山田", "やまだ"] == [name.family for name in person.names]


def test_nobody() -> None:
    """A file without a patient has no subject, and its study is nobody's; dashes are no name."""
    statements = said(dicom(PatientName="--^--", Modality="OT"), "1.dcm")
    assert [] == subjects(statements)
    assert [None] == [item.subject for item in items(statements)]


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_other_codings(syntax: str) -> None:
    """Implicit representation and big-endian files say the same."""
    given = said(dicom(**KNEE), "1.dcm")
    assert subjects(given) == subjects(said(dicom(syntax, **KNEE), "1.dcm"))
    assert items(given) == items(said(dicom(syntax, **KNEE), "1.dcm"))


@pytest.mark.parametrize(
    ("day", "time", "date"),
    [
        ("1997.04.24", "14:04:38", "1997-04-24T14:04:38"),
        ("20240315", "0815", "2024-03-15"),
        ("20240315", "", "2024-03-15"),
        ("20240315", "996100", "2024-03-15"),
        ("20240230", "120000", None),
        ("", "", None),
    ],
)
def test_dates(day: str, time: str, date: str | None) -> None:
    """The old form too; a time that is not whole is left out, and a date that does not exist is none."""
    (item,) = items(said(dicom(Modality="US", StudyDate=day, StudyTime=time), "1.dcm"))
    assert date == item.date


def test_a_time_zone_is_only_what_the_file_says() -> None:
    """Its offset from UTC if it has one."""
    (item,) = items(said(dicom(**KNEE, TimezoneOffsetFromUTC="+0130"), "1.dcm"))
    assert "2026-11-20T08:15:30+01:30" == item.date


def test_without_preamble_only_by_name() -> None:
    """Odd bytes before the first element are passed over if the name says DICOM."""
    bare = b"\x20" + dicom(**KNEE)[132:].partition(b"1.2.840.10008.1.2.1\0")[2]
    at = bare.index(b"\x08\x00\x16\x00")
    data = b"\x20" + bare[at:]
    assert subjects(said(dicom(**KNEE), "1.dcm")) == subjects(said(data, "1.dcm"))
    assert [] == said(data, "1.bin")


def test_a_title_of_last_resort() -> None:
    """Without a description: class and part of the body; of an unknown class only that it is DICOM."""
    assert "CT Image Knee" == told(dicom(BodyPartExamined="KNEE"), "1.dcm").title
    assert "XX: DICOM" == told(dicom(SOPClassUID="1.2.3.4.5", Modality="XX"), "1.dcm").title
    assert "RTPLAN: Plan 1" == told(dicom(RTPlanLabel="Plan 1", Modality="RTPLAN"), "1.dcm").title


def test_a_document_inside() -> None:
    """A PDF that is packed in is read as one."""
    inner = pdf("Knee is fine")
    data = dicom(EncapsulatedDocument=inner + b"\0" * (len(inner) % 2), EncapsulatedDocumentLength=len(inner))
    assert "Knee is fine" == words(said(data, "1.dcm"))["EncapsulatedDocument/page 1 line 1"]
    assert pypdf.PdfReader(io.BytesIO(inner)).pages


def test_deflated_files() -> None:
    """They are inflated, and say the same; one that grows beyond the limit is too large."""
    plain = dicom(**KNEE)
    assert items(said(plain, "1.dcm")) == items(said(deflated(plain), "1.dcm"))
    with pytest.raises(InvalidRequest) as caught:
        said(deflated(plain, 65 << 20), "1.dcm")
    assert "too_large" == caught.value.code


@pytest.mark.parametrize("keep", [132, 140, 150, 200, 330, 400])
def test_cut_files(keep: int) -> None:
    """What is left says what it can, or the reader says that it is none; nothing else happens."""
    data = dicom(**KNEE)[:keep]
    try:
        said(data, "1.dcm")
    except InvalidRequest as err:
        assert "reader_failed" == err.code  # noqa: PT017


@pytest.mark.parametrize("size", [0xFFFFFFF0, 0x7FFFFFFF, 0x40000000])
def test_absurd_lengths(size: int) -> None:
    """An element that claims gigabytes costs no memory: no more is asked of the stream than the file has."""
    element = struct.pack("<HH2sHI", 0x0008, 0x0104, b"UT", 0, size)
    whole = dicom(Modality="CT")
    at = whole.index(b"\x08\x00\x60\x00")
    said(whole[: at + 10] + element + b"abc", "1.dcm")


def test_absurd_depth() -> None:
    """Sequences a thousand deep end in an error of ours or in what could be read."""
    open_sequence = struct.pack("<HH2sHI", 0x0040, 0xA730, b"SQ", 0, 0xFFFFFFFF)
    open_item = struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    data = dicom(PatientName="Silva^Ana") + (open_sequence + open_item) * 3000
    try:
        statements = said(data, "1.dcm")
    except InvalidRequest as err:
        assert "reader_failed" == err.code  # noqa: PT017
    else:
        assert isinstance(reasons(statements), dict)


def test_no_dicom_at_all() -> None:
    """A file that only has the sign is refused by name."""
    with pytest.raises(InvalidRequest) as caught:
        said(bytes(128) + b"DICM" + b"\xff" * 100, "1.dcm")
    assert "reader_failed" == caught.value.code
