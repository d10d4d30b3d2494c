# SPDX-License-Identifier: Apache-2.0
"""A notice has one form, and counts only under the key that its reader knows."""

from dataclasses import replace

import pytest
from studies import study

from healthvault.errors import FormatError, HealthVaultError
from healthvault.research.keys import origin_of_key
from healthvault.research.withdrawal import (
    Withdrawal,
    is_withdrawal,
    open_withdrawal,
    parse_withdrawal,
    sign_withdrawal,
)

KEY = study().keys.sign
SAID = Withdrawal(
    origin=origin_of_key(KEY.public), study="NCT1", size=3, root=b"\7" * 32, time="2026-11-20T00:00:00Z"
)
NOTICE = sign_withdrawal(SAID, KEY)


def test_a_notice_is_read_back() -> None:
    """By its text alone, and verified."""
    assert SAID == parse_withdrawal(NOTICE) == open_withdrawal(NOTICE, KEY.public)
    assert is_withdrawal(NOTICE)
    assert not is_withdrawal(b"age-encryption.org/v1\n")


def test_another_key_makes_no_notice() -> None:
    """Also not one that signs under the right pseudonym, or says another in the text."""
    other = study(secret=b"\2" * 32).keys.sign
    for notice, public in (
        (NOTICE, other.public),
        (sign_withdrawal(SAID, other), KEY.public),
        (sign_withdrawal(replace(SAID, origin=origin_of_key(other.public)), other), KEY.public),
    ):
        with pytest.raises(HealthVaultError) as refused:
            open_withdrawal(notice, public)
        assert "bad_signature" == refused.value.code


@pytest.mark.parametrize(
    "changes",
    [{"study": "a b"}, {"size": 1 << 60}, {"root": b"x"}, {"time": "2026-13-20T00:00:00Z"}, {"time": "soon"},
     {"origin": "a\nb"}],
)  # fmt: skip
def test_what_no_reader_takes_is_not_signed(changes: dict[str, object]) -> None:
    """Each line has its form."""
    with pytest.raises(FormatError) as refused:
        sign_withdrawal(replace(SAID, **changes), KEY)  # type: ignore[arg-type]
    assert "bad_note" == refused.value.code
