# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.feed.redaction: what each rule takes out, and what it leaves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from healthvault.feed.redaction import Redaction, Rule, make_redaction, parse_rule


def by(*rules: str, names: tuple[str, ...] = (), identifiers: tuple[str, ...] = ()) -> Redaction:
    """Return rules as somebody types them."""
    return make_redaction(map(parse_rule, rules), names=names, identifiers=identifiers)


@pytest.mark.parametrize(
    ("rule", "text", "left"),
    [
        ("names", "Ana SILVA and silva's anagram", "[name] and [name]'s anagram"),
        ("names", "Sra. Gonçalves, Goncalves", "Sra. [name], [name]"),
        ("names", "Gonc\u0327alves", "[name]"),
        (
            "names",
            "Ana_Silva_lab.pdf, Sil\u200bva, \uff33\uff49\uff4c\uff56\uff41",
            "[name]_[name]_lab.pdf, [name], [name]",
        ),
        ("names", "Ana\u00a0Silva", "[name]"),
        ("dates", "lab_2026-03-01.pdf, lab_2026_03_01.pdf", "lab_[date].pdf, lab_[date].pdf"),
        ("identifiers", "nif_123456789", "nif_[identifier]"),
        (
            "contacts",
            "Tel 912\u00a0345\u00a0678, 912\u2011345\u2011678. tel_912 345 678.",
            "Tel [contact], [contact]. tel_[contact].",
        ),
        ("dates", "on 2026-11-20, 20.11.2026, 11/20/26", "on [date], [date], [date]"),
        ("dates", "at 2026-11-20T10:00:00.5+01:00.", "at [date]."),
        ("dates", "20 November 2026; Nov. 20, 2026; 3rd May 1999", "[date]; [date]; [date]"),
        ("dates", "20261120 and 20261120101500", "[date] and [date]"),
        ("dates", "Hb 13.5 of 2 days, 120/80", "Hb 13.5 of 2 days, 120/80"),
        ("identifiers", "MRN 4711-0815, SSN 123-45-6789", "MRN [identifier], SSN [identifier]"),
        ("identifiers", "X7", "[identifier]"),
        ("identifiers", "64fa9e1c-0000-4000-8000-1234567890ab", "[identifier]"),
        (
            "identifiers",
            "2276-4 of 2026-11-20 is 57.9 at 10000 steps",
            "2276-4 of 2026-11-20 is 57.9 at 10000 steps",
        ),
        ("contacts", "a.b@c.example or https://x.example/p?q=1", "[contact] or [contact]"),
        ("contacts", "+351 555 0100, (0171) 555-1234", "[contact], [contact]"),
        ("contacts", "2026-11-20", "2026-11-20"),
        ("contacts", "on_2026-03-01 13.5 mg", "on_2026-03-01 13.5 mg"),
    ],
)
def test_what_a_rule_takes_out(rule: str, text: str, left: str) -> None:
    """And nothing else."""
    assert left == by(rule, names=("Ana Silva", "Gonçalves"), identifiers=("X7",)).text(text)


def test_text_leaves_no_words() -> None:
    """But names of things go by their codes."""
    assert None is by("text").free_text("anything")
    assert "anything" == by().free_text("anything")


def test_dates_of_members_keep_their_year() -> None:
    """Order tells the rest to who knows one of them, which is said in the specification."""
    assert ("2026", "2026-11-20", None) == (
        by("dates").date("2026-11-20"),
        by().date("2026-11-20"),
        by().date(None),
    )


def test_categories() -> None:
    """Left out as a whole."""
    found = by("category:directive", "names")
    assert (True, False) == (found.drops("directive"), found.drops("lab"))
    assert ("category:directive", "names") == found.words


def test_what_is_no_rule() -> None:
    """It is named, with those that there are."""
    for text in ("name", "category:", ""):
        with pytest.raises(ValueError, match="names"):
            parse_rule(text)


@given(
    names=st.lists(st.text(st.characters(categories=["L"]), min_size=3, max_size=12), min_size=1, max_size=5),
    between=st.lists(st.sampled_from([" ", ", ", "; ", "\n", " - "]), min_size=5, max_size=5),
)
def test_no_known_name_is_left(names: list[str], between: list[str]) -> None:
    """As a whole word, in its own letters."""
    text = "".join(name + gap for name, gap in zip(names, between, strict=False))
    left = by("names", names=tuple(names)).text(text) or ""
    words = left.replace("[name]", " ").split()
    assert not {name.casefold() for name in names} & {word.casefold() for word in words}


@given(st.text(max_size=300), st.sets(st.sampled_from(Rule)))
def test_it_is_deterministic_and_ends(text: str, rules: set[Rule]) -> None:
    """Twice the same, for any text."""
    found = make_redaction([(rule, "") for rule in rules], names=("Ana",), identifiers=("12345",))
    assert found.text(text) == found.text(text)


def test_long_texts_cost_no_more_than_their_length() -> None:
    """Patterns that stumble over themselves would hang here."""
    found = by("dates", "identifiers", "contacts", names=("Ana",))
    for piece in ("1-", "1 ", "a@", "1234567 ", "+1 (", "a.", "http://"):
        found.text(piece * 20_000)
