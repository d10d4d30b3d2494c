# SPDX-License-Identifier: Apache-2.0
"""A claim with all that answers it is one case; what contradicts it is not."""

from dataclasses import replace

from healthvault.claims.joining import join
from healthvault.claims.paper import Person, Role
from healthvault.records.statements import Coding
from tests.claim_papers import line, paper


def labels(*papers: object) -> list[str]:
    """Return what the cases are called."""
    return [case.label for case in join(papers)]  # type: ignore[arg-type]


def test_what_refers_to_a_claim_is_of_its_case() -> None:
    """An explanation, a response, by reference and by identifier; the provider's word names it."""
    claim = paper("7", line(billed="5"), role=Role.CLAIM, identifiers=(Coding(system="urn:x", code="N7"),))
    eob = paper("E1", line(paid="4"), seq=2, claims=("7",))
    response = paper("R1", role=Role.RESPONSE, seq=3, claim_identifiers=(Coding(system="urn:x", code="N7"),))
    (case,) = join([response, eob, claim])
    assert "7" == case.label
    assert [Role.EOB, Role.RESPONSE, Role.CLAIM] == [each.role for each in case.papers]
    assert ("d_2", "d_3", "d_1") == case.documents


def test_answers_join_without_the_claim_itself() -> None:
    """Both refer to the same claim, which is not there; or one to the other."""
    eob = paper("E1", line(), claims=("7",), responses=("R1",))
    assert 1 == len(join([eob, paper("E2", line(), seq=2, claims=("7",))]))
    assert 1 == len(join([eob, paper("R1", role=Role.RESPONSE, seq=2)]))


def test_the_same_paper_twice_is_told_once() -> None:
    """In another document too; what it said before is an older version."""
    old = paper("E1", line(paid="4"), created="2026-03-12")
    (case,) = join([old, replace(old, document="d_2", seq=2)])
    assert (1, ()) == (len(case.papers), case.older)
    new = paper("E1", line(paid="3"), seq=3, created="2026-03-20")
    (case,) = join([new, old])
    assert ((new,), (old,)) == (case.papers, case.older)


def test_an_id_is_its_sources_own() -> None:
    """The same id for services of other days is another claim: each has a label of its own."""
    claim, other = (paper("7", line(day, billed="5"), role=Role.CLAIM, seq=seq)
                    for seq, day in enumerate(("2026-03-10", "2025-01-01"), 1))  # fmt: skip
    eob = paper("E1", line("2025-01-02", paid="5"), seq=3, claims=("7",))
    cases = join([claim, other, eob])
    assert ["7#1", "7#2"] == [case.label for case in cases]
    assert ("d_3", "d_2") == cases[1].documents


def test_another_insurers_explanation_of_the_same_id() -> None:
    """Explanations `1` of two insurers are two."""
    one, other = paper("1", line()), paper("1", line(), seq=2, insurers=("Second Mutual",))
    assert ["1#1", "1#2"] == labels(one, other)


def test_a_table_joins_by_number_and_something_in_common() -> None:
    """A number alone is not enough: insurers count from one."""
    claim = paper("7", line(billed="5"), role=Role.CLAIM)
    row = paper("7", line(billed="5"), role=Role.TABLE, seq=2)
    assert ["7"] == labels(claim, row)
    stranger = paper("7", line(code="D1"), role=Role.TABLE, seq=2, providers=("Harbour Dental",))
    assert ["7#1", "7#2"] == labels(claim, stranger)


def test_nothing_is_joined_for_being_alike() -> None:
    """Two equal bills under two ids are two cases: that is for the rules to say."""
    assert ["1", "2"] == labels(paper("1", line(billed="5")), paper("2", line(billed="5"), seq=2))


def test_what_counts_is_in_force() -> None:
    """Neither cancelled, nor replaced, nor asked for beforehand."""
    (ended,) = join([paper("1", line(), status="cancelled")])
    (asked,) = join([paper("1", line(), use="preauthorization")])
    old, new = join([paper("1", line(), role=Role.CLAIM),
                     paper("2", line(), role=Role.CLAIM, seq=2, replaces=("1",))])  # fmt: skip
    assert [False, False, False, True] == [case.is_in_force for case in (ended, asked, old, new)]


def test_whose_a_case_is() -> None:
    """What speaks against the owner goes first."""
    eob = paper("E1", line(), claims=("7",), person=Person.CONFLICT)
    (case,) = join([paper("7", line(), role=Role.CLAIM, seq=2), eob])
    assert Person.CONFLICT is case.person


def test_days_are_those_of_the_services_else_of_the_claim() -> None:
    """A month is no day."""
    (case,) = join([paper("1", line("2026-03"), start="2026-03-10", end="2026-03-12")])
    assert ("2026-03-10", "2026-03-10") == case.days
    (case,) = join([paper("1", line(None))])
    assert case.days is None


def test_a_case_is_bounded() -> None:
    """Thousands of explanations of one claim make many cases, and no long wait."""
    many = [paper(f"E{number}", line(), seq=number, claims=("7",)) for number in range(1000)]
    assert max(len(case.papers) for case in join(many)) <= 100
