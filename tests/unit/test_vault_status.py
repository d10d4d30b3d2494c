# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.status."""

from pathlib import Path

import pytest

from healthvault.agefile.bech32 import decode_recipient
from healthvault.bundle.card import dearmour, open_card
from healthvault.crypto.words import from_words
from healthvault.vault.session import open_vault
from healthvault.vault.status import identity_of, owner_name, vault_status
from tests import vaults
from tests.vaults import NOW_MS, Sample


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """A vault with two documents."""
    ana = vaults.ana(tmp_path)
    ana.add(b"one", b"two")
    return ana


def test_at_a_glance(ana: Sample) -> None:
    """What an unlocked vault tells of itself."""
    with ana.open() as vault:
        status = vault_status(vault)
        assert vault.history.checkpoint.root == status.checkpoint_root
        assert vault.keyring.vault_id[:16].hex() == status.fingerprint
    assert ("Ana Silva", 3, 2, 3, True, ()) == (
        status.name,
        status.entries,
        status.documents,
        status.checkpoint_size,
        status.unlocked,
        status.warnings,
    )
    assert str(ana.place.root) == status.path
    assert status.fingerprint == from_words(" ".join(status.words), 16).hex()


def test_a_locked_vault_tells_no_name(ana: Sample) -> None:
    """Neither the owner's name nor how many documents there are."""
    with open_vault(ana.place, None, now_ms=NOW_MS) as vault:
        status = vault_status(vault)
    assert (None, None, False, 3) == (status.name, status.documents, status.unlocked, status.entries)


def test_warnings_are_passed_on(ana: Sample) -> None:
    """What was noticed while the vault was opened is part of its status."""
    old = ana.paths.checkpoint.read_bytes()
    ana.add(b"three")
    ana.paths.checkpoint.write_bytes(old)
    with ana.open() as vault:
        assert ("the vault has 3 entries, but 4 were seen on this machine",) == vault_status(vault).warnings


def test_the_public_side(ana: Sample) -> None:
    """The card names the owner and holds her keys; its words and recipient are those shown."""
    with ana.open() as vault:
        identity = identity_of(vault)
        assert "Ana Silva" == owner_name(vault)
        assert identity.words == vault_status(vault).words
        assert identity.vault == vault_status(vault).id
        card = open_card(dearmour(identity.card.encode()))
        assert ("Ana Silva", vault.history.chain) == (card.name, card.chain)
        assert decode_recipient(identity.recipient) == vault.history.chain.newest.keys.recipient_pk
