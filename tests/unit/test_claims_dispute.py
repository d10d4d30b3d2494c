# SPDX-License-Identifier: Apache-2.0
"""The statement of a dispute: written, read back, and hostile."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from healthvault.claims.dispute import Dispute, Ground, grounds_of, parse_dispute
from healthvault.claims.findings import Confidence, Finding, Rule, Severity
from healthvault.errors import FormatError

GROUND = Ground(rule="phantom", confidence="absent", reason="no record", documents=("d_1",))
SAID = Dispute(claim="4711", day="2026-11-20", reason="I was abroad", grounds=(GROUND,), documents=("d_1",))


def test_it_is_read_back() -> None:
    """And says whose word it is."""
    assert SAID == parse_dispute(SAID.to_bytes())
    assert "the patient" == json.loads(SAID.to_bytes())["said_by"]


@given(st.text(max_size=50), st.text(max_size=50), st.integers(0, 9))
def test_any_words_are_read_back(claim: str, reason: str, withheld: int) -> None:
    """Whatever she writes."""
    said = Dispute(claim=claim, day="2026-11-20", reason=reason, grounds=(), documents=(), withheld=withheld)
    assert said == parse_dispute(said.to_bytes())


def test_findings_become_grounds() -> None:
    """In the words of the rule."""
    finding = Finding(rule=Rule.PHANTOM, severity=Severity.HIGH, confidence=Confidence.ABSENT, claim="4711",
                      reason="no record", documents=("d_1",))  # fmt: skip
    assert (GROUND,) == grounds_of([finding])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("version", 2), ("version", True), ("version", "1"), ("type", "claim"), ("claim", 7), ("claim", None),
        ("reason", "x" * 2001), ("grounds", [{}]), ("grounds", [GROUND.rule]), ("grounds", [{}] * 101),
        ("documents", "d_1"), ("documents", [1]), ("documents", ["d"] * 1001), ("withheld", -1),
        ("withheld", True),
    ],
)  # fmt: skip
def test_what_is_no_dispute_is_refused(name: str, value: object) -> None:
    """Each field of the wrong type, too long, or of another version."""
    told = json.loads(SAID.to_bytes()) | {name: value}
    with pytest.raises(FormatError) as caught:
        parse_dispute(json.dumps(told).encode())
    assert "bad_schema" == caught.value.code


def test_unknown_fields_are_tolerated() -> None:
    """They change nothing."""
    told = json.loads(SAID.to_bytes()) | {"signed_by": "Sun Insurance"}
    assert SAID == parse_dispute(json.dumps(told).encode())


@given(st.binary(max_size=200))
def test_no_bytes_are_another_error(data: bytes) -> None:
    """Whatever stands in the document."""
    with pytest.raises(FormatError):
        parse_dispute(data)


def test_a_name_stands_once() -> None:
    """Else two readers might read two things."""
    twice = SAID.to_bytes().replace(b'"claim":', b'"claim": "1", "claim":')
    with pytest.raises(FormatError):
        parse_dispute(twice)


def test_too_deep_and_too_large() -> None:
    """Both are refused as no dispute."""
    for data in (b"[" * 100_000, b" " * 300_000):
        with pytest.raises(FormatError):
            parse_dispute(data)
