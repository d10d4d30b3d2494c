# SPDX-License-Identifier: Apache-2.0
"""A structured report in DICOM: measured numbers and codes as items, its texts as passages.

Nothing of it is understood beyond its own words: a coding scheme that has no well-known address keeps the name
that the file gives it. Spec: docs/spec/contents.md section 3.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from healthvault.records.categories import Category
from healthvault.records.dicom_file import DCM, dates_of, items_in, names_of, text_of
from healthvault.records.statements import Coding, Item, Left, Passage, Quantity, Statement

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

__all__ = ["report_statements"]

MAX_LEVELS = 30
UCUM = "UCUM"
SCHEMES = {
    "DCM": DCM,
    "LN": "http://loinc.org",
    "SCT": "http://snomed.info/sct",
    UCUM: "http://unitsofmeasure.org",
}
"""Addresses of the coding schemes that have one which every reader knows."""
OWN = "urn:healthvault:dicom:"
_STATUS = {("COMPLETE", "VERIFIED"): "final", ("PARTIAL", "UNVERIFIED"): "partial"}


def report_statements(data: "Dataset", owner: int | None) -> Iterator[Statement]:
    """Yield what a structured report states.

    Args:
        data: Its data set.
        owner: Number of the subject, None if it names nobody.
    """
    report = _Report(
        owner=owner,
        date=dates_of(data, "ContentDate", "ContentTime") or dates_of(data, "StudyDate", "StudyTime"),
        status=_STATUS.get((text_of(data, "CompletionFlag") or "", text_of(data, "VerificationFlag") or "")),
        author=_observer(data),
        schemes=_schemes(data),
    )
    yield _whole(data, report)
    yield from _contents(data, report, "content", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Report:
    """What holds for all of a report."""

    owner: int | None
    date: str | None
    status: str | None
    author: str | None
    schemes: dict[str, str]
    """What the file itself calls the address of a coding scheme."""


def _whole(data: "Dataset", report: _Report) -> Item:
    concept = _coding(data, "ConceptNameCodeSequence", report)
    uid = text_of(data, "SOPInstanceUID")
    title = (concept and concept.display) or text_of(data, "SeriesDescription") or "Structured report"
    return Item(
        type="DiagnosticReport",
        place="report",
        title=title,
        subject=report.owner,
        identity=f"DiagnosticReport/{uid}" if uid else None,
        date=report.date,
        status=report.status,
        category=Category.IMAGING.value,
        codes=(concept,) if concept else (),
        author=report.author,
        source=text_of(data, "InstitutionName") or text_of(data, "Manufacturer"),
    )


def _contents(data: "Dataset", report: _Report, place: str, level: int) -> Iterator[Statement]:
    if level >= MAX_LEVELS:
        yield Left(place=place, reason="nested too deep")
        return
    for number, item in enumerate(items_in(data, "ContentSequence"), 1):
        inner = f"{place} {number}" if level == 0 else f"{place}.{number}"
        yield from _SAYS.get(text_of(item, "ValueType") or "", _left)(item, report, inner)
        yield from _contents(item, report, inner, level + 1)


def _heading(item: "Dataset", report: _Report, place: str) -> Iterator[Statement]:
    concept = _coding(item, "ConceptNameCodeSequence", report)
    if concept is not None and concept.display:
        yield Passage(words=concept.display, place=place)


def _number(item: "Dataset", report: _Report, place: str) -> Iterator[Statement]:
    for measured in items_in(item, "MeasuredValueSequence"):
        number = text_of(measured, "NumericValue")
        if number is None or "\\" in number:
            break
        unit = _coding(measured, "MeasurementUnitsCodeSequence", report)
        quantity = Quantity(number=number, unit=_unit(unit))
        yield _observation(item, report, place, quantity=quantity)
        return
    yield Left(place=place, reason="a measurement without a number")


def _code(item: "Dataset", report: _Report, place: str) -> Iterator[Statement]:
    value = _coding(item, "ConceptCodeSequence", report)
    if value is None:
        yield Left(place=place, reason="a code without a value")
        return
    yield _observation(item, report, place, text=value.display or value.code)


def _text(item: "Dataset", report: _Report, place: str) -> Iterator[Statement]:
    concept = _coding(item, "ConceptNameCodeSequence", report)
    keywords = ("TextValue", "DateTime", "Date", "Time", "UID")
    said = [text for keyword in keywords if (text := text_of(item, keyword))]
    said += [name.text for name in names_of(item, "PersonName") if name.text]
    heading = concept.display if concept else None
    words = ": ".join(filter(None, (heading, " ".join(said))))
    if words:
        yield Passage(words=words, place=place)


def _reference(item: "Dataset", report: _Report, place: str) -> Iterator[Statement]:
    """Say nothing more than its heading of what refers to other files or to places in them."""
    yield from _heading(item, report, place)


def _left(item: "Dataset", _report: _Report, place: str) -> Iterator[Statement]:
    if text_of(item, "ReferencedContentItemIdentifier") is None:
        yield Left(place=place, reason="a kind of content that is not known here")


_SAYS: "dict[str, Callable[[Dataset, _Report, str], Iterator[Statement]]]" = {
    "CONTAINER": _heading,
    "NUM": _number,
    "CODE": _code,
    **dict.fromkeys(("TEXT", "PNAME", "DATE", "TIME", "DATETIME", "UIDREF"), _text),
    **dict.fromkeys(("IMAGE", "COMPOSITE", "WAVEFORM", "SCOORD", "SCOORD3D", "TCOORD"), _reference),
}


def _observation(
    item: "Dataset", report: _Report, place: str, *, quantity: Quantity | None = None, text: str | None = None
) -> Item:
    concept = _coding(item, "ConceptNameCodeSequence", report)
    return Item(
        type="Observation",
        place=place,
        title=(concept and (concept.display or concept.code)) or "Finding",
        subject=report.owner,
        date=dates_of(item, "ObservationDateTime") or report.date,
        status=report.status,
        category=Category.IMAGING.value,
        codes=(concept,) if concept else (),
        quantity=quantity,
        text=text,
        author=report.author,
    )


def _coding(data: "Dataset", keyword: str, report: _Report) -> Coding | None:
    """Return the first code of a sequence."""
    for item in items_in(data, keyword):
        code = text_of(item, "CodeValue") or text_of(item, "LongCodeValue") or text_of(item, "URNCodeValue")
        if code is None:
            continue
        scheme = text_of(item, "CodingSchemeDesignator") or ""
        uid = text_of(item, "CodingSchemeUID")
        own = f"urn:oid:{uid}" if uid else report.schemes.get(scheme) or (f"{OWN}{scheme}" if scheme else "")
        return Coding(system=SCHEMES.get(scheme, own), code=code, display=text_of(item, "CodeMeaning"))
    return None


def _unit(unit: Coding | None) -> str | None:
    """Return a unit by its code in UCUM, else by its name."""
    if unit is None:
        return None
    return unit.code if unit.system == SCHEMES[UCUM] else unit.display or unit.code


def _schemes(data: "Dataset") -> dict[str, str]:
    return {
        name: f"urn:oid:{uid}"
        for item in items_in(data, "CodingSchemeIdentificationSequence")
        if (name := text_of(item, "CodingSchemeDesignator")) and (uid := text_of(item, "CodingSchemeUID"))
    }


def _observer(data: "Dataset") -> str | None:
    """Return who verified a report, else who wrote it."""
    for keyword, named in (
        ("VerifyingObserverSequence", "VerifyingObserverName"),
        ("AuthorObserverSequence", "PersonName"),
    ):
        for item in items_in(data, keyword):
            for name in names_of(item, named)[:1]:
                return name.text
    return None
