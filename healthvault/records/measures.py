# SPDX-License-Identifier: Apache-2.0
"""What devices measure: the LOINC code where one says exactly that, and units in UCUM where they are the same.

A code is given only if it says no more and no less than the source does; for glucose the unit decides which, and
a share that is written as 0.97 is no percentage. What is not in these tables stays as written.
Source: LOINC 2.80, UCUM 2.2, FHIR R4 vital signs. Spec: docs/spec/contents.md section 7.
"""

from decimal import Decimal

from healthvault.records.statements import Coding

__all__ = ["LOINC", "loinc_of", "ucum_of"]

LOINC = "http://loinc.org"

_CODES = {
    "body weight": "29463-7",
    "body height": "8302-2",
    "body mass index": "39156-5",
    "body temperature": "8310-5",
    "diastolic blood pressure": "8462-4",
    "heart rate": "8867-4",
    "heart rate variability": "80404-7",
    "lean body mass": "91557-9",
    "respiratory rate": "9279-1",
    "resting heart rate": "40443-4",
    "step count": "55423-8",
    "systolic blood pressure": "8480-6",
}
_SHARES = {"body fat": "41982-0", "oxygen saturation": "59408-5"}
_GLUCOSE = {"mg/dL": "2339-0", "mmol/L": "15074-8"}

_UNITS = {
    "bpm": "/min",
    "beats/min": "/min",
    "breaths/min": "/min",
    "count/min": "/min",
    "Cal": "kcal",
    "C": "Cel",
    "degC": "Cel",
    "F": "[degF]",
    "degF": "[degF]",
    "fl_oz_us": "[foz_us]",
    "ft": "[ft_i]",
    "hr": "h",
    "in": "[in_i]",
    "IU": "[IU]",
    "km/hr": "km/h",
    "lb": "[lb_av]",
    "lbs": "[lb_av]",
    "mcg": "ug",
    "mi": "[mi_i]",
    "mmHg": "mm[Hg]",
    "mmol<180.15588000005408>/L": "mmol/L",
}


def loinc_of(measure: str | None, unit: str | None, most: Decimal | None) -> tuple[Coding, ...]:
    """Return the code of a measure in one tuple, or none.

    Args:
        measure: Its name in this table, e.g. `body weight`.
        unit: In UCUM as far as it is known.
        most: The largest number that is told of it.
    """
    code = _CODES.get(measure or "")
    if measure == "blood glucose":
        code = _GLUCOSE.get(unit or "")
    elif measure in _SHARES and unit == "%" and most is not None and most > 1:
        code = _SHARES[measure]
    return (Coding(system=LOINC, code=code),) if code else ()


def ucum_of(unit: str | None) -> str | None:
    """Return a unit in UCUM if it is known to be the same, else as it was written."""
    return _UNITS.get(unit, unit) if unit else None
