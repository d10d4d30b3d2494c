# SPDX-License-Identifier: Apache-2.0
"""The walk over a vault's key events: which key's signature counts, from which entry on.

A `KeyChain` can only be made by walking signed events from genesis, so whoever holds one holds keys that the
vault's root key named. Spec: docs/spec/keys.md section 5.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from healthvault.crypto.hashing import ZERO_DIGEST
from healthvault.crypto.signing import check_public_key, check_signature
from healthvault.errors import FormatError, IntegrityError
from healthvault.ledger.entry import Entry, SignedEntry, parse_entry, verify_entry
from healthvault.ledger.events import (
    EVENT_LABEL,
    EpochKeys,
    EventKind,
    KeyEvent,
    RotateReason,
    parse_event,
    vault_id_of,
)
from healthvault.ledger.header import SignedEvent

__all__ = ["Epoch", "KeyChain", "extend_chain", "start_chain", "walk"]


MAX_EVENTS = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """A period of one set of keys."""

    number: int
    since_seq: int
    """The first entry that these keys sign."""
    keys: EpochKeys
    was_compromised: bool = False
    """The event that closed it gave this as the reason."""
    compromised_since: int | None = None
    """The entry from which on, the owner then said, somebody else may have had the keys; None if she did not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyChain:
    """The keys that a vault's root key named, in order."""

    vault_id: bytes
    root_pk: bytes
    """The root key in force after the last event."""
    key_head: bytes
    """Hash of the last event (32 bytes)."""
    epochs: tuple[Epoch, ...]
    entries: tuple[Entry, ...]
    """The entries of the events, rising by seq."""
    restarts: tuple[int, ...] = ()
    """The seqs of restart events: each is also the size that it restarts from."""
    restart_roots: tuple[tuple[int, bytes], ...] = ()
    """Size and root that each restart says it goes on from."""
    lost: tuple[tuple[int, bytes], ...] = ()
    """Size and root of the newest state that a restart gives up, where it names one."""

    @property
    def newest(self) -> Epoch:
        """The epoch in force after the last event."""
        return self.epochs[-1]

    @property
    def last_seq(self) -> int:
        """The entry of the last event."""
        return self.entries[-1].seq

    @property
    def rotations(self) -> tuple[int, ...]:
        """The seqs of rotate events: every slice has these sizes as marks."""
        return tuple(epoch.since_seq for epoch in self.epochs[1:])

    def epoch_at(self, seq: int) -> Epoch:
        """Return the epoch in force for the entry at `seq`."""
        return next(epoch for epoch in reversed(self.epochs) if epoch.since_seq <= seq)

    def verify(self, signed: SignedEntry, *, own: bool = False) -> Entry:
        """Return an entry once it is known to be signed by the key in force at its place.

        Raises:
            IntegrityError: as `key_of`, and `bad_signature`.
        """
        return verify_entry(signed, self.key_of(signed), own=own)

    def key_of(self, signed: SignedEntry) -> bytes:
        """Return the key (32 bytes) that must have signed an entry.

        Raises:
            IntegrityError: `wrong_vault`, it belongs to another vault; `bad_key`, its signer is not the epoch in
                force.
        """
        if signed.header.vault_id != self.vault_id:
            raise IntegrityError("wrong_vault", f"entry {signed.header.seq} belongs to another vault")
        epoch = self.epoch_at(signed.header.seq)
        if signed.header.signer != epoch.number:
            raise IntegrityError("bad_key", f"entry {signed.header.seq} is not signed by the epoch in force")
        return epoch.keys.sign_pk


def walk(entries: Iterable[bytes]) -> KeyChain:
    """Walk the unverified entries of genesis and all later key events, in order.

    Raises:
        FormatError: an entry or event is malformed, see `parse_entry` and `parse_event`; `limit_exceeded`, more
            than 1,024 events.
        IntegrityError: `wrong_vault`, genesis does not hash to the vault id; `bad_key`, any other rule.
    """
    chain: KeyChain | None = None
    for number, raw in enumerate(entries):
        if number >= MAX_EVENTS:
            raise FormatError("limit_exceeded", f"more than {MAX_EVENTS} key events")
        signed = parse_entry(raw)
        chain = extend_chain(chain, signed) if chain else start_chain(signed)
    if chain is None:
        raise _bad_key("there is no genesis")
    return chain


def start_chain(signed: SignedEntry) -> KeyChain:
    """Return the chain that a genesis entry starts. Raises as `walk`."""
    block, event = _event_of(signed)
    if event.kind is not EventKind.GENESIS or event.root_pk is None or event.keys is None or event.seq != 0:
        raise _bad_key("the first key event is no genesis at entry 0")
    if vault_id_of(event.root_pk, event.nonce) != event.vault:
        raise IntegrityError("wrong_vault", "genesis does not hash to the vault's id")
    if event.prev != ZERO_DIGEST or event.prev_key_head != ZERO_DIGEST or event.epoch != 0:
        raise _bad_key("genesis claims a past")
    _check_root_signature(event.root_pk, block.event, block.root_sig)
    if block.new_root_sig is not None:
        raise _bad_key("genesis hands over to nobody")
    epoch = Epoch(number=0, since_seq=0, keys=_checked_keys(event.keys))
    return KeyChain(
        vault_id=event.vault,
        root_pk=event.root_pk,
        key_head=event.key_head,
        epochs=(epoch,),
        entries=(_signed_by(signed, epoch),),
    )


def extend_chain(chain: KeyChain, signed: SignedEntry) -> KeyChain:
    """Return the chain after one more key event. Raises as `walk`."""
    block, event = _event_of(signed)
    if event.vault != chain.vault_id:
        raise IntegrityError("wrong_vault", "a key event belongs to another vault")
    if event.kind is EventKind.GENESIS or event.seq <= chain.last_seq:
        raise _bad_key(f"the key event at entry {event.seq} stands in a wrong place")
    if event.prev_key_head != chain.key_head:
        raise _bad_key(f"the key event at entry {event.seq} does not follow the one before")
    _check_root_signature(chain.root_pk, block.event, block.root_sig)
    grown = _apply(chain, event, block)
    entry = _signed_by(signed, grown.newest)
    return replace(grown, key_head=event.key_head, entries=(*chain.entries, entry))


def _apply(chain: KeyChain, event: KeyEvent, block: SignedEvent) -> KeyChain:
    if (event.kind is EventKind.ROOT) != (block.new_root_sig is not None):
        raise _bad_key("a second root signature belongs to a root event, and to no other")
    if event.new_root_pk is not None and block.new_root_sig is not None:
        _check_root_signature(event.new_root_pk, block.event, block.new_root_sig)
        return replace(chain, root_pk=event.new_root_pk)
    if event.keys is not None:
        return _rotate(chain, event, event.keys)
    return replace(
        chain,
        restarts=(*chain.restarts, event.seq),
        restart_roots=(*chain.restart_roots, (event.seq, event.from_root or ZERO_DIGEST)),
        lost=(*chain.lost, event.lost) if event.lost else chain.lost,
    )


def _rotate(chain: KeyChain, event: KeyEvent, keys: EpochKeys) -> KeyChain:
    if event.epoch != chain.newest.number + 1:
        raise _bad_key("epochs rise by one")
    is_theft = event.reason is RotateReason.COMPROMISED
    closed = replace(chain.newest, was_compromised=is_theft, compromised_since=event.since if is_theft else None)
    opened = Epoch(number=event.epoch, since_seq=event.seq, keys=_checked_keys(keys))
    return replace(chain, epochs=(*chain.epochs[:-1], closed, opened))


def _event_of(signed: SignedEntry) -> tuple[SignedEvent, KeyEvent]:
    header = signed.header
    if header.event is None:
        raise _bad_key(f"entry {header.seq} is no key event")
    event = parse_event(header.event.event)
    if (event.vault, event.seq, event.prev) != (header.vault_id, header.seq, header.prev):
        raise _bad_key(f"the key event of entry {header.seq} was made for another place")
    return header.event, event


def _signed_by(signed: SignedEntry, epoch: Epoch) -> Entry:
    """The entry's own signature is the new key's proof of possession."""
    if signed.header.signer != epoch.number:
        raise _bad_key("a key event is not signed by the epoch that it leaves in force")
    try:
        return verify_entry(signed, epoch.keys.sign_pk)
    except IntegrityError as err:
        raise _bad_key("a key event is not signed by the key that it leaves in force") from err


def _check_root_signature(root_pk: bytes, event: bytes, signature: bytes) -> None:
    try:
        check_signature(root_pk, EVENT_LABEL, event, signature)
    except IntegrityError as err:
        raise _bad_key("a key event is not signed by the root key") from err


def _checked_keys(keys: EpochKeys) -> EpochKeys:
    check_public_key(keys.sign_pk)
    check_public_key(keys.witness_pk)
    return keys


def _bad_key(message: str) -> IntegrityError:
    return IntegrityError("bad_key", message)
