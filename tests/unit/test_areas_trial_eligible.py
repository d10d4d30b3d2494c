# SPDX-License-Identifier: Apache-2.0
"""Criteria are judged by what the owner's own documents state, and nothing is written."""

import json
from datetime import date
from pathlib import Path

from healthvault.areas.trial_eligible import judge
from healthvault.ledger.person import FactKind
from healthvault.records.statements import Name, Subject
from healthvault.trials.criteria import parse_criteria
from healthvault.vault.looking import looked_into
from healthvault.vault.person import add_facts, fact_of
from tests.stated import lab, state, thing
from tests.vaults import NOW_MS, ana

ASKED = {
    "version": 1,
    "study": "S1",
    "criteria": [
        {"type": "age", "min": 18},
        {"type": "condition", "codes": ["snomed|44054006"]},
        {
            "type": "lab",
            "codes": ["loinc|4548-4"],
            "comparator": ">",
            "value": 6,
            "unit": "%",
            "within_days": 30,
        },
    ],
}
DAY = date(2026, 11, 20)


def test_judged_by_the_owners_documents(tmp_path: Path) -> None:
    """With the ids of what each answer rests on; what is somebody else's does not count."""
    criteria = parse_criteria(json.dumps(ASKED).encode())
    with ana(tmp_path).open(writing=True) as vault:
        other = Subject(names=(Name(text="Rui Silva"),), birth_date="2001-01-01")
        add_facts(vault, [fact_of(FactKind.BIRTH_DATE, "1975-05-01")], now_ms=NOW_MS)
        add_facts(vault, [fact_of(FactKind.NAME, "Ana Silva")], now_ms=NOW_MS)
        own = state(vault, "own", [thing("Condition", "44054006", "Diabetes", "active")])
        state(vault, "his", [other, lab("4548-4", "HbA1c", "7.1", "%", "2026-11-01", subject=0)])
        with looked_into(vault) as contents:
            size = vault.history.size
            judged = judge(vault, contents, criteria, DAY)
            assert ["yes", "yes", "unknown"] == [each.truth.value for each in judged.answer.parts]
            assert [(), (own.id,), ()] == [each.documents for each in judged.answer.parts]
            assert size == vault.history.size
