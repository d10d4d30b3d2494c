# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.areas.reports: what is old, what is idle, and what is left out."""

from pathlib import Path

import pytest

from healthvault.areas.reports import Reason, kept_rows, retention_rows
from healthvault.storage.inputs import InputFile
from healthvault.vault.add import AddOptions, add_documents
from healthvault.vault.amend import replace_document
from healthvault.vault.erase import erase_documents, find_victims
from tests.vaults import DAY_MS, NOW_MS, Sample, ana


def holding(folder: Path, *dates: str | None) -> Sample:
    """Return a vault with a document of each date."""
    sample = ana(folder)
    with sample.open(writing=True) as vault:
        for number, date in enumerate(dates):
            item = InputFile(name=f"{number}.txt", data=f"text {number}".encode())
            list(add_documents(vault, [item], AddOptions(date=date, title=f"t{number}"), now_ms=NOW_MS))
    return sample


@pytest.mark.parametrize(
    ("date", "before", "is_old"),
    [
        ("2016-11-19", "2016-11-20", True),
        ("2016-11-20", "2016-11-20", False),
        ("2016-10", "2016-11-20", True),
        ("2016-11", "2016-11-20", False),
        ("2015", "2016-11-20", True),
        ("2016", "2016-11-20", False),
        (None, "2026-11-20", False),
        (None, "2026-12-31", True),
    ],
)
def test_a_month_or_year_is_old_once_all_of_it_is(
    tmp_path: Path, date: str | None, before: str, is_old: bool
) -> None:
    """What has no date is as old as its entry."""
    with holding(tmp_path, date).open() as vault:
        rows = retention_rows(vault, before=before, category=None, soon_ms=NOW_MS, now_ms=NOW_MS)
        assert is_old == any(row.reason is Reason.OLD and row.name == "t0" for row in rows)


def test_what_replaced_another_says_what_its_erasure_would_do(tmp_path: Path) -> None:
    """The older one would be in force again."""
    sample = holding(tmp_path, "2000-01-01")
    with sample.open(writing=True) as vault:
        (old,) = [
            row for row in retention_rows(vault, before="2001", category=None, soon_ms=0, now_ms=0) if row.date
        ]
        item = InputFile(name="n.txt", data=b"newer")
        replace_document(vault, old.id, item, AddOptions(date="2000-02-02"), now_ms=NOW_MS)
        found = retention_rows(vault, before="2001", category="other", soon_ms=NOW_MS + DAY_MS, now_ms=NOW_MS)
        notes = {row.date: row.note for row in found if row.reason is Reason.OLD}
    assert {"2000-01-01": "superseded", "2000-02-02": "replaced another, which would be in force again"} == notes


def test_erased_documents_are_not_kept(tmp_path: Path) -> None:
    """Neither counted nor proposed."""
    sample = holding(tmp_path, "2000-01-01")
    with sample.open() as vault:
        before = sum(row.count for row in kept_rows(vault))
        rows = retention_rows(vault, before="2001", category=None, soon_ms=0, now_ms=0)
        (old,) = [row.id for row in rows if row.date]
    with sample.open(writing=True) as vault:
        erase_documents(vault, find_victims(vault, (old,)), reason=None, now_ms=NOW_MS)
    with sample.open() as vault:
        assert before - 1 == sum(row.count for row in kept_rows(vault))
        rows = retention_rows(vault, before="2001", category=None, soon_ms=0, now_ms=0)
        assert [] == [row for row in rows if row.date]
