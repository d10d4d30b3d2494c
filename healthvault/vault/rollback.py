# SPDX-License-Identifier: Apache-2.0
"""The vault against what this machine remembers of it, outside the vault folder.

The memory is a copy of the vault's own signed checkpoint, so two that contradict each other are a proof that
anybody can check. Who controls both folders can rewind both; then only recipients can tell.
Spec: docs/spec/vault-folder.md section 7, step 6.
"""

from healthvault.errors import FormatError, IntegrityError, VaultDamaged
from healthvault.storage.layout import StatePaths
from healthvault.storage.selfpin import load_self_pin, save_self_pin
from healthvault.tlog.checkpoint import Checkpoint, open_checkpoint, origin_of, parse_checkpoint
from healthvault.tlog.note import parse_note
from healthvault.vault.history import History, damaged

__all__ = ["check_rollback", "lost_checkpoint", "remember_checkpoint"]


def check_rollback(state: StatePaths, history: History) -> VaultDamaged | None:
    """Compare the vault with the remembered checkpoint; move the memory up if the vault has grown.

    Returns:
        The `vault_rolled_back` error when the vault is older than what was seen: reading warns of it and goes
        on, writing and checking raise it.

    Raises:
        VaultDamaged: `vault_forked`, the vault has another past than the one remembered.
    """
    note = load_self_pin(state, history.chain.vault_id)
    if note is None:
        remember_checkpoint(state, history)
        return None
    claimed = _parse_pin(note, origin_of(history.chain.vault_id))
    if (claimed.size, claimed.root) in history.chain.lost:  # the owner said so, with the root key
        remember_checkpoint(state, history)
        return None
    if claimed.size > history.size:
        return VaultDamaged(
            "vault_rolled_back",
            f"the vault has {history.size} entries, but {claimed.size} were seen on this machine",
            hint="put the newer copy back; if there is none, see `hv key restart`",
        )
    pin = _open_pin(note, claimed.size, history)
    if history.tree.root(pin.size) != pin.root:
        history.renew_tree()  # the signed root does not vouch for the roots before it
    if history.tree.root(pin.size) != pin.root:
        raise VaultDamaged(
            "vault_forked",
            f"the vault's first {pin.size} entries are not the ones seen on this machine",
            hint="somebody rewrote it: keep both this folder and a backup, and compare",
        )
    if pin.size < history.size:
        remember_checkpoint(state, history)
    return None


def lost_checkpoint(state: StatePaths, history: History) -> Checkpoint | None:
    """Return what this machine remembers beyond the vault's newest entry, unverified; None if nothing.

    Raises:
        VaultDamaged: `vault_damaged`, the memory is no checkpoint of this vault.
        InvalidRequest: `io_error`.
    """
    note = load_self_pin(state, history.chain.vault_id)
    if note is None:
        return None
    claimed = _parse_pin(note, origin_of(history.chain.vault_id))
    return claimed if claimed.size > history.size else None


def remember_checkpoint(state: StatePaths, history: History) -> None:
    """Keep the vault's newest checkpoint outside it."""
    save_self_pin(state, history.chain.vault_id, history.note)


def _parse_pin(note: bytes, origin: str) -> Checkpoint:
    try:
        claimed = parse_checkpoint(parse_note(note).text)
    except FormatError as err:
        raise damaged(f"the checkpoint remembered on this machine is unreadable: {err.message}") from err
    if claimed.origin != origin:
        raise damaged("the checkpoint remembered on this machine is another vault's")
    return claimed


def _open_pin(note: bytes, size: int, history: History) -> Checkpoint:
    try:
        key = history.chain.epoch_at(max(size - 1, 0)).keys.sign_pk
        return open_checkpoint(note, origin_of(history.chain.vault_id), key)
    except (FormatError, IntegrityError) as err:
        raise damaged(f"the checkpoint remembered on this machine is unreadable: {err.message}") from err
