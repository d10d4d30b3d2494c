# SPDX-License-Identifier: Apache-2.0
"""The recovery secret as people have it: 24 words, or shares that give them; from files, else typed.

Loads the vault. A mistyped word is named at once, by its place, and at a prompt it may be typed again.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from healthvault.cli.options import ShareChoice
from healthvault.cli.prompt import tried_answer
from healthvault.cli.secret_sources import read_source
from healthvault.cli.settings import Settings, Source
from healthvault.crypto.shares import RecoveryShare, join_shares, missing_shares, with_share
from healthvault.crypto.words import to_words
from healthvault.errors import WrongKey
from healthvault.storage.slots import SlotKind
from healthvault.vault.unlock import Secret, slot_secret

__all__ = ["is_by_shares", "joined_shares", "naming_shares", "recovery_answer", "shares_answer"]


def recovery_answer(settings: Settings, words_file: str | None, shares: ShareChoice | None = None) -> Secret:
    """Return the recovery words: 24 with the right checksum. Whose they are is for the vault to say.

    Args:
        settings: Whether anybody can be asked.
        words_file: Holds the words; None asks for them.
        shares: Says, if it says anything, to take them from shares.

    Raises:
        AnswerNeeded: `no_terminal`, `secret_unavailable`.
        InvalidRequest: `secret_exposed`, `extra_missing`.
        WrongKey: `bad_phrase`; of shares as `shares_answer`.
    """
    if is_by_shares(shares):
        return shares_answer(settings, shares["share_files"] if shares else ())
    if words_file is None:
        return tried_answer(settings, "the recovery words", _checked_words, hint="give them by --words-file FILE")
    return _checked_words(read_source(Source(kind="passphrase_file", value=words_file, origin="--words-file")))


def shares_answer(settings: Settings, files: Sequence[str]) -> Secret:
    """Return the recovery words that shares give; without files one share after another is asked for.

    Raises:
        AnswerNeeded: `no_terminal`, `secret_unavailable`.
        InvalidRequest: `secret_exposed`, `extra_missing`.
        WrongKey: `bad_share`, `wrong_share`, `duplicate_share`, `too_few_shares`.
    """
    return Secret(kind=SlotKind.RECOVERY, value=" ".join(to_words(joined_shares(settings, files))).encode())


def joined_shares(settings: Settings, files: Sequence[str]) -> bytes:
    """Return the secret (32 bytes) that shares give, whatever it opens. Raises as `shares_answer`."""
    return join_shares(_from_files(files) if files else _typed(settings))


def is_by_shares(shares: ShareChoice | None) -> bool:
    """Tell whether the options ask for shares."""
    return shares is not None and (shares["shares"] or bool(shares["share_files"]))


@contextmanager
def naming_shares(*, by_shares: bool) -> Iterator[None]:
    """Where the words came from shares, say of the shares that they are not this vault's: `wrong_share`."""
    try:
        yield
    except WrongKey as err:
        if not by_shares or err.code != "wrong_key":
            raise
        raise WrongKey("wrong_share", f"the shares belong together, but: {err.message}", hint=err.hint) from err


def _from_files(files: Sequence[str]) -> tuple[RecoveryShare, ...]:
    held: tuple[RecoveryShare, ...] = ()
    for path in files:
        data = read_source(Source(kind="passphrase_file", value=path, origin="--share-file"))
        try:
            held = _with_text(held, data)
        except WrongKey as err:
            raise WrongKey(err.code, f"{path}: {err.message}", hint=err.hint) from err
    return held


def _typed(settings: Settings) -> tuple[RecoveryShare, ...]:
    held: tuple[RecoveryShare, ...] = ()
    while missing_shares(held):
        of = f" of the {held[0].needed} that are needed" if held else ""
        held = tried_answer(
            settings,
            f"share {len(held) + 1}{of}",
            partial(_with_text, held),
            hint="give them by --share-file FILE, once for each",
        )
    return held


def _with_text(held: tuple[RecoveryShare, ...], data: bytes) -> tuple[RecoveryShare, ...]:
    lines = data.decode("utf-8", "replace").splitlines()
    return with_share(held, " ".join(line for line in lines if not line.startswith("#")))


def _checked_words(typed: bytes) -> Secret:
    words = Secret(kind=SlotKind.RECOVERY, value=typed)
    slot_secret(words)
    return words
