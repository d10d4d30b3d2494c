# SPDX-License-Identifier: Apache-2.0
"""The audit of the journal: one walk over all frames, as far as they are whole.

Spec: docs/spec/vault-folder.md section 7, step 10.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from healthvault.codec import Fields
from healthvault.consent.grant import parse_grant, parse_revocation
from healthvault.consent.status import SlotTable, Status
from healthvault.errors import FormatError, HealthVaultError, IntegrityError, InvalidRequest, VaultDamaged
from healthvault.ledger.documents import parse_doc_add, parse_erased_seqs
from healthvault.ledger.entry import Entry, SignedEntry, check_link, parse_entry
from healthvault.ledger.keychain import KeyChain, extend_chain, start_chain
from healthvault.ledger.kinds import Kind
from healthvault.ledger.meta import open_meta
from healthvault.ledger.secrets import commit_key, file_key, meta_key
from healthvault.ledger.state import StateOpening, state_blind
from healthvault.storage.blobs import BlobKeys
from healthvault.storage.journal import Journal
from healthvault.storage.keystore import Keystore
from healthvault.tlog.tree import MemoryTree
from healthvault.vault.unlock import Keys

__all__ = ["JournalAudit", "StoredBlobs"]


class Report(Protocol):
    """Takes a finding."""

    def __call__(self, where: str, code: str, message: str, *, severity: str = "error") -> None:
        """Take one finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBlobs:
    """The blobs of one entry, and the keys to them where the vault is unlocked."""

    seq: int
    entry: Entry
    keys: tuple[BlobKeys, ...] | None
    is_erased: bool


class JournalAudit:
    """One walk; afterwards its attributes say what was seen."""

    def __init__(
        self, report: Report, keys: Keys | None, keystore: Keystore | None, *, check_signatures: bool
    ) -> None:
        self.keys = keys
        self.chain: KeyChain | None = None
        self.count = 0
        self.documents = 0
        self.stored: list[StoredBlobs] = []
        self.places: list[tuple[int, bytes]] = []
        """Position and leaf hash of each entry: what the tree cache should hold."""
        self._report = report
        self._keystore = keystore
        self._check_signatures = check_signatures
        self._previous = bytes(32)
        self._slots = SlotTable()
        self._grants_root = self._slots.root(keys.identity.state_key) if keys else b""
        self._holes: dict[int, Entry] = {}
        self._erased: set[int] = set()

    @property
    def root(self) -> bytes:
        """Root (32 bytes) over the entries that were walked."""
        return MemoryTree([leaf for _, leaf in self.places]).root()

    def run(self, journal: Journal, size: int | None) -> None:
        """Walk the journal up to a checkpoint's size, or to its end."""
        scan = journal.scan()
        for position, raw in scan:
            if self.count == size:
                self._say(
                    "unfinished",
                    "entries beyond the checkpoint; the next writing command settles them",
                    severity="warning",
                )
                break
            self._step(position, raw)
        else:
            if scan.problem and (size is None or self.count < size):
                self._say("vault_damaged", f"at {scan.end}: {scan.problem.value}")
        for seq in sorted(self._holes.keys() - self._erased):
            self._say_entry(seq, "vault_damaged", "its secret is missing, and no erasure names it")

    def _step(self, position: int, raw: bytes) -> None:
        seq = self.count
        self.count += 1
        try:
            signed = parse_entry(raw)
        except (FormatError, IntegrityError) as err:
            self._say_entry(seq, err.code, f"at {position}: {err.message}")
            self.places.append((position, bytes(32)))
            return
        entry = signed.unverified
        self.places.append((position, entry.leaf))
        for problem in self._problems(signed, seq):
            self._say_entry(seq, problem.code, problem.message)
        self._previous = entry.leaf
        if self.keys and self._keystore:
            self._open(entry, seq)
        elif entry.header.blobs:
            self.stored.append(StoredBlobs(seq=seq, entry=entry, keys=None, is_erased=False))

    def _problems(self, signed: SignedEntry, seq: int) -> Iterator[HealthVaultError]:
        try:
            check_link(self._previous, seq, signed.header)
        except IntegrityError as err:
            yield err
        try:
            if signed.header.event is not None:
                self.chain = extend_chain(self.chain, signed) if self.chain else start_chain(signed)
            elif self.chain and self._check_signatures:
                self.chain.verify(signed, own=True)
        except (FormatError, IntegrityError) as err:
            yield err

    def _open(self, entry: Entry, seq: int) -> None:
        try:
            secret = self._keystore.read(seq) if self._keystore else None
        except VaultDamaged as err:
            self._say_entry(seq, err.code, err.message)
            if entry.header.blobs:
                self.stored.append(StoredBlobs(seq=seq, entry=entry, keys=None, is_erased=False))
            return
        sealed: Fields | None = None
        if secret is None:
            self._holes[seq] = entry
        elif entry.enc is not None:
            try:
                sealed = open_meta(meta_key(secret), entry)
            except (FormatError, IntegrityError) as err:
                self._say_entry(seq, err.code, err.message)
        blob_keys = self._apply(entry, sealed, secret)
        self._check_state(entry, seq)
        if entry.header.blobs:
            erased = secret is None
            self.stored.append(StoredBlobs(seq=seq, entry=entry, keys=blob_keys, is_erased=erased))

    def _apply(self, entry: Entry, sealed: Fields | None, secret: bytes | None) -> tuple[BlobKeys, ...] | None:
        """Follow what an entry does to the grants; return the keys of its blobs."""
        if sealed is None or secret is None or self.keys is None:
            return None
        kind = sealed.text("kind")
        try:
            if kind == Kind.DOC_ADD.value:
                self.documents += 1
                return _blob_keys(entry, sealed, secret)
            if kind == Kind.DOC_ERASE.value:
                self._erased.update(parse_erased_seqs(sealed))
            elif kind == Kind.GRANT.value:
                grant = parse_grant(sealed, entry.seq)
                self._slots = self._slots.activated(grant.slot, entry.seq, grant.supersedes)
                self._grants_root = self._slots.root(self.keys.identity.state_key)
            elif kind == Kind.GRANT_REVOKE.value:
                self._slots = self._slots.closed(parse_revocation(sealed).slot, Status.REVOKED, entry.seq)
                self._grants_root = self._slots.root(self.keys.identity.state_key)
        except (FormatError, IntegrityError, InvalidRequest) as err:
            self._say_entry(entry.seq, err.code, err.message)
        return None

    def _check_state(self, entry: Entry, seq: int) -> None:
        if self.chain is None or self.keys is None:
            return
        blind = state_blind(self.keys.identity.state_key, entry.header.prev)
        opening = StateOpening(blind=blind, grants_root=self._grants_root, capacity=self._slots.capacity)
        if opening.state(self.chain.key_head) != entry.header.state:
            self._say_entry(seq, "bad_state", "it commits to another status of the grants than the journal gives")

    def _say_entry(self, seq: int, code: str, message: str) -> None:
        self._report(f"journal entry {seq}", code, message)

    def _say(self, code: str, message: str, severity: str = "error") -> None:
        self._report("journal", code, message, severity=severity)


def _blob_keys(entry: Entry, sealed: Fields, secret: bytes) -> tuple[BlobKeys, ...]:
    document = parse_doc_add(sealed)
    if len(document.parts) != len(entry.header.blobs):
        raise FormatError("bad_schema", "it names another number of parts than it has objects")
    return tuple(
        BlobKeys(
            file_key=file_key(secret, number),
            commit_key=commit_key(secret, number),
            commit=entry.header.commits[number],
            size_bytes=part.size_bytes,
        )
        for number, part in enumerate(document.parts)
    )
