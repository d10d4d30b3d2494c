# SPDX-License-Identifier: Apache-2.0
"""Units that are the same by their spelling, and those that are not."""

import pytest

from healthvault.records.units import unit_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ug/L", "\u00b5g/L"),
        ("\u03bcg/L", "ug/l"),
        ("mg/dl", "mg / dL"),
        ("10*9/L", "10^9/L"),
        ("{beats}/min", "/min"),
        (None, ""),
    ],
)
def test_the_same_unit(one: str | None, other: str) -> None:
    """Another letter for micro or litre, an annotation, a space."""
    assert unit_key(one) == unit_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ug/L", "mg/L"),
        ("mmol/L", "mg/dL"),
        ("ug/L", "ng/mL"),
        ("{steps}", "{floors}"),
        ("mg", "Mg"),
        ("[lb_av]", "l"),
    ],
)
def test_another_unit(one: str, other: str) -> None:
    """Also where the numbers would be equal: nothing is converted."""
    assert unit_key(one) != unit_key(other)
