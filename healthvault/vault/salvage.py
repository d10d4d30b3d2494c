# SPDX-License-Identifier: Apache-2.0
"""The past for readers of a damaged vault: every entry that is whole by itself, found without index or checkpoint.

An entry counts if the key of its epoch signed it or, where that key cannot be told any more, if a later entry
links to it. Nothing that is missing is guessed, and no key event, tree or root is claimed to be complete.
Spec: docs/spec/vault-folder.md section 7.1.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from healthvault.errors import FormatError, IntegrityError, VaultDamaged
from healthvault.ledger.entry import Entry, SignedEntry, parse_entry, verify_entry
from healthvault.ledger.keychain import Epoch, KeyChain, extend_chain, start_chain
from healthvault.storage import files
from healthvault.storage.journal import LENGTH_BYTES, Journal
from healthvault.storage.layout import VaultPaths
from healthvault.storage.treecache import TreeCache
from healthvault.tlog.checkpoint import Checkpoint, open_checkpoint, origin_of
from healthvault.tlog.note import MAX_NOTE_BYTES
from healthvault.tlog.tree import EMPTY_ROOT
from healthvault.vault.frames import Frame, walk_frames
from healthvault.vault.history import History, damaged

__all__ = ["SalvagedHistory", "salvage_history"]

_Span = tuple[int, int]
"""Where an entry lies in the journal, and its length in bytes."""


@dataclass(slots=True, kw_only=True)
class SalvagedHistory(History):
    """What is whole of a past. Its checkpoint is of size 0 where none could be believed."""

    spans: Mapping[int, tuple[_Span, ...]]
    """Where entries are that say that they have this number."""
    signers: Mapping[int, bytes]
    """The keys (32 bytes) of the epochs that are known."""
    links: frozenset[bytes]
    """Leaf hashes that entries link to."""

    @property
    def size(self) -> int:
        """How many entries are acknowledged or, without a checkpoint, how many there were at least."""
        return self.checkpoint.size or max(self.spans) + 1

    def renew_tree(self) -> None:
        """Do nothing: there is no tree."""

    def _entry(self, seq: int) -> Entry:
        for position, length in self.spans.get(seq, ()):
            try:
                return self._held(parse_entry(self.journal.read_span(position, length)))
            except (FormatError, IntegrityError):
                continue
        raise damaged(f"journal entry {seq} is nowhere in one piece")

    def _held(self, signed: SignedEntry) -> Entry:
        key = self.signers.get(signed.header.signer)
        if key is not None:
            return verify_entry(signed, key, own=True)
        if signed.unverified.leaf in self.links:
            return signed.unverified
        raise IntegrityError("bad_key", f"nobody can tell who signed entry {signed.header.seq}")


class _NoTree(TreeCache):
    """Stands where there is none to be believed."""

    def __init__(self) -> None:
        pass

    def close(self) -> None:
        """Do nothing."""

    @property
    def size(self) -> int:
        """No leaf."""
        return 0

    def node(self, level: int, index: int) -> bytes:
        """Refuse. Raises VaultDamaged: `vault_damaged`."""
        raise _refused(f"hash {index} of level {level}")

    def root(self, size: int) -> bytes:
        """Refuse. Raises VaultDamaged: `vault_damaged`."""
        raise _refused(f"the root over {size} entries")

    def positions(self, first_seq: int, count: int) -> list[int]:
        """Refuse. Raises VaultDamaged: `vault_damaged`."""
        raise _refused(f"the place of entries {first_seq} to {first_seq + count - 1}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _BrokenChain(KeyChain):
    """Key events of which some may be missing: who needs the newest must not get an older one."""

    @property
    def newest(self) -> Epoch:
        """Refuse. Raises VaultDamaged: `vault_damaged`."""
        raise _refused("the keys in force")

    def epoch_at(self, seq: int) -> Epoch:
        """Refuse. Raises VaultDamaged: `vault_damaged`."""
        raise _refused(f"the keys in force at entry {seq}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What is remembered of a frame."""

    seq: int
    span: _Span
    prev: bytes
    event: SignedEntry | None


def salvage_history(paths: VaultPaths, vault_id: bytes, own: tuple[int, bytes] | None) -> SalvagedHistory:
    """Look for everything that is whole.

    Args:
        paths: The vault's.
        vault_id: 32 bytes, from the keyring.
        own: Number and public key of the newest epoch as the opened keyring knows them; None if it is locked.

    Raises:
        VaultDamaged: `vault_damaged`, there is not one whole entry.
        InvalidRequest: `io_error`.
    """
    journal = Journal(paths, around=True)
    try:
        return _salvaged(journal, list(_look(journal, vault_id)), vault_id, own)
    except BaseException:
        journal.close()
        raise


def _look(journal: Journal, vault_id: bytes) -> Iterator[_Seen]:
    for item in walk_frames(journal, vault_id):
        if isinstance(item, Frame) and item.entry.header.vault_id == vault_id:
            header = item.entry.header
            event = item.signed if header.event is not None else None
            span = (item.position + LENGTH_BYTES, len(item.entry.raw))
            yield _Seen(seq=header.seq, span=span, prev=header.prev, event=event)


def _salvaged(
    journal: Journal, seen: list[_Seen], vault_id: bytes, own: tuple[int, bytes] | None
) -> SalvagedHistory:
    if not seen:
        raise _nothing(journal)
    spans: dict[int, tuple[_Span, ...]] = {}
    for item in seen:
        spans[item.seq] = (*spans.get(item.seq, ()), item.span)
    chain, is_whole = _walked({item.seq: item.event for item in seen if item.event})
    signers = {epoch.number: epoch.keys.sign_pk for epoch in chain.epochs} if chain else {}
    signers |= (own,) if own else ()
    checkpoint = _checkpoint(journal.paths, vault_id, signers.values())
    history = SalvagedHistory(
        journal=journal,
        tree=_NoTree(),
        note=b"",
        checkpoint=checkpoint,
        chain=_BrokenChain(vault_id=vault_id, root_pk=b"", key_head=b"", epochs=(), entries=()),
        last=parse_entry(journal.read_span(*seen[-1].span)).unverified,
        is_renewed=True,
        spans=spans,
        signers=signers,
        links=frozenset(item.prev for item in seen),
    )
    history.last = _newest(history)
    if chain and is_whole and all(seq in spans for seq in range(history.size)):
        history.chain = chain
    return history


def _walked(events: Mapping[int, SignedEntry]) -> tuple[KeyChain | None, bool]:
    """Return the keys that the key events name, and whether all events follow one another."""
    chain: KeyChain | None = None
    for seq in sorted(events):
        try:
            chain = extend_chain(chain, events[seq]) if chain else start_chain(events[seq])
        except (FormatError, IntegrityError):
            return chain, False
    return chain, chain is not None


def _checkpoint(paths: VaultPaths, vault_id: bytes, keys: Iterable[bytes]) -> Checkpoint:
    """Return the checkpoint if one of these keys signed it, else one that covers nothing."""
    origin = origin_of(vault_id)
    for key in keys:
        try:
            return open_checkpoint(files.read_file(paths.checkpoint, MAX_NOTE_BYTES), origin, key)
        except (FormatError, IntegrityError, VaultDamaged):
            continue
    return Checkpoint(origin=origin, size=0, root=EMPTY_ROOT)


def _newest(history: SalvagedHistory) -> Entry:
    for seq in sorted(history.spans, reverse=True):
        try:
            return history.entry(seq)
        except VaultDamaged:
            continue
    raise _nothing(history.journal)


def _nothing(journal: Journal) -> VaultDamaged:
    return damaged(f"{journal.paths.journal}: no entry of this vault can be read in it")


def _refused(what: str) -> VaultDamaged:
    return damaged(f"the vault was read around damage: {what} cannot be told")
