# SPDX-License-Identifier: Apache-2.0
"""A vault in memory that writes its journal with healthvault's own functions: no file, no storage.

Every entry can be changed on the way by `Hooks`, and what comes later is built upon the changed bytes, so that
one fault stays one fault. Not a test.
"""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from healthvault.bundle.card import make_card
from healthvault.codec import Value, pack, pad, unpack
from healthvault.consent.grant import Grant, Revocation
from healthvault.consent.status import SlotTable, Status
from healthvault.crypto.aead import seal
from healthvault.crypto.agreement import x25519_public
from healthvault.crypto.hashing import ZERO_DIGEST, derive, labelled_hash, random_bytes, sha256
from healthvault.crypto.signing import SigningKey, sign, signing_key
from healthvault.ledger.changes import Change as DocumentChange
from healthvault.ledger.changes import change_of
from healthvault.ledger.documents import DocAdd, Part
from healthvault.ledger.events import (
    EpochKeys,
    RotateReason,
    genesis_event,
    key_head_of,
    restart_event,
    root_event,
    rotate_event,
    sign_event,
)
from healthvault.ledger.header import BlobRef, Header, SignedEvent
from healthvault.ledger.inventory import Inventories
from healthvault.ledger.kinds import Owner as OwnerName
from healthvault.ledger.membership import NO_SHELF
from healthvault.ledger.meta import PAD_BYTES
from healthvault.ledger.party import Party
from healthvault.ledger.ranges import ranges_of
from healthvault.ledger.secrets import commit_key, commitment, meta_key
from healthvault.ledger.state import StateOpening, state_blind
from healthvault.tlog.checkpoint import Checkpoint, origin_of, sign_checkpoint
from healthvault.tlog.compromise import Compromise, sign_compromise
from healthvault.tlog.cosignature import cosign, witness_key
from healthvault.tlog.note import NoteKey, parse_note
from healthvault.tlog.tree import MemoryTree, leaf_hash, tree_root

START_MS = 1_795_219_200_000
NOW_MS = START_MS + 3_600_000
DAY_MS = 86_400_000
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493  # L of RFC 8032
ORDER_TWO = b"\xec" + b"\xff" * 30 + b"\x7f"  # a point of order 2, canonically encoded
ORDER_FOUR = bytes(32)  # y = 0: a point of order 4
# The base point plus a point of order 8:
MIXED_ORDER = bytes.fromhex("98519eadf35b995233b51b5cd23e9cc5a28b639b5a4af0ec903cb960d81b7819")
Map = dict[str, Value]
Change = Callable[[bytes], bytes]


def same(data: bytes) -> bytes:
    """Leave bytes as they are."""
    return data


def flip(data: bytes, place: int = -1) -> bytes:
    """Return the bytes with the lowest bit of one of them changed."""
    changed = bytearray(data)
    changed[place] ^= 1
    return bytes(changed)


def unsigned(data: bytes) -> bytes:
    """Return signed bytes without their signature."""
    return data[:-64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """Changes to one entry while it is made, in the order of making."""

    event: Callable[[Map], Map] = lambda item: item
    """The key event's map, before ROOT signs."""
    root: SigningKey | None = None
    """Signs the key event instead of ROOT."""
    block: Callable[[SignedEvent], SignedEvent] = lambda item: item
    """The key event with its signatures."""
    sealed: Callable[[Map], Map] = lambda item: item
    """The map to be sealed."""
    plain: Change = same
    """The map's padded bytes."""
    fields: Callable[[list[Value]], list[Value]] = lambda item: item
    """Fields 0 to 9, before sealing."""
    enc: Change = same
    body: Change = same
    """The encoded array, before signing."""
    key: SigningKey | None = None
    label: str = "entry"
    raw: Change = same
    """The signed entry."""


NO_HOOKS = Hooks()


def put(place: int, value: Value) -> Callable[[list[Value]], list[Value]]:
    """Return a change that puts a value at one place of an array."""
    return lambda fields: [*fields[:place], value, *fields[place + 1 :]]


def merge(**values: Value) -> Callable[[Map], Map]:
    """Return a change that puts values into a map."""
    return lambda old: {**old, **values}


def without(key: str) -> Callable[[Map], Map]:
    """Return a change that takes a key out of a map."""
    return lambda old: {name: value for name, value in old.items() if name != key}


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochSecrets:
    """The private keys of one epoch."""

    sign: SigningKey = field(default_factory=lambda: signing_key(random_bytes(32)))
    witness: SigningKey = field(default_factory=lambda: signing_key(random_bytes(32)))
    recipient: bytes = field(default_factory=lambda: random_bytes(32))

    @property
    def keys(self) -> EpochKeys:
        """The public halves."""
        recipient_pk = x25519_public(self.recipient)
        return EpochKeys(sign_pk=self.sign.public, recipient_pk=recipient_pk, witness_pk=self.witness.public)


class Owner:
    """A vault in memory: keys, journal, tree, grants."""

    def __init__(self, name: str = "Ana Silva", hooks: Hooks = NO_HOOKS) -> None:
        self.name = name
        self.root = signing_key(random_bytes(32))
        self.epochs = [EpochSecrets()]
        self.state_key = random_bytes(32)
        self.raws: list[bytes] = []
        self.secrets: list[bytes] = []
        self.sealed: list[Map | None] = []
        self.files: dict[int, list[bytes]] = {}
        self.event_seqs: list[int] = []
        self.rotations: list[int] = []
        self.restarts: list[int] = []
        self.grant_slots: dict[int, int] = {}
        self.tree = MemoryTree()
        self.slots = SlotTable()
        self.inventories = Inventories(self.state_key, NO_SHELF)
        self.clock_ms = START_MS - DAY_MS
        self.vault_id, event = genesis_event(self.root.public, self.secrets_now.keys)
        self.key_head = b""
        self._append_event(event, self.root, None, OwnerName(name=name).to_map(), hooks)

    @property
    def secrets_now(self) -> EpochSecrets:
        """The newest epoch's keys."""
        return self.epochs[-1]

    @property
    def origin(self) -> str:
        """The vault's origin."""
        return origin_of(self.vault_id)

    @property
    def size(self) -> int:
        """The number of entries."""
        return len(self.raws)

    def copy(self) -> "Owner":
        """Return a backup of this vault, which may go another way."""
        return copy.deepcopy(self)

    def root_at(self, size: int) -> bytes:
        """Return the root of the tree at a size."""
        return tree_root(self.tree, size)

    def note(self, size: int | None = None, key: SigningKey | None = None, root: bytes | None = None) -> bytes:
        """Return a signed checkpoint."""
        size = self.size if size is None else size
        root = self.root_at(size) if root is None else root
        return sign_checkpoint(Checkpoint(origin=self.origin, size=size, root=root), key or self.secrets_now.sign)

    def card(self, name: str | None = None) -> bytes:
        """Return the vault's card."""
        return make_card(name or self.name, [self.raws[seq] for seq in self.event_seqs], self.secrets_now.sign)

    def opening(self) -> StateOpening:
        """Return the opening of the newest entry's state."""
        prev = leaf_hash(self.raws[-2]) if self.size > 1 else ZERO_DIGEST
        return self._opening(prev)

    def append(
        self,
        sealed: Map | None,
        files: Sequence[bytes] = (),
        hooks: Hooks = NO_HOOKS,
        event: SignedEvent | None = None,
        change: DocumentChange | None = None,
    ) -> int:
        """Append an entry and return its number."""
        seq, secret = self.size, random_bytes(32)
        self.inventories.take(seq, change)
        prev = leaf_hash(self.raws[-1]) if seq else ZERO_DIGEST
        self.clock_ms += 1000
        header = Header(
            vault_id=self.vault_id,
            seq=seq,
            prev=prev,
            ts_ms=self.clock_ms,
            signer=len(self.epochs) - 1,
            state=self._opening(prev).state(self.key_head),
            event=event,
            blobs=tuple(BlobRef(oid=sha256(secret + data), stored_bytes=4128) for data in files),
            commits=tuple(
                commitment(commit_key(secret, j), len(data), sha256(data)) for j, data in enumerate(files)
            ),
        )
        fields = hooks.fields(header.to_value())
        changed = None if sealed is None else hooks.sealed(sealed)
        enc: Value = (
            None if changed is None else hooks.enc(seal_map(meta_key(secret), changed, fields, hooks.plain))
        )
        body = hooks.body(pack([*fields, enc]))
        raw = hooks.raw(body + sign(hooks.key or self.secrets_now.sign, hooks.label, body))
        self.raws.append(raw)
        self.secrets.append(secret)
        self.sealed.append(changed)
        self.tree.append(leaf_hash(raw))
        return seq

    def add(self, *files: bytes, hooks: Hooks = NO_HOOKS, **more: object) -> int:
        """Append a document."""
        parts = tuple(
            Part(name=f"part{j}.txt", media_type="text/plain", size_bytes=len(data), dedupe=sha256(data))
            for j, data in enumerate(files)
        )
        document = DocAdd(title="Ferritin", type="text", parts=parts, provenance="patient", date="2026-11-20")
        said = replace(document, **more)
        seq = self.append(said.to_map(), files, hooks, change=change_of(said))
        self.files[seq] = list(files)
        return seq

    def grant(
        self, grantees: Sequence[Party], seqs: Sequence[int], hooks: Hooks = NO_HOOKS, **terms: object
    ) -> int:
        """Append a grant."""
        seq = self.size
        supersedes = terms.get("supersedes")
        slot, grown = self.slots.place_new(seq)
        self.slots = grown if supersedes is None else self.slots.activated(slot, seq, supersedes)
        self.grant_slots[seq] = slot
        grant = Grant(
            slot=slot,
            grant_id=random_bytes(16),
            grantees=tuple(grantees),
            records=ranges_of(seqs),
            actions=("view", "keep"),
            purposes=("TREAT",),
            not_before_ms=START_MS - 2 * DAY_MS,
            not_after_ms=START_MS + 90 * DAY_MS,
        )
        return self.append(replace(grant, **terms).to_map(), hooks=hooks)

    def revoke(self, grant_seq: int) -> int:
        """Append the revocation of a grant."""
        sealed, slot = self.sealed[grant_seq], self.grant_slots[grant_seq]
        self.slots = self.slots.closed(slot, Status.REVOKED, self.size)
        revocation = Revocation(
            about=grant_seq, slot=slot, grant_id=sealed["grant_id"], reason="", effective_ms=NOW_MS
        )
        return self.append(revocation.to_map())

    def rotate(
        self, reason: RotateReason = RotateReason.PLANNED, hooks: Hooks = NO_HOOKS, since: int | None = None
    ) -> int:
        """Append an event that opens the next epoch."""
        self.epochs.append(EpochSecrets())
        self.rotations.append(self.size)
        event = rotate_event(self._place(), len(self.epochs) - 1, self.secrets_now.keys, reason, since=since)
        return self._append_event(event, self.root, None, None, hooks)

    def change_root(self, hooks: Hooks = NO_HOOKS) -> int:
        """Append an event that hands over to another ROOT."""
        old, self.root = self.root, signing_key(random_bytes(32))
        return self._append_event(root_event(self._place(), self.root.public), old, self.root, None, hooks)

    def restart(
        self, lost: tuple[int, bytes] | None = None, from_root: bytes | None = None, hooks: Hooks = NO_HOOKS
    ) -> int:
        """Append an event that says that the journal goes on from here."""
        self.restarts.append(self.size)
        event = restart_event(self._place(), self.root_at(self.size) if from_root is None else from_root, lost)
        return self._append_event(event, self.root, None, None, hooks)

    def compromise_note(self, epoch: int = 0, size: int | None = None, **other: object) -> bytes:
        """Return the note that an epoch's keys are stolen; by default where they were replaced. `root`, `key`."""
        size = self.rotations[epoch] if size is None else size
        root = other["root"] if "root" in other else self.root_at(size)
        note = Compromise(origin=self.origin, epoch=epoch, size=size, root=root)
        return sign_compromise(note, other.get("key", self.root))

    def cosigned(self, witness: "Owner", size: int, time_ms: int = NOW_MS) -> bytes:
        """Return the checkpoint of an older size with another vault's cosignature."""
        note = parse_note(self.note(size, self.epochs[self._epoch_at(size)].sign))
        return note.with_signature(
            cosign(note.text, witness.origin, witness.secrets_now.witness, time_ms // 1000)
        ).to_bytes()

    @property
    def witness(self) -> NoteKey:
        """The key by which this vault cosigns."""
        return witness_key(self.origin, self.secrets_now.witness.public)

    def disclosed(self, seq: int) -> dict[str, bytes]:
        """Return what opens an entry and its first part."""
        return {"meta": meta_key(self.secrets[seq]), "commit_key": commit_key(self.secrets[seq], 0)}

    def _place(self) -> Map:
        prev = leaf_hash(self.raws[-1])
        return {"vault": self.vault_id, "seq": self.size, "prev": prev, "prev_key_head": self.key_head}

    def _append_event(
        self, event: bytes, root: SigningKey, new_root: SigningKey | None, sealed: Map | None, hooks: Hooks
    ) -> int:
        raw = pack(hooks.event(unpack(event)))
        self.key_head = key_head_of(raw)
        self.event_seqs.append(self.size)
        return self.append(sealed, hooks=hooks, event=hooks.block(sign_event(raw, hooks.root or root, new_root)))

    def _epoch_at(self, size: int) -> int:
        """Return the epoch that signs the checkpoint of a size."""
        return sum(seq < size for seq in self.rotations)

    def _opening(self, prev: bytes) -> StateOpening:
        return StateOpening(
            blind=state_blind(self.state_key, prev),
            grants_root=self.slots.root(self.state_key),
            capacity=self.slots.capacity,
            ext_root=self.inventories.ext_root(prev),
        )


def seal_map(key: bytes, sealed: Map, fields: list[Value], change: Change = same) -> bytes:
    """Return field 10 for a map that belongs to these fields; `change` is to the padded plaintext."""
    aad = labelled_hash("meta", pack(fields))
    plain = change(pad(pack(sealed), PAD_BYTES))
    return derive(key, "meta-commit") + seal(derive(key, "meta-key"), plain, aad)
