# SPDX-License-Identifier: Apache-2.0
"""Names compared in spite of how they are written."""

import pytest

from healthvault.identity.agreement import Agreement
from healthvault.identity.names import best_match, shown_name
from healthvault.records.statements import Name

SAME, CLOSE, DIFFERENT = Agreement.SAME, Agreement.CLOSE, Agreement.DIFFERENT


def name(text: str) -> Name:
    """Return a name: `Family^Given` has parts, everything else is in one piece."""
    family, caret, given = text.partition("^")
    return Name(family=family or None, given=tuple(given.split("^"))) if caret else Name(text=text)


def compared(one: str, other: str) -> tuple[Agreement, Agreement]:
    """Return how family and given name agree, the same in both directions."""
    found = [best_match([name(first)], [name(second)]) for first, second in ((one, other), (other, one))]
    results = [(match[0].family, match[0].given) if match else (Agreement.UNKNOWN,) * 2 for match in found]
    assert results[0] == results[1]
    return results[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Everywoman^Eve", "Eve Everywoman"),
        ("Everywoman^Eve", "EVERYWOMAN, EVE L."),
        ("Everywoman^Eve", "Mrs. Eve Everywoman"),
        ("Everywoman^Eve", "Everywoman^Eve^Louise"),
        ("Everywoman^Eve^L", "Everywoman^Eve^Louise"),
        ("Müller^Jürgen", "MUELLER^JUERGEN"),
        ("Müller^Jürgen", "Muller^Jurgen"),
        ("Mu\u0308ller^Ju\u0308rgen", "Müller^Jürgen"),
        ("O'Brien^Seán", "OBrien^Sean"),
        ("De La Rosa^Martha", "Martha DeLarosa"),
        ("de la Cruz^Juan", "Juan de la Cruz"),
        ("Łukasz^Żółć", "Lukasz^Zolc"),
        ("Jørgensen^Søren", "Joergensen^Soeren"),
        ("Smith-Jones^Anne-Marie", "Smith Jones^Anne Marie"),
        ("Waelchi213^Fannie18", "Fannie18 Waelchi213"),
        ("山田^太郎", "山田太郎"),
        ("김^지수", "김지수"),
        ("Doe^John Adam", "Doe^John"),
        ("Doe Jr.^John", "John Doe Jr"),
    ],
)
def test_the_same_name(one: str, other: str) -> None:
    """Letter case, marks, order, titles, middle names and signs between words do not matter."""
    assert (SAME, SAME) == compared(one, other)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Doe^John", "Doe^Jane", (SAME, DIFFERENT)),
        ("Doe^John", "Doe^J", (SAME, CLOSE)),
        ("Doe^John^Adam", "Doe^John^Brian", (SAME, CLOSE)),
        ("Doe^Adam", "Doe^John^Adam", (SAME, CLOSE)),
        ("Doe^Robert", "Doe^Rob", (SAME, CLOSE)),
        ("Doe^Jonathan", "Doe^Jonahtan", (SAME, CLOSE)),
        ("Doe^William", "Doe^Bill", (SAME, DIFFERENT)),
        ("Smith^Eve", "Smith-Jones^Eve", (CLOSE, SAME)),
        ("Everywoman^Eve", "Betterhalf^Eve", (DIFFERENT, SAME)),
        ("Donald^Duck", "Duck^Donald", (CLOSE, CLOSE)),
        ("John Paul", "Paul John", (CLOSE, CLOSE)),
        ("Jean-Pierre Dupont", "Jean Dupont", (SAME, CLOSE)),
        ("Li^Na", "Na Li", (SAME, SAME)),
    ],
)
def test_what_is_not_the_same(one: str, other: str, expected: tuple[Agreement, Agreement]) -> None:
    """Initials, middle names, slips and swapped parts are close; another word is another name."""
    assert expected == compared(one, other)


@pytest.mark.parametrize("text", ["", "Unknown", "ANONYMOUS^", "^", "?", "..."])
def test_nobody_is_no_name(text: str) -> None:
    """What stands where no name is known agrees with nothing."""
    assert best_match([name(text)], [name("Doe^John")]) is None


def test_scripts_are_not_compared() -> None:
    """A name in ideographs says nothing against one in letters, and the best of several counts."""
    assert best_match([name("山田^太郎")], [name("Yamada^Taro")]) is None
    found = best_match([name("山田^太郎")], [name("Yamada^Taro"), name("山田^太郎")])
    assert found is not None
    assert found[0].is_whole
    both = Name(family="Wang", given=("Daming",), text="王大明")
    for other, is_whole in ((name("王大明"), True), (name("Wang^Daming"), True), (name("李小龍"), False)):
        again = best_match([both], [other])
        assert again is not None
        assert is_whole == again[0].is_whole


def test_generations() -> None:
    """Father and son of one name are told apart where both say so; where one does not, it is left open."""
    both, one = (
        best_match([name("John Doe Jr")], [name("John Doe Sr")]),
        best_match([name("John Doe Jr")], [name("Doe^John")]),
    )
    assert both is not None
    assert one is not None
    assert (DIFFERENT, CLOSE) == (both[0].generation, one[0].generation)


def test_a_name_is_shown_as_it_is_written() -> None:
    """In one line, given names first."""
    assert ["Eve Everywoman", "EVERYWOMAN, EVE"] == [
        shown_name(Name(family="Everywoman", given=("Eve",))),
        shown_name(Name(text="EVERYWOMAN,\n EVE")),
    ]
