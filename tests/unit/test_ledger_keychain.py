# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.ledger.keychain: every rule of the walk (docs/spec/keys.md section 5)."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from healthvault.crypto.signing import sign, signing_key
from healthvault.errors import FormatError, IntegrityError
from healthvault.ledger.entry import parse_entry
from healthvault.ledger.events import EVENT_LABEL, RotateReason, vault_id_of
from healthvault.ledger.keychain import MAX_EVENTS, KeyChain, walk
from tests.owners import MIXED_ORDER, NO_HOOKS, ORDER_FOUR, Hooks, Owner, flip, merge, put
from tests.worked import ROOT, SIGN, worked_entries

STRANGER = signing_key(b"\x09" * 32)


def chain_of(owner: Owner) -> KeyChain:
    """Walk the key events of a vault."""
    return walk(owner.raws[seq] for seq in owner.event_seqs)


def code_of(owner: Owner) -> str:
    """Return the code with which a vault's key events are refused, from the class that goes with it."""
    with pytest.raises((FormatError, IntegrityError)) as caught:
        chain_of(owner)
    is_form = caught.value.code in {"bad_schema", "unsupported", "bad_encoding"}
    assert is_form == isinstance(caught.value, FormatError)
    return caught.value.code


def long_chain() -> Owner:
    """Return a vault whose keys changed in every way."""
    owner = Owner()
    owner.add(b"one")
    owner.rotate()
    owner.add(b"two")
    owner.change_root()
    owner.rotate(RotateReason.COMPROMISED)
    owner.restart(lost=(9, b"l" * 32))
    owner.change_root()
    owner.rotate(RotateReason.LOST)
    owner.add(b"three")
    return owner


def test_the_worked_genesis() -> None:
    """One epoch, by the keys that the specification gives."""
    chain = walk([worked_entries()[0].raw])
    assert (ROOT.public, SIGN.public) == (chain.root_pk, chain.newest.keys.sign_pk)
    assert chain.vault_id.hex().startswith("98a8df3b")
    assert (0, (), ()) == (chain.last_seq, chain.rotations, chain.restarts)


def test_a_chain_of_every_kind() -> None:
    """Rotations open epochs, root events change who may name keys, restarts are remembered."""
    owner = long_chain()
    chain = chain_of(owner)
    assert (owner.vault_id, owner.root.public, owner.key_head) == (chain.vault_id, chain.root_pk, chain.key_head)
    assert [0, 1, 2, 3] == [epoch.number for epoch in chain.epochs]
    assert [secrets.keys for secrets in owner.epochs] == [epoch.keys for epoch in chain.epochs]
    assert [False, True, False, False] == [epoch.was_compromised for epoch in chain.epochs]
    assert (tuple(owner.rotations), tuple(owner.restarts)) == (chain.rotations, chain.restarts)
    assert ((6, owner.root_at(6)),) == chain.restart_roots
    assert owner.event_seqs == [entry.seq for entry in chain.entries]


def test_since_when_keys_were_stolen() -> None:
    """What the owner said when she closed an epoch as stolen; of other epochs nothing."""
    owner = Owner()
    owner.add(b"one")
    owner.rotate(RotateReason.COMPROMISED, since=1)
    owner.rotate(RotateReason.COMPROMISED)
    owner.rotate(RotateReason.LOST, since=3)
    said = [(epoch.was_compromised, epoch.compromised_since) for epoch in chain_of(owner).epochs]
    assert [(True, 1), (True, None), (False, None), (False, None)] == said


def test_the_epoch_in_force() -> None:
    """A rotation at s closes the epoch before it for entries from s on."""
    chain = chain_of(long_chain())
    assert [0, 0, 1, 1, 1, 2, 2, 2, 3, 3] == [chain.epoch_at(seq).number for seq in range(10)]


def test_entries_are_signed_by_the_epoch_in_force() -> None:
    """Every entry of the journal is, and is known by it."""
    owner = long_chain()
    chain = chain_of(owner)
    for raw in owner.raws:
        assert raw == chain.verify(parse_entry(raw)).raw


@pytest.mark.parametrize(
    ("hooks", "code"),
    [
        (Hooks(fields=put(5, 0)), "bad_key"),
        (Hooks(fields=put(5, 2)), "bad_key"),
        (Hooks(fields=put(1, b"o" * 32)), "wrong_vault"),
        (Hooks(key=STRANGER), "bad_signature"),
        (Hooks(raw=flip), "bad_signature"),
        (Hooks(label="manifest"), "bad_signature"),
    ],
    ids=["older epoch", "later epoch", "other vault", "other key", "changed", "other label"],
)
def test_other_entries_are_refused(hooks: Hooks, code: str) -> None:
    """By epoch, by vault, by signature."""
    owner = Owner()
    owner.rotate()
    seq = owner.add(b"one", hooks=hooks)
    with pytest.raises(IntegrityError) as caught:
        chain_of(owner).verify(parse_entry(owner.raws[seq]))
    assert code == caught.value.code


def test_an_old_key_signs_nothing_new() -> None:
    """Neither under its own number nor under the new one."""
    owner = Owner()
    old = owner.epochs[0].sign
    owner.rotate()
    first = owner.add(b"one", hooks=Hooks(key=old))
    second = owner.add(b"two", hooks=Hooks(key=old, fields=put(5, 0)))
    for seq, code in ((first, "bad_signature"), (second, "bad_key")):
        with pytest.raises(IntegrityError) as caught:
            chain_of(owner).verify(parse_entry(owner.raws[seq]))
        assert code == caught.value.code


def test_nothing_to_walk() -> None:
    """Without genesis there are no keys; an entry without an event is none."""
    with pytest.raises(IntegrityError) as caught:
        walk([])
    assert "bad_key" == caught.value.code
    owner = Owner()
    owner.event_seqs.append(owner.add(b"one"))
    assert "bad_key" == code_of(owner)


@pytest.mark.parametrize(
    ("hooks", "code"),
    [
        (Hooks(root=STRANGER), "bad_key"),
        (Hooks(block=lambda block: replace(block, root_sig=flip(block.root_sig))), "bad_key"),
        (Hooks(block=lambda block: replace(block, new_root_sig=block.root_sig)), "bad_key"),
        (Hooks(block=lambda block: replace(block, event=block.event + b"\0")), "bad_encoding"),
        (Hooks(event=merge(prev_key_head=b"h" * 32)), "bad_key"),
        (Hooks(event=merge(epoch=1)), "bad_key"),
        (Hooks(event=merge(nonce=b"n" * 32)), "wrong_vault"),
        (Hooks(event=merge(root_pk=STRANGER.public), root=STRANGER), "wrong_vault"),
        (Hooks(event=merge(sign_pk=ORDER_FOUR)), "bad_key"),
        (Hooks(event=merge(sign_pk=MIXED_ORDER)), "bad_key"),
        (Hooks(event=merge(witness_pk=MIXED_ORDER)), "bad_key"),
        (Hooks(event=merge(sign_pk=STRANGER.public)), "bad_key"),
        (Hooks(event=merge(kind="rotate", reason="planned")), "bad_key"),
        (Hooks(event=merge(kind="delegate")), "unsupported"),
        (Hooks(event=merge(must=["later"])), "unsupported"),
        (Hooks(event=merge(vault=None)), "bad_schema"),
        (Hooks(event=merge(seq=1)), "bad_key"),
        (Hooks(event=merge(prev=b"p" * 32)), "bad_key"),
        (Hooks(event=merge(prev=b"p" * 32), fields=put(3, b"p" * 32)), "bad_key"),
        (Hooks(event=merge(seq=1), fields=put(2, 1)), "bad_key"),
        (Hooks(fields=put(5, 1)), "bad_key"),
        (Hooks(key=STRANGER), "bad_key"),
        (Hooks(label="card"), "bad_key"),
    ],
)
def test_a_wrong_genesis_is_refused(hooks: Hooks, code: str) -> None:
    """It has to hash to the vault's id, to be signed by ROOT and by its own key, and to claim no past."""
    assert code == code_of(Owner(hooks=hooks))


def test_a_genesis_without_its_own_id() -> None:
    """A whole other vault under this vault's id is another vault."""
    other = vault_id_of(STRANGER.public, b"n" * 32)
    owner = Owner(hooks=Hooks(event=merge(vault=other), fields=put(1, other)))
    assert "wrong_vault" == code_of(owner)


def rotation(hooks: Hooks) -> Owner:
    """Return a vault with a rotation that was changed."""
    owner = Owner()
    owner.add(b"one")
    owner.rotate(hooks=hooks)
    return owner


def new_root(hooks: Hooks) -> Owner:
    """Return a vault with a root event that was changed."""
    owner = Owner()
    owner.change_root(hooks=hooks)
    return owner


def restarted(hooks: Hooks) -> Owner:
    """Return a vault with a restart that was changed."""
    owner = Owner()
    owner.restart(hooks=hooks)
    return owner


@pytest.mark.parametrize("make", [rotation, new_root, restarted])
@pytest.mark.parametrize(
    ("hooks", "code"),
    [
        (NO_HOOKS, None),
        (Hooks(root=STRANGER), "bad_key"),
        (Hooks(block=lambda block: replace(block, root_sig=flip(block.root_sig))), "bad_key"),
        (Hooks(event=merge(prev_key_head=bytes(32))), "bad_key"),
        (Hooks(event=merge(prev=b"p" * 32)), "bad_key"),
        (Hooks(event=merge(vault=b"o" * 32)), "bad_key"),
        (Hooks(event=merge(vault=b"o" * 32), fields=put(1, b"o" * 32)), "wrong_vault"),
        (Hooks(fields=put(5, 7)), "bad_key"),
        (Hooks(key=STRANGER), "bad_key"),
        (Hooks(event=merge(kind="later")), "unsupported"),
        (Hooks(event=merge(must=["kind", "later"])), "unsupported"),
    ],
)
def test_rules_of_all_later_events(make: Callable[[Hooks], Owner], hooks: Hooks, code: str | None) -> None:
    """Signed by ROOT in force, made for its place, following the event before, signed by the newest key."""
    owner = make(hooks)
    if code is None:
        assert owner.key_head == chain_of(owner).key_head
    else:
        assert code == code_of(owner)


@pytest.mark.parametrize(
    ("make", "hooks"),
    [
        (rotation, Hooks(event=merge(epoch=2))),
        (rotation, Hooks(event=merge(epoch=0))),
        (rotation, Hooks(event=merge(sign_pk=ORDER_FOUR))),
        (rotation, Hooks(event=merge(sign_pk=MIXED_ORDER))),
        (rotation, Hooks(event=merge(witness_pk=ORDER_FOUR))),
        (rotation, Hooks(event=merge(sign_pk=STRANGER.public))),
        (rotation, Hooks(block=lambda block: replace(block, new_root_sig=block.root_sig))),
        (new_root, Hooks(block=lambda block: replace(block, new_root_sig=None))),
        (new_root, Hooks(block=lambda block: replace(block, new_root_sig=block.root_sig))),
        (new_root, Hooks(event=merge(new_root_pk=STRANGER.public))),
        (new_root, Hooks(event=merge(new_root_pk=ORDER_FOUR))),
        (
            new_root,
            Hooks(
                event=merge(new_root_pk=MIXED_ORDER),
                block=lambda block: replace(block, new_root_sig=sign(STRANGER, EVENT_LABEL, block.event)),
            ),
        ),
        (restarted, Hooks(block=lambda block: replace(block, new_root_sig=block.root_sig))),
        (restarted, Hooks(event=merge(from_size=0))),
    ],
)
def test_rules_of_each_later_event(make: Callable[[Hooks], Owner], hooks: Hooks) -> None:
    """Epochs rise by one, keys are good points, ROOT hands over with both signatures, and nobody else does."""
    assert "bad_key" == code_of(make(hooks))


def test_a_second_genesis_is_refused() -> None:
    """Even the same one again."""
    owner = Owner()
    owner.event_seqs.append(0)
    assert "bad_key" == code_of(owner)
    later = Owner()
    later.rotate(hooks=Hooks(event=merge(kind="genesis", root_pk=later.root.public)))
    assert "bad_key" == code_of(later)


def test_an_old_root_names_no_keys() -> None:
    """After a root event only the new ROOT signs."""
    owner = Owner()
    old = owner.root
    owner.change_root()
    owner.rotate(hooks=Hooks(root=old))
    assert "bad_key" == code_of(owner)


def test_an_event_that_was_left_out_is_missed() -> None:
    """Unless it is the last one, which the tip's state shows."""
    owner = long_chain()
    whole = list(owner.event_seqs)
    for gone in whole[:-1]:
        owner.event_seqs = [seq for seq in whole if seq != gone]
        assert "bad_key" == code_of(owner)
    owner.event_seqs = whole[:-1]
    assert owner.key_head != chain_of(owner).key_head


def test_events_out_of_order_are_refused() -> None:
    """They only follow one another one way."""
    owner = long_chain()
    first, second, third, *rest = owner.event_seqs
    owner.event_seqs = [first, third, second, *rest]
    assert "bad_key" == code_of(owner)


def test_the_walk_is_bounded() -> None:
    """1,024 events, and not one more."""
    owner = Owner()
    while len(owner.event_seqs) < MAX_EVENTS:
        owner.restart()
    assert MAX_EVENTS - 1 == len(chain_of(owner).restarts)
    owner.restart()
    with pytest.raises(FormatError) as caught:
        chain_of(owner)
    assert "limit_exceeded" == caught.value.code


def test_events_of_two_vaults_do_not_mix() -> None:
    """An event of another vault is no event of this one."""
    owner, other = Owner(), Owner()
    seq = other.rotate()
    owner.raws.append(other.raws[seq])
    owner.event_seqs.append(1)
    assert "wrong_vault" == code_of(owner)
