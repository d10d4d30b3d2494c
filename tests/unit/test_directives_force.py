# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.directives.force: which directive holds."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from healthvault.directives.force import Kept, State, standings, state_of
from healthvault.directives.record import Act, Directive, Topic

FIRST = date(2020, 1, 1)


def kept(entry: int, day: int, act: Act = Act.MADE, topic: Topic = Topic.DNR, *, is_active: bool = True) -> Kept:
    """Return a record."""
    active = is_active and act is Act.MADE
    made = FIRST + timedelta(days=day)
    said = Directive(topic=topic, act=act, made=made, is_active=active, words=f"{entry}")
    return Kept(id=f"d_{entry}", entry=entry, said=said)


def current(records: list[Kept], at: date | None = None) -> dict[Topic, date]:
    """Return the day of what is in force about each topic."""
    found = standings(records, at=at)
    return {one.topic: one.newest.said.made for one in found if one.state is State.IN_FORCE}


ACTS = st.lists(
    st.tuples(st.integers(0, 400), st.sampled_from(Act), st.sampled_from(Topic)),
    unique_by=lambda each: (each[0], each[2]),
    max_size=12,
)


@given(acts=ACTS, order=st.randoms(use_true_random=False))
def test_the_order_of_adding_decides_nothing(acts: list, order: object) -> None:
    """Records of different days, added in any order: the same set is in force, that of a plain reading."""
    shuffled = list(acts)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    one = [kept(entry, day, act, topic) for entry, (day, act, topic) in enumerate(acts)]
    other = [kept(entry, day, act, topic) for entry, (day, act, topic) in enumerate(shuffled)]
    plain: dict[Topic, date] = {}
    for day, act, topic in sorted(acts, key=lambda each: each[0]):
        plain.pop(topic, None)
        if act is Act.MADE:
            plain[topic] = FIRST + timedelta(days=day)
    assert plain == current(one) == current(other)


@given(acts=ACTS, late=st.lists(st.integers(0, 400), max_size=4))
def test_nothing_comes_back_after_a_revocation(acts: list, late: list[int]) -> None:
    """Neither what was there, nor what is older and added later."""
    records = [kept(entry, day, act) for entry, (day, act, _) in enumerate(acts)]
    records.append(kept(100, 401, Act.REVOKED))
    records += [kept(101 + number, day) for number, day in enumerate(late)]
    assert {} == current(records)
    (standing,) = standings(records)
    assert State.REVOKED is standing.state


@given(acts=ACTS, day=st.integers(0, 400))
def test_as_of_a_day_later_records_do_not_count(acts: list, day: int) -> None:
    """What held then is what would hold had nothing later been said."""
    records = [kept(entry, each, act, topic) for entry, (each, act, topic) in enumerate(acts)]
    at = FIRST + timedelta(days=day)
    assert current([one for one in records if one.said.made <= at]) == current(records, at)


def test_of_one_day_the_last_one_added_holds_and_it_is_said() -> None:
    """The journal's order, where the stated days do not tell."""
    (standing,) = standings([kept(2, 0), kept(1, 0), kept(0, 0)])
    assert (2, [1, 0]) == (standing.newest.entry, [one.entry for one in standing.same_day])


def test_what_was_replaced_by_something_that_is_gone_does_not_hold() -> None:
    """It was written as inactive, and is the newest that is left."""
    left = kept(1, 0, is_active=False)
    (standing,) = standings([left])
    assert State.UNSETTLED is standing.state
    (standing,) = standings([replace(kept(1, 0), is_current=False)])
    assert State.UNSETTLED is standing.state
    (standing,) = standings([left, kept(0, 1)])
    assert (State.IN_FORCE, State.SUPERSEDED) == (standing.state, state_of(left, standing))
    (standing,) = standings([left, kept(0, 1)], at=FIRST)
    assert State.IN_FORCE is standing.state


def test_topics_do_not_touch_each_other() -> None:
    """A revocation is about one."""
    records = [kept(0, 0), kept(1, 1, Act.REVOKED, Topic.ORGAN_DONATION)]
    assert {Topic.DNR: FIRST} == current(records)
    assert replace(records[0], entry=5) != records[0]
