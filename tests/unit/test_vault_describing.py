# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.describing."""

import io

import pytest

from healthvault.sandbox import reader
from healthvault.vault import describing as module
from healthvault.vault.describing import Describer
from tests.media import Fit, dicom

KNEE = dicom(PatientName="Silva^Ana", Modality="MR", StudyDescription="Knee left", StudyDate="20261120")
WEIGHT = Fit().message(0, (0, "enum", 9), (4, "uint32", 1_000_000_800)).bytes()


def told(describer: Describer, data: bytes, name: str) -> tuple[str, str, str | None]:
    """Return kind, title and date; the stream is left at its start."""
    stream = io.BytesIO(data)
    found = describer.describe(stream, name=name, size_bytes=len(data))
    assert 0 == stream.tell()
    return found.kind, found.title, found.date


def test_what_needs_a_library_is_described_apart() -> None:
    """DICOM and FIT by one process for all, which ends with the command."""
    with Describer() as describer:
        assert ("dicom", "MR: Knee left", "2026-11-20") == told(describer, KNEE, "1.dcm")
        process = describer._sandbox._process
        assert process is not None
        assert ("fit", "Weight", "2021-09-08") == told(describer, WEIGHT, "1.fit")
        assert process is describer._sandbox._process
    assert process.poll() is not None


def test_the_rest_needs_no_process() -> None:
    """A text, a PDF, a picture are described here, and nothing is started."""
    with Describer() as describer:
        assert "text" == told(describer, b"words", "1.txt")[0]
        assert "pdf" == told(describer, b"%PDF-1.4", "1.pdf")[0]
        assert "image" == told(describer, b"\x89PNG\r\n\x1a\n", "1.png")[0]
        assert describer._sandbox._process is None


def test_what_cannot_be_described_keeps_its_name() -> None:
    """A file that its reader stumbles over costs its description, and the next one is described."""
    broken = bytes(128) + b"DICM" + b"\xff" * 300
    with Describer() as describer:
        assert ("dicom", "broken", None) == told(describer, broken, "broken.dcm")
        assert "MR: Knee left" == told(describer, KNEE, "1.dcm")[1]


def test_a_process_that_dies(monkeypatch: pytest.MonkeyPatch) -> None:
    """So does a process that cannot be talked to."""
    monkeypatch.setattr(reader.sys, "executable", "/bin/false")
    with Describer() as describer:
        assert ("dicom", "knee", None) == told(describer, KNEE, "knee.dcm")


def test_a_missing_library_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """How many files it would have told more of, by extra; nothing is started."""
    monkeypatch.setattr(module, "is_installed", lambda _: False)
    with Describer() as describer:
        for name in ("1.dcm", "2.dcm"):
            assert ("dicom", name[0], None) == told(describer, KNEE, name)
        assert {"dicom": 2} == describer.missing
        assert describer._sandbox._process is None
