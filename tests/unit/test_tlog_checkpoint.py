# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.tlog.checkpoint."""

from base64 import b64encode

import pytest

from healthvault.crypto.signing import signing_key
from healthvault.errors import FormatError, IntegrityError
from healthvault.tlog.checkpoint import (
    Checkpoint,
    open_checkpoint,
    origin_of,
    parse_checkpoint,
    sign_checkpoint,
    vault_id_of,
)
from healthvault.tlog.note import parse_note, sign_note
from healthvault.tlog.tree import EMPTY_ROOT, leaf_hash

KEY = signing_key(b"k" * 32)
OTHER = signing_key(b"o" * 32)
VAULT = bytes(range(32))
ORIGIN = origin_of(VAULT)
ROOT = leaf_hash(b"entry")
ROOT64 = b64encode(ROOT).decode()
POINT = Checkpoint(origin=ORIGIN, size=12, root=ROOT)


def test_the_origin_is_the_vault_id_in_base32() -> None:
    """Lower case, without padding, under a name that no server has."""
    assert "healthvault.invalid/aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dypq" == ORIGIN
    assert VAULT == vault_id_of(ORIGIN)


@pytest.mark.parametrize(
    "origin",
    ["", VAULT.hex(), ORIGIN.upper(), ORIGIN[:-1], ORIGIN + "a", ORIGIN[:-1] + "r", ORIGIN + "\n", "x" + ORIGIN],
)
def test_other_origins_are_no_vault(origin: str) -> None:
    """One spelling only: not even the spare bits of base32 may differ."""
    with pytest.raises(FormatError) as caught:
        vault_id_of(origin)
    assert caught.value.code == "bad_note"


def test_the_text_has_three_lines() -> None:
    """Origin, size, root."""
    assert f"{ORIGIN}\n12\n{ROOT64}\n" == POINT.to_text()
    assert POINT == parse_checkpoint(POINT.to_text())


def test_a_signed_checkpoint_opens() -> None:
    """Under the vault's key, with the origin as the key's name."""
    raw = sign_checkpoint(POINT, KEY)
    assert POINT == open_checkpoint(raw, ORIGIN, KEY.public)
    assert ORIGIN == parse_note(raw).signatures[0].name


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"{ORIGIN}\n12\n{ROOT64}",
        f"{ORIGIN}\n12\n{ROOT64}\nextension\n",
        f"{ORIGIN}\n12\n{ROOT64}\n\n",
        f"{ORIGIN}\n12\n",
        f"\n12\n{ROOT64}\n",
        f"{ORIGIN}\n012\n{ROOT64}\n",
        f"{ORIGIN}\n+12\n{ROOT64}\n",
        f"{ORIGIN}\n-1\n{ROOT64}\n",
        f"{ORIGIN}\n 12\n{ROOT64}\n",
        f"{ORIGIN}\n\n{ROOT64}\n",
        f"{ORIGIN}\n\u0661\n{ROOT64}\n",
        f"{ORIGIN}\n{2**53}\n{ROOT64}\n",
        f"{ORIGIN}\n{10**16}\n{ROOT64}\n",
        f"{ORIGIN}\n12\n{ROOT64[:-1]}\n",
        f"{ORIGIN}\n12\n{b64encode(ROOT[:31]).decode()}\n",
        f"{ORIGIN}\n12\n{b64encode(ROOT + ROOT[:1]).decode()}\n",
        f"{ORIGIN}\n12\n{'A' * 42}B=\n",
        f"{ORIGIN}\n12\n{'_' * 43}=\n",
        f"{ORIGIN}\n0\n{ROOT64}\n",
        f"{ORIGIN}\n00\n{b64encode(EMPTY_ROOT).decode()}\n",
    ],
)
def test_malformed_texts_are_refused(text: str) -> None:
    """Each breaks one rule: lines, size, root, the empty tree."""
    with pytest.raises(FormatError) as caught:
        parse_checkpoint(text)
    assert caught.value.code == "bad_note"


@pytest.mark.parametrize(("size", "root"), [(0, EMPTY_ROOT), (1, ROOT), (2**53 - 1, ROOT)])
def test_the_sizes_at_the_edges_are_read(size: int, root: bytes) -> None:
    """The empty tree, the first entry, the largest size."""
    point = Checkpoint(origin=ORIGIN, size=size, root=root)
    assert point == parse_checkpoint(point.to_text())


@pytest.mark.parametrize(
    "point",
    [
        Checkpoint(origin=ORIGIN, size=0, root=ROOT),
        Checkpoint(origin=ORIGIN, size=2**53, root=ROOT),
        Checkpoint(origin=ORIGIN, size=1, root=ROOT[:31]),
        Checkpoint(origin="two words", size=1, root=ROOT),
    ],
)
def test_checkpoints_that_no_reader_would_take_are_not_signed(point: Checkpoint) -> None:
    """The writer reads what it wrote."""
    with pytest.raises(FormatError) as caught:
        sign_checkpoint(point, KEY)
    assert caught.value.code == "bad_note"


def test_a_checkpoint_of_another_log_is_refused() -> None:
    """Even one that the same key signed."""
    raw = sign_checkpoint(Checkpoint(origin=origin_of(bytes(32)), size=12, root=ROOT), KEY)
    with pytest.raises(FormatError) as caught:
        open_checkpoint(raw, ORIGIN, KEY.public)
    assert caught.value.code == "bad_note"


def test_a_checkpoint_of_another_key_is_refused() -> None:
    """Or of the right key under another name."""
    for raw in (sign_checkpoint(POINT, OTHER), sign_note(POINT.to_text(), "other.example", KEY)):
        with pytest.raises(IntegrityError) as caught:
            open_checkpoint(raw, ORIGIN, KEY.public)
        assert caught.value.code == "bad_signature"


def test_another_signed_text_is_no_checkpoint() -> None:
    """The kinds of note differ in their first line."""
    raw = sign_note(f"healthvault/v1/compromised\n{ORIGIN}\n0\n12\n{ROOT64}\n", ORIGIN, KEY)
    with pytest.raises(FormatError) as caught:
        open_checkpoint(raw, ORIGIN, KEY.public)
    assert caught.value.code == "bad_note"
