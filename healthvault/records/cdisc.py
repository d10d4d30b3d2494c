# SPDX-License-Identifier: Apache-2.0
"""Clinical trial data sets: SAS transport files (XPT version 5 and 8) and CDISC Dataset-JSON.

Of a transport file only the fixed records of 80 bytes before the first variable are read.
Spec: docs/spec/records.md section 4.
"""

from healthvault.records.dates import from_iso
from healthvault.records.description import Found
from healthvault.records.json_walk import Json, text_at, value_at
from healthvault.records.kinds import MEDIA_TYPES, Kind
from healthvault.records.probe import Probe

__all__ = ["XPT_SIGNS", "describe_xpt", "found_dataset_json", "sas_date"]

XPT_SIGNS = (
    b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!",
    b"HEADER RECORD*******LIBV8   HEADER RECORD!!!!!!!",
)
RECORD_BYTES = 80
MEMBER_RECORD = 5  # after three records of the library and two headers of the member
LONG_NAME_SIGN = b"LIBV8"
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
FIRST_YEAR_OF_1900S = 60  # two-digit years below it are of this century


def describe_xpt(probe: Probe) -> Found:
    """Describe a SAS transport file by the first data set in it: its name, label and time of change."""
    start = MEMBER_RECORD * RECORD_BYTES
    member = probe.head[start : start + 2 * RECORD_BYTES].decode("cp1252", "replace")
    name_chars = 32 if LONG_NAME_SIGN in probe.head[:RECORD_BYTES] else 8
    name = member[8 : 8 + name_chars].strip()
    label = member[RECORD_BYTES + 32 : RECORD_BYTES + 72].strip()
    title = f"{name}: {label}" if name and label else name
    return Found(kind=Kind.CDISC, title=title, date=sas_date(member[RECORD_BYTES : RECORD_BYTES + 7]))


def found_dataset_json(members: Json) -> Found:
    """Describe a Dataset-JSON file of version 1.0 or 1.1 by its outermost members."""
    dataset = members if text_at(members, "name") else _first_group(members)
    name, label = text_at(dataset, "name") or "", text_at(dataset, "label") or ""
    created = text_at(members, "datasetJSONCreationDateTime") or text_at(members, "creationDateTime")
    return Found(
        kind=Kind.CDISC,
        media_type=MEDIA_TYPES[Kind.JSON],
        title=f"{name}: {label}" if name and label else name,
        date=from_iso(created),
        source=text_at(members, "originator"),
    )


def _first_group(members: Json) -> Json:
    """Return the first data set of version 1.0, whose groups are keyed by OID."""
    for part in ("clinicalData", "referenceData"):
        groups = value_at(members, part, "itemGroupData")
        if isinstance(groups, dict) and groups:
            return next(iter(groups.values()))
    return None


def sas_date(value: str) -> str | None:
    """Return the date of `04APR12`."""
    day, month, year = value[:2], value[2:5].upper(), value[5:7]
    if month not in MONTHS or not year.isdigit():
        return None
    century = "19" if int(year) >= FIRST_YEAR_OF_1900S else "20"
    return from_iso(f"{century}{year}-{MONTHS.index(month) + 1:02}-{day}")
