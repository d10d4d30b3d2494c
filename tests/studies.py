# SPDX-License-Identifier: Apache-2.0
"""Studies, records and exports with fixed secrets, for tests of research sharing. Nothing here tests anything."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from healthvault.records.statements import Coding, Item, Quantity
from healthvault.research.duo import DuoTerm
from healthvault.research.export import Terms
from healthvault.research.keys import StudyKeys
from healthvault.research.reading import Beside, Reading, read_export
from healthvault.research.record import DEFAULT_FIELDS, Making, Record, record_of
from healthvault.research.study import Handing, Study
from healthvault.research.sublog import entered, export_of

TODAY = date(2026, 11, 20)
TERMS = Terms(duo=(DuoTerm(id="DUO:0000006"),), until="2027-11-20")
LOINC = "http://loinc.org"
FERRITIN = Item(
    type="Observation",
    place="entry[1]",
    title="Ferritin of Ana Silva",
    identity="Observation/MRN-4711",
    date="2026-03-01T09:30:00+01:00",
    status="final",
    category="lab",
    codes=(Coding(system=LOINC, code="2276-4", display="Ferritin, asked for by Dr Lee"),),
    quantity=Quantity(number="12.34567", unit="ng/mL"),
    text="Patient Ana Silva feels tired",
    author="Dr Lee",
    source="Clinic by the river",
)
DIABETES = Item(
    type="Condition",
    place="entry[2]",
    title="Diabetes",
    date="2019-05-01",
    status="active",
    category="condition",
    codes=(Coding(system="http://snomed.info/sct", code="44054006", display="Diabetes"),),
)


def study(name: str = "NCT1", secret: bytes = b"\1" * 32) -> Study:
    """Return a study without exports."""
    return Study(name=name, secret=secret)


def making(keys: StudyKeys, *fields: str, sensitivity: frozenset[str] = frozenset()) -> Making:
    """Return how records are made, with the usual fields if none are named."""
    return Making(keys=keys, fields=frozenset(fields or DEFAULT_FIELDS), sensitivity=sensitivity, today=TODAY)


def record(of: Study, item: Item = FERRITIN) -> Record:
    """Return the record of an item, which must make one."""
    found, _ = record_of(item, making(of.keys))
    assert found is not None
    return found


def exported(of: Study, *items: Item, terms: Terms = TERMS) -> tuple[Study, bytes]:
    """Return the study after an export of items, and the plaintext of the file."""
    after, placed = entered(of, [record(of, item) for item in items])
    plain = export_of(after, placed, terms, frozenset(DEFAULT_FIELDS))
    return after.handed(Handing(size=after.size, grant="g_a", time_ms=1)), plain


def ferritin(day: str) -> Item:
    """Return a ferritin of another day."""
    return replace(FERRITIN, date=day)


def told(
    plain: bytes, *, earlier: tuple[bytes, ...] = (), notices: tuple[bytes, ...] = (), today: date = TODAY
) -> Reading:
    """Return what is told of a plaintext."""
    return read_export(given(plain), Beside(earlier=tuple(map(given, earlier)), notices=notices), today=today)


def given(data: bytes) -> Callable[[], bytes]:
    """Return what returns it."""
    return lambda: data


def codes(reading: Reading) -> list[str]:
    """Return the codes of all problems."""
    return [problem.code for problem in reading.problems]
