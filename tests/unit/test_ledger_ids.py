# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.ledger.ids."""

import pytest

from healthvault.crypto.words import to_words
from healthvault.ledger.ids import (
    base32,
    bundle_id_text,
    contact_id_text,
    document_id_text,
    fingerprint_bytes,
    from_base32,
    grant_id_text,
)
from tests.worked import worked_entries

WORDS = "obvious eight solution van tag nut embody segment crucial fiscal body protect"


def test_ids_of_the_specification() -> None:
    """The worked document's id and the worked vault's twelve words."""
    entries = worked_entries()
    assert "d_sr7zkzxgnl53s7wd3dgpttdes5wrgyod" == document_id_text(entries[1].leaf)
    vault_id = entries[0].header.vault_id
    assert WORDS == " ".join(to_words(fingerprint_bytes(vault_id)))
    assert "c_tcun6o3ytxjs6uq6de2gv4dd22kmhziixy7buhogznqa6rw3k56q" == contact_id_text(vault_id)


def test_other_ids() -> None:
    """Grants and bundles show their 16 random bytes."""
    assert "g_" + "a" * 26 == grant_id_text(bytes(16))
    assert "b_" + "7" * 25 + "4" == bundle_id_text(b"\xff" * 16)


@pytest.mark.parametrize("size", range(34))
def test_base32_comes_back(size: int) -> None:
    """Lower case, no padding, and the same bytes again."""
    data = bytes(range(size))
    text = base32(data)
    assert text == text.lower()
    assert "=" not in text
    assert data == from_base32(text)


@pytest.mark.parametrize("text", ["AA", "ab", "a", "aa=", "a1", "aa aa", "aaé", "aaa", "aaaaaa"])
def test_other_texts_are_refused(text: str) -> None:
    """Upper case, set unused bits, padding, strange characters and impossible lengths have no bytes."""
    assert from_base32(text) is None
