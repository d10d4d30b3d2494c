# SPDX-License-Identifier: Apache-2.0
"""Appending: objects, then secrets, then entries, then the checkpoint that acknowledges them.

After a crash at any point the vault holds a prefix of the transaction's entries, each whole; nothing is
reported as done before the checkpoint has replaced the old one. Spec: docs/spec/vault-folder.md section 8.
"""

from dataclasses import dataclass, field, replace
from typing import Self

from healthvault.agefile.source import Source
from healthvault.codec import Fields, Value
from healthvault.consent.status import SlotTable, StatusTree
from healthvault.crypto.hashing import random_bytes
from healthvault.crypto.signing import SigningKey
from healthvault.errors import FormatError
from healthvault.ledger.changes import change_of
from healthvault.ledger.entry import Entry, check_fits, parse_entry, sign_entry
from healthvault.ledger.events import parse_event
from healthvault.ledger.header import MAX_BLOBS, BlobRef, Header, SignedEvent
from healthvault.ledger.keychain import KeyChain, extend_chain
from healthvault.ledger.meta import meta_bytes, seal_meta
from healthvault.ledger.secrets import commit_key, commitment, file_key, meta_key
from healthvault.ledger.state import StateOpening, state_blind
from healthvault.storage import files
from healthvault.storage.blobs import Blob
from healthvault.storage.packs import PackWriter
from healthvault.tlog.checkpoint import Checkpoint, sign_checkpoint
from healthvault.vault.history import leaf_of
from healthvault.vault.inventories import load_inventories
from healthvault.vault.projection import catch_up, current_slots
from healthvault.vault.projector import Appended
from healthvault.vault.rollback import remember_checkpoint
from healthvault.vault.sealed import Sealed, parse_sealed
from healthvault.vault.unlock import keys_in_force
from healthvault.vault.vault import Vault

__all__ = ["MAX_ENTRIES", "Draft", "Transaction"]

MAX_ENTRIES = 4096


@dataclass(slots=True)
class Draft:
    """An entry in the making: its secret and the blobs sealed under it so far."""

    seq: int
    secret: bytes = field(repr=False, default_factory=lambda: random_bytes(32))
    blobs: list[Blob] = field(default_factory=list)

    def commits(self) -> tuple[bytes, ...]:
        """Return a commitment to each blob's plaintext."""
        return tuple(
            commitment(commit_key(self.secret, number), blob.size_bytes, blob.digest)
            for number, blob in enumerate(self.blobs)
        )


class Transaction:
    """One transaction of a writing vault: `begin`, `put` and `append` for each entry, then `commit`.

    As a context manager it discards what was not committed.
    """

    def __init__(self, vault: Vault, *, now_ms: int) -> None:
        self._vault = vault
        self._now_ms = now_ms
        self._packs = PackWriter(vault.paths)
        self._appended: list[Appended] = []
        self._secrets: list[tuple[int, bytes]] = []
        self._last = vault.history.last
        self._chain = vault.history.chain
        self.status_tree = StatusTree(vault.keys.identity.state_key)
        self.slots: SlotTable = current_slots(vault, self.status_tree)
        self._grants_root = self.status_tree.root(self.slots)
        self._inventories = load_inventories(vault)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Discard what was not committed."""
        self._packs.discard()

    @property
    def next_seq(self) -> int:
        """The number of the next entry."""
        return self._last.seq + 1

    @property
    def is_full(self) -> bool:
        """Whether a bigger command has to go on in another transaction."""
        return len(self._appended) >= MAX_ENTRIES

    def begin(self) -> Draft:
        """Start the next entry."""
        draft = Draft(seq=self.next_seq)
        self._packs.start_entry(draft.seq)
        return draft

    def put(self, draft: Draft, document: Source | bytes) -> Blob:
        """Seal and write the draft's next blob. Raises InvalidRequest: `io_error`."""
        blob = self._packs.put(document, file_key(draft.secret, len(draft.blobs)))
        draft.blobs.append(blob)
        return blob

    def abandon(self) -> None:
        """Take back the blobs of an entry that was begun and will not be appended."""
        self._packs.abandon_entry()

    def append(self, draft: Draft, sealed: dict[str, Value], *, slots: SlotTable | None = None) -> Entry:
        """Sign the draft's entry over a sealed map; `slots` is the status table after it, if it changes.

        Raises:
            FormatError: `bad_schema`, `limit_exceeded`, `bad_text`: no reader would accept it, this one included.
        """
        said = _check_readable(draft, Fields(sealed, f"entry {draft.seq}"))
        check_fits(self._header(draft, state=bytes(32)), meta_bytes(sealed))  # before anything counts it in
        if slots is not None:
            self.slots = slots
            self._grants_root = self.status_tree.root(slots)
        self._inventories.take(draft.seq, change_of(said))
        header = self._header(draft)
        enc = seal_meta(meta_key(draft.secret), sealed, header)
        return self._keep(draft, sign_entry(header, enc, self._vault.keys.sign_key), sealed, said)

    def event_place(self) -> dict[str, Value]:
        """Return what a key event says of its own place, if it is appended next."""
        chain, last = self._chain, self._last
        return {"vault": chain.vault_id, "seq": last.seq + 1, "prev": last.leaf, "prev_key_head": chain.key_head}

    def append_event(self, event: SignedEvent, sign_key: SigningKey) -> Entry:
        """Append a key event, signed by the key that it leaves in force.

        Raises:
            FormatError: the event is not one that a walk over the key events accepts.
            IntegrityError: likewise.
        """
        draft = self.begin()
        parsed = parse_event(event.event)
        signer = self._chain.newest.number if parsed.epoch is None else parsed.epoch
        header = replace(
            self._header(draft),
            signer=signer,
            state=self._opening(self._last.leaf).state(parsed.key_head),
            event=event,
        )
        entry = sign_entry(header, None, sign_key)
        self._chain = extend_chain(self._chain, parse_entry(entry.raw))
        return self._keep(draft, entry)

    def opening(self) -> StateOpening:
        """Return what opens the state of the entry appended last."""
        return self._opening(self._last.header.prev)

    def commit(self) -> None:
        """Make everything durable and acknowledge it.

        Raises:
            InvalidRequest: `io_error`; the vault must then be opened anew, which recovers what is whole.
        """
        if not self._appended:
            return
        vault, history = self._vault, self._vault.history
        self._packs.finish()
        self._packs.publish()
        vault.keystore.write(self._secrets)
        entries = [appended.entry for appended in self._appended]
        positions = history.journal.append([entry.raw for entry in entries])
        history.tree.append([leaf_of(position, entry) for position, entry in zip(positions, entries, strict=True)])
        acknowledge(vault, entries[-1], self._chain)
        catch_up(vault, self._appended, self._inventories)
        self._appended, self._secrets = [], []

    def _keep(
        self, draft: Draft, entry: Entry, sealed: dict[str, Value] | None = None, said: Sealed | None = None
    ) -> Entry:
        self._appended.append(Appended(entry=entry, sealed=sealed, said=said))
        self._secrets.append((draft.seq, draft.secret))
        self._last = entry
        return entry

    def _header(self, draft: Draft, *, state: bytes | None = None) -> Header:
        last, chain = self._last, self._chain
        return Header(
            vault_id=chain.vault_id,
            seq=draft.seq,
            prev=last.leaf,
            ts_ms=self._now_ms,
            signer=chain.newest.number,
            state=self._opening(last.leaf).state(chain.key_head) if state is None else state,
            blobs=tuple(BlobRef(oid=blob.oid, stored_bytes=blob.stored_size_bytes) for blob in draft.blobs),
            commits=draft.commits(),
        )

    def _opening(self, prev: bytes) -> StateOpening:
        blind = state_blind(self._vault.keys.identity.state_key, prev)  # the tree's root is kept, not made anew
        return StateOpening(
            blind=blind,
            grants_root=self._grants_root,
            capacity=self.slots.capacity,
            ext_root=self._inventories.ext_root(prev),
        )


def _check_readable(draft: Draft, sealed: Fields) -> Sealed | None:
    """Return what an entry says, as a replay will take it: one that it refuses would close the vault for ever."""
    if len(draft.blobs) > MAX_BLOBS:
        raise FormatError("limit_exceeded", f"a document has at most {MAX_BLOBS} parts")
    return parse_sealed(sealed, draft.seq)


def acknowledge(vault: Vault, last: Entry, chain: KeyChain) -> None:
    """Sign and store the checkpoint over everything up to `last`: the commit point of every append.

    Raises:
        InvalidRequest: `io_error`.
    """
    history = vault.history
    vault.keys = keys_in_force(vault.keys, chain)  # the new epoch signs what ends with its own event
    size = last.seq + 1
    checkpoint = Checkpoint(origin=history.checkpoint.origin, size=size, root=history.tree.root(size))
    note = sign_checkpoint(checkpoint, vault.keys.sign_key)
    files.replace_file(vault.paths.checkpoint, note, vault.paths.tmp)
    vault.history = replace(history, note=note, checkpoint=checkpoint, chain=chain, last=last)
    remember_checkpoint(vault.state, vault.history)
