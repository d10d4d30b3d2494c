# SPDX-License-Identifier: Apache-2.0
"""The backup that is there already: whether the vault is a later state of it, and so may take its place.

Spec: docs/spec/backup.md section 4.
"""

import os
from pathlib import Path

from healthvault.errors import FormatError, InvalidRequest, VaultDamaged
from healthvault.storage.backup_head import BackupHead
from healthvault.tlog.checkpoint import Checkpoint, parse_checkpoint
from healthvault.tlog.note import parse_note
from healthvault.vault.backup_source import Source
from healthvault.vault.history import damaged

__all__ = ["check_apart", "check_base", "checkpoint_of", "real_path"]


def check_apart(vault: Path, other: Path) -> None:
    """Check that a vault and its backup do not lie in one another; both paths without links.

    Raises:
        InvalidRequest: `unsafe_output`.
    """
    if vault == other or vault in other.parents or other in vault.parents:
        raise InvalidRequest(
            "unsafe_output", f"{other} and the vault lie in one another", hint="name a place outside of both"
        )


def real_path(path: Path) -> Path:
    """Return a path without links; links that lead in a circle stay, for whoever opens it to refuse."""
    return Path(os.path.realpath(path))


def check_base(source: Source, base: BackupHead, where: str) -> None:
    """Check that a vault is the backup's, at the same moment or a later one.

    Args:
        source: The vault.
        base: What the backup holds now.
        where: Its path, for messages.

    Raises:
        InvalidRequest: `other_backup`, it is the backup of another vault.
        VaultDamaged: `vault_rolled_back`, it is newer than the vault; `vault_forked`, vault and backup contradict
            each other; `vault_damaged`, it holds no checkpoint.
    """
    if base.keys.vault_id != source.head.keys.vault_id:
        raise InvalidRequest(
            "other_backup", f"{where} is the backup of another vault", hint="name another folder or file"
        )
    claimed = checkpoint_of(base, where)
    if claimed.size > source.size:
        raise _older(f"{where} has {claimed.size} entries, the vault only {source.size}")
    _check_past(source, claimed, where)
    _check_keyring(source, base, where)


def checkpoint_of(head: BackupHead, where: str) -> Checkpoint:
    """Return the checkpoint in a head, unverified. Raises VaultDamaged: `vault_damaged`."""
    try:
        claimed = parse_checkpoint(parse_note(head.note).text)
    except FormatError as err:
        raise damaged(f"{where}: its checkpoint is unreadable: {err.message}") from err
    if claimed.size == 0:
        raise damaged(f"{where}: its checkpoint covers nothing")
    return claimed


def _check_past(source: Source, claimed: Checkpoint, where: str) -> None:
    history = source.history
    if history.tree.root(claimed.size) != claimed.root:
        history.renew_tree()  # the signed root does not vouch for the roots before it
    if history.tree.root(claimed.size) != claimed.root:
        raise VaultDamaged(
            "vault_forked",
            f"{where}: its {claimed.size} entries are not the first ones of this vault",
            hint="one of the two went on from an older copy: keep this backup, and make a new one elsewhere",
        )


def _check_keyring(source: Source, base: BackupHead, where: str) -> None:
    """Each replacement of a keyring counts one up, so one that differs must be higher."""
    if base.keyring == source.head.keyring:
        return
    old, new = base.keys, source.head.keys
    if new.generation <= old.generation or new.ks_epoch < old.ks_epoch:
        raise _older(f"{source.paths.keyring}: older than the keyring in {where}, or changed")


def _older(message: str) -> VaultDamaged:
    return VaultDamaged(
        "vault_rolled_back",
        message,
        hint="the vault was put back to an older state; the backup was left as it is: `hv restore` it, or back up "
        "into another folder",
    )
