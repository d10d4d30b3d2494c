# SPDX-License-Identifier: Apache-2.0
"""An electrocardiogram of an Apple Health export: what it was found to be; its samples are not read.

The head of the file is a table of words and values in the phone's language; English ones are understood.
Spec: docs/spec/contents.md section 7.
"""

import csv
import hashlib

from healthvault.records.apple_days import moment
from healthvault.records.categories import Category
from healthvault.records.description import one_line
from healthvault.records.healthkit import HEALTHKIT
from healthvault.records.statements import Coding, Item

__all__ = ["ecg_item"]

HEAD_LINES = 20


def ecg_item(head: bytes, place: str, subject: int | None) -> Item | None:
    """Return what the first bytes (unverified) of an electrocardiogram say; None if they do not say."""
    said: dict[str, str] = {}
    try:
        for row in csv.reader(head.decode("utf-8", "replace").splitlines()[:HEAD_LINES]):
            if len(row) == 2:
                said.setdefault(row[0].strip(), row[1].strip())
    except csv.Error:
        return None
    date = moment(said.get("Recorded Date", ""))
    if date is None or not said.get("Classification"):
        return None
    return Item(
        type="Observation",
        place=place,
        title="Electrocardiogram",
        subject=subject,
        identity=f"Observation/Electrocardiogram/{date}",
        digest=hashlib.sha256(head).digest(),
        date=date,
        status="final",
        category=Category.OTHER.value,
        codes=(Coding(system=HEALTHKIT, code="HKDataTypeIdentifierElectrocardiogram"),),
        text=one_line(said["Classification"]),
        source=one_line(said.get("Device")),
    )
