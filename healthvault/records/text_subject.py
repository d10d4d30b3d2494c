# SPDX-License-Identifier: Apache-2.0
"""Whose records a plain text says it is, by labels at the beginning of a line; the weakest source of all.

A name counts only with a birth date in ISO form or a record number beside it, and only if the text names one
person. Spec: docs/spec/contents.md section 3.
"""

import re

from healthvault.records.dates import from_iso
from healthvault.records.statements import Coding, Name, Subject

__all__ = ["labelled_subject"]

MAX_LINES = 200
MAX_LINE_CHARS = 120
_LABELS = {
    "name": re.compile(r"(?:patient(?:'s)?(?: name)?|name) ?: ?(\S.*)", re.IGNORECASE),
    "born": re.compile(r"(?:dob|d\.o\.b\.|date of birth|birth ?date) ?: ?(\d{4}-\d\d-\d\d)", re.IGNORECASE),
    "number": re.compile(r"(?:mrn|medical record number) ?: ?([A-Za-z0-9][A-Za-z0-9./-]*)", re.IGNORECASE),
}
"""What a whole line has to be."""


def labelled_subject(text: str) -> Subject | None:
    """Return the person that a text (unverified) names as its patient, if it names exactly one."""
    found: dict[str, set[str]] = {label: set() for label in _LABELS}
    for line in text.splitlines()[:MAX_LINES]:
        words = " ".join(line[:MAX_LINE_CHARS].split())
        for label, pattern in _LABELS.items():
            if match := pattern.fullmatch(words):
                found[label].add(match.group(1))
    names, numbers = found["name"], found["number"]
    born = {date for day in found["born"] if (date := from_iso(day))}
    if len(names) != 1 or len(born) > 1 or len(numbers) > 1 or not (born or numbers):
        return None
    return Subject(
        names=(Name(text=names.pop()),),
        birth_date=born.pop() if born else None,
        identifiers=tuple(Coding(system="", code=number) for number in numbers),
    )
