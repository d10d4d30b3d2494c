# SPDX-License-Identifier: Apache-2.0
"""Two names are one medicine by the same code or the same words; what may be two strengths stays two."""

from hypothesis import given
from hypothesis import strategies as st

from healthvault.medicines.wording import Medicine, grouped, normal_words
from healthvault.records.statements import Coding
from tests.prescribed import named

WORDS = st.sampled_from(
    ["Ramipril", "ramipril 5 mg", "Ramipril 5mg", "Ramipril 10 mg", "Ramipril 0.005 g", "Zestril"]
)
CODES = st.sets(st.sampled_from(["1", "2", "3"]), max_size=2)
MEDICINES = st.lists(st.builds(lambda words, codes: named(words, *codes), WORDS, CODES), min_size=1, max_size=8)


def is_one(one: Medicine, other: Medicine, *around: Medicine) -> bool:
    """Tell whether two names are one medicine."""
    groups = grouped([one, other, *around])
    return groups[one.key] == groups[other.key]


def test_the_same_words_are_one_medicine() -> None:
    """Letter case, accents and blank space do not count."""
    assert is_one(named("Ramipril 5 mg"), named(" RAMIPRIL  5mg"))
    assert is_one(named("Paracétamol 500 mg"), named("paracetamol 500 MG"))
    assert not is_one(named("Ramipril 5 mg"), named("Ramipril 5 mg tablets"))
    assert not is_one(named("Ramipril"), named("Ramipril 5 mg"))


def test_the_same_code_is_one_medicine() -> None:
    """Whatever it is called, unless the strengths differ."""
    assert is_one(named("Ramipril", "1"), named("Altace", "1"))
    assert is_one(named("Ramipril 0.5 g", "1"), named("Altace 500 mg", "1"))
    assert not is_one(named("Ramipril 5 mg", "1"), named("Ramipril 10 mg", "1"))
    assert not is_one(named("Ramipril 5 mg", "1"), named("Ramipril 5 mg", "2"))
    no_system = Medicine(words="A", codes=(Coding(system="", code="1"),))
    assert not is_one(no_system, Medicine(words="B", codes=(Coding(system="", code="1"),)))


def test_a_name_that_could_be_either_is_neither() -> None:
    """A code without a strength belongs to none of two strengths, and what joins them joins nothing."""
    five, ten, bare = named("Ramipril 5 mg", "1"), named("Ramipril 10 mg", "1"), named("Ramipril", "1")
    assert is_one(five, bare)
    assert not is_one(five, bare, ten)
    assert not is_one(ten, bare, five)
    words = named("Ramipril 5 mg")
    assert not is_one(named("Ramipril 5 mg", "1"), words, named("Ramipril 5 mg", "2"))


def test_a_long_chain_does_not_join_two_strengths() -> None:
    """However many names lead from one to the other."""
    chain = [named("R 5 mg", "1"), named("a", "1", "b"), named("c", "b"), named("c"), named("c", "d"),
             named("e", "d"), named("R 10 mg", "d")]  # fmt: skip
    groups = grouped(chain)
    assert groups[chain[0].key] != groups[chain[-1].key]


def test_amounts_are_compared_exactly() -> None:
    """Of mass in one unit, of others as written; a concentration is an amount for so much."""
    assert named("X 0.5 g").strengths == named("X 500 mg").strengths == named("X 500000 µg").strengths
    assert named("X 5 mg/ml").strengths != named("X 5 mg").strengths
    assert frozenset() == named("Vitamin B12").strengths
    assert "x 5mg" == normal_words("X  5 mg")


@given(medicines=MEDICINES, data=st.data())
def test_the_order_does_not_matter(medicines: list[Medicine], data: st.DataObject) -> None:
    """And no group ever holds two strengths."""
    groups = grouped(medicines)
    assert groups == grouped(data.draw(st.permutations(medicines)))
    for one in medicines:
        for other in medicines:
            if groups[one.key] == groups[other.key] and one.strengths and other.strengths:
                assert one.strengths == other.strengths
