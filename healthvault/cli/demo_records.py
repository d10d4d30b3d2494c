# SPDX-License-Identifier: Apache-2.0
"""The synthetic patient of `hv demo`: nobody real, three small records in real formats."""

import json
from pathlib import Path

__all__ = ["write_records"]

_LETTER = """Discharge letter

Ana Silva was seen on 2026-03-14 for a check of her iron stores. Ferritin is low. Advice: iron by mouth for three
months, then a new blood test.

Dr. Lee, synthetic clinic
"""

_IMMUNISATIONS = """date,vaccine,lot,site
2025-10-02,influenza,SYN-1180,left arm
2026-01-20,tetanus,SYN-0042,left arm
"""


def write_records(folder: Path) -> list[str]:
    """Write the records into a folder and return their names."""
    texts = {
        "ferritin.json": json.dumps(_report(), indent=1),
        "letter.txt": _LETTER,
        "immunisations.csv": _IMMUNISATIONS,
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return list(texts)


def _report() -> dict[str, object]:
    return {
        "resourceType": "Observation",
        "id": "ferritin",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "2276-4"}], "text": "Ferritin"},
        "subject": {"display": "Ana Silva (synthetic)"},
        "effectiveDateTime": "2026-03-12",
        "valueQuantity": {"value": 9, "unit": "ug/L"},
        "referenceRange": [{"low": {"value": 15}, "high": {"value": 150}}],
    }
