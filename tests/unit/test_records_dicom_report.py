# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.dicom_report."""

from pydicom.dataset import Dataset

from healthvault.records.statements import Coding, Quantity
from tests.media import dataset, dicom, items, reasons, said, words

SR_CLASS = "1.2.840.10008.5.1.4.1.1.88.33"


def code(value: str, scheme: str, meaning: str) -> list[Dataset]:
    """Return a code sequence."""
    return [dataset(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=meaning)]


def number(value: str, unit: list[Dataset], scheme: str = "LN") -> Dataset:
    """Return a measured number."""
    return dataset(
        ValueType="NUM",
        ConceptNameCodeSequence=code("8867-4", scheme, "Heart rate"),
        MeasuredValueSequence=[dataset(NumericValue=value, MeasurementUnitsCodeSequence=unit)],
    )


def report(*contents: Dataset, **elements: object) -> bytes:
    """Return a structured report."""
    given = {
        "SOPClassUID": SR_CLASS,
        "Modality": "SR",
        "ContentDate": "20261120",
        "ContentTime": "080000",
        "ValueType": "CONTAINER",
        "ConceptNameCodeSequence": code("18748-4", "LN", "Imaging report"),
        "ContentSequence": list(contents),
        "CompletionFlag": "COMPLETE",
        "VerificationFlag": "VERIFIED",
        **elements,
    }
    return dicom(**given)


def test_the_report_itself() -> None:
    """A report is an item of its own, final if it is complete and verified."""
    found = next(item for item in items(said(report(), "1.dcm")) if item.type == "DiagnosticReport")
    assert ("Imaging report", "final", "2026-11-20T08:00:00") == (found.title, found.status, found.date)
    assert (Coding(system="http://loinc.org", code="18748-4", display="Imaging report"),) == found.codes
    assert "DiagnosticReport/1.2.3.4" == found.identity


def test_numbers() -> None:
    """A number as it was written, in UCUM if the file says so, else in the unit's own words."""
    units = (code("/min", "UCUM", "per minute"), code("B", "LOCAL", "beats"))
    statements = said(report(*(number("6.30", unit) for unit in units)), "1.dcm")
    found = [item.quantity for item in items(statements) if item.type == "Observation"]
    assert [Quantity(number="6.30", unit="/min"), Quantity(number="6.30", unit="beats")] == found


def test_codes_and_texts() -> None:
    """A code is an item with its meaning as words, a text a passage under its heading."""
    name = code("121071", "DCM", "Finding")
    statements = said(
        report(
            dataset(
                ValueType="CODE",
                ConceptNameCodeSequence=name,
                ConceptCodeSequence=code("40739000", "SCT", "Dysphagia"),
            ),
            dataset(ValueType="TEXT", ConceptNameCodeSequence=name, TextValue="No mass"),
            dataset(ValueType="PNAME", ConceptNameCodeSequence=name, PersonName="Lee^Wen"),
        ),
        "1.dcm",
    )
    (finding,) = [item for item in items(statements) if item.type == "Observation"]
    assert ("Finding", "Dysphagia") == (finding.title, finding.text)
    assert "Finding: No mass" == words(statements)["content 2"]
    assert "Finding: Wen Lee" == words(statements)["content 3"]


def test_unknown_schemes_keep_their_name() -> None:
    """A scheme's address is what the file says; without one its own name, never a guess."""
    own = dataset(CodingSchemeDesignator="99X", CodingSchemeUID="1.2.3")
    statements = said(
        report(
            number("1", code("1", "UCUM", "1"), "99X"),
            number("1", code("1", "UCUM", "1"), "99Y"),
            CodingSchemeIdentificationSequence=[own],
        ),
        "1.dcm",
    )
    systems = [item.codes[0].system for item in items(statements) if item.type == "Observation"]
    assert ["urn:oid:1.2.3", "urn:healthvault:dicom:99Y"] == systems


def test_what_is_not_understood_is_left() -> None:
    """A measurement without a number, a code without a value, an unknown kind of content."""
    broken = (dataset(ValueType="NUM"), dataset(ValueType="CODE"), dataset(ValueType="SONG"))
    statements = said(report(*broken), "1.dcm")
    assert ["content 1", "content 2", "content 3"] == list(reasons(statements))


def test_depth() -> None:
    """What is nested deeper than thirty levels is left."""
    inner = dataset(ValueType="CONTAINER")
    for _ in range(40):
        inner = dataset(ValueType="CONTAINER", ContentSequence=[inner])
    (reason,) = reasons(said(report(inner), "1.dcm")).values()
    assert "nested too deep" == reason
