# SPDX-License-Identifier: Apache-2.0
"""The timeline: what stands in it, once, by the day, and what would drown it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from healthvault.records.statements import Coding, Passage, Subject
from healthvault.storage.item_scope import Scope
from healthvault.vault.add import AddOptions
from healthvault.vault.content_views import TimelineEntry
from healthvault.vault.looking import looked_into
from healthvault.vault.owners_view import owners_scope
from healthvault.vault.timeline import timeline
from healthvault.vault.vault import Vault
from healthvault.vault.whose import Whose
from tests.stated import lab, state, thing
from tests.vaults import ana


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    """An empty vault."""
    with ana(tmp_path).open(writing=True) as vault:
        yield vault


def told(vault: Vault, scope: Scope | None = None, limit: int = 100) -> list[TimelineEntry]:
    """Return the entries."""
    with looked_into(vault) as contents:
        return list(timeline(contents, scope or Scope(), limit=limit))


def lines(vault: Vault, scope: Scope | None = None, limit: int = 100) -> list[tuple[str | None, str]]:
    """Return days and titles."""
    return [(entry.day, entry.title) for entry in told(vault, scope, limit)]


def test_the_newest_day_first_and_what_has_no_date_last(vault: Vault) -> None:
    """Items by their own dates, documents by theirs; a document whose only item is there is not told again."""
    state(
        vault, "one.json", [lab("1-1", "Ferritin", "12", "ug/L", "2026-03-01T08:00:00Z")], AddOptions(title="One")
    )
    problems = [thing("Condition", "1", "Asthma", "active"), thing("Condition", "2", "Rash", "active", "2020")]
    state(vault, "two.json", problems, AddOptions(title="Two", date="2025-02-02"))
    state(vault, "three.txt", [Passage(words="x", place="line 1")], AddOptions(title="Three", date="2026-03-01"))
    assert [
        ("2026-03-01", "Ferritin"),
        ("2026-03-01", "Three"),
        ("2025-02-02", "Two"),
        ("2020", "Rash"),
        (None, "Asthma"),
    ] == lines(vault)


def test_the_same_thing_stands_once_with_all_that_say_it(vault: Vault) -> None:
    """Also where two documents write its unit, its number or its hour in another way."""
    state(vault, "a.json", [lab("1-1", "Ferritin", "12", "ug/L", "2026-03-01T23:30:00-05:00")])
    state(vault, "b.json", [lab("1-1", "Ferritin", "12.0", "\u00b5g/l", "2026-03-02T04:30:00Z")])
    (entry,) = told(vault)
    assert 2 == len(entry.sources)


def test_days_of_a_device_are_one_line(vault: Vault) -> None:
    """At the newest day; what was measured by hand now and then stays as it is."""
    days = [lab("55423-8", "Steps", "9000", "{steps}", f"2026-01-{day:02}", count=50) for day in range(1, 10)]
    pulse = [lab("40443-4", "Resting heart rate", "60", "/min", f"2026-01-{day:02}") for day in range(1, 10)]
    weight = [lab("29463-7", "Weight", "70", "kg", f"2026-0{month}-01") for month in range(1, 7)]
    state(vault, "export.zip", [*days, *pulse, *weight], AddOptions(title="Export"))
    entries = {entry.title: entry for entry in told(vault) if entry.kind == "series"}
    assert {"Steps", "Resting heart rate"} == entries.keys()
    steps = entries["Steps"]
    assert (9, "2026-01-01", "2026-01-09", 450) == (steps.days, steps.since, steps.day, steps.count)
    assert "9000 steps" == steps.value
    assert 6 == sum(entry.title == "Weight" for entry in told(vault))


def test_many_values_of_one_day_are_one_line(vault: Vault) -> None:
    """From the fifth on; a range only where the unit is one."""
    many = [lab("8867-4", "Pulse", str(60 + n), "/min", f"2026-01-01T08:0{n}:00Z") for n in range(6)]
    mixed = [lab("2-2", "X", str(n), "mg" if n else "g", f"2026-01-01T08:0{n}:00Z") for n in range(6)]
    state(vault, "a.json", [*many, *mixed])
    found = {entry.title: (entry.value, entry.count) for entry in told(vault)}
    assert ("60\u201365 /min", 6) == found["Pulse"]
    assert (None, 6) == found["X"]


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(since="2026-02-01"), ["Ferritin"]),
        (Scope(until="2026-01-31"), ["Flu"]),
        (Scope(category="lab"), ["Ferritin"]),
        (Scope(kind="Immunization"), ["Flu"]),
        (Scope(kind="dicom"), []),
    ],
)
def test_filters(vault: Vault, scope: Scope, expected: list[str]) -> None:
    """By day, category, and type of a document or an item."""
    items = [lab("1-1", "Ferritin", "1", "g", "2026-03-01"), thing("Immunization", "3", "Flu", None, "2026-01-01")]
    state(vault, "a.json", items)
    assert expected == [title for _, title in lines(vault, scope)]


def test_what_is_out_of_force_is_left_out(vault: Vault) -> None:
    """Entered in error, by its own word."""
    state(vault, "a.json", [thing("Condition", "1", "Asthma", "entered-in-error", "2026-01-01")])
    assert [] == lines(vault)


def test_one_more_than_asked_for_says_that_there_is_more(vault: Vault) -> None:
    """And no more than that."""
    state(vault, "a.json", [lab("1-1", "F", str(n), "g", f"20{n:02}-03-01") for n in range(10, 20)])
    assert ["2019-03-01", "2018-03-01", "2017-03-01"] == [day for day, _ in lines(vault, limit=2)]


def test_what_is_not_known_to_be_the_owners_is_left_out(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """An item of another subject, and a document with nothing else; everyone's view has it."""
    who = Subject(identifiers=(Coding(system="urn:x", code="1"),))
    own = state(
        vault,
        "a.json",
        [lab("1-1", "Own", "1", "g", "2026-01-01"), lab("1-2", "Other", "1", "g", "2026-01-01", subject=0), who],
    )
    alone = state(
        vault,
        "b.json",
        [who, lab("1-3", "Child", "1", "g", "2026-01-01", subject=0)],
        AddOptions(date="2026-02-01"),
    )
    left_out = (alone.entry,)
    whose = Whose(left_out=left_out, outside=frozenset({(own.entry, 0), (alone.entry, 0)}))
    monkeypatch.setattr("healthvault.vault.owners_view.whose_records", lambda *_: whose)
    with looked_into(vault) as contents:
        scope, seen = owners_scope(vault, contents, Scope(), everyone=False)
        assert left_out == seen.left_out
        assert {"Own", own.title} == {entry.title for entry in timeline(contents, scope, limit=10)}
        everyone, _ = owners_scope(vault, contents, Scope(), everyone=True)
        assert {"Own", "Other", "Child"} <= {entry.title for entry in timeline(contents, everyone, limit=10)}
