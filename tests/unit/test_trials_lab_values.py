# SPDX-License-Identifier: Apache-2.0
"""The newest value decides, if it is final, fresh and in the very unit of the criterion; else nobody knows."""

from datetime import date
from decimal import Decimal

import pytest

from healthvault.records.statements import Coding, Item, Quantity
from healthvault.trials.criteria import Lab
from healthvault.trials.lab_values import Fact, judge_value
from tests.trial_records import LOINC, measured

DAY = date(2026, 11, 20)


def lab(comparator: str = ">=", value: str = "6.5", unit: str = "%", days: int = 30) -> Lab:
    """Return a criterion on HbA1c."""
    return Lab(
        codes=(((LOINC,), "4548-4"),), comparator=comparator, value=Decimal(value), unit=unit, within_days=days
    )


def answer(node: Lab, *facts: Fact) -> str:
    """Return yes, no or unknown."""
    return judge_value(node, facts, DAY)[0].value


@pytest.mark.parametrize(
    ("value", "comparator", "said"),
    [
        ("6.5", None, ["no", "yes", "yes", "yes", "no"]),
        ("6.50", None, ["no", "yes", "yes", "yes", "no"]),
        ("6.4", None, ["yes", "yes", "no", "no", "no"]),
        ("6.6", None, ["no", "no", "no", "yes", "yes"]),
        ("6.5", "<", ["yes", "yes", "no", "no", "no"]),
        ("6.5", "<=", ["unknown", "yes", "unknown", "unknown", "no"]),
        ("6.5", ">", ["no", "no", "no", "yes", "yes"]),
        ("6.5", ">=", ["no", "unknown", "unknown", "yes", "unknown"]),
        ("7", "<", ["unknown", "unknown", "unknown", "unknown", "unknown"]),
        ("5", "<", ["yes", "yes", "no", "no", "no"]),
    ],
)
def test_all_comparisons(value: str, comparator: str | None, said: list[str]) -> None:
    """Exact at the border, and by intervals where the value is one."""
    fact = measured(value, comparator=comparator)
    assert said == [answer(lab(each), fact) for each in ("<", "<=", "=", ">=", ">")]


def test_another_unit_is_unknown() -> None:
    """Nothing is converted; units that are the same by their spelling are one."""
    assert "unknown" == answer(lab(), measured("48", unit="mmol/mol"))
    assert "unknown" == answer(lab(), measured("7.1", unit=None))
    assert "yes" == answer(lab(unit="mg/L"), measured("7.1", unit="mg/l"))
    assert "nothing is converted" in judge_value(lab(), [measured("48", unit="mmol/mol")], DAY)[1]


def test_stale_and_undated_values_are_unknown() -> None:
    """Thirty days old is fresh, thirty-one is not; of a day to come nothing counts."""
    assert ["yes", "unknown", "unknown", "unknown"] == [
        answer(lab(), measured("7.1", day)) for day in ("2026-10-21", "2026-10-20", None, "2026-11-21")
    ]
    assert "yes" == answer(lab(), measured("7.1"), measured("5.0", "2026-11-21"))


def test_the_newest_counts_whatever_it_is() -> None:
    """An older value in the right unit does not stand in for it."""
    assert "unknown" == answer(lab(), measured("7.1"), measured("48", "2026-11-10", unit="mmol/mol"))
    assert "no" == answer(lab(), measured("7.1"), measured("5.0", "2026-11-10"))


def test_values_of_one_moment_that_differ_are_unknown() -> None:
    """Two of a day, one on each side; a month alone may be newer than a day in it."""
    assert "unknown" == answer(lab(), measured("7.1"), measured("5.0"))
    assert "yes" == answer(lab(), measured("7.1"), measured("7.2"))
    assert "unknown" == answer(lab(days=60), measured("7.1", "2026-11-10"), measured("5.0", "2026-11"))


def test_what_is_not_final_is_unknown() -> None:
    """A preliminary value decides nothing; a cancelled one is none."""
    assert "unknown" == answer(lab(), measured("7.1", status="preliminary"))
    assert "yes" == answer(lab(), measured("7.1"), measured("5.0", "2026-11-10", status="cancelled"))


def test_days_of_a_device_are_spans() -> None:
    """The smallest and the greatest of the day count."""
    quantity = Quantity(number="7", unit="%", least="6", most="8", count=3)
    item = Item(
        type="Observation",
        place="",
        title="x",
        codes=(Coding(system=LOINC, code="4548-4"),),
        date="2026-11-01",
        quantity=quantity,
    )
    fact = Fact(document="d_1", item=item)
    assert ["unknown", "yes"] == [answer(lab(value=value), fact) for value in ("6.5", "6")]


def test_a_value_that_is_no_number_is_unknown() -> None:
    """Words, and numbers beyond all measure."""
    assert ["unknown", "unknown"] == [answer(lab(), measured(number)) for number in ("high", "1e999")]
