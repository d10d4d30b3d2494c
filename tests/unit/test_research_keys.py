# SPDX-License-Identifier: Apache-2.0
"""Everything of a study comes from its secret, and nothing of it from another's."""

from healthvault.research.keys import StudyKeys, origin_of_key, pseudonym_of_key


def keys(number: int) -> StudyKeys:
    """Return the keys of a secret."""
    return StudyKeys(secret=number.to_bytes(32, "big"))


def test_two_studies_have_nothing_in_common() -> None:
    """Not the key, the pseudonym, an id or a salt."""
    one, other = keys(1), keys(2)
    assert one.sign.public != other.sign.public
    assert one.pseudonym != other.pseudonym
    assert one.record_id(b"same") != other.record_id(b"same")
    assert one.salt(b"same") != other.salt(b"same")


def test_a_study_stays_what_it_is() -> None:
    """The same secret gives the same."""
    assert keys(1).record_id(b"a") == keys(1).record_id(b"a")
    assert pseudonym_of_key(keys(1).sign.public) == keys(1).pseudonym
    assert origin_of_key(keys(1).sign.public).endswith(keys(1).pseudonym[2:])


def test_the_shift_is_never_nothing_and_never_whole_weeks() -> None:
    """From 30 to 364 days either way, all of them in use."""
    shifts = [keys(number).shift_days for number in range(2000)]
    assert all(30 <= abs(shift) <= 364 and shift % 7 for shift in shifts)
    assert len(set(shifts)) > 500
    assert any(shift < 0 for shift in shifts)
    assert any(shift > 0 for shift in shifts)


def test_a_secret_does_not_show() -> None:
    """In no message and no trace."""
    assert "secret" not in repr(keys(1))
