# SPDX-License-Identifier: Apache-2.0
"""Public DICOM, FIT, PDF, picture and RTF files, read in the process apart, against facts that others found.

Source of the files: `data/README.md` of the shared vectors, with the licence of each.
"""

import base64
import hashlib
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from healthvault.records.dates import from_compact
from healthvault.records.description import Description
from healthvault.records.image import read_image
from healthvault.records.probe import Probe
from healthvault.records.reading import Placed
from healthvault.records.statements import Card, Item, Passage, Statement, Subject
from healthvault.sandbox.reader import Sandbox
from tests.media import items, only, reasons, subjects, tallies, words

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="shared vectors are not here")
MANIFEST = json.loads((DATA / "MANIFEST.json").read_bytes()) if DATA.is_dir() else []
FACTS: dict[str, dict[str, Any]] = {row["path"]: row["facts"] for row in MANIFEST}
DICOM = [path for path in FACTS if path.startswith("dicom/")]
PDF = [path for path in FACTS if path.startswith("pdf/")]
FIT = [path for path in FACTS if path.startswith("wearables/fit/") and path.endswith(".fit")]
PICTURES = [path for path in FACTS if path.endswith((".png", ".jpg"))]
RTF = [path for path in FACTS if path.endswith(".rtf")]
SEXES = {"M": "male", "F": "female", "O": "other", None: None}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One process for all files."""
    with Sandbox() as started:
        yield started


def read(sandbox: Sandbox, path: str) -> list[Statement]:
    """Return what a file states."""
    file = DATA / path
    with file.open("rb") as stream:
        return list(sandbox.statements(stream, name=file.name, size_bytes=file.stat().st_size, kind=None))


def described(sandbox: Sandbox, path: str) -> Description:
    """Return the description of a file."""
    file = DATA / path
    with file.open("rb") as stream:
        return sandbox.describe(stream, name=file.name, size_bytes=file.stat().st_size)


def test_the_files_are_there() -> None:
    """A list that is empty would make the rest true for nothing."""
    assert (13, 6, 6, 5, 2) == tuple(map(len, (DICOM, PDF, FIT, PICTURES, RTF)))


# --- DICOM ---


@pytest.mark.parametrize("path", DICOM)
def test_whose_images(sandbox: Sandbox, path: str) -> None:
    """Name in all its writings, number and sex."""
    facts = FACTS[path]
    if "PatientName" not in facts:
        return
    (person,) = subjects(read(sandbox, path))
    groups = [group.split("^") for group in facts["PatientName"].split("=")]
    assert [group[0] for group in groups] == [name.family for name in person.names]
    assert [tuple(group[1:3]) for group in groups] == [name.given for name in person.names]
    number = facts.get("PatientID")
    assert ([number] if number else []) == [each.code for each in person.identifiers]
    assert SEXES[facts.get("PatientSex")] == person.sex


@pytest.mark.parametrize("path", DICOM)
def test_what_images(sandbox: Sandbox, path: str) -> None:
    """Modality, study and object ids, date, description, size and coding."""
    facts, statements = FACTS[path], read(sandbox, path)
    study = items(statements)[0]
    if "Modality" not in facts:
        assert "no_meta" in path
        return
    assert facts["Modality"] == study.codes[0].code
    assert f"ImagingStudy/{facts['StudyInstanceUID']}" == study.identity
    found = words(statements)
    assert facts["SOPInstanceUID"] == found["SOPInstanceUID"]
    assert facts.get("StudyDescription") == found.get("StudyDescription")
    if "StudyDate" in facts:
        date = from_compact(facts["StudyDate"].replace(".", ""))
        assert date == (study.date or "")[:10] == described(sandbox, path).date
    size = f"{facts['Columns']} x {facts['Rows']}, " if "Rows" in facts else ""
    assert size + facts["transferSyntax"] == found["picture"]
    assert facts["Modality"] in described(sandbox, path).title.split()[0]


def test_a_file_without_its_beginning(sandbox: Sandbox) -> None:
    """Without preamble and meta group, behind an odd byte, the same patient as its sibling."""
    bare, whole = (subjects(read(sandbox, f"dicom/{name}.dcm")) for name in ("no_meta", "CT_small"))
    assert whole == bare


@pytest.mark.parametrize(("path", "numbers"), [("dicom/test-SR.dcm", 2), ("dicom/reportsi.dcm", 0)])
def test_reports(sandbox: Sandbox, path: str, numbers: int) -> None:
    """A report, its numbers, its codes and its texts."""
    statements = read(sandbox, path)
    kinds = [item.type for item in items(statements)]
    assert {"ImagingStudy", "DiagnosticReport", "Observation"} == set(kinds)
    assert numbers == sum(item.quantity is not None for item in items(statements))
    assert any(passage.place.startswith("content") for passage in only(Passage, statements))


# --- PDF ---


@pytest.mark.parametrize("path", PDF)
def test_pdf_facts(sandbox: Sandbox, path: str) -> None:
    """Pages, the text of the first, encryption, scripts."""
    facts, statements = FACTS[path], read(sandbox, path)
    counts = tallies(statements)
    assert facts["pages"] == counts["pages"]
    assert facts["encrypted"] == ("encrypted" in counts)
    assert facts["has_JavaScript"] == ("JavaScript, not run" in counts)
    first = [each.words for each in only(Passage, statements) if each.place.startswith("page 1 line")]
    expected = " ".join(facts["first_page_text"].split())
    assert " ".join(first).startswith(expected)


def test_values_in_a_pdf_stay_words(sandbox: Sandbox) -> None:
    """The lab sheet says whose it is; its values, with their implausible dates, are lines and no items."""
    statements = read(sandbox, "pdf/lab-jane-public.pdf")
    assert [] == items(statements)
    (jane,) = subjects(statements)
    assert ("Jane Public", "2000-01-01") == (jane.names[0].text, jane.birth_date)
    assert "ALT 22 U/L — Collected 2024-03-15" in words(statements).values()


def test_what_hangs_at_a_pdf(sandbox: Sandbox) -> None:
    """An attached file and a form field."""
    attached = words(read(sandbox, "pdf/attachment.pdf"))
    assert ("foo.txt", "bar baz") == (attached["attachment 1"], attached["attachment 1/line 1"])
    assert "textfield" in words(read(sandbox, "pdf/file_pdfjs_form.pdf")).values()


def test_one_pdf_inside_and_alone() -> None:
    """The directive in the C-CDA is the PDF beside it, byte for byte."""
    text = (DATA / "ccda" / "unstructured-embedded-pdf.xml").read_text(encoding="utf-8")
    (body,) = re.findall(r"<text[^>]*mediaType=\"application/pdf\"[^>]*>([^<]+)</text>", text)
    inner = base64.b64decode(body)
    alone = (DATA / "pdf" / "advance-directive-mcbee.pdf").read_bytes()
    assert hashlib.sha256(alone).digest() == hashlib.sha256(inner).digest()


# --- FIT ---


@pytest.mark.parametrize("path", FIT)
def test_fit_facts(sandbox: Sandbox, path: str) -> None:
    """Counts of messages, who made the file and when, what the workout came to."""
    facts, statements = FACTS[path], read(sandbox, path)
    assert facts["messages"].items() <= tallies(statements).items()
    found, file_id = described(sandbox, path), facts["file_id"]
    assert f"{file_id['manufacturer']} {file_id['garmin_product']}" == found.source
    made = file_id["time_created"]
    assert (None if made.isdigit() else made[:10]) == found.date
    session = facts.get("session")
    if session:
        measured = {item.title.partition(": ")[2]: item.quantity for item in items(statements) if item.quantity}
        for field, name in (
            ("total_elapsed_time", "duration"),
            ("total_distance", "distance"),
            ("total_calories", "energy"),
            ("avg_heart_rate", "mean heart rate"),
        ):
            quantity = measured.get(name)
            assert session.get(field) == (quantity.number if quantity else None)
        workout = items(statements)[0]
        assert session["sport"].capitalize() == workout.title == found.title
        start = session["start_time"]
        assert (None if start.isdigit() else start.replace(" ", "T")) == workout.date


def test_weighings(sandbox: Sandbox) -> None:
    """Two of them, each with its fat."""
    found = [
        (item.title, item.quantity.number)
        for item in items(read(sandbox, "wearables/fit/WeightScaleSingleUser.fit"))
        if item.quantity
    ]
    expected = [("Body weight", "75.8"), ("Body fat", "22.3"), ("Body weight", "76.09"), ("Body fat", "25.1")]
    assert expected == found


def test_a_day_of_steps(sandbox: Sandbox) -> None:
    """From local midnight to local midnight: one day, whose last counts stand in the file."""
    (steps,) = items(read(sandbox, "wearables/fit/MonitoringFile.fit"))
    assert steps.quantity is not None
    assert ("2014-12-27", "Steps", "3173") == (steps.date, steps.title, steps.quantity.number)


@pytest.mark.parametrize("name", ["compressed-speed-distance", "garmin-fenix-5-walk"])
def test_heart_rates_as_in_the_table_beside_it(sandbox: Sandbox, name: str) -> None:
    """How many, the lowest and the highest are those of the records that were written out by others."""
    rows = (DATA / "wearables" / "fit" / f"{name}-records.csv").read_text(encoding="utf-8").splitlines()
    rates = [int(row.split(",")[1]) for row in rows[1:] if row.split(",")[1].strip().isdigit()]
    (item,) = [item for item in items(read(sandbox, f"wearables/fit/{name}.fit")) if item.title == "Heart rate"]
    assert item.quantity is not None
    told = (item.quantity.count, item.quantity.least, item.quantity.most)
    assert (len(rates), str(min(rates)), str(max(rates))) == told


def test_only_the_broken_checksum_is_left(sandbox: Sandbox) -> None:
    """And what the file says is the same as in its sibling."""
    whole, broken = (read(sandbox, f"wearables/fit/{name}.fit") for name in ("Activity", "activity-filecrc"))
    assert ({}, ["file"]) == (reasons(whole), list(reasons(broken)))
    assert only(Item, whole) == only(Item, broken)


# --- pictures and RTF ---


def texts_in(path: str) -> list[str]:
    """Return the texts of the codes in a picture, as they are handed on."""
    found: list[str] = []

    def inside(inner: BinaryIO, /, *, name: str, size_bytes: int, place: str) -> Iterator[Placed]:
        del name, size_bytes, place
        found.append(inner.read().decode())
        yield from ()

    data = (DATA / path).read_bytes()
    list(read_image(Probe(io.BytesIO(data), name=path, size_bytes=len(data)), inside))
    return found


@pytest.mark.parametrize("path", PICTURES)
def test_codes_in_pictures(path: str) -> None:
    """What each decodes to: a card, a link, a package's code, or nothing."""
    pytest.importorskip("zxingcpp", reason="no wheel of zxing-cpp here")
    expected = FACTS[path]["decodes_to"]
    found = texts_in(path)
    if expected is None:
        assert [] == found
    elif expected.startswith("shc:/ text"):
        assert [True] == [text.startswith("shc:/") for text in found]
        assert re.findall(r"(\d+) chars", expected) == [str(len(text)) for text in found]
    elif expected.startswith("content of"):
        assert [(DATA / "shc/shl/ips-shl.txt").read_text(encoding="utf-8").strip()] == found
    else:
        assert [expected] == [text.replace("\x1d", "<GS>") for text in found]


@pytest.mark.parametrize("path", [*PICTURES, *RTF])
def test_they_can_be_read_apart(sandbox: Sandbox, path: str) -> None:
    """Within the memory of the process apart, and something is said of each; a card in a picture is somebody's."""
    statements = read(sandbox, path)
    assert only(Passage, statements)
    is_card = (FACTS[path].get("decodes_to") or "").startswith("shc:/ text")
    assert int(is_card) == len(only(Subject, statements)) == len(only(Card, statements))
