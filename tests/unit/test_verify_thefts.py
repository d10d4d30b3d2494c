# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.verify.thefts: whose keys were stolen, in words."""

from dataclasses import replace

from healthvault.errors import IntegrityError
from healthvault.ledger.events import RotateReason
from healthvault.ledger.keychain import KeyChain, walk
from healthvault.verify.pins import VaultPins
from healthvault.verify.thefts import known_chain, thefts_declared, with_stolen_keys
from tests.owners import Owner


def stolen(since: int | None = 2) -> Owner:
    """Return a vault whose keys were stolen at entry 2 and replaced at entry 4."""
    owner = Owner()
    for number in range(3):
        owner.add(bytes([number]))
    owner.rotate(RotateReason.COMPROMISED, since=since)
    return owner


def chain_of(owner: Owner) -> KeyChain:
    """Walk the key events of a vault."""
    return walk(owner.raws[seq] for seq in owner.event_seqs)


def test_the_refusal_says_who_and_when() -> None:
    """The owner by the reader's own name, the epoch, the entries, and what to do."""
    owner = stolen()
    pins = VaultPins(vault=owner.vault_id, events=tuple(owner.raws[seq] for seq in owner.event_seqs))
    error = with_stolen_keys(0, pins, "Ana")
    assert (IntegrityError, "key_revoked") == (type(error), error.code)
    assert (
        "Ana declared the keys that signed this stolen: epoch 0, replaced at entry 4, "
        "in other hands from entry 2 on" == error.message
    )
    assert "whoever has those keys may have made it: ask Ana for a new one" == error.hint


def test_the_refusal_says_what_is_known() -> None:
    """From a note only the entry; from a card without `since` no beginning; of a stranger no name."""
    owner = stolen(since=None)
    events = tuple(owner.raws[seq] for seq in owner.event_seqs)
    noted = VaultPins(vault=owner.vault_id, events=events[:1], compromised=((0, 9, b"r" * 32),))
    assert with_stolen_keys(0, noted, None).message.endswith("stolen: epoch 0, replaced at entry 9")
    assert with_stolen_keys(0, noted, None).message.startswith("the owner declared")
    carded = replace(noted, events=events, compromised=(), compromised_by_card=frozenset({0}))
    assert with_stolen_keys(0, carded, "Ana").message.endswith("epoch 0, replaced at entry 4")
    assert with_stolen_keys(0, replace(noted, events=(), compromised=()), "A").message.endswith("epoch 0")


def test_what_a_good_file_tells() -> None:
    """Which epoch, replaced where, stolen since when, and what was logged in between."""
    chain = chain_of(stolen())
    told = "; the keys of epoch 0 were declared stolen and replaced at entry 4, in other hands from entry 2 on"
    assert told == thefts_declared(chain, [0, 1, 4, 7])
    confirmed = "; logged since then, and confirmed by the newer keys: "
    assert f"{told}{confirmed}entry 2" == thefts_declared(chain, [1, 2])
    assert f"{told}{confirmed}entries 2, 3" == thefts_declared(chain, [1, 2, 3, 4])
    assert "; the keys of epoch 0 were declared stolen and replaced at entry 4" == thefts_declared(
        chain_of(stolen(since=None)), [2]
    )


def test_nothing_to_tell() -> None:
    """Keys that were replaced for another reason were not stolen."""
    owner = Owner()
    owner.rotate(RotateReason.LOST)
    owner.rotate()
    assert "" == thefts_declared(chain_of(owner), [0, 1])


def test_the_chain_that_a_reader_knows() -> None:
    """That of the pinned events; nobody met, none."""
    owner = stolen()
    events = tuple(owner.raws[seq] for seq in owner.event_seqs)
    assert chain_of(owner) == known_chain(VaultPins(vault=owner.vault_id, events=events))
    assert known_chain(VaultPins(vault=owner.vault_id)) is None
