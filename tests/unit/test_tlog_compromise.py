# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.tlog.compromise."""

from base64 import b64encode

import pytest

from healthvault.crypto.signing import signing_key
from healthvault.errors import FormatError, IntegrityError
from healthvault.tlog.checkpoint import Checkpoint, origin_of, sign_checkpoint
from healthvault.tlog.compromise import (
    Compromise,
    is_compromise_note,
    open_compromise,
    parse_compromise,
    sign_compromise,
)
from healthvault.tlog.note import parse_note, sign_note
from healthvault.tlog.tree import leaf_hash

ROOT_KEY = signing_key(b"r" * 32)
OTHER = signing_key(b"o" * 32)
ORIGIN = origin_of(bytes(range(32)))
TREE_ROOT = leaf_hash(b"entry")
ROOT64 = b64encode(TREE_ROOT).decode()
HEAD = "healthvault/v1/compromised"
THEFT = Compromise(origin=ORIGIN, epoch=0, size=12, root=TREE_ROOT)


def noted(text: str) -> bytes:
    """Return a note of any text under the right name and key."""
    return sign_note(text, f"{ORIGIN}/root", ROOT_KEY)


def test_the_text_has_five_lines() -> None:
    """What it is, whose, which epoch, and the tree below the event that closes it."""
    assert f"{HEAD}\n{ORIGIN}\n0\n12\n{ROOT64}\n" == THEFT.to_text()


def test_a_signed_note_is_read_under_the_root_key() -> None:
    """The key has the origin and `/root` as its name."""
    raw = sign_compromise(THEFT, ROOT_KEY)
    assert THEFT == open_compromise(raw, ROOT_KEY.public)
    assert THEFT == parse_compromise(raw)
    assert f"{ORIGIN}/root" == parse_note(raw).signatures[0].name


def test_a_note_is_known_by_its_first_line() -> None:
    """No other note or file begins so."""
    checkpoint = sign_checkpoint(Checkpoint(origin=ORIGIN, size=12, root=TREE_ROOT), ROOT_KEY)
    assert is_compromise_note(sign_compromise(THEFT, ROOT_KEY))
    assert not any(map(is_compromise_note, (checkpoint, b"", b"age-encryption.org/v1\n", HEAD.encode())))


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}\n{ORIGIN}\n0\n12\n{ROOT64}\nextension\n",
        f"{HEAD}\n{ORIGIN}\n0\n12\n",
        f"{HEAD}\n{ORIGIN}\n0\n12\n{ROOT64}\n\n",
        f"{HEAD} \n{ORIGIN}\n0\n12\n{ROOT64}\n",
        f"healthvault/v2/compromised\n{ORIGIN}\n0\n12\n{ROOT64}\n",
        f"{ORIGIN}\n{HEAD}\n0\n12\n{ROOT64}\n",
        f"{HEAD}\nexample.org/log\n0\n12\n{ROOT64}\n",
        f"{HEAD}\n{ORIGIN.upper()}\n0\n12\n{ROOT64}\n",
        f"{HEAD}\n{ORIGIN[:-1]}r\n0\n12\n{ROOT64}\n",
        f"{HEAD}\n{ORIGIN}\n00\n12\n{ROOT64}\n",
        f"{HEAD}\n{ORIGIN}\n\n12\n{ROOT64}\n",
        f"{HEAD}\n{ORIGIN}\n-1\n12\n{ROOT64}\n",
        f"{HEAD}\n{ORIGIN}\n{2**53}\n12\n{ROOT64}\n",
        f"{HEAD}\n{ORIGIN}\n0\n012\n{ROOT64}\n",
        f"{HEAD}\n{ORIGIN}\n0\n0\n{ROOT64}\n",
        f"{HEAD}\n{ORIGIN}\n0\n\u0661\n{ROOT64}\n",
        f"{HEAD}\n{ORIGIN}\n0\n{2**53}\n{ROOT64}\n",
        f"{HEAD}\n{ORIGIN}\n0\n{10**16}\n{ROOT64}\n",
        f"{HEAD}\n{ORIGIN}\n0\n12\n{ROOT64[:-1]}\n",
        f"{HEAD}\n{ORIGIN}\n0\n12\n{'A' * 42}B=\n",
        f"{HEAD}\n{ORIGIN}\n0\n12\n{b64encode(TREE_ROOT[:31]).decode()}\n",
    ],
)
def test_malformed_texts_are_refused(text: str) -> None:
    """Each breaks one rule, and the signature is right; read unverified or not."""
    for read in (parse_compromise, lambda raw: open_compromise(raw, ROOT_KEY.public)):
        with pytest.raises(FormatError) as caught:
            read(noted(text))
        assert caught.value.code == "bad_note"


@pytest.mark.parametrize("raw", [b"", b"\xff", THEFT.to_text().encode(), sign_compromise(THEFT, ROOT_KEY)[:-1]])
def test_what_is_no_note_is_refused(raw: bytes) -> None:
    """Unsigned text is no older, laxer form of a note."""
    with pytest.raises(FormatError) as caught:
        parse_compromise(raw)
    assert caught.value.code == "bad_note"


@pytest.mark.parametrize(("epoch", "size"), [(0, 1), (1023, 2**53 - 1)])
def test_the_numbers_at_the_edges_are_read(epoch: int, size: int) -> None:
    """The first epoch, the smallest and the largest size."""
    theft = Compromise(origin=ORIGIN, epoch=epoch, size=size, root=TREE_ROOT)
    assert theft == open_compromise(sign_compromise(theft, ROOT_KEY), ROOT_KEY.public)


@pytest.mark.parametrize(
    "wrong",
    [
        Compromise(origin="example.org/log", epoch=0, size=12, root=TREE_ROOT),
        Compromise(origin=ORIGIN, epoch=0, size=0, root=TREE_ROOT),
        Compromise(origin=ORIGIN, epoch=0, size=12, root=TREE_ROOT[:31]),
        Compromise(origin=ORIGIN, epoch=2**53, size=12, root=TREE_ROOT),
    ],
)
def test_notes_that_no_reader_would_take_are_not_signed(wrong: Compromise) -> None:
    """The writer reads what it wrote."""
    with pytest.raises(FormatError) as caught:
        sign_compromise(wrong, ROOT_KEY)
    assert caught.value.code == "bad_note"


@pytest.mark.parametrize(
    "raw",
    [
        sign_compromise(THEFT, OTHER),
        sign_note(THEFT.to_text(), ORIGIN, ROOT_KEY),
        sign_note(THEFT.to_text(), f"{origin_of(bytes(32))}/root", ROOT_KEY),
        sign_compromise(THEFT, ROOT_KEY).replace(b"\n12\n", b"\n13\n", 1),
    ],
    ids=["another key", "the journal key's name", "another vault's name", "another size"],
)
def test_only_the_root_key_of_that_vault_counts(raw: bytes) -> None:
    """A thief of the journal key cannot make one, nor change one."""
    with pytest.raises(IntegrityError) as caught:
        open_compromise(raw, ROOT_KEY.public)
    assert caught.value.code == "bad_signature"


def test_a_line_of_another_key_beside_it_is_ignored() -> None:
    """A cosigner may have added one."""
    note = parse_note(sign_compromise(THEFT, ROOT_KEY))
    other = parse_note(sign_note(THEFT.to_text(), "example.org/cosigner", OTHER))
    assert THEFT == open_compromise(note.with_signature(other.signatures[0]).to_bytes(), ROOT_KEY.public)
