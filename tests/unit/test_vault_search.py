# SPDX-License-Identifier: Apache-2.0
"""Searching: what is found, in which order, and that nothing that is typed is an operator."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from healthvault.errors import InvalidRequest
from healthvault.records.statements import Passage
from healthvault.storage.search_rows import Found, Sought
from healthvault.vault.add import AddOptions
from healthvault.vault.amend import Correction, retract_document, revise_document
from healthvault.vault.erase import erase_documents, find_victims
from healthvault.vault.looking import looked_into
from healthvault.vault.search import marks_in, search, words_of_arguments
from healthvault.vault.vault import Vault
from tests.stated import LOINC, lab, state
from tests.vaults import NOW_MS, ana


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vault]:
    """A vault with a laboratory report and letters in several scripts."""
    with ana(tmp_path_factory.mktemp("search")).open(writing=True) as vault:
        values = [
            lab("2276-4", "Ferritin", "12.5", "ug/L", "2026-03-01"),
            lab("718-7", "Hemoglobin", "11", "g/dL", "2026-03-01"),
        ]
        state(vault, "lab.json", values, AddOptions(title="Report", author="Dr Mei Lee", date="2026-03-02"))
        lines = [
            Passage(words="Iron deficiency, ferritin low", place="line 1"),
            Passage(
                words="\u6771\u4eac\u5927\u5b66\u75c5\u9662\u306b\u5165\u9662\u3057\u307e\u3057\u305f\u3002\u738b\u5927\u660e",
                place="line 2",
            ),
            Passage(
                words="Gr\u00f6\u00dfe 172 cm, Frau M\u00fcller; \u0628\u0637\u0627\u0642\u0629", place="line 3"
            ),
            Passage(words="deficiency of something, and iron", place="line 4"),
        ]
        state(vault, "letter.txt", lines, AddOptions(title="Letter", tags=("2026", "blood"), date="2025-01-01"))
        state(vault, "note.txt", [Passage(words="nothing", place="line 1")], AddOptions(title="About ferritin"))
        yield vault


def found(vault: Vault, *arguments: str, **more: str | tuple[str, ...]) -> tuple[Found, ...]:
    """Return what is found for arguments of the command."""
    sought = Sought(words=words_of_arguments(arguments), **more)  # type: ignore[arg-type]
    with looked_into(vault) as contents:
        return search(contents, sought, limit=20)[0]


def titles(vault: Vault, *arguments: str, **more: str | tuple[str, ...]) -> list[str]:
    """Return the titles of what is found."""
    return [each.title for each in found(vault, *arguments, **more)]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (("nothing",), ["About ferritin"]),
        (("ferr*", "report"), ["Report"]),
        (("2276-4",), ["Report"]),
        (("loinc", "2276-4"), ["Report"]),
        (("12.5",), ["Report"]),
        (("lee", "ferritin"), ["Report"]),
        (("blood",), ["Letter"]),
        (("letter.txt",), ["Letter"]),
        (("iron deficiency",), ["Letter"]),
        (('"deficiency iron"',), []),
        (("\u738b\u5927\u660e",), ["Letter"]),
        (("\u5927\u5b66",), ["Letter"]),
        (("\u5b66\u5927",), []),
        (("muller", "GROSSE"), ["Letter"]),
        (("\u0628\u0637\u0627\u0642\u0629",), ["Letter"]),
        (("ferri",), []),
    ],
)
def test_what_is_found(vault: Vault, typed: tuple[str, ...], expected: list[str]) -> None:
    """Words, beginnings, phrases, codes, numbers, what is said of a document, any script."""
    assert expected == titles(vault, *typed)


def test_the_title_comes_first(vault: Vault) -> None:
    """Then lines with all words."""
    assert "About ferritin" == titles(vault, "ferritin")[0]
    (letter,) = found(vault, "iron", "deficiency", "low")
    assert ["line 1"] == [line.place for line in letter.lines]


def test_lines_say_where_and_when(vault: Vault) -> None:
    """The line of an item has its date, and the words are marked in it."""
    report = next(each for each in found(vault, "ferritin") if each.title == "Report")
    (line,) = report.lines
    assert ("Observation", "2026-03-01") == (line.type, line.date)
    sought = Sought(words=words_of_arguments(("FERRITIN",)))
    assert ["Ferritin"] == [line.words[start:end] for start, end in marks_in(line.words, sought)]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"kind": "pdf"}, []),
        ({"author": "Dr Mei Lee"}, ["Report"]),
        ({"tag": "blood"}, ["Letter"]),
        ({"category": "lab"}, ["Report"]),
        ({"since": "2026-01-01"}, ["Report"]),
        ({"until": "2025-06-01"}, ["Letter"]),
        ({"code": "2276-4"}, ["Report"]),
        ({"code": "2276-4", "systems": (LOINC,)}, ["Report"]),
        ({"code": "2276-4", "systems": ("urn:x",)}, []),
    ],
)
def test_filters(vault: Vault, more: dict[str, str], expected: list[str]) -> None:
    """A line's own date and category, else its document's; what has none is not found by a date."""
    assert expected == titles(vault, "ferritin", **more)


def test_a_code_alone(vault: Vault) -> None:
    """Each document once, with the lines of that code."""
    (report,) = found(vault, code="718-7")
    assert ["Hemoglobin 11 g/dL 718-7"] == [line.words for line in report.lines]


@pytest.mark.parametrize(
    "typed",
    [
        '"',
        '""',
        "AND zz",
        "OR NOT",
        "NEAR(a b)",
        "title:x",
        "{title}:x",
        "a* OR *",
        "^a",
        "(",
        "-",
        "*",
        "a\0b",
        "';--",
        "+",
        "\\",
    ],
)
def test_nothing_that_is_typed_is_an_operator(vault: Vault, typed: str) -> None:
    """It finds nothing, and breaks nothing."""
    if words_of_arguments((typed,)):
        assert [] == titles(vault, typed)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=4))
def test_anything_can_be_typed(vault: Vault, typed: list[str]) -> None:
    """There is no text for which the search language has an error."""
    with looked_into(vault) as contents:
        words = words_of_arguments(typed)
        if words:
            search(contents, Sought(words=words), limit=2)


def test_too_many_words(vault: Vault) -> None:
    """A question has an end."""
    with pytest.raises(InvalidRequest):
        words_of_arguments(("a",) * 41)


def test_what_is_said_anew_is_found_anew(tmp_path: Path) -> None:
    """A correction, a newer version, a retraction, an erasure."""
    with ana(tmp_path).open(writing=True) as vault:
        old = state(vault, "a.txt", [Passage(words="ferritin", place="line 1")], AddOptions(title="Alpha"))
        assert ["Alpha"] == titles(vault, "alpha")
        revise_document(vault, old.id, Correction(title="Beta"), now_ms=NOW_MS)
        assert ([], ["Beta"]) == (titles(vault, "alpha"), titles(vault, "beta"))
        state(
            vault,
            "b.txt",
            [Passage(words="ferritin, and more of it here", place="line 1")],
            AddOptions(title="Gamma"),
        )
        retract_document(vault, old.id, reason="wrong", now_ms=NOW_MS)
        assert [("Gamma", "current"), ("Beta", "retracted")] == [
            (each.title, each.status) for each in found(vault, "ferritin")
        ]
        erase_documents(vault, find_victims(vault, (old.id,)), reason=None, now_ms=NOW_MS)
        assert [] == titles(vault, "beta")
