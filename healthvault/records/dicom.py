# SPDX-License-Identifier: Apache-2.0
"""DICOM: whose images, of what, when and where made. Pixels are never looked at.

A structured report also states what it reports (see `dicom_report`), a DICOMDIR what it lists (see `dicomdir`),
and a document that is packed in is read by the reader of its kind. Spec: docs/spec/contents.md section 3.
"""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from healthvault.errors import InvalidRequest
from healthvault.records.categories import Category
from healthvault.records.description import Found
from healthvault.records.dicom_file import DCM, dates_of, names_of, open_dicom, patient_of, text_of
from healthvault.records.dicom_report import report_statements
from healthvault.records.dicomdir import described_directory, directory_statements, is_directory
from healthvault.records.extras import STUMBLES
from healthvault.records.kinds import Kind
from healthvault.records.probe import Probe
from healthvault.records.reading import Inside, Placed
from healthvault.records.statements import Coding, Item, Left, Passage, Statement, Tally

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

__all__ = ["describe_dicom", "read_dicom"]

STORAGE = " Storage"
MAX_INNER_BYTES = 64 << 20
_SIGNS = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "Modality", "PatientName", "PatientID")
"""Elements of which every data set has one."""
_TOLD = (
    "StudyDescription", "SeriesDescription", "ProtocolName", "BodyPartExamined", "RTPlanLabel",
    "RTPlanDescription", "ImageComments", "StudyID", "AccessionNumber", "InstitutionName",
    "InstitutionalDepartmentName", "StationName",
    "Manufacturer", "ManufacturerModelName", "ReferringPhysicianName", "PerformingPhysicianName", "OperatorsName",
    "ReasonForStudy", "RequestedProcedureDescription", "DocumentTitle", "PatientComments", "StudyInstanceUID",
    "SeriesInstanceUID", "SOPInstanceUID",
)  # fmt: skip
"""Elements whose words can be searched."""


def describe_dicom(probe: Probe) -> Found:
    """Describe a DICOM file. Raises InvalidRequest: as `open_dicom`."""
    data = _opened(probe)
    if is_directory(data):
        return described_directory(data)
    return Found(
        kind=Kind.DICOM,
        title=_title(data),
        date=_date(data, with_time=False),
        author=_author(data),
        source=_source(data),
        category=Category.IMAGING,
    )


def read_dicom(probe: Probe, inside: Inside) -> Iterator[Statement | Placed]:
    """Yield what a DICOM file states. Raises InvalidRequest: as `open_dicom`."""
    data = _opened(probe)
    if is_directory(data):
        yield from directory_statements(data)
        return
    subject = patient_of(data)
    is_named = bool(subject.names or subject.identifiers or subject.birth_date)
    if is_named:
        yield subject
    owner = 0 if is_named else None
    if text_of(data, "StudyInstanceUID") or text_of(data, "Modality"):
        yield _study(data, owner)
    yield from _words(data)
    if "ContentSequence" in data:
        yield from report_statements(data, owner)
    if "EncapsulatedDocument" in data:
        yield from _packed(data, inside)
    yield Tally(sort=_class_words(data), count=1)
    frames = text_of(data, "NumberOfFrames")
    if frames and frames.isascii() and frames.isdigit():
        yield Tally(sort="frames", count=min(int(frames), 1 << 31))


def _opened(probe: Probe) -> "Dataset":
    data = open_dicom(probe)
    if not is_directory(data) and not any(keyword in data for keyword in _SIGNS):
        raise InvalidRequest("reader_failed", "it is no DICOM file that can be read")
    return data


def _study(data: "Dataset", owner: int | None) -> Item:
    modality = text_of(data, "Modality")
    number = text_of(data, "StudyInstanceUID")
    return Item(
        type="ImagingStudy",
        place="study",
        title=_title(data),
        subject=owner,
        identity=f"ImagingStudy/{number}" if number else None,
        date=_date(data, with_time=True),
        category=Category.IMAGING.value,
        codes=(Coding(system=DCM, code=modality),) if modality else (),
        author=_author(data),
        source=_source(data),
    )


def _title(data: "Dataset") -> str:
    """Return what a file is about, in the words of its study, its series, its plan, or its class."""
    wanted = ("StudyDescription", "SeriesDescription", "RTPlanLabel", "DocumentTitle", "ProtocolName")
    said = next((text for keyword in wanted if (text := text_of(data, keyword))), None)
    modality = text_of(data, "Modality")
    if said is None:
        part = text_of(data, "BodyPartExamined")
        said = " ".join(filter(None, (_class_words(data), part and part.capitalize())))
    return f"{modality}: {said}" if modality and modality not in said.split() else said


def _class_words(data: "Dataset") -> str:
    """Return the words of an object's class, e.g. `CT Image`."""
    uid = None
    try:
        uid = data.get("SOPClassUID")
        name = str(getattr(uid, "name", ""))
    except STUMBLES:
        name = ""
    return name.removesuffix(STORAGE) if name and name != uid else "DICOM"


def _picture(data: "Dataset") -> str | None:
    """Return size and coding of the picture in words."""
    rows, columns = text_of(data, "Rows"), text_of(data, "Columns")
    size = f"{columns} x {rows}" if rows and columns else None
    try:
        syntax = data.file_meta.TransferSyntaxUID.name
    except STUMBLES:
        syntax = None
    return ", ".join(filter(None, (size, syntax))) or None


def _date(data: "Dataset", *, with_time: bool) -> str | None:
    """Return when something was examined: of the study, else of the object's content."""
    for part in ("Study", "Series", "Acquisition", "Content", "RTPlan", "InstanceCreation"):
        date = dates_of(data, f"{part}Date", f"{part}Time")
        if date is not None:
            return date if with_time else date[:10]
    return None


def _author(data: "Dataset") -> str | None:
    """Return who made it; who asked for it (`ReferringPhysicianName`) did not."""
    for keyword in ("PerformingPhysicianName", "NameOfPhysiciansReadingStudy", "OperatorsName"):
        for name in names_of(data, keyword)[:1]:
            return name.text
    return None


def _source(data: "Dataset") -> str | None:
    return text_of(data, "InstitutionName") or text_of(data, "Manufacturer")


def _words(data: "Dataset") -> Iterator[Passage]:
    for keyword in _TOLD:
        if words := (text_of(data, keyword) or "").strip("^ "):
            yield Passage(words=" ".join(words.replace("^", " ").split()), place=keyword)
    if picture := _picture(data):
        yield Passage(words=picture, place="picture")


def _packed(data: "Dataset", inside: Inside) -> Iterator[Statement | Placed]:
    """Yield what a document states that is packed into a DICOM file, most often a PDF."""
    place = "EncapsulatedDocument"
    try:
        content = bytes(data.get(place) or b"")
    except STUMBLES:
        content = b""
    if not content or len(content) > MAX_INNER_BYTES:
        yield Left(place=place, reason="it cannot be taken out")
        return
    length = text_of(data, "EncapsulatedDocumentLength") or ""
    size = min(int(length), len(content)) if length.isascii() and length.isdigit() else len(content)
    name = text_of(data, "DocumentTitle") or "document"
    yield from inside(io.BytesIO(content[:size]), name=name, size_bytes=size, place=place)
