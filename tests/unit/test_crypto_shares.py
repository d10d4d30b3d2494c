# SPDX-License-Identifier: Apache-2.0
"""Shares of the recovery secret."""

import sys
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shamir_mnemonic import Share, generate_mnemonics

from healthvault.crypto.shares import RecoveryShare, join_shares, missing_shares, split_secret, with_share
from healthvault.errors import InvalidRequest, WrongKey

SECRET = bytes(range(32))
SET = split_secret(SECRET, 3, 5)
OTHERS = split_secret(bytes(32), 3, 5)


def texts(*shares: RecoveryShare) -> list[str]:
    """Return shares as their papers say them."""
    return [" ".join(share.words) for share in shares]


def held(*given_texts: str) -> tuple[RecoveryShare, ...]:
    """Give shares one after another."""
    shares: tuple[RecoveryShare, ...] = ()
    for text in given_texts:
        shares = with_share(shares, text)
    return shares


def refusal(*given_texts: str) -> tuple[str, str]:
    """Return the code and the message with which some shares are refused."""
    with pytest.raises(WrongKey) as caught:
        join_shares(held(*given_texts))
    return caught.value.code, caught.value.message


def test_any_three_of_five_give_the_secret() -> None:
    """Every choice, in every order of the paper drawer."""
    for chosen in combinations(SET, 3):
        assert SECRET == join_shares(held(*texts(*reversed(chosen))))


def test_a_share_is_33_words_with_a_number() -> None:
    """And says how many are needed."""
    assert [(number, 3, 33) for number in range(1, 6)] == [
        (share.number, share.needed, len(share.words)) for share in SET
    ]


def test_case_and_spaces_do_not_matter() -> None:
    """As with the words themselves."""
    assert SECRET == join_shares(held(*(f"  {text.upper()}\n".replace(" ", "\t ") for text in texts(*SET[:3]))))


def test_the_stock_tool_reads_our_shares_and_we_read_its() -> None:
    """They are SLIP-39 shares of the form that the reference implementation makes by default."""
    ((*theirs,),) = generate_mnemonics(1, [(2, 3)], SECRET)
    assert SECRET == join_shares(held(*theirs[1:]))


def test_shares_beyond_what_is_needed_are_checked_too() -> None:
    """All five together give the secret as well."""
    assert SECRET == join_shares(held(*texts(*SET)))


def test_fewer_than_needed_are_refused_and_counted() -> None:
    """Two of three lack one; how many are needed is known from the first."""
    assert ("too_few_shares", "2 of the 3 shares that are needed were given; 1 more") == refusal(*texts(*SET[:2]))
    assert [1, 2, 1, 0, 0] == [missing_shares(SET[:count]) for count in range(5)]
    assert "too_few_shares" == refusal()[0]


def test_a_word_that_is_not_in_the_list_is_named_by_its_place() -> None:
    """With the number of the share among those given."""
    words = texts(SET[1])[0].split()
    words[6] = "aspirin"
    assert ("bad_share", "word 7 of share 2 is not in the SLIP-39 list") == refusal(
        texts(SET[0])[0], " ".join(words)
    )


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, 32), word=st.sampled_from(SET[0].words + SET[1].words))
def test_any_one_other_word_breaks_the_checksum(place: int, word: str) -> None:
    """And no word is proposed in its place."""
    words = list(SET[0].words)
    right, words[place] = words[place], word
    if right != word:
        said = "the words of share 1 do not belong together: the checksum is wrong"
        assert ("bad_share", said) == refusal(" ".join(words))


def test_a_missing_word_is_a_wrong_number() -> None:
    """Before anything else is looked at."""
    assert ("bad_share", "share 1 has 32 words instead of 33") == refusal(" ".join(SET[0].words[1:]))


def test_the_same_share_twice() -> None:
    """It does not count twice."""
    assert "duplicate_share" == refusal(*texts(SET[0], SET[0]))[0]


def test_shares_of_different_sets() -> None:
    """The one that does not belong to the first is named."""
    code, message = refusal(*texts(SET[0], SET[1], OTHERS[2]))
    assert ("wrong_share", True) == (code, "share 3" in message)


def test_shares_that_only_look_like_one_set() -> None:
    """Forged so that every share is right by itself: the digest inside does not hold."""
    first, stray = Share.from_mnemonic(texts(SET[0])[0]), Share.from_mnemonic(texts(OTHERS[2])[0])
    forged = Share(**{**vars(first), "index": stray.index, "value": stray.value}).mnemonic()
    assert "wrong_share" == refusal(*texts(*SET[:2]), forged)[0]
    assert "wrong_share" == refusal(*texts(SET[0], SET[1], SET[3]), forged)[0]


@pytest.mark.parametrize(
    "made",
    [
        generate_mnemonics(2, [(2, 3), (2, 3)], SECRET)[0][0],
        generate_mnemonics(1, [(2, 3)], SECRET, iteration_exponent=0)[0][0],
        generate_mnemonics(1, [(2, 3)], SECRET, extendable=False)[0][0],
        generate_mnemonics(1, [(1, 1)], SECRET)[0][0],
    ],
    ids=["groups", "exponent", "not extendable", "1 of 1"],
)
def test_other_kinds_of_slip_39_shares_are_not_ours(made: str) -> None:
    """Another form, with a right checksum."""
    assert "wrong_share" == refusal(made)[0]


def test_a_share_does_not_show_its_words() -> None:
    """Neither in a representation nor in a traceback that prints one."""
    assert not any(word in repr(SET[0]) for word in SET[0].words if len(word) > 7)


def test_without_the_extra_there_is_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to install."""
    monkeypatch.setitem(sys.modules, "shamir_mnemonic", None)  # an import of it fails
    for use in (lambda: split_secret(SECRET, 2, 3), lambda: with_share((), "words")):
        with pytest.raises(InvalidRequest) as caught:
            use()
        assert ("extra_missing", "pip install 'healthvault[shamir]'") == (caught.value.code, caught.value.hint)
