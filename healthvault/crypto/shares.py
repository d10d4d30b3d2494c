# SPDX-License-Identifier: Apache-2.0
"""Shares: the recovery secret as k of n lists of words (SLIP-39), any k of which give it back.

One group, no passphrase, and the exponent that the reference implementation takes by default; other SLIP-39 shares
are not ours. A share does not say whose it is: that shows when what they give is tried on a vault.

The only home of `shamir_mnemonic`, an optional extra, imported when used. Spec: docs/spec/keys.md section 8.1.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

from healthvault.errors import InvalidRequest, WrongKey

if TYPE_CHECKING:
    from shamir_mnemonic import EncryptedMasterSecret, Share

__all__ = [
    "MAX_SHARES",
    "MIN_NEEDED",
    "RecoveryShare",
    "join_shares",
    "missing_shares",
    "require_extra",
    "split_secret",
    "with_share",
]

MAX_SHARES = 16
MIN_NEEDED = 2
SECRET_BYTES = 32
SHARE_WORDS = 33
EXPONENT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryShare:
    """One share."""

    number: int
    """From 1; unique in its set."""
    needed: int
    """How many of the set give the secret."""
    words: tuple[str, ...] = field(repr=False)
    set_id: int = field(repr=False)
    """15 random bits, the same in all shares of a set."""


def split_secret(secret: bytes, needed: int, count: int) -> tuple[RecoveryShare, ...]:
    """Split a secret of 32 bytes, and prove that every choice of enough shares gives it back.

    Args:
        secret: What to split.
        needed: How many shares give it back: from `MIN_NEEDED` to `count`.
        count: How many shares to make: at most `MAX_SHARES`. With 8 of 16 the proof takes some seconds.

    Raises:
        InvalidRequest: `extra_missing`.
    """
    require_extra()
    from shamir_mnemonic import generate_mnemonics  # noqa: PLC0415  an extra

    (texts,) = generate_mnemonics(1, [(needed, count)], secret, extendable=True, iteration_exponent=EXPONENT)
    shares = tuple(_parse(text, number) for number, text in enumerate(texts, 1))
    sealed = {_sealed(chosen) for chosen in combinations(shares, needed)}
    if [secret] != [_opened(one) for one in sealed]:
        raise AssertionError("the shares do not give the secret back")
    return shares


def with_share(held: Sequence[RecoveryShare], text: str) -> tuple[RecoveryShare, ...]:
    """Return the shares of one set that somebody holds, with one more as it was typed.

    Args:
        held: Those before, in the order in which they were given.
        text: Words; spaces and case do not matter.

    Raises:
        WrongKey: `bad_share`, it was mistyped; `wrong_share`, it is of another set or not of ours;
            `duplicate_share`, it is there already.
        InvalidRequest: `extra_missing`.
    """
    require_extra()
    place = len(held) + 1
    share = _parse(text, place)
    if held and (share.set_id, share.needed) != (held[0].set_id, held[0].needed):
        raise WrongKey(
            "wrong_share",
            f"share {place} is of another set than the first: they were not split together",
            hint="each set has one word that all its shares begin with",
        )
    if any(share.number == other.number for other in held):
        raise WrongKey(
            "duplicate_share", f"share {place} was given before: it is number {share.number} of its set"
        )
    return (*held, share)


def missing_shares(held: Sequence[RecoveryShare]) -> int:
    """Return how many more shares are needed; 1 where there is none yet, since nobody can tell."""
    return max(0, held[0].needed - len(held)) if held else 1


def join_shares(held: Sequence[RecoveryShare]) -> bytes:
    """Return the secret (32 bytes). Shares beyond the number needed are checked too.

    Args:
        held: As `with_share` gives them, so of one set and no two the same.

    Raises:
        WrongKey: `too_few_shares`; `wrong_share`, they were not split together, although they look like it.
    """
    if missing := missing_shares(held):
        needed = held[0].needed if held else MIN_NEEDED
        raise WrongKey(
            "too_few_shares",
            f"{len(held)} of the {needed} shares that are needed were given; {missing} more",
            hint="give shares of the same set with other numbers",
        )
    first = tuple(held[: held[0].needed - 1])
    found = {_sealed((*first, last)) for last in held[len(first) :]}
    secret = _opened(found.pop())
    if found or secret is None:
        raise WrongKey("wrong_share", "the shares do not belong together: at least one is not of this set")
    return secret


def _parse(text: str, place: int) -> RecoveryShare:
    share, words = _library_share(text, place)
    is_ours = (share.group_count, share.iteration_exponent, share.extendable) == (1, EXPONENT, True)
    if not is_ours or share.member_threshold < MIN_NEEDED:
        raise WrongKey("wrong_share", f"share {place} is a SLIP-39 share of a kind that hv does not make")
    return RecoveryShare(
        number=share.index + 1, needed=share.member_threshold, words=words, set_id=share.identifier
    )


def _library_share(text: str, place: int) -> "tuple[Share, tuple[str, ...]]":
    """Check the words one by one, then all together.

    Where only the checksum fails, no word is proposed, though often one could be found: a guess that happens to
    fit makes a share that is valid and wrong, and a screen that completes secrets helps who saw a part of one.
    """
    from shamir_mnemonic import MnemonicError, Share  # noqa: PLC0415  an extra
    from shamir_mnemonic.wordlist import WORD_INDEX_MAP  # noqa: PLC0415  the same

    words = tuple(text.lower().split())
    if len(words) != SHARE_WORDS:
        raise WrongKey("bad_share", f"share {place} has {len(words)} words instead of {SHARE_WORDS}")
    for number, word in enumerate(words, 1):
        if word not in WORD_INDEX_MAP:
            raise WrongKey("bad_share", f"word {number} of share {place} is not in the SLIP-39 list")
    try:
        return Share.from_mnemonic(" ".join(words)), words
    except MnemonicError as err:
        raise WrongKey(
            "bad_share",
            f"the words of share {place} do not belong together: the checksum is wrong",
            hint="look for a word that was read wrongly or two that changed places",
        ) from err


def _sealed(shares: Sequence[RecoveryShare]) -> "EncryptedMasterSecret | None":
    """Return what exactly as many shares as needed give, or None if they are not of one set."""
    from shamir_mnemonic import MnemonicError, decode_mnemonics, recover_ems  # noqa: PLC0415  an extra

    try:
        return recover_ems(decode_mnemonics([" ".join(share.words) for share in shares]))
    except MnemonicError:
        return None


def _opened(sealed: "EncryptedMasterSecret | None") -> bytes | None:
    """Return the secret: SLIP-39 encrypts it, here under no passphrase, which takes longer than all the rest."""
    return None if sealed is None else bytes(sealed.decrypt(b""))


def require_extra() -> None:
    """Check that shares can be made and read. Raises InvalidRequest: `extra_missing`."""
    try:
        import shamir_mnemonic  # noqa: F401, PLC0415  an extra
    except ImportError as err:
        raise InvalidRequest(
            "extra_missing",
            "shares need an extra that is not installed",
            hint="pip install 'healthvault[shamir]'",
        ) from err
