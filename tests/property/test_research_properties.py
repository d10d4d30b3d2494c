# SPDX-License-Identifier: Apache-2.0
"""Whatever documents state and whatever bytes come: closed forms go out, and one error comes back."""

import datetime as dt
import json
import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from studies import exported, ferritin, making, study, told

from healthvault.errors import HealthVaultError
from healthvault.records.categories import Category
from healthvault.records.statements import Coding, Item, Quantity
from healthvault.research.codes import known_code
from healthvault.research.export import FIRST_LINE, parse_export, plaintext
from healthvault.research.record import STATUSES, TYPES, parse_record, record_of
from healthvault.research.study import parse_study
from healthvault.research.ucum import ucum_unit
from healthvault.research.withdrawal import parse_withdrawal

TEXT = st.text(max_size=30)
SYSTEMS = st.sampled_from(["http://loinc.org", "http://snomed.info/sct", "http://hl7.org/fhir/sid/icd-10", "x"])
CODES = st.builds(
    Coding, system=SYSTEMS, code=TEXT | st.sampled_from(["2276-4", "44054006", "E11.9"]), display=TEXT
)
ITEMS = st.builds(
    Item,
    type=st.sampled_from([*TYPES, "Patient", "x"]),
    place=TEXT,
    title=TEXT,
    identity=st.none() | TEXT,
    date=st.none() | TEXT | st.dates().map(str) | st.datetimes().map(lambda each: each.isoformat()),
    until=st.none() | TEXT | st.dates().map(str),
    status=st.none() | TEXT | st.sampled_from(["final", "active", "entered-in-error"]),
    category=TEXT | st.just("lab"),
    codes=st.lists(CODES, max_size=4).map(tuple),
    quantity=st.none()
    | st.builds(
        Quantity,
        number=TEXT | st.decimals(allow_nan=True).map(str),
        unit=st.none() | TEXT | st.sampled_from(["mg/dL", "{score}", "%"]),
        comparator=st.none() | st.sampled_from(["<", ">="]),
    ),
    text=TEXT,
    author=TEXT,
    source=TEXT,
)
CLOSED: dict[str, Callable[[str], object]] = {
    "id": re.compile(r"[a-z2-7]{26}").fullmatch,
    "record": TYPES.__contains__,
    "value": re.compile(r"-?[0-9]{1,10}(\.[0-9]{1,13})?").fullmatch,
    "comparator": ("<", ">=").__contains__,
    "unit": lambda word: word == ucum_unit(word),
    "status": STATUSES.__contains__,
    "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch,
    "until": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch,
    "category": [category.value for category in Category].__contains__,
}


@given(ITEMS)
def test_whatever_is_stated_leaves_in_closed_forms(item: Item) -> None:
    """Every word of a record is a word of a list, a code, a number, a unit or a day; and it is read back."""
    found, _ = record_of(item, making(study().keys))
    if found is None:
        return
    assert found == parse_record(found.to_bytes())
    words = json.loads(json.dumps(found.to_json()))
    for coding in words.pop("codes", []):
        assert (coding["system"], coding["code"]) == known_code(Coding(**coding))
    for name, word in words.items():
        assert CLOSED[name](word), (name, word)
    _, plain = exported(study(), item)
    assert told(plain).export is not None


@given(st.binary(max_size=300))
def test_bytes_are_refused_by_name(data: bytes) -> None:
    """By every parser, with an error of ours."""
    for parse in (
        parse_record,
        parse_export,
        parse_withdrawal,
        lambda found: parse_export(FIRST_LINE + found),
        lambda found: parse_export(plaintext(found)),
        lambda found: parse_study(found, b"\0" * 32),
    ):
        with pytest.raises(HealthVaultError):
            parse(data)  # type: ignore[operator]


@settings(max_examples=30)
@given(st.lists(st.dates(min_value=dt.date(1990, 1, 1)), min_size=1, max_size=30), st.data())
def test_each_later_export_continues_all_before(days: list, data: st.DataObject) -> None:  # type: ignore[type-arg]
    """In whatever portions records come."""
    of, plains = study(), []
    while days:
        count = data.draw(st.integers(1, len(days)))
        of, plain = exported(of, *[ferritin(str(day)) for day in days[:count]])
        plains.append(plain)
        days = days[count:]
    for place, plain in enumerate(plains):
        assert () == told(plain, earlier=tuple(plains[: place + 1])).problems
