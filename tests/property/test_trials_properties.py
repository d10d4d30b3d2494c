# SPDX-License-Identifier: Apache-2.0
"""Whatever bytes come as a record or as criteria: a value, or a named error, never a surprise."""

import json
from collections.abc import Callable
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from healthvault.errors import FormatError, HealthVaultError
from healthvault.trials.consent import parse_consent, parse_withdrawal
from healthvault.trials.consent_history import Period
from healthvault.trials.criteria import parse_criteria
from healthvault.trials.eligibility import Person, evaluate
from healthvault.trials.kleene import Truth
from tests.trial_records import consent, history, measured, stated, withdrawal

SCALARS = st.none() | st.booleans() | st.integers(-5, 300) | st.floats(allow_nan=True) | st.text(max_size=8)
WORDS = st.sampled_from(["age", "sex", "lab", "condition", "medicine", "allergy", "all", "any", "not", "?"])
MEMBERS = st.sampled_from(
    ["min", "max", "is", "codes", "words", "of", "value", "unit", "comparator", "within_days", "name", "type", "x"]
)
GOOD = st.sampled_from(
    [
        {"type": "age", "min": 18},
        {"type": "sex", "is": ["female"]},
        {"type": "allergy", "words": ["latex"]},
        {"type": "condition", "codes": ["44054006"]},
        {"type": "lab", "codes": ["4548-4"], "comparator": ">", "value": 6, "unit": "%", "within_days": 9},
    ]
)
NODES = st.recursive(
    GOOD
    | st.builds(lambda word, rest: {"type": word, **rest}, WORDS, st.dictionaries(MEMBERS, SCALARS, max_size=4)),
    lambda inner: (
        st.builds(lambda word, of: {"type": word, "of": of}, WORDS, st.lists(inner, max_size=4))
        | st.builds(lambda of: {"type": "not", "of": of}, inner)
        | SCALARS
    ),
    max_leaves=12,
)
FACTS = (
    stated("AllergyIntolerance", "Latex", status="active"),
    stated("Condition", "No known problems", "160245001"),
    stated("Condition", "", "44054006", status="??", date="yesterday", until="tomorrow"),
    measured("7", "2026-11"),
    measured("much", "20"),
)
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


def code_of(call: Callable[[], object]) -> str | None:
    """Return the code of the error that a call ends with; None if it ends well."""
    try:
        call()
    except HealthVaultError as err:
        return err.code
    return None


@given(st.lists(NODES, min_size=1, max_size=5), st.sampled_from(["1975-05-01", "1975", "", None]))
def test_criteria_are_judged_whatever_they_say(nodes: list, born: str | None) -> None:
    """There is an answer to each; their contraries are contrary, whatever the facts."""
    data = json.dumps({"version": 1, "study": "S", "criteria": nodes}).encode()
    try:
        criteria = parse_criteria(data)
    except FormatError:
        return
    person = Person(birth_date=born, sex="female", facts=FACTS)
    answer = evaluate(criteria, person, date(2026, 11, 20))
    assert len(nodes) == len(answer.parts)
    contrary = {"version": 1, "study": "S", "criteria": [{"type": "not", "of": {"type": "all", "of": nodes}}]}
    try:
        other = evaluate(parse_criteria(json.dumps(contrary).encode()), person, date(2026, 11, 20))
    except FormatError:
        return  # two levels more
    pairs = {(Truth.YES, Truth.NO), (Truth.NO, Truth.YES), (Truth.UNKNOWN, Truth.UNKNOWN)}
    assert (answer.truth, other.truth) in pairs


@given(st.sampled_from(["condition", "medicine", "allergy"]), st.text(min_size=1, max_size=10))
def test_an_empty_vault_proves_nothing(sort: str, words: str) -> None:
    """Neither that there is something nor that there is not."""
    for node in ({"type": sort, "words": [words]}, {"type": "not", "of": {"type": sort, "words": [words]}}):
        data = json.dumps({"version": 1, "study": "S", "criteria": [node]}).encode()
        answer = evaluate(parse_criteria(data), Person(birth_date=None, sex=None, facts=()), date(2026, 11, 20))
        assert Truth.UNKNOWN is answer.truth


@given(st.binary(max_size=300))
def test_any_bytes_are_a_value_or_a_named_error(data: bytes) -> None:
    """Of each of the three formats."""
    for parse in (parse_consent, parse_withdrawal, parse_criteria):
        assert code_of(lambda parse=parse: parse(data)) in {None, "bad_schema", "too_large", "unsupported"}


@given(st.integers(0, 700), st.binary(min_size=1, max_size=3))
def test_a_consent_with_changed_bytes(place: int, put: bytes) -> None:
    """It is refused, or is a whole record again."""
    data = consent().to_bytes()
    changed = data[:place] + put + data[place + len(put) :]
    code = code_of(lambda: parse_consent(changed))
    assert code in {None, "bad_schema", "unsupported"}
    if code is None:
        said = parse_consent(changed)
        assert said == parse_consent(said.to_bytes())


@given(
    st.lists(st.tuples(st.booleans(), DAYS, st.integers(1, 4)), max_size=8),
    DAYS,
    st.integers(0, 40),
)
def test_no_day_without_consent_is_ever_covered(
    rows: list[tuple[bool, date, int]], first: date, length: int
) -> None:
    """A period is covered if and only if a consent is in force on each of its days, by a walk over all of them."""
    said = [
        consent(number, day.isoformat()) if is_consent else withdrawal(day.isoformat(), number)
        for is_consent, day, number in rows
    ]
    whole, last = history(*said), first + timedelta(days=length)
    days = [first + timedelta(days=number) for number in range(length + 1)]
    expected = all(whole.in_force("S1", day) is not None for day in days)
    code = code_of(lambda: whole.check_covers("S1", "data", Period(first=first, last=last)))
    assert code in ({None} if expected else {"no_consent", "consent_withdrawn"})


@given(st.lists(st.tuples(DAYS, st.integers(1, 3)), min_size=1, max_size=5), DAYS)
def test_a_withdrawal_more_never_allows_more(rows: list[tuple[date, int]], day: date) -> None:
    """Whatever was refused before stays refused."""
    consents = [consent(number, "2026-01-10") for number in (1, 2, 3)]
    before = history(*consents)
    for begins, number in rows:
        after = history(
            *consents, *(w.withdrawal for w in before.withdrawals), withdrawal(begins.isoformat(), number)
        )
        if before.in_force("S1", day) is None:
            assert None is after.in_force("S1", day)
        before = after
