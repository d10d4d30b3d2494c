# SPDX-License-Identifier: Apache-2.0
"""The audit of memory: the vault against what this machine saw of it, and what the vault saw of others.

Spec: docs/spec/vault-folder.md sections 7.2, 9 and 10.
"""

from functools import partial

from healthvault.ledger.keychain import KeyChain
from healthvault.storage.layout import StatePaths, VaultPaths
from healthvault.storage.pins import vault_pins
from healthvault.storage.selfpin import load_self_pin
from healthvault.tlog.checkpoint import Checkpoint, open_checkpoint, origin_of, parse_checkpoint
from healthvault.tlog.note import parse_note
from healthvault.tlog.tree import MemoryTree, tree_root
from healthvault.vault.findings import Findings
from healthvault.vault.memory import read_pins
from healthvault.vault.unlock import Keys

__all__ = ["audit_memory", "audit_pins", "remembered_note"]

_HINT = "compare it with a backup, then remove it: the next command makes it anew from the vault"


def remembered_note(findings: Findings, state: StatePaths, vault_id: bytes) -> bytes | None:
    """Return what this machine remembers of a vault, unverified.

    To be read before the vault's checkpoint: a writer that goes on meanwhile replaces the checkpoint first, so
    what is remembered is never ahead of it.
    """
    return findings.attempt(str(state.self_pin(vault_id)), partial(load_self_pin, state, vault_id), hint=_HINT)


def audit_memory(
    findings: Findings, where: str, vault_id: bytes, note: bytes, tree: MemoryTree | None, chain: KeyChain | None
) -> None:
    """Compare the vault with the checkpoint that this machine remembers.

    Args:
        findings: Take what is wrong.
        where: The file that remembers.
        vault_id: 32 bytes.
        note: What it holds.
        tree: Over all acknowledged entries; None if one is lost.
        chain: The key events, as far as they can be read.
    """
    pin = findings.attempt(where, lambda: parse_checkpoint(parse_note(note).text), hint=_HINT)
    if pin is None:
        return
    if pin.origin != origin_of(vault_id):
        message = "the checkpoint remembered on this machine is another vault's"
        findings.add(where, "vault_damaged", message, hint=_HINT)
    elif tree is not None and chain is not None and (pin.size, pin.root) not in chain.lost:
        _compare(findings, where, note, pin, tree, chain)


def _compare(
    findings: Findings, where: str, note: bytes, pin: Checkpoint, tree: MemoryTree, chain: KeyChain
) -> None:
    if pin.size > tree.size:
        message = f"the vault has {tree.size} entries, but {pin.size} were seen on this machine"
        hint = "put the newer copy back; if there is none, see `hv key restart`"
        findings.add("checkpoint", "vault_rolled_back", message, hint=hint)
        return
    key = chain.epoch_at(max(pin.size - 1, 0)).keys.sign_pk
    opened = findings.attempt(where, partial(open_checkpoint, note, pin.origin, key), hint=_HINT)
    if opened and tree_root(tree, pin.size) != pin.root:
        message = f"the vault's first {pin.size} entries are not the ones seen on this machine"
        hint = "somebody rewrote it: keep this folder and a backup, and compare"
        findings.add("checkpoint", "vault_forked", message, hint=hint)


def audit_pins(findings: Findings, paths: VaultPaths, vault_id: bytes, keys: Keys) -> None:
    """Look whether what the vault saw of others opens."""
    hint = "put it back from a backup; removing it forgets what was seen of others, and only that"
    findings.attempt("pins", lambda: read_pins(vault_pins(paths, keys.master_key, vault_id)), hint=hint)
