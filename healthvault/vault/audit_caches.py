# SPDX-License-Identifier: Apache-2.0
"""The audit of what can be made anew: tree cache and index. What is wrong with them is no damage.

Spec: docs/spec/vault-folder.md sections 4, 6 and 7.2.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from healthvault.errors import VaultDamaged
from healthvault.storage import files
from healthvault.storage.catalogue import peek
from healthvault.storage.layout import VaultPaths
from healthvault.storage.treecache import NUMBER_BYTES, TILE_BITS
from healthvault.tlog.tree import MemoryTree, tree_root
from healthvault.vault.findings import MADE_ANEW, Findings
from healthvault.vault.unlock import Keys, catalogue_key

__all__ = ["audit_catalogue", "audit_tree"]


def audit_tree(
    findings: Findings, paths: VaultPaths, tree: MemoryTree, places: Sequence[tuple[int, bytes]], events: list[int]
) -> None:
    """Compare the tree cache with the journal.

    Args:
        findings: Take what differs.
        paths: The vault's.
        tree: Over all entries.
        places: Position and leaf hash of each.
        events: Which of them are key events.
    """
    offsets = [position for position, _ in places]
    expected = {paths.tree_offsets: _packed(offsets), paths.tree_events: _packed(events), **_levels(paths, tree)}
    for path, content in sorted(expected.items()):
        where = f"tree/{path.name}"
        found = findings.attempt(where, partial(_begin, path, len(content)), hint="remove it; it is made anew")
        if found is not None and found != content:
            message = "this cache is missing, cut short or not what the journal gives"
            findings.warn(where, "cache_stale", message, hint=MADE_ANEW)


def audit_catalogue(findings: Findings, paths: VaultPaths, keys: Keys, tree: MemoryTree | None) -> None:
    """Look whether the index opens, each page is authentic, and it was made from this past."""
    where = f"cache/{paths.catalogue.name}"
    try:
        position = peek(paths.catalogue, catalogue_key(keys))
    except VaultDamaged as err:
        findings.warn(where, "cache_stale", err.message, hint=MADE_ANEW)
        return
    if position is None or tree is None or position.size > tree.size:
        return  # empty, or a writer went on
    if position.ks_epoch != keys.ks_epoch or tree_root(tree, position.size) != position.root:
        findings.warn(where, "cache_stale", "this index was made from another past", hint=MADE_ANEW)


def _levels(paths: VaultPaths, tree: MemoryTree) -> dict[Path, bytes]:
    """Return what the files of hashes should begin with."""
    found: dict[Path, bytes] = {}
    level = 0
    while count := tree.size >> (TILE_BITS * level):
        found[paths.tree_level(level)] = b"".join(tree.node(TILE_BITS * level, index) for index in range(count))
        level += 1
    return found


def _begin(path: Path, size_bytes: int) -> bytes:
    file = files.find_file(path)
    if file is None:
        return b""
    with file:
        return file.read_at(0, size_bytes)


def _packed(numbers: Iterable[int]) -> bytes:
    return b"".join(number.to_bytes(NUMBER_BYTES, "big") for number in numbers)
