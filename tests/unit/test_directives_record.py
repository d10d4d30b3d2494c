# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.directives.record."""

import json
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from healthvault.directives.record import (
    MAX_WORDS_CHARS,
    Act,
    Directive,
    Source,
    Topic,
    parse_directive,
    title_of,
)
from healthvault.errors import FormatError, InvalidRequest

DAY = date(2026, 11, 20)
PLAIN = Directive(topic=Topic.DNR, act=Act.MADE, made=DAY, is_active=True, words="No <b> & no tubes\nat all")
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200)


@given(
    topic=st.sampled_from(Topic),
    act=st.sampled_from(Act),
    made=st.dates(date(1900, 1, 1)),
    is_active=st.booleans(),
    words=WORDS,
    named=st.booleans(),
)
def test_what_is_written_is_read_back(
    topic: Topic, act: Act, made: date, is_active: bool, words: str, named: bool
) -> None:
    """Whatever the owner says."""
    source = Source(id="d_" + "a" * 32, title=words[:20]) if named or not words.strip() else None
    said = Directive(
        topic=topic, act=act, made=made, is_active=is_active and act is Act.MADE, words=words, source=source
    )
    assert said == parse_directive(said.to_bytes())


@given(st.binary(max_size=300))
def test_nothing_else_is_a_directive(data: bytes) -> None:
    """Bytes of strangers fail in one way."""
    with pytest.raises(FormatError):
        parse_directive(data)


def changed(change: Callable[[dict], object]) -> bytes:
    """Return a directive that somebody changed."""
    whole = json.loads(PLAIN.to_bytes())
    change(whole)
    return json.dumps(whole).encode()


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one.update(resourceType="Observation"),
        lambda one: one.update(status="draft"),
        lambda one: one.update(dateTime="2026-11"),
        lambda one: one.update(dateTime="2026-02-30"),
        lambda one: one.update(modifierExtension=[]),
        lambda one: one.update(provision={"type": "deny"}),
        lambda one: one.update(category=[*one["category"], *one["category"]]),
        lambda one: one["category"][0]["coding"].append(
            dict(one["category"][0]["coding"][0], code="organ-donation")
        ),
        lambda one: one["extension"].append(one["extension"][0]),
        lambda one: one["extension"].pop(1),
        lambda one: one["extension"][0].update(valueCode="revoked"),
        lambda one: one["extension"][1].update(valueString=7),
        lambda one: one["extension"][1].update(valueString="x" * (MAX_WORDS_CHARS + 1)),
        lambda one: one["extension"][1].update(valueString="a\x00b"),
        lambda one: one["text"].update(div="<div>Resuscitate</div>"),
        lambda one: one.update(sourceReference={"reference": "http://example.org/1"}),
        lambda one: one.update(policy=[{"uri": "urn:other"}]),
    ],
)
def test_a_changed_one_is_refused(change: Callable[[dict], object]) -> None:
    """What could be read in two ways is not read at all."""
    with pytest.raises(FormatError) as caught:
        parse_directive(changed(change))
    assert "bad_schema" == caught.value.code


def test_a_name_that_stands_twice_is_refused() -> None:
    """Two readers would read two directives."""
    twice = PLAIN.to_bytes().replace(b'"status": "active"', b'"status": "active", "status": "inactive"')
    with pytest.raises(FormatError):
        parse_directive(twice)


def test_other_members_mean_nothing() -> None:
    """A newer version may say more."""
    assert PLAIN == parse_directive(changed(lambda one: one.update(note=[{"text": "dnr"}], language="de")))


def test_a_directive_says_something() -> None:
    """Words, or the document that holds them."""
    empty = Directive(topic=Topic.DNR, act=Act.MADE, made=DAY, is_active=True, words=" ")
    with pytest.raises(InvalidRequest):
        empty.to_bytes()


def test_titles_say_what_it_was_when_it_was_written() -> None:
    """A list of documents shows it."""
    revoked = Directive(topic=Topic.DNR, act=Act.REVOKED, made=DAY, is_active=False)
    late = Directive(topic=Topic.DNR, act=Act.MADE, made=DAY, is_active=False, words="x")
    assert "Do not resuscitate, 2026-11-20" == title_of(PLAIN)
    assert "Do not resuscitate: revoked, 2026-11-20" == title_of(revoked)
    assert "Do not resuscitate (replaced before it was kept here), 2026-11-20" == title_of(late)
