# SPDX-License-Identifier: Apache-2.0
"""How often unlocking an own vault failed on this machine since its owner was told: numbers, no secret.

Kept outside of the vault, which nobody can write to who cannot open it. Attempts on a copy elsewhere, by another
user, or where this folder cannot be written, are not in it. Spec: docs/spec/vault-folder.md section 9.
"""

from dataclasses import dataclass, replace

from healthvault.codec import Fields, Value, pack, positional, unpack
from healthvault.errors import FormatError, VaultDamaged
from healthvault.storage import files
from healthvault.storage.layout import StatePaths
from healthvault.storage.lock import WriterLock
from healthvault.storage.statefolder import check_state_folder, find_remembered, remember

__all__ = ["FailedUnlocks", "begin_counting", "count_failed", "failed_unlocks", "forget_failed"]

MAX_BYTES = 64
WAIT_SECONDS = 1.0  # a count is never worth more
VERSION = 1
_FIELDS = ("version", "count", "since_ms", "last_ms")


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedUnlocks:
    """Failed attempts to unlock a vault. Times are of this machine's clock."""

    count: int
    since_ms: int
    """When this count began."""
    last_ms: int | None = None
    """Of the newest attempt; None if there is none."""


def failed_unlocks(state: StatePaths, vault_id: bytes) -> FailedUnlocks | None:
    """Return the failed attempts, or None if none were ever counted on this machine: unknown, not zero.

    Raises:
        VaultDamaged: `vault_damaged`, the file is no count: unknown too.
        InvalidRequest: `io_error`; also where something else stands in the place of the folder.
    """
    path = state.attempts(vault_id)
    data = find_remembered(state, path, MAX_BYTES)
    if data is None:
        return None
    try:
        return _parse(positional(unpack(data), _FIELDS, "failed attempts"))
    except FormatError as err:
        raise files.damaged(path, f"no count of failed attempts ({err.message})") from err


def count_failed(state: StatePaths, vault_id: bytes, now_ms: int) -> None:
    """Count one more; where the count is unknown it begins with this one.

    Raises:
        VaultBusy: `vault_in_use`, another process holds the file and does not end.
        VaultDamaged: `vault_damaged`, the lock file is a link or no regular file.
        InvalidRequest: `io_error`; also where something else stands in the place of the folder.
    """
    with _locked(state):
        found = _if_whole(state, vault_id) or FailedUnlocks(count=0, since_ms=now_ms)
        _write(state, vault_id, replace(found, count=found.count + 1, last_ms=now_ms))


def begin_counting(state: StatePaths, vault_id: bytes, now_ms: int) -> None:
    """Begin with none, unless there is a count already. Raises as `count_failed`."""
    with _locked(state):
        if _if_whole(state, vault_id) is None:
            _write(state, vault_id, FailedUnlocks(count=0, since_ms=now_ms))


def forget_failed(state: StatePaths, vault_id: bytes, told: FailedUnlocks, now_ms: int) -> None:
    """Take what the owner was told of off the count; what came meanwhile stays. Raises as `count_failed`."""
    with _locked(state):
        found = _if_whole(state, vault_id) or told
        left = max(0, found.count - told.count)
        _write(
            state, vault_id, FailedUnlocks(count=left, since_ms=now_ms, last_ms=found.last_ms if left else None)
        )


def _locked(state: StatePaths) -> WriterLock:
    check_state_folder(state, state.attempts_folder)
    files.make_directories(state.attempts_folder)
    return WriterLock(state.attempts_lock, wait_seconds=WAIT_SECONDS)


def _if_whole(state: StatePaths, vault_id: bytes) -> FailedUnlocks | None:
    try:
        return failed_unlocks(state, vault_id)
    except VaultDamaged:
        return None


def _write(state: StatePaths, vault_id: bytes, said: FailedUnlocks) -> None:
    value: list[Value] = [VERSION, said.count, said.since_ms, said.last_ms]
    remember(state, state.attempts(vault_id), pack(value))


def _parse(fields: Fields) -> FailedUnlocks:
    if fields.uint("version") != VERSION:
        raise FormatError("unsupported", "a version that this program does not know")
    return FailedUnlocks(
        count=fields.uint("count"),
        since_ms=fields.uint("since_ms"),
        last_ms=fields.uint("last_ms") if fields.has("last_ms") else None,
    )
