# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.dicomdir."""

import struct
from pathlib import Path

from tests.cds import write_cd
from tests.media import items, said, subjects, tallies, told


def test_what_a_cd_lists(tmp_path: Path) -> None:
    """Its patient, its studies with what they were made by, and how many of each."""
    write_cd(tmp_path, images=3)
    data = (tmp_path / "DICOMDIR").read_bytes()
    statements = said(data, "DICOMDIR")
    (ana,) = subjects(statements)
    assert "Ana Silva" == ana.names[0].text
    (study,) = items(statements)
    assert ("Knee left", "2026-11-20", 0) == (study.title, (study.date or "")[:10], study.subject)
    assert ["MR"] == [coding.code for coding in study.codes]
    assert {"patient": 1, "study": 1, "series": 1, "image": 3} == tallies(statements)
    found = told(data, "DICOMDIR")
    assert ("dicom", "Knee left", "2026-11-20") == (found.kind, found.title, found.date)


def test_several_patients(tmp_path: Path) -> None:
    """A CD of two people is titled by neither, and each study is its own patient's."""
    write_cd(tmp_path, patients=("Silva^Ana", "Kim^Jo"))
    data = (tmp_path / "DICOMDIR").read_bytes()
    assert ("2 patients", None) == (told(data, "DICOMDIR").title, told(data, "DICOMDIR").date)
    statements = said(data, "DICOMDIR")
    owners = {item.subject for item in items(statements)}
    assert ({0, 1}, 2) == (owners, len(subjects(statements)))


def test_records_that_lead_in_a_circle(tmp_path: Path) -> None:
    """A record that is met twice ends its chain; each is told once."""
    write_cd(tmp_path, images=2)
    data = bytearray((tmp_path / "DICOMDIR").read_bytes())
    first = data.index(struct.pack("<HH2sH", 0x0004, 0x1200, b"UL", 4)) + 8
    offset = data[first : first + 4]
    following = struct.pack("<HH2sH", 0x0004, 0x1400, b"UL", 4)
    at = 0
    while (at := data.find(following, at) + 8) >= 8:
        data[at : at + 4] = offset
    statements = said(bytes(data), "DICOMDIR")
    assert 1 == len(subjects(statements))
