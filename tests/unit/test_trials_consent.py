# SPDX-License-Identifier: Apache-2.0
"""A consent is read as strictly as it is written; what was not filled in is no consent."""

import json

import pytest

from healthvault.errors import FormatError, InvalidRequest
from healthvault.trials.consent import (
    check_language,
    check_options,
    check_study,
    countersignature,
    parse_consent,
    parse_option,
    parse_withdrawal,
)
from tests.trial_records import consent, withdrawal


def changed(**members: object) -> bytes:
    """Return a consent with other members."""
    return json.dumps({**json.loads(consent().to_bytes()), **members}).encode()


def test_records_come_back_as_they_were_written() -> None:
    """A consent and a withdrawal, with and without what may be missing."""
    for said in (consent(), consent(2, replaces=1)):
        assert said == parse_consent(said.to_bytes())
    ending = withdrawal("2026-05-01", 1, 2)
    assert ending == parse_withdrawal(ending.to_bytes())


@pytest.mark.parametrize(
    "members",
    [
        {"options": []},
        {"options": [{"id": "data", "words": " ", "answer": True}]},
        {"options": [{"id": "data", "words": "\u200b", "answer": True}]},
        {"options": [{"id": "data", "words": "Use it", "answer": None}]},
        {"options": [{"id": "data", "words": "Use it", "answer": "yes"}]},
        {"options": [{"id": "data", "words": "Use it", "answer": True}] * 2},
        {"options": [{"id": "", "words": "Use it", "answer": True}]},
        {"options": [7]},
        {"study": ""},
        {"study": None},
        {"subject": "Ana"},
        {"date": "2026-02-30"},
        {"date": "2026"},
        {"record": "1"},
        {"replaces": 7},
        {"form": {}},
        {"explained_by": "two\nlines"},
    ],
)
def test_a_blank_or_wrong_record_is_refused(members: dict[str, object]) -> None:
    """Blank answers, unknown shapes: each is named, and none is guessed (openemr #13082)."""
    with pytest.raises(FormatError) as raised:
        parse_consent(changed(**members))
    assert "bad_schema" == raised.value.code


def test_bytes_that_are_no_record() -> None:
    """No JSON, another type, a member twice, another version, too large."""
    twice = consent().to_bytes().replace(b'"study"', b'"study": "S2", "study"', 1)
    for data in (b"", b"[]", b"\xff", twice, withdrawal("2026-01-01", 1).to_bytes(), b"[" * 100_000):
        with pytest.raises(FormatError) as raised:
            parse_consent(data)
        assert "bad_schema" == raised.value.code
    with pytest.raises(FormatError, match="version"):
        parse_consent(changed(version=2))
    with pytest.raises(FormatError, match="KiB"):
        parse_consent(b" " * (300 << 10))


def test_a_member_that_nobody_knows_is_tolerated() -> None:
    """A newer program may say more."""
    assert consent() == parse_consent(changed(colour="blue"))


def test_options_as_they_are_typed() -> None:
    """The words may hold colons; the answer is yes or no, in any case."""
    option = parse_option("data:Use my data: all of it:Yes")
    assert ("data", "Use my data: all of it", True) == (option.id, option.words, option.answer)
    assert not parse_option("samples:Keep my blood:no").answer


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("data:Use my data:", "blank_form"),
        ("data::yes", "blank_form"),
        ("data: - :yes", "blank_form"),
        ("data:yes", "blank_form"),
        ("data:Use my data:maybe", "bad_option"),
        (":Use my data:yes", "bad_option"),
        ("Use my data", "bad_option"),
        ("DATA:Use my data:yes", "bad_option"),
    ],
)
def test_what_was_not_filled_in_is_refused(text: str, code: str) -> None:
    """A question without an answer, and an answer without a question."""
    with pytest.raises(InvalidRequest) as raised:
        parse_option(text)
    assert code == raised.value.code


def test_a_form_of_nothing_is_blank() -> None:
    """No option at all is refused, and so are two of one name."""
    with pytest.raises(InvalidRequest) as raised:
        check_options(())
    assert "blank_form" == raised.value.code
    with pytest.raises(InvalidRequest):
        check_options((parse_option("data:A:yes"), parse_option("data:B:no")))


def test_studies_and_languages() -> None:
    """One plain word; a tag."""
    assert ("NCT04280705", "zh-Hans") == (check_study(" NCT04280705 "), check_language("zh-Hans"))
    for check, text in (
        (check_study, "a b"),
        (check_study, ""),
        (check_language, "English!"),
        (check_language, ""),
    ):
        with pytest.raises(InvalidRequest):
            check(text)


def test_the_countersignature_names_everything() -> None:
    """Another record, study, version or form is another statement."""
    said = countersignature(consent())
    assert said != countersignature(consent(2))
    for part in ("S1", "3.1", "(en)", "0" * 64, "10 bytes", consent().record):
        assert part in said
