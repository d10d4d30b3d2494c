# SPDX-License-Identifier: Apache-2.0
"""The audit of entries: each by itself, its record, its sealed part, and what it does to grants and erasures.

Spec: docs/spec/vault-folder.md section 7.2.
"""

from collections.abc import Mapping

from healthvault.codec import Fields
from healthvault.consent.grant import Grant, Revocation
from healthvault.consent.status import SlotTable, Status, StatusTree
from healthvault.errors import FormatError, IntegrityError, InvalidRequest, VaultDamaged
from healthvault.ledger.changes import Change, change_of
from healthvault.ledger.documents import DocAdd, DocErase
from healthvault.ledger.entry import Entry, SignedEntry
from healthvault.ledger.inventory import Inventories
from healthvault.ledger.keychain import KeyChain, extend_chain, start_chain
from healthvault.ledger.membership import NO_SHELF
from healthvault.ledger.meta import open_meta
from healthvault.ledger.secrets import meta_key
from healthvault.ledger.state import StateOpening, state_blind
from healthvault.storage.keystore import Keystore
from healthvault.vault.around import entries_text
from healthvault.vault.audit_objects import ObjectsAudit, StoredBlobs
from healthvault.vault.audit_signatures import SignatureCheck
from healthvault.vault.findings import Findings
from healthvault.vault.sealed import parse_sealed
from healthvault.vault.unlock import Keys

__all__ = ["EntryAudit"]


class EntryAudit:
    """Takes entries in order; afterwards its attributes say what was seen."""

    def __init__(
        self,
        findings: Findings,
        keys: Keys | None,
        keystore: Keystore | None,
        objects: ObjectsAudit,
        signatures: SignatureCheck | None,
        lost: Mapping[int, Change | None],
    ) -> None:
        """Begin.

        Args:
            findings: Take what is wrong.
            keys: Of the unlocked vault.
            keystore: Likewise, as far as it can be opened.
            objects: Takes the entries that have blobs.
            signatures: Takes the entries to be checked; None checks those of key events only.
            lost: What erased entries had changed.
        """
        self.chain: KeyChain | None = None
        self.documents = 0
        self.erase_epoch = 0
        """The newest keystore epoch that an erasure calls for."""
        self._findings = findings
        self._keys = keys
        self._keystore = keystore
        self._objects = objects
        self._signatures = signatures
        self._slots = SlotTable()
        self._status_tree = StatusTree(keys.identity.state_key) if keys else None
        self._grants_root = self._status_tree.root(self._slots) if self._status_tree else b""
        self._inventories = Inventories(keys.identity.state_key, NO_SHELF) if keys else None
        self._lost = lost
        self._is_complete = True
        """No entry is lost: neither key events nor grants."""
        self._is_doubtful = False
        """Something that cannot be read may have changed the status of grants."""
        self._holes: list[int] = []
        self._erased: set[int] = set()
        self._unknown_signers: list[int] = []

    def take(self, signed: SignedEntry, seq: int, where: str) -> None:
        """Look at an entry, of which only the shape is known, at a place for messages."""
        self._signature(signed, seq, where)
        if self._keys and self._keystore:
            self._open(signed.unverified, seq, where)
        elif signed.header.blobs:
            self._objects.take(StoredBlobs(entry=signed.unverified))

    def lose(self, seq: int) -> None:
        """Say that an entry is lost."""
        self._objects.lose(seq)
        self._is_complete, self._is_doubtful = False, True

    def finish(self) -> None:
        """Say what only the end shows."""
        if self._unknown_signers:
            message = f"the key event is lost that names the key of {entries_text(self._unknown_signers)}"
            self._findings.add("journal", "bad_key", f"{message}: their signatures were not checked")
        for seq in self._holes:
            if seq not in self._erased:
                hint = "put the keystore of this epoch back from a backup"
                message = "its record is missing, and no erasure names it"
                self._findings.add(self._record(seq), "vault_damaged", message, hint=hint)

    def _signature(self, signed: SignedEntry, seq: int, where: str) -> None:
        try:
            if signed.header.event is not None:
                self._key_event(signed, seq)
            elif self._signatures:
                public = self._public(signed)
                if public is None:
                    self._unknown_signers.append(seq)
                else:
                    self._signatures.add(where, public, signed)
        except (FormatError, IntegrityError) as err:
            self._findings.add(where, err.code, err.message)

    def _key_event(self, signed: SignedEntry, seq: int) -> None:
        try:
            self.chain = extend_chain(self.chain, signed) if self.chain else start_chain(signed)
        except (FormatError, IntegrityError):
            if self._is_complete:
                raise
            self._unknown_signers.append(seq)  # it may be right, after a key event that is lost
            self._is_doubtful = True

    def _public(self, signed: SignedEntry) -> bytes | None:
        """Return the key that must have signed; None where a key event that names it may be lost."""
        header = signed.header
        if self.chain and self._is_complete:
            return self.chain.key_of(signed)
        if self._keys and header.signer == self._keys.identity.epoch:
            return self._keys.sign_key.public
        epochs = self.chain.epochs if self.chain else ()
        return next((epoch.keys.sign_pk for epoch in epochs if epoch.number == header.signer), None)

    def _open(self, entry: Entry, seq: int, where: str) -> None:
        secret, sealed = self._secret(seq), None
        if secret is not None and entry.enc is not None:
            try:
                sealed = open_meta(meta_key(secret), entry)
            except (FormatError, IntegrityError) as err:
                self._findings.add(where, err.code, err.message)
        document = self._apply(entry, sealed, where) if sealed else None
        if sealed is None and entry.enc is not None:
            self._follow_lost(seq)
        self._check_state(entry, where)
        if entry.header.blobs:
            is_hole = bool(self._holes) and self._holes[-1] == seq
            self._objects.take(StoredBlobs(entry=entry, document=document, secret=secret, is_hole=is_hole))

    def _secret(self, seq: int) -> bytes | None:
        try:
            secret = self._keystore.read_ahead(seq) if self._keystore else None
        except VaultDamaged as err:
            hint = "put the keystore of this epoch back from a backup; only this entry cannot be opened"
            self._findings.add(self._record(seq), err.code, err.message, hint=hint)
            return None
        if secret is None:
            self._holes.append(seq)
        return secret

    def _apply(self, entry: Entry, sealed: Fields, where: str) -> DocAdd | None:
        """Follow what an entry does to the grants and says of erasures; return the document that it holds."""
        try:
            said = parse_sealed(sealed, entry.seq)
            self._follow(entry.seq, change_of(said))
            match said:
                case DocAdd() as document:
                    return self._document(entry, document)
                case DocErase() as erasure:
                    self._erased.update(erasure.victims)
                    self.erase_epoch = max(self.erase_epoch, erasure.ks_epoch)
                case Grant() as grant:
                    self._move_to(self._slots.activated(grant.slot, entry.seq, grant.supersedes))
                case Revocation() as revocation:
                    self._move_to(self._slots.closed(revocation.slot, Status.REVOKED, entry.seq))
        except (FormatError, IntegrityError, InvalidRequest) as err:
            if not self._is_doubtful:  # else it may be right, after a grant that is lost
                self._findings.add(where, err.code, err.message)
        return None

    def _follow(self, seq: int, change: Change | None) -> None:
        if self._inventories:
            self._inventories.take(seq, change)

    def _follow_lost(self, seq: int) -> None:
        """Follow an entry that cannot be opened: its erasure may say what it had changed."""
        if seq in self._lost:
            self._follow(seq, self._lost[seq])
        else:
            self._is_doubtful = True

    def _document(self, entry: Entry, document: DocAdd) -> DocAdd:
        self.documents += 1
        if len(document.parts) != len(entry.header.blobs):
            raise FormatError("bad_schema", "it names another number of parts than it has objects")
        return document

    def _move_to(self, slots: SlotTable) -> None:
        self._slots = slots
        if self._status_tree:
            self._grants_root = self._status_tree.root(slots)

    def _check_state(self, entry: Entry, where: str) -> None:
        if self.chain is None or self._keys is None or self._inventories is None:
            return
        blind = state_blind(self._keys.identity.state_key, entry.header.prev)
        opening = StateOpening(
            blind=blind,
            grants_root=self._grants_root,
            capacity=self._slots.capacity,
            ext_root=self._inventories.ext_root(entry.header.prev),
        )
        if opening.state(self.chain.key_head) == entry.header.state:
            self._is_doubtful = False
        elif not self._is_doubtful:
            message = "it commits to another status of grants or documents than the journal gives"
            self._findings.add(where, "bad_state", message)

    def _record(self, seq: int) -> str:
        return f"keys/{self._keys.ks_epoch if self._keys else 0}.ks entry {seq}"
