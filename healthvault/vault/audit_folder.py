# SPDX-License-Identifier: Apache-2.0
"""The audit of the folder itself: what does not belong there, who else can read it, and on what it lies.

Spec: docs/spec/vault-folder.md sections 1 and 7.2.
"""

import os
import re
import stat
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from healthvault.errors import VaultDamaged
from healthvault.storage import files
from healthvault.storage.filesystem import network_kind
from healthvault.storage.keystore import keystore_epochs
from healthvault.storage.layout import VaultPaths
from healthvault.vault.findings import SETTLED, Findings

__all__ = ["audit_folder"]

_OURS = {
    "": re.compile(
        r"VERSION|keyring|checkpoint|lock|tmp|journal|tree|keys|objects|pins|pins\.lock|pins\.next|cache|backup"
    ),
    "journal": re.compile(r"\d{8}\.seg"),
    "keys": re.compile(r"(0|[1-9]\d*)\.ks"),
    "tree": re.compile(r"[0-6]|offsets|events"),
    "cache": re.compile(r"(catalogue|contents)\.db(-wal|-shm|-journal)?"),
    "objects": re.compile(r"0|[1-9]\d*"),
}
_PACK = re.compile(r"(0|[1-9]\d*)\.pack")


def audit_folder(findings: Findings, paths: VaultPaths, ks_epoch: int | None) -> None:
    """Look at names, kinds and modes of everything in a vault's folder.

    Args:
        findings: Take what is wrong.
        paths: The vault's.
        ks_epoch: Of the keystore that the keyring names, if there is a keyring.
    """
    kind = network_kind(paths.root)
    if kind:
        hint = "keep the vault on a disk of this machine, and a backup there"
        findings.warn(
            ".", "network_folder", f"it lies on a {kind} share, where locks and syncs may fail", hint=hint
        )
    for directory in paths.directories[1:]:
        if os.path.lexists(directory):
            findings.attempt(_name(paths, directory), partial(files.check_directory, directory))
    _check_mode(findings, ".", paths.root)
    for path in _everything(paths.root):
        _check_one(findings, paths, path)
    if ks_epoch is not None:
        _check_keystores(findings, paths, ks_epoch)


def _everything(directory: Path) -> Iterator[Path]:
    """Yield what is below a directory, the directories before their content; links are not followed."""
    try:
        names = sorted(files.list_names(directory))
    except VaultDamaged:
        return  # a link, or not a directory: named elsewhere
    for name in names:
        path = directory / name
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from _everything(path)


def _check_one(findings: Findings, paths: VaultPaths, path: Path) -> None:
    name = _name(paths, path)
    if path.parent in {paths.tmp, paths.orphans}:
        _check_temporary(findings, paths, path)
        return
    if not _is_ours(paths, path):
        is_conflict = "conflict" in path.name.lower()
        message = "a sync program left it beside a file of the vault" if is_conflict else "it is not the vault's"
        findings.warn(name, "stranger", f"{message}; it is passed over", hint="move it out of the vault's folder")
        return
    if path in {paths.lock, paths.pins_lock}:
        findings.attempt(name, lambda: files.open_file(path).close(), hint="remove it; it is made anew")
    elif path == paths.pins_next and _status(path):
        findings.warn(name, "unfinished", "a change of the master key was not finished", hint=SETTLED)
    _check_mode(findings, name, path)


def _check_mode(findings: Findings, name: str, path: Path) -> None:
    found = _status(path)
    mode = found.st_mode if found else 0
    if not stat.S_ISLNK(mode) and mode & 0o077:
        wanted = files.DIRECTORY_MODE if stat.S_ISDIR(mode) else files.FILE_MODE
        message = f"its mode {mode & 0o777:o} lets other users of this machine in"
        findings.warn(name, "loose_mode", message, hint=f"chmod {wanted:o} {path}")


def _status(path: Path) -> os.stat_result | None:
    """Return what the system says of a name; None if it has gone meanwhile, as other commands' files do."""
    try:
        return path.lstat()
    except FileNotFoundError:
        return None


def _check_temporary(findings: Findings, paths: VaultPaths, path: Path) -> None:
    found = _status(path)
    if found is None or path == paths.orphans:
        return
    size = found.st_size
    if path.parent == paths.orphans:
        message = f"{size} bytes that an interrupted command left and recovery set aside"
        findings.warn(_name(paths, path), "orphan", message, hint="delete it when nothing is missed")
    else:
        message = f"{size} bytes of a command that is running, or was interrupted"
        findings.warn(_name(paths, path), "unfinished", message, hint=SETTLED)


def _check_keystores(findings: Findings, paths: VaultPaths, ks_epoch: int) -> None:
    for epoch in findings.attempt("keys", partial(keystore_epochs, paths)) or []:
        if epoch != ks_epoch:
            kind = (
                "an erasure or key change was not finished" if epoch < ks_epoch else "it is newer than the keyring"
            )
            message = f"the keyring names {ks_epoch}.ks: {kind}"
            findings.warn(f"keys/{epoch}.ks", "unfinished", message, hint=SETTLED)


def _is_ours(paths: VaultPaths, path: Path) -> bool:
    parent = _name(paths, path.parent)
    if path.parent.parent == paths.objects:
        return bool(_PACK.fullmatch(path.name))
    return parent in _OURS and bool(_OURS[parent].fullmatch(path.name))


def _name(paths: VaultPaths, path: Path) -> str:
    return "" if path == paths.root else path.relative_to(paths.root).as_posix()
