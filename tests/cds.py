# SPDX-License-Identifier: Apache-2.0
"""Folders as hospitals hand them out on a CD, made for tests."""

import io
import shutil
from pathlib import Path

import pydicom
from pydicom.fileset import FileSet
from pydicom.uid import generate_uid

from tests.media import dicom


def write_cd(folder: Path, *, images: int = 2, patients: tuple[str, ...] = ("Silva^Ana",)) -> None:
    """Write a folder with a DICOMDIR and the images that it lists, and a viewer's read-me."""
    files = FileSet()
    for number, patient in enumerate(patients):
        study, series = generate_uid(), generate_uid()
        for image in range(images):
            uid = generate_uid()
            data = dicom(
                PatientName=patient,
                PatientID=f"A-{number}",
                Modality="MR",
                StudyDescription="Knee left",
                StudyDate="20261120",
                StudyTime="081500",
                StudyID="1",
                StudyInstanceUID=study,
                SeriesInstanceUID=series,
                SeriesNumber=1,
                SeriesDescription="Sagittal",
                InstanceNumber=image + 1,
                SOPInstanceUID=uid,
                InstitutionName="St Mary",
            )
            found = pydicom.dcmread(io.BytesIO(data))
            found.file_meta.MediaStorageSOPInstanceUID = uid
            files.add(found)
    made = folder / "made"
    files.write(made)
    for path in sorted(made.iterdir()):
        shutil.move(path, folder / path.name)
    made.rmdir()
    (folder / "README.TXT").write_bytes(b"How to start the viewer\n")
