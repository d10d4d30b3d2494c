# SPDX-License-Identifier: Apache-2.0
"""Ana, Dr Lee, and somebody without a vault: made once, copied for each test."""

import json
import shutil
from pathlib import Path

import pytest
from people import FHIR, Person, known_person, new_person


@pytest.fixture(scope="session")
def _people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ana with three documents, who has pinned Dr Lee; Dr Lee, who has pinned nobody."""
    folder = tmp_path_factory.mktemp("people")
    ana, lee = new_person(folder / "ana", "Ana Silva"), new_person(folder / "lee", "Dr Lee")
    (ana.home / "lab.json").write_text(json.dumps(FHIR))
    (ana.home / "note.txt").write_text("first line\nsecond line\n")
    (ana.home / "scan.pdf").write_bytes(b"%PDF-1.4\n" + bytes(range(256)) * 40)
    ana.hv("add", "lab.json", "note.txt", "scan.pdf", "--tag", "2026")
    ana.hv("contact", "add", "Dr Lee", lee.home / "own.hvcard", "--yes")
    return folder


@pytest.fixture
def ana(_people: Path, tmp_path: Path) -> Person:
    """The owner of a vault with three documents."""
    return known_person(Path(shutil.copytree(_people / "ana", tmp_path / "ana")))


@pytest.fixture
def lee(_people: Path, tmp_path: Path) -> Person:
    """A clinician with an empty vault."""
    return known_person(Path(shutil.copytree(_people / "lee", tmp_path / "lee")))


@pytest.fixture
def nobody(tmp_path: Path) -> Person:
    """Somebody without a vault."""
    home = tmp_path / "nobody"
    home.mkdir()
    return Person(home=home)
