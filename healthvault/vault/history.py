# SPDX-License-Identifier: Apache-2.0
"""The signed past on disk: journal, tree cache and checkpoint, checked against one another.

What lies beyond the checkpoint is not part of it; see `recovery`. The tree cache is believed only as far as
its root is the signed one, and rebuilt otherwise. Spec: docs/spec/vault-folder.md section 7, steps 3 to 5.
"""

import contextlib
from dataclasses import dataclass

from healthvault.errors import FormatError, HealthVaultError, IntegrityError, InvalidRequest, VaultDamaged
from healthvault.ledger.entry import Entry, check_link, parse_entry
from healthvault.ledger.keychain import KeyChain, walk
from healthvault.storage import files
from healthvault.storage.journal import LENGTH_BYTES, Journal
from healthvault.storage.layout import VaultPaths
from healthvault.storage.lock import WriterLock
from healthvault.storage.treecache import Leaf, TreeCache
from healthvault.tlog.checkpoint import Checkpoint, open_checkpoint, origin_of, parse_checkpoint
from healthvault.tlog.note import MAX_NOTE_BYTES, parse_note
from healthvault.tlog.tree import leaf_hash

__all__ = ["History", "damaged", "leaf_of", "load_history", "rebuild_tree", "refusal"]


@dataclass(slots=True)
class History:
    """An open vault's past; a writer moves it on after each transaction."""

    journal: Journal
    tree: TreeCache
    note: bytes
    """The signed checkpoint."""
    checkpoint: Checkpoint
    chain: KeyChain
    last: Entry
    """The newest acknowledged entry."""
    is_renewed: bool = False
    """Whether the tree cache was made anew since the vault was opened."""

    @property
    def size(self) -> int:
        """How many entries are acknowledged."""
        return self.checkpoint.size

    def entry(self, seq: int) -> Entry:
        """Return an acknowledged entry whose signature holds.

        Raises:
            VaultDamaged: `vault_damaged`, its frame or signature is bad.
            VaultBusy: `vault_in_use`, see `renew_tree`.
        """
        try:
            return self._entry(seq)
        except VaultDamaged as err:
            if self.is_renewed:
                raise
            fault = err
        try:
            self.renew_tree()
        except VaultDamaged:
            raise fault from None  # about this entry, not about the first that is wrong
        return self._entry(seq)

    def renew_tree(self) -> None:
        """Make the tree cache anew, once: the signed root does not vouch for all that is in it.

        Raises:
            VaultDamaged: `vault_damaged`, it is the journal that is wrong.
            VaultBusy: `vault_in_use`, another process is writing.
        """
        if not self.is_renewed:
            self.is_renewed = True  # whatever comes of it: a second try would find the same
            tree = _renewed(self.journal, self.checkpoint)
            self.tree.close()
            self.tree = tree

    def close(self) -> None:
        """Close the files."""
        self.journal.close()
        self.tree.close()

    def _entry(self, seq: int) -> Entry:
        position = self.tree.position(seq)
        try:
            return self._checked(seq, self.journal.read(position))
        except VaultDamaged:
            if seq + 1 == self.size:
                raise
            size_bytes = self.tree.position(seq + 1) - position - LENGTH_BYTES
            raw = self.journal.read_span(position + LENGTH_BYTES, max(size_bytes, 0))
            if leaf_hash(raw) != self.tree.node(0, seq):  # else it is the length of the frame that is wrong
                raise
        return self._checked(seq, raw)

    def _checked(self, seq: int, raw: bytes) -> Entry:
        try:
            entry = self.chain.verify(parse_entry(raw), own=True)
        except (FormatError, IntegrityError) as err:
            raise refusal(err, f"journal entry {seq}") from err
        if entry.leaf != self.tree.node(0, seq):
            raise damaged(f"journal entry {seq} is not the one that the tree holds")
        return entry


def refusal(err: FormatError | IntegrityError, where: str) -> HealthVaultError:
    """Return the error for bytes of our own vault that do not parse or hold: damage, or a newer version's."""
    if err.code == "unsupported":
        return InvalidRequest("unsupported", f"{where}: {err.message}", hint="a newer version of hv may read it")
    return damaged(f"{where}: {err.message}")


def damaged(message: str) -> VaultDamaged:
    """Return the error for a vault that is not what it was when it was last acknowledged."""
    return VaultDamaged(
        "vault_damaged", message, hint="`hv check` lists everything; restore the file from a backup"
    )


def leaf_of(position: int, entry: Entry) -> Leaf:
    """Return an entry's row for the tree cache."""
    return entry.leaf, position, entry.header.event is not None


def load_history(paths: VaultPaths, vault_id: bytes, *, writable: bool) -> History:
    """Open the past of a vault.

    Raises:
        VaultDamaged: `vault_damaged`, the checkpoint is missing, malformed, not signed by the vault's key, or
            the journal does not hold what it covers.
        InvalidRequest: `io_error`.
    """
    note = files.read_file(paths.checkpoint, MAX_NOTE_BYTES)
    try:
        checkpoint = parse_checkpoint(parse_note(note).text)
    except FormatError as err:
        raise refusal(err, f"{paths.checkpoint}") from err
    if checkpoint.origin != origin_of(vault_id) or checkpoint.size == 0:
        raise damaged(f"{paths.checkpoint}: it is not this vault's")
    with contextlib.ExitStack() as unless_loaded:
        journal = Journal(paths, writable=writable)
        unless_loaded.callback(journal.close)
        try:
            history = _load(journal, checkpoint, note, vault_id)
        except (FormatError, IntegrityError) as err:
            raise refusal(err, f"{paths.checkpoint}") from err
        unless_loaded.pop_all()
    return history


def rebuild_tree(paths: VaultPaths, journal: Journal, checkpoint: Checkpoint) -> TreeCache:
    """Make the tree cache anew from the entries that a checkpoint covers.

    Raises:
        VaultDamaged: `vault_damaged`, a frame below the checkpoint is bad, or the entries do not lead to its root.
        InvalidRequest: `io_error`.
    """
    leaves: list[Leaf] = []
    previous = bytes(32)
    scan = journal.scan()
    for position, raw in scan:
        if len(leaves) == checkpoint.size:
            break
        try:
            entry = parse_entry(raw).unverified
            check_link(previous, len(leaves), entry.header)
        except (FormatError, IntegrityError) as err:
            raise refusal(err, f"journal entry {len(leaves)} at {position}") from err
        leaves.append(leaf_of(position, entry))
        previous = entry.leaf
    if len(leaves) < checkpoint.size:
        reason = f": {scan.problem.value}" if scan.problem else ""
        raise damaged(f"the journal ends at entry {len(leaves)} of {checkpoint.size}{reason}")
    tree = TreeCache(paths, writable=True)
    tree.reset()
    tree.append(leaves)
    if tree.root(checkpoint.size) != checkpoint.root:
        tree.close()
        raise damaged("the journal's entries do not lead to the signed root")
    return tree


def _load(journal: Journal, checkpoint: Checkpoint, note: bytes, vault_id: bytes) -> History:
    """Connect the journal with the tree cache, or with a new one if that does not fit."""
    tree = TreeCache(journal.paths, writable=journal.is_writable)
    try:
        return _connect(journal, tree, note, vault_id)
    except (FormatError, IntegrityError, VaultDamaged):
        tree.close()
    tree = _renewed(journal, checkpoint)
    try:
        return _connect(journal, tree, note, vault_id)
    except HealthVaultError:
        tree.close()
        raise


def _renewed(journal: Journal, checkpoint: Checkpoint) -> TreeCache:
    """Make the tree cache anew under the writers' lock, which a writer holds already."""
    lock = WriterLock(journal.paths.lock)
    with contextlib.nullcontext() if journal.is_writable else lock:
        return rebuild_tree(journal.paths, journal, checkpoint)


def _connect(journal: Journal, tree: TreeCache, note: bytes, vault_id: bytes) -> History:
    """Connect the parts; whatever does not fit together is an error of any of our classes."""
    claimed = parse_checkpoint(parse_note(note).text)
    if tree.size < claimed.size or tree.root(claimed.size) != claimed.root:
        raise damaged("the tree cache does not lead to the signed root")
    events = [seq for seq in tree.events() if seq < claimed.size]
    chain = walk(journal.read(tree.position(seq)) for seq in events)
    key = chain.epoch_at(claimed.size - 1).keys.sign_pk
    checkpoint = open_checkpoint(note, origin_of(vault_id), key)
    signed = parse_entry(journal.read(tree.position(checkpoint.size - 1)))
    if tree.node(0, checkpoint.size - 1) != signed.unverified.leaf:
        raise damaged("the newest entry is not the one that the checkpoint covers")
    last = chain.verify(signed, own=True)
    return History(journal=journal, tree=tree, note=note, checkpoint=checkpoint, chain=chain, last=last)
