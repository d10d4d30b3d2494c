# SPDX-License-Identifier: Apache-2.0
"""Trying the recovery words, and splitting them, on real vaults."""

from pathlib import Path

import pytest

from healthvault.crypto.shares import join_shares
from healthvault.crypto.words import to_words
from healthvault.errors import WrongKey
from healthvault.storage.slots import SlotKind
from healthvault.vault.recovery_words import check_recovery, split_recovery
from healthvault.vault.rotation import change_words, new_words
from healthvault.vault.session import open_vault
from healthvault.vault.unlock import Secret, slot_secret
from tests import vaults
from tests.vaults import NOW_MS, Sample


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """A vault and its words."""
    return vaults.ana(tmp_path)


def code_of(sample: Sample, words: Secret) -> str | None:
    """Return the code with which words are refused, or None; the vault stays locked."""
    with open_vault(sample.place, None, now_ms=NOW_MS) as vault:
        try:
            check_recovery(vault, words)
        except WrongKey as err:
            return err.code
    return None


def test_the_words_of_a_vault_are_its_own(ana: Sample, tmp_path: Path) -> None:
    """Another vault's are not, and neither are words that are none."""
    lee = vaults.lee(tmp_path)
    nothing = Secret(kind=SlotKind.RECOVERY, value=b"abandon " * 24)
    assert [None, "wrong_key", "bad_phrase"] == [code_of(ana, words) for words in (ana.words, lee.words, nothing)]


def test_words_that_were_replaced_are_not_its_own_any_more(ana: Sample) -> None:
    """The new ones are."""
    recovery, words = new_words()
    with open_vault(ana.place, ana.words, now_ms=NOW_MS, writing=True) as vault:
        before = vault.keyring
        change_words(vault, ana.words, recovery, now_ms=NOW_MS)
    assert "wrong_key" == code_of(ana, ana.words)
    assert code_of(ana, Secret(kind=SlotKind.RECOVERY, value=" ".join(words).encode())) is None
    with open_vault(ana.place, None, now_ms=NOW_MS) as vault:
        vault.keyring = before  # as if the old slot were still there
        with pytest.raises(WrongKey, match="cannot change its keys"):
            check_recovery(vault, ana.words)


def test_shares_say_whose_they_are_and_give_the_words_back(ana: Sample) -> None:
    """Number, count and the vault stand with each; any two of three are enough."""
    with open_vault(ana.place, None, now_ms=NOW_MS) as vault:
        sheets = split_recovery(vault, ana.words, 2, 3)
    assert [(1, 2, 3), (2, 2, 3), (3, 2, 3)] == [
        (sheet.share.number, sheet.share.needed, sheet.count) for sheet in sheets
    ]
    assert {(52 + 2, 12)} == {(len(sheet.vault), len(sheet.vault_words)) for sheet in sheets}
    secret = join_shares([sheets[2].share, sheets[0].share])
    assert slot_secret(ana.words) == secret
    assert ana.words.value.decode() == " ".join(to_words(secret))


def test_words_of_another_vault_are_not_split(ana: Sample, tmp_path: Path) -> None:
    """They are tried first."""
    with open_vault(ana.place, None, now_ms=NOW_MS) as vault, pytest.raises(WrongKey):
        split_recovery(vault, vaults.lee(tmp_path).words, 2, 3)
