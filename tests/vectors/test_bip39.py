# SPDX-License-Identifier: Apache-2.0
"""BIP39 words against Trezor's vectors (MIT). Only entropy and words: BIP39's key stretching is not used."""

import json
from pathlib import Path

import pytest

from healthvault.crypto.words import from_words, to_words

FILE = Path(__file__).resolve().parents[2].parent / "shared" / "vectors" / "bip39" / "vectors.json"
pytestmark = pytest.mark.skipif(not FILE.parent.is_dir(), reason="shared vectors are not here")


def test_entropy_and_words_turn_into_each_other() -> None:
    """Both directions, for 12, 18 and 24 words."""
    vectors = json.loads(FILE.read_text())["english"]
    assert 24 == len(vectors)
    for entropy_hex, phrase, *_ in vectors:
        entropy = bytes.fromhex(entropy_hex)
        assert phrase == " ".join(to_words(entropy))
        assert entropy == from_words(phrase, len(entropy))
