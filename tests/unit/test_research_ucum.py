# SPDX-License-Identifier: Apache-2.0
"""A unit leaves only if it is made of units that are known."""

import pytest

from healthvault.research.ucum import ucum_unit


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        (None, "1"), ("", "1"), ("{score}", "1"), ("{Ana Silva}", "1"), ("1", "1"), ("mg/dL", "mg/dL"),
        ("mg/dl", "mg/dL"), ("mm[Hg]", "mm[Hg]"), ("kg/m2", "kg/m2"), ("10*3/uL", "10*3/uL"),
        ("10^3/uL", "10*3/uL"), ("/min", "/min"), ("{beats}/min", "/min"), ("mL/min/{1.73_m2}", None), ("%", "%"),
        ("mmol/L", "mmol/L"), ("Cel", "Cel"), ("[lb_av]", "[lb_av]"), ("mL/min/1.73.m2", None), ("U/L", "U/L"),
        ("Ana", None), ("mg/dL Silva", None), ("MRN4711", None), ("mg/" * 20, None), ("/", None),
    ],
)  # fmt: skip
def test_units(text: str | None, unit: str | None) -> None:
    """In one spelling; braces are free text and go."""
    assert unit == ucum_unit(text)


@pytest.mark.parametrize("text", ["m1.m4.m2.m3", "m.g.s.L.mol", "10*4.10*7", "m9", "g.g"])
def test_digits_cannot_be_spelled_in_units(text: str) -> None:
    """Exponents in a row, parts that come twice, powers of powers: none leaves."""
    assert ucum_unit(text) is None
