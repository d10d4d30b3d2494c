# SPDX-License-Identifier: Apache-2.0
"""Temperatures with their unit, compared exactly: what is not known to be a unit is none.

Source: UN/ECE Recommendation 20 codes as EPCIS uses them (CEL, FAH, KEL).
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

__all__ = ["Temperature", "temperature_of", "unit_of"]

_NUMBER = re.compile(r"[+-]?\d{1,6}(\.\d{1,12})?\Z", re.ASCII)
_UNITS = {
    "CEL": "CEL", "C": "CEL", "°C": "CEL", "DEGC": "CEL", "CELSIUS": "CEL", "℃": "CEL",
    "FAH": "FAH", "F": "FAH", "°F": "FAH", "DEGF": "FAH", "FAHRENHEIT": "FAH", "[DEGF]": "FAH", "℉": "FAH",
    "KEL": "KEL", "K": "KEL", "KELVIN": "KEL",
}  # fmt: skip
_KELVIN_AT_ZERO = Fraction("273.15")


@dataclass(frozen=True, slots=True, kw_only=True)
class Temperature:
    """A temperature as it was written."""

    value: Decimal
    unit: str
    """`CEL`, `FAH` or `KEL`."""

    @property
    def celsius(self) -> Fraction:
        """The same in degrees Celsius, exactly."""
        number = Fraction(self.value)
        if self.unit == "FAH":
            return (number - 32) * 5 / 9
        return number - _KELVIN_AT_ZERO if self.unit == "KEL" else number

    @property
    def text(self) -> str:
        """As it was written, with its unit."""
        return f"{self.value} {self.unit}"


def unit_of(text: str) -> str | None:
    """Return the code of a unit of temperature; None if it is not known to be one."""
    return _UNITS.get(text.strip().upper())


def temperature_of(number: str, unit: str | None) -> Temperature | None:
    """Return a temperature; None if the number is none, or the unit is not known."""
    if unit is None or not _NUMBER.match(number.strip()):
        return None
    return Temperature(value=Decimal(number.strip()), unit=unit)
