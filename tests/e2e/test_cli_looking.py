# SPDX-License-Identifier: Apache-2.0
"""Looking into what documents say: search, timeline, summary, trend and diff through the installed program."""

import pytest
from people import Person
from test_cli_json import check
from test_cli_screen import Session

from healthvault.storage.slots import SlotKind
from healthvault.vault.add import AddOptions
from healthvault.vault.session import open_vault
from healthvault.vault.unlock import Secret
from healthvault.vault.vault import Place
from tests.stated import lab, state, thing
from tests.vaults import NOW_MS


@pytest.fixture
def stated(ana: Person) -> Person:
    """Ana, with two documents of which a reader has stated something."""
    place = Place(root=ana.vault, state_dir=ana.home / ".local/state/healthvault")
    secret = Secret(kind=SlotKind.KEY_FILE, value=(ana.home / "key").read_bytes())
    values = [lab("2276-4", "Ferritin", n, "ug/L", f"202{n}-01-01", low="15", high="150") for n in "123"]
    with open_vault(place, secret, now_ms=NOW_MS, writing=True, clock_ok=True) as vault:
        items = [
            *values,
            lab("718-7", "Hemoglobin", "11", "g/dL", "2021-01-01"),
            thing("Condition", "195967001", "Asthma", "active", "2010", category="condition"),
        ]
        state(vault, "a.json", items, AddOptions(title="A report", date="2024-01-01", source="City Lab"))
        other = [lab("2276-4", "Ferritin", "90", "pmol/L", "2024-01-01", comparator="<")]
        state(vault, "b.json", other, AddOptions(title="A \x1b[31m letter"))
    return ana


def test_every_object_is_as_its_schema_says(stated: Person) -> None:
    """And each is one that a script can ask for."""
    check(stated.hv("search", "ferritin", "--json").objects, "hit", "hit", "hit")
    check(stated.hv("timeline", "--json", "-n", "3").objects, *["timeline_entry"] * 3)
    check(stated.hv("summary", "--json").objects, "summary")
    check(stated.hv("trend", "ferritin", "--json").objects, *["trend_point"] * 4)
    check(stated.hv("diff", *stated.ids()[-2:], "--json").objects, "difference")


def test_a_text_is_found_by_its_line(ana: Person) -> None:
    """The reader ran apart; what no reader knows is no fault."""
    rows = ana.hv("search", "second LINE").out.splitlines()
    assert [["first line", "line 2", "second line"]] == [row.split("\t")[3:] for row in rows]
    assert "" == ana.hv("search", "nothing-like-it").out


def test_rows_in_a_pipe(stated: Person) -> None:
    """Whole ids, nothing that acts on a terminal, a line a value."""
    trend = [row.split("\t") for row in stated.hv("trend", "loinc|2276-4").out.splitlines()]
    assert [("2021-01-01", "1", "ug/L", "15", "150"), ("2024-01-01", "<90", "pmol/L", "", "")] == [
        tuple(trend[place][:5]) for place in (0, -1)
    ]
    assert "\\x1b[31m" in stated.hv("search", "letter").out
    summary = stated.hv("summary").out
    assert "problems\tAsthma\t\tactive\t2010\t" in summary
    assert "allergies\t\t\t\t\t\t\tno document says anything\t" in summary
    assert "no document says anything" not in stated.hv("summary", "--json").out


def test_several_that_match_are_listed(stated: Person) -> None:
    """Nobody chooses one: exit 2, with their codes."""
    done = stated.hv("trend", "in", exit=2)
    assert ["loinc|2276-4\tFerritin\t4", "loinc|718-7\tHemoglobin\t1"] == done.out.splitlines()
    assert "Ferritin" not in done.err
    check(stated.hv("trend", "in", "--json", exit=2).objects, "trend_candidate", "trend_candidate")
    assert "hv search" in stated.hv("trend", "2276-4", "--since", "2030-01-01", exit=5).err


def test_pictures(stated: Person) -> None:
    """The same bytes each time; what is there is not overwritten; different units are said to stand apart."""
    done = stated.hv("trend", "2276-4", "--svg", "one.svg", "--png", "one.png")
    assert "2 units" in done.err
    stated.hv("trend", "2276-4", "--svg", "two.svg")
    assert (stated.home / "one.svg").read_bytes() == (stated.home / "two.svg").read_bytes()
    assert (stated.home / "one.png").read_bytes().startswith(b"\x89PNG")
    assert "unsafe_output" == stated.hv("trend", "2276-4", "--svg", "one.svg", "--json", exit=1).error["code"]


def test_without_the_extra(stated: Person) -> None:
    """Values are there all the same; a picture says what to install."""
    stub = stated.home / "stub"
    for name in ("matplotlib", "plotext"):
        (stub / name).mkdir(parents=True)
        (stub / name / "__init__.py").write_text("raise ImportError")
    stub_path = {"PYTHONPATH": str(stub)}
    assert stated.hv("trend", "2276-4", **stub_path).out
    error = stated.hv("trend", "2276-4", "--svg", "x.svg", "--json", exit=1, **stub_path).error
    assert ("extra_missing", "pip install 'healthvault[plot]'") == (error["code"], error["hint"])
    assert not (stated.home / "x.svg").exists()


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("search",), 2),
        (("search", "--", "-"), 2),
        (("diff", "d_2222", "d_3333"), 5),
        (("timeline", "-n", "0"), 2),
    ],
)
def test_what_makes_no_sense(ana: Person, command: tuple[str, ...], code: int) -> None:
    """Is said, with its exit code."""
    ana.hv(*command, exit=code)


def test_diff_says_whether_the_bytes_are_the_same(ana: Person) -> None:
    """Exit 0 in either case."""
    (ana.home / "other.txt").write_text("first line\nthird line\n")
    ana.hv("add", "other.txt")
    note, other = ana.ids()[1], ana.ids()[-1]
    done = ana.hv("diff", note, other)
    assert ["-\tline\t\t\t\tsecond line\t", "+\tline\t\t\t\t\tthird line"] == done.out.splitlines()
    assert "They differ." in done.err
    assert "byte for byte" in ana.hv("diff", note, note).err


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (("search", "ferritin"), "A report"),
        (("timeline",), "2023-01-01"),
        (("summary",), "no document says anything about allergies"),
        (("trend", "2276-4", "--unit", "ug/L"), "\u25cf"),
    ],
)
def test_on_a_screen(stated: Person, command: tuple[str, ...], expected: str) -> None:
    """Laid out for it, and nothing in a title acts on it."""
    shown = Session(stated, *command).read_until(None)
    assert expected in shown
    assert "\x1b[31m letter" not in shown
