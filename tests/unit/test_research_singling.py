# SPDX-License-Identifier: Apache-2.0
"""The owner is warned of what may single her out."""

from studies import DIABETES, FERRITIN, ferritin, making, record, study

from healthvault.research.record import person_record
from healthvault.research.singling import rare_codes, warnings_of


def test_what_is_warned_of() -> None:
    """The cell, rare codes, days, values, and what went elsewhere; no code or day stands in the words."""
    of = study()
    person = person_record("1974-05-01", "female", making(of.keys))
    assert person is not None
    records = [record(of), record(of, ferritin("2026-04-01")), record(of, DIABETES), person]
    said = warnings_of(records, elsewhere=2)
    assert ("44054006",) == rare_codes(records)
    assert ["small cell", "1 codes", "3 days", "2 measured", "2 of these"] == [
        next(
            start
            for start in ("small cell", "1 codes", "3 days", "2 measured", "2 of these")
            if line.startswith(start)
        )
        for line in said
    ]
    assert not [line for line in said if "44054006" in line or "1974" in line or "female" in line]


def test_nothing_is_warned_of_in_vain() -> None:
    """Without days, values, diagnosis or person there is little to say."""
    of = study()
    found = record(of, FERRITIN)
    bare = type(found)(id=found.id, type="Observation")
    assert () == warnings_of([bare], elsewhere=0)
