# SPDX-License-Identifier: Apache-2.0
"""The audit: every structure of a vault looked at, every finding collected with its place, nothing repaired.

Signatures, links, tree and object ids need no secret; records, states, metadata and commitments do.
Spec: docs/spec/vault-folder.md section 7, step 10.
"""

import contextlib
import functools
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from healthvault.errors import FormatError, HealthVaultError, IntegrityError, InvalidRequest, VaultDamaged
from healthvault.storage import files
from healthvault.storage.journal import Journal
from healthvault.storage.keyring import MAX_KEYRING_BYTES, Keyring, parse_keyring
from healthvault.storage.keystore import Keystore, open_keystore
from healthvault.storage.layout import StatePaths, VaultPaths
from healthvault.storage.pins import vault_pins
from healthvault.storage.treecache import TreeCache
from healthvault.storage.version import check_version
from healthvault.tlog.checkpoint import Checkpoint, open_checkpoint, origin_of, parse_checkpoint
from healthvault.tlog.note import MAX_NOTE_BYTES, parse_note
from healthvault.vault.add import Observer
from healthvault.vault.audit_journal import JournalAudit
from healthvault.vault.audit_objects import audit_objects
from healthvault.vault.history import load_history
from healthvault.vault.memory import read_pins
from healthvault.vault.rollback import check_rollback
from healthvault.vault.unlock import Keys, Secret, check_own_key, unlock
from healthvault.vault.vault import Place
from healthvault.vault.views import CheckReport, Finding

__all__ = ["AuditOptions", "check_vault"]

_T = TypeVar("_T")
_KNOWN_NAMES = frozenset(
    {
        "VERSION",
        "keyring",
        "checkpoint",
        "lock",
        "tmp",
        "journal",
        "tree",
        "keys",
        "objects",
        "pins",
        "pins.lock",
        "pins.next",
        "cache",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditOptions:
    """How far to look."""

    deep: bool = False
    """Decrypt every document and check its commitment."""
    head_only: bool = False
    """Check the signature of the checkpoint alone, not of every entry."""


@dataclass(slots=True)
class Findings:
    """What was found so far."""

    found: list[Finding] = field(default_factory=list)

    def add(self, where: str, code: str, message: str, *, severity: str = "error") -> None:
        """Add one finding."""
        self.found.append(Finding(severity=severity, where=where, code=code, message=message))

    def attempt(self, where: str, work: Callable[[], _T]) -> _T | None:
        """Return what `work` returns; a fault of the vault becomes a finding, and the audit goes on."""
        try:
            return work()
        except (VaultDamaged, FormatError, IntegrityError) as err:
            self.add(where, err.code, err.message)
        except InvalidRequest as err:
            if err.code != "io_error":
                raise
            self.add(where, err.code, err.message)
        return None


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
    check_version(VaultPaths(root=place.root))
    with contextlib.ExitStack() as opened:
        return _audit(place, secret, options, opened, observer)


def _audit(
    place: Place,
    secret: Secret | None,
    options: AuditOptions,
    opened: contextlib.ExitStack,
    observer: Observer | None,
) -> CheckReport:
    paths = VaultPaths(root=place.root)
    findings = Findings()
    keyring = findings.attempt("keyring", lambda: parse_keyring(files.read_file(paths.keyring, MAX_KEYRING_BYTES)))
    keys = findings.attempt("keyring", lambda: unlock(keyring, secret)) if keyring and secret else None
    keystore = _keystore(findings, paths, keyring, keys)
    note = findings.attempt("checkpoint", lambda: files.read_file(paths.checkpoint, MAX_NOTE_BYTES))
    claimed = findings.attempt("checkpoint", lambda: parse_checkpoint(parse_note(note or b"").text))
    journal = findings.attempt("journal", lambda: Journal(paths))
    for file in (keystore, journal):
        if file:
            opened.callback(file.close)
    walked = JournalAudit(findings.add, keys, keystore, check_signatures=not options.head_only)
    if journal:
        walked.run(journal, claimed.size if claimed else None)
    if note and claimed:
        _check_head(findings, walked, note, claimed, keyring)
    if claimed and keyring:
        _check_caches(findings, paths, claimed, walked)
        _check_memory(findings, paths, StatePaths(root=place.state_dir), keyring, claimed, walked)
    if keyring and keys:
        findings.attempt("pins", lambda: read_pins(vault_pins(paths, keys.master_key, keyring.vault_id)))
    stored_bytes = audit_objects(paths, walked.stored, findings.add, deep=options.deep, observer=observer)
    _check_strangers(findings, paths)
    return CheckReport(
        entries=walked.count,
        documents=walked.documents if keystore else None,
        stored_bytes=stored_bytes,
        findings=tuple(findings.found),
    )


def _keystore(
    findings: Findings, paths: VaultPaths, keyring: Keyring | None, keys: Keys | None
) -> Keystore | None:
    if keyring is None or keys is None:
        return None
    return findings.attempt(
        f"keys/{keys.ks_epoch}.ks", lambda: open_keystore(paths, keyring.vault_id, keys.ks_epoch, keys.ks_key)
    )


def _check_head(
    findings: Findings, walked: JournalAudit, note: bytes, claimed: Checkpoint, keyring: Keyring | None
) -> None:
    """Compare the checkpoint with the journal that was walked."""
    if walked.count < claimed.size:
        findings.add("journal", "vault_damaged", f"it holds {walked.count} of {claimed.size} acknowledged entries")
    elif walked.root != claimed.root:
        findings.add("journal", "vault_damaged", "its entries do not lead to the root of the checkpoint")
    chain = walked.chain
    if chain is None:
        return
    if keyring and keyring.vault_id != chain.vault_id:
        findings.add("keyring", "vault_damaged", "the keyring belongs to another vault than the journal")
    key = chain.epoch_at(max(claimed.size - 1, 0)).keys.sign_pk
    findings.attempt("checkpoint", lambda: open_checkpoint(note, origin_of(chain.vault_id), key))
    if walked.keys:
        findings.attempt("keyring", lambda: check_own_key(walked.keys, chain) if walked.keys else None)


def _check_caches(findings: Findings, paths: VaultPaths, claimed: Checkpoint, walked: JournalAudit) -> None:
    """Look at what can be made anew from the journal."""
    if walked.count < claimed.size:
        return
    tree = findings.attempt("tree", lambda: TreeCache(paths))
    if tree is None:
        return
    with contextlib.closing(tree):
        if not findings.attempt("tree", lambda: _is_fresh(tree, claimed.size, walked)):
            message = "the tree cache is out of date; it is made anew when it is needed"
            findings.add("tree", "cache_stale", message, severity="warning")


def _is_fresh(tree: TreeCache, size: int, walked: JournalAudit) -> bool:
    """Tell whether the cache holds what the journal gives, for the entries below `size`."""
    if tree.size < size or walked.chain is None:
        return False
    held = zip(tree.positions(0, size), (tree.node(0, seq) for seq in range(size)), strict=True)
    events = [entry.seq for entry in walked.chain.entries]
    return (
        tree.root(size) == walked.root
        and list(held) == walked.places[:size]
        and [seq for seq in tree.events() if seq < size] == events
    )


def _check_memory(
    findings: Findings,
    paths: VaultPaths,
    state: StatePaths,
    keyring: Keyring,
    claimed: Checkpoint,
    walked: JournalAudit,
) -> None:
    """Compare the vault with what this machine remembers of it."""
    if walked.count < claimed.size or walked.root != claimed.root:
        return
    problem: HealthVaultError | None = None
    try:
        for _ in range(2):  # a writer may have gone on in between
            with contextlib.closing(load_history(paths, keyring.vault_id, writable=False)) as history:
                problem = check_rollback(state, history)
            if problem is None:
                return
    except HealthVaultError as err:
        problem = err
    if problem:
        findings.add("checkpoint", problem.code, problem.message)


def _check_strangers(findings: Findings, paths: VaultPaths) -> None:
    """Name what does not belong there: often a sync program's conflict copy, or a link in a folder's place."""
    for directory in paths.directories[1:]:
        if os.path.lexists(directory):
            findings.attempt(directory.name, functools.partial(files.check_directory, directory))
    for name in findings.attempt("vault folder", lambda: files.list_names(paths.root)) or []:
        if name not in _KNOWN_NAMES:
            findings.add(name, "stranger", "this file is not the vault's; it is ignored", severity="warning")
