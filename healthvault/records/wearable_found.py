# SPDX-License-Identifier: Apache-2.0
"""What a JSON file of a device's service is called, by the words in its first 64 KiB.

Spec: docs/spec/records.md section 4.
"""

from healthvault.records.categories import Category
from healthvault.records.description import Found
from healthvault.records.kinds import Kind

__all__ = ["found_wearable"]

_SIGNS = (
    ('"BPDataList"', "iHealth blood pressure", "iHealth"),
    ('"BGDataList"', "iHealth blood glucose", "iHealth"),
    ('"BODataList"', "iHealth blood oxygen", "iHealth"),
    ('"WeightDataList"', "iHealth weight", "iHealth"),
    ('"measuregrps"', "Withings measurements", "Withings"),
    ('"dateOfSleep"', "Fitbit sleep", "Fitbit"),
    ('"activities-', "Fitbit activity", "Fitbit"),
)
_POINT = ('"header"', '"schema_id"', '"body"')


def found_wearable(head: str) -> Found | None:
    """Return the description of an answer of a service that is known here, or of data points; else None."""
    for sign, title, source in _SIGNS:
        if sign in head:
            return Found(kind=Kind.JSON, title=title, source=source, category=Category.VITALS)
    if all(sign in head for sign in _POINT):
        return Found(kind=Kind.JSON, title="Open mHealth data points", category=Category.VITALS)
    return None
