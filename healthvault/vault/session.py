# SPDX-License-Identifier: Apache-2.0
"""Opening a vault, step by step, for one command.

Readers take no lock and ignore everything beyond the checkpoint; writers hold the lock from before the first
read. Nothing below the checkpoint is ever repaired. Spec: docs/spec/vault-folder.md section 7.
"""

import contextlib
from collections.abc import Iterator

from healthvault.errors import InvalidRequest, VaultDamaged, VaultNotFound
from healthvault.storage import files
from healthvault.storage.catalogue import Catalogue, CatalogueLost
from healthvault.storage.keyring import MAX_KEYRING_BYTES, parse_keyring
from healthvault.storage.keystore import open_keystore
from healthvault.storage.layout import VaultPaths
from healthvault.storage.lock import WriterLock
from healthvault.storage.version import check_version
from healthvault.tlog.note import MAX_NOTE_BYTES
from healthvault.vault.history import load_history
from healthvault.vault.projection import catch_up, hold_catalogue
from healthvault.vault.recovery import recover_tail
from healthvault.vault.rollback import check_rollback
from healthvault.vault.unlock import Secret, catalogue_key, check_own_key, unlock
from healthvault.vault.vault import Place, Unlocked, Vault

__all__ = ["Place", "Vault", "is_vault", "open_vault"]

_DAY_MS = 86_400_000
READ_ATTEMPTS = 5
CATALOGUE_FILE = "catalogue.db"


def is_vault(place: Place) -> bool:
    """Tell whether there is a vault; damage does not make it none."""
    try:
        check_version(VaultPaths(root=place.root))
    except VaultNotFound:
        return False
    return True


@contextlib.contextmanager
def open_vault(
    place: Place,
    secret: Secret | None,
    *,
    now_ms: int,
    writing: bool = False,
    clock_ok: bool = False,
    wait_seconds: float = 0,
) -> Iterator[Vault]:
    """Open a vault for one command, and close it after.

    Args:
        place: Where it is.
        secret: Opens it; None leaves it locked.
        now_ms: The clock.
        writing: Take the lock, recover what a crash left, and allow appends.
        clock_ok: Write although the clock looks wrong.
        wait_seconds: How long to wait for another writer.

    Raises:
        VaultNotFound: `no_vault`.
        VaultBusy: `vault_in_use`.
        WrongKey: `wrong_passphrase`, `wrong_key`, `bad_phrase`.
        VaultDamaged: `vault_damaged`, `vault_forked`; when writing also `vault_rolled_back`.
        InvalidRequest: `unsupported`, `clock_suspicious`, `io_error`.
    """
    paths = VaultPaths(root=place.root)
    check_version(paths)
    for directory in paths.directories[1:]:  # the folder itself may be a link of the user's
        files.make_directory(directory)  # a backup need not hold the empty ones
    with WriterLock(paths.lock, wait_seconds=wait_seconds) if writing else contextlib.nullcontext():
        vault = _load(place, paths, writing=writing)
        try:
            _check_memory(vault, writing=writing)
            if secret is not None:
                _unlock(vault, secret, writing=writing)
            if writing:
                _check_clock(vault, now_ms, clock_ok=clock_ok)
            with vault.unlocked.catalogue.guard() if vault.unlocked else contextlib.nullcontext():
                yield vault
        finally:
            vault.close()


def _load(place: Place, paths: VaultPaths, *, writing: bool) -> Vault:
    """Read keyring and past; a reader that meets a writer in between tries once more."""
    before = _fingerprint(paths)
    try:
        return _load_once(place, paths, writing=writing)
    except VaultDamaged:
        if writing or _fingerprint(paths) == before:
            raise
    return _load_once(place, paths, writing=writing)


def _load_once(place: Place, paths: VaultPaths, *, writing: bool) -> Vault:
    keyring = parse_keyring(files.read_file(paths.keyring, MAX_KEYRING_BYTES))
    history = load_history(paths, keyring.vault_id, writable=writing)
    return Vault(place=place, keyring=keyring, history=history)


def _fingerprint(paths: VaultPaths) -> tuple[bytes, ...]:
    try:
        return tuple(files.read_file(path, MAX_KEYRING_BYTES) for path in (paths.keyring, paths.checkpoint))
    except VaultDamaged:
        return ()


def _check_memory(vault: Vault, *, writing: bool) -> None:
    try:
        _compare_with_memory(vault, writing=writing)
    except InvalidRequest as err:
        if writing or err.code != "io_error":
            raise
        vault.warnings.append(f"this machine's memory of the vault cannot be used: {err.message}")


def _compare_with_memory(vault: Vault, *, writing: bool) -> None:
    rolled_back = check_rollback(vault.state, vault.history)
    if rolled_back and writing:
        raise rolled_back
    if rolled_back and _follow(vault):  # a writer went on while we were reading
        rolled_back = check_rollback(vault.state, vault.history)
    if rolled_back:
        vault.warnings.append(rolled_back.message)


def _unlock(vault: Vault, secret: Secret, *, writing: bool) -> None:
    keys = unlock(vault.keyring, secret)
    check_own_key(keys, vault.history.chain)
    keystore = open_keystore(vault.paths, vault.keyring.vault_id, keys.ks_epoch, keys.ks_key, writable=writing)
    vault.unlocked = Unlocked(keys=keys, keystore=keystore, catalogue=Catalogue.in_memory())  # for now
    if writing:
        recover_tail(vault)
    try:
        _use_catalogue(vault, vault.unlocked, writing=writing)
    except InvalidRequest as err:
        if writing or err.code != "io_error":
            raise
        vault.unlocked.catalogue = Catalogue.in_memory()  # a read-only or full disk can still be read
        catch_up(vault)


def _use_catalogue(vault: Vault, unlocked: Unlocked, *, writing: bool) -> None:
    """Open the catalogue and bring it up; if it turns out to be damaged, another takes its place."""
    path, key = vault.paths.cache / CATALOGUE_FILE, catalogue_key(unlocked.keys)
    settle = catch_up if writing else _settle
    try:
        unlocked.catalogue = Catalogue.open(path, key)
        with unlocked.catalogue.guard():
            settle(vault)
    except CatalogueLost:
        unlocked.catalogue = Catalogue.open(path, key)
        with unlocked.catalogue.guard():
            settle(vault)


def _settle(vault: Vault) -> None:
    """Bring the catalogue and what a reader knows of the past to one moment, while others may be writing."""
    for _ in range(READ_ATTEMPTS):
        position = vault.catalogue.position()
        if position is not None and position.size > vault.history.size:
            _follow(vault)  # a writer went on: an older index must not take the place of the newer one
        catch_up(vault)
        if hold_catalogue(vault):
            return
        _follow(vault)
    raise InvalidRequest("io_error", "the index moves on faster than it can be read")


def _follow(vault: Vault) -> bool:
    """Let a reader go on to the checkpoint that is there now; return whether it is another one."""
    if files.read_file(vault.paths.checkpoint, MAX_NOTE_BYTES) == vault.history.note:
        return False
    history = load_history(vault.paths, vault.keyring.vault_id, writable=False)
    vault.history.close()
    vault.history = history
    return True


def _check_clock(vault: Vault, now_ms: int, *, clock_ok: bool) -> None:
    last_ms = vault.history.last.header.ts_ms
    if not clock_ok and not last_ms - _DAY_MS <= now_ms <= last_ms + 400 * _DAY_MS:
        raise InvalidRequest(
            "clock_suspicious",
            "the clock and the time of the newest entry are far apart",
            hint="set the clock, or say --clock-ok if it is right",
        )
