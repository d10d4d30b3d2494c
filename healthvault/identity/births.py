# SPDX-License-Identifier: Apache-2.0
"""Birth dates, as far as they are written: agreement, contradiction, and day and month that changed places.

Spec: docs/spec/identity.md section 4.
"""

import re

from healthvault.identity.agreement import Agreement

__all__ = ["are_swapped", "birth_date", "compare_births"]

_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:T.*)?", re.ASCII)
_FILLED_IN = frozenset({"1800-01-01", "1900-01-01", "1901-01-01"})  # what software writes where nobody knows
_FIRST_YEAR = 1850
_WHOLE_CHARS = len("1975-05-01")
_MOST = {2: 12, 3: 31}


def birth_date(text: str | None) -> str | None:
    """Return a birth date as `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; None if it is none, or a filler."""
    found = _DATE.fullmatch((text or "").strip())
    if found is None:
        return None
    date = "-".join(part for part in found.groups() if part)
    is_possible = int(found[1]) >= _FIRST_YEAR and all(
        1 <= int(found[group]) <= most for group, most in _MOST.items() if found[group]
    )
    return date if is_possible and date not in _FILLED_IN else None


def compare_births(one: str | None, other: str | None) -> Agreement:
    """Compare two birth dates: `SAME` needs two whole ones, `CLOSE` is agreement as far as both go."""
    first, second = birth_date(one), birth_date(other)
    if first is None or second is None:
        return Agreement.UNKNOWN
    if first == second:
        return Agreement.SAME if len(first) == _WHOLE_CHARS else Agreement.CLOSE
    is_part = first.startswith(second) or second.startswith(first)
    return Agreement.CLOSE if is_part else Agreement.DIFFERENT


def are_swapped(one: str | None, other: str | None) -> bool:
    """Tell whether two whole dates are the same but for day and month, which changed places."""
    first, second = birth_date(one) or "", birth_date(other) or ""
    if len(first) != _WHOLE_CHARS or len(second) != _WHOLE_CHARS or first == second:
        return False
    year, month, day = first.split("-")
    return second == f"{year}-{day}-{month}"
