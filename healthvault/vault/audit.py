# SPDX-License-Identifier: Apache-2.0
"""The audit: every structure of a vault looked at, every finding collected with its place, nothing repaired.

Signatures, links, tree and object ids need no secret; records, states, metadata and commitments do. Writes nothing
anywhere. Spec: docs/spec/vault-folder.md section 7.2.
"""

import contextlib
from dataclasses import dataclass
from functools import partial

from healthvault.errors import InvalidRequest, VaultDamaged
from healthvault.ledger.keychain import KeyChain
from healthvault.storage import files
from healthvault.storage.journal import Journal
from healthvault.storage.keyring import MAX_KEYRING_BYTES, Keyring, parse_keyring
from healthvault.storage.keystore import Keystore, open_keystore
from healthvault.storage.layout import StatePaths, VaultPaths
from healthvault.storage.slots import check_cost
from healthvault.storage.version import check_version
from healthvault.tlog.checkpoint import Checkpoint, open_checkpoint, origin_of, parse_checkpoint
from healthvault.tlog.note import MAX_NOTE_BYTES, parse_note
from healthvault.tlog.tree import MemoryTree
from healthvault.vault.add import Observer
from healthvault.vault.audit_caches import audit_catalogue, audit_tree
from healthvault.vault.audit_entries import EntryAudit
from healthvault.vault.audit_folder import audit_folder
from healthvault.vault.audit_inventories import changes_of_erased
from healthvault.vault.audit_journal import JournalAudit
from healthvault.vault.audit_memory import audit_memory, audit_pins, remembered_note
from healthvault.vault.audit_objects import ObjectsAudit
from healthvault.vault.audit_signatures import SignatureCheck
from healthvault.vault.findings import SETTLED, Findings
from healthvault.vault.unlock import Keys, Secret, check_own_key, keys_in_force, unlock
from healthvault.vault.vault import Place
from healthvault.vault.views import CheckReport

__all__ = ["AuditOptions", "check_vault"]

_KEYRING = "put the keyring back from a backup: without it nothing opens, not even by the recovery words"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditOptions:
    """How far to look."""

    deep: bool = False
    """Decrypt every document and check its commitment."""
    head_only: bool = False
    """Check the signature of the checkpoint alone, not of every entry."""


def check_vault(
    place: Place, secret: Secret | None, options: AuditOptions, *, observer: Observer | None = None
) -> CheckReport:
    """Audit a vault.

    Args:
        place: Where it is.
        secret: Opens it; None audits what needs no secret.
        options: How far to look.
        observer: Is told how it gets on.

    Raises:
        VaultNotFound: `no_vault`.
        WrongKey: `wrong_passphrase`, `wrong_key`, `bad_phrase`.
        InvalidRequest: `unsupported`.
    """
    paths = VaultPaths(root=place.root)
    for _ in range(2):
        before = _fingerprint(paths)
        with contextlib.ExitStack() as opened:
            report = _Audit(place, options, opened, observer).run(secret)
        if report.is_clean or _fingerprint(paths) == before:
            break  # else a writer went on in between, and what looks wrong may not be
    return report


class _Audit:
    """One audit: the parts that were found, for those steps that need several."""

    def __init__(
        self, place: Place, options: AuditOptions, opened: contextlib.ExitStack, observer: Observer | None
    ) -> None:
        self._paths = VaultPaths(root=place.root)
        self._state = StatePaths(root=place.state_dir)
        self._options = options
        self._opened = opened
        self._observer = observer
        self._findings = Findings(root=str(place.root))
        self._keyring: Keyring | None = None
        self._keys: Keys | None = None
        self._note = b""
        self._claimed: Checkpoint | None = None

    def run(self, secret: Secret | None) -> CheckReport:
        """Take all steps."""
        findings, paths = self._findings, self._paths
        findings.attempt("VERSION", partial(check_version, paths), hint="write the line `healthvault 1` into it")
        self._read_keyring(secret)
        remembered = self._read_memory()
        self._read_checkpoint()
        keystore = self._open_keystore()
        objects = ObjectsAudit(
            paths, findings, is_locked=keystore is None, deep=self._options.deep, observer=self._observer
        )
        self._opened.callback(objects.close)
        entries, walked = self._walk(keystore, objects)
        tree = self._check_head(entries, walked)
        if tree and entries.chain:
            audit_tree(findings, paths, tree, walked.places, [entry.seq for entry in entries.chain.entries])
        if self._keyring and remembered is not None:
            where = str(self._state.self_pin(self._keyring.vault_id))
            audit_memory(findings, where, self._keyring.vault_id, remembered, tree, entries.chain)
        if self._keyring and self._keys:
            audit_pins(findings, paths, self._keyring.vault_id, self._keys)
            audit_catalogue(findings, paths, self._keys, tree)
        audit_folder(findings, paths, self._keyring.ks_epoch if self._keyring else None)
        return CheckReport(
            entries=walked.count,
            documents=entries.documents if keystore else None,
            stored_bytes=objects.total_bytes,
            findings=tuple(findings.found),
        )

    def _read_keyring(self, secret: Secret | None) -> None:
        findings, path = self._findings, self._paths.keyring
        read = partial(files.read_file, path, MAX_KEYRING_BYTES)
        self._keyring = keyring = findings.attempt("keyring", lambda: parse_keyring(read()), hint=_KEYRING)
        if keyring is None:
            return
        for slot in keyring.slots:
            hint = "make another way in (`hv key add`), then remove this one (`hv key remove`)"
            findings.attempt(f"keyring slot {slot.id}", partial(check_cost, slot), hint=hint)
        if secret:
            self._keys = findings.attempt("keyring", partial(unlock, keyring, secret), hint=_KEYRING)

    def _read_memory(self) -> bytes | None:
        if self._keyring is None or files.is_there(self._paths.backup):  # a backup may be behind
            return None
        return remembered_note(self._findings, self._state, self._keyring.vault_id)

    def _read_checkpoint(self) -> None:
        findings, path = self._findings, self._paths.checkpoint
        hint = f"put it back from a backup, or from {self._state.self_pins}: this machine keeps the newest there"
        note = findings.attempt("checkpoint", partial(files.read_file, path, MAX_NOTE_BYTES), hint=hint)
        if note is not None:
            self._note = note
            parse = partial(parse_note, note)
            self._claimed = findings.attempt("checkpoint", lambda: parse_checkpoint(parse().text), hint=hint)

    def _open_keystore(self) -> Keystore | None:
        """Open the keystore; a wrong header is named, and the records are looked at all the same."""
        if self._keyring is None or self._keys is None:
            return None
        vault_id, keys = self._keyring.vault_id, self._keys
        where = f"keys/{keys.ks_epoch}.ks"
        opening = partial(open_keystore, self._paths, vault_id, keys.ks_epoch, keys.ks_key)
        keystore = self._findings.attempt(where, partial(opening, around=True))
        if keystore:
            self._opened.callback(keystore.close)
            self._findings.attempt(where, lambda: opening().close())
        return keystore

    def _walk(self, keystore: Keystore | None, objects: ObjectsAudit) -> tuple[EntryAudit, JournalAudit]:
        findings = self._findings
        journal = Journal(self._paths, around=True)
        self._opened.callback(journal.close)
        for path, fault in journal.faults:
            findings.add(path.relative_to(self._paths.root).as_posix(), fault.code, fault.message)
        with SignatureCheck(lambda where, err: findings.add(where, err.code, err.message)) as signatures:
            checked = None if self._options.head_only else signatures
            vault_id, keys = self._keyring.vault_id if self._keyring else None, self._keys
            lost = changes_of_erased(journal, keystore, keys, vault_id) if keystore and keys and vault_id else {}
            entries = EntryAudit(findings, keys, keystore, objects, checked, lost)
            walked = JournalAudit(findings, entries, journal, self._claimed.size if self._claimed else None)
            walked.run(vault_id)
        objects.finish(walked.count)
        return entries, walked

    def _check_head(self, entries: EntryAudit, walked: JournalAudit) -> MemoryTree | None:
        """Compare the rest with the journal, and return its tree, if that is the signed one."""
        tree, claimed = walked.tree(), self._claimed
        if entries.chain:
            self._check_keys(entries, entries.chain, is_whole=not walked.lost)
        if tree is None or claimed is None or tree.root() == claimed.root:
            return tree
        message = "its entries do not lead to the root of the checkpoint"
        self._findings.add("journal", "vault_damaged", message)
        return None

    def _check_keys(self, entries: EntryAudit, chain: KeyChain, *, is_whole: bool) -> None:
        findings, keyring, claimed = self._findings, self._keyring, self._claimed
        if keyring and keyring.vault_id != chain.vault_id:
            findings.add("keyring", "vault_damaged", "it belongs to another vault than the journal", hint=_KEYRING)
        if claimed and is_whole:
            key = chain.epoch_at(max(claimed.size - 1, 0)).keys.sign_pk
            findings.attempt("checkpoint", partial(open_checkpoint, self._note, origin_of(chain.vault_id), key))
        if self._keys and is_whole:
            keys = keys_in_force(self._keys, chain)
            findings.attempt("keyring", partial(check_own_key, keys, chain), hint=_KEYRING)
        if keyring and entries.erase_epoch > keyring.ks_epoch:
            message = f"an erasure is not finished: it calls for keystore {entries.erase_epoch}"
            findings.warn(f"keys/{keyring.ks_epoch}.ks", "unfinished", message, hint=SETTLED)


def _fingerprint(paths: VaultPaths) -> tuple[bytes, ...]:
    found: list[bytes] = []
    for path in (paths.keyring, paths.checkpoint):
        with contextlib.suppress(VaultDamaged, InvalidRequest):
            found.append(files.read_file(path, MAX_KEYRING_BYTES))
    return tuple(found)
