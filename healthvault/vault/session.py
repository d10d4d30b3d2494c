# SPDX-License-Identifier: Apache-2.0
"""Opening a vault, step by step, for one command.

Readers take no lock and ignore everything beyond the checkpoint; writers hold the lock from before the first
read. Nothing below the checkpoint is ever repaired. Spec: docs/spec/vault-folder.md section 7.
"""

import contextlib
from collections.abc import Iterator

from healthvault.errors import HealthVaultError, InvalidRequest, VaultDamaged, VaultNotFound, WrongKey
from healthvault.storage import files
from healthvault.storage.catalogue import Catalogue, CatalogueLost
from healthvault.storage.keyring import MAX_KEYRING_BYTES
from healthvault.storage.keystore import open_keystore
from healthvault.storage.layout import VaultPaths
from healthvault.storage.lock import WriterLock
from healthvault.storage.version import check_version
from healthvault.tlog.note import MAX_NOTE_BYTES
from healthvault.vault.around import open_around, read_keyring
from healthvault.vault.attempts import counting_failures, known_failures
from healthvault.vault.erase import erase_again
from healthvault.vault.history import damaged, load_history
from healthvault.vault.projection import catch_up, hold_catalogue
from healthvault.vault.recovery import recover_tail
from healthvault.vault.rollback import check_rollback
from healthvault.vault.settle import settle_keys
from healthvault.vault.unlock import Secret, catalogue_key, check_own_key, keys_in_force, unlock
from healthvault.vault.vault import Place, Unlocked, Vault

__all__ = ["Place", "Vault", "is_vault", "open_vault"]

_DAY_MS = 86_400_000
READ_ATTEMPTS = 5
_READ_AROUND = frozenset({"vault_damaged", "io_error"})


def is_vault(place: Place) -> bool:
    """Tell whether there is a vault; damage does not make it none."""
    try:
        check_version(VaultPaths(root=place.root))
    except VaultNotFound:
        return False
    except VaultDamaged:
        return True
    return True


@contextlib.contextmanager
def open_vault(  # noqa: PLR0913  each is one question that a command answers
    place: Place,
    secret: Secret | None,
    *,
    now_ms: int,
    writing: bool = False,
    clock_ok: bool = False,
    restarting: bool = False,
    wait_seconds: float = 0,
) -> Iterator[Vault]:
    """Open a vault for one command, and close it after.

    Args:
        place: Where it is.
        secret: Opens it; None leaves it locked.
        now_ms: The clock.
        writing: Take the lock, recover what a crash left, and allow appends.
        clock_ok: Write although the clock looks wrong.
        restarting: Write although this machine has seen a newer state: the one write that says so.
        wait_seconds: How long to wait for another writer.

    Raises:
        VaultNotFound: `no_vault`.
        VaultBusy: `vault_in_use`.
        WrongKey: `wrong_passphrase`, `wrong_key`, `bad_phrase`: a failed attempt, and counted as one.
        VaultDamaged: `vault_damaged`, `vault_forked`; when writing also `vault_rolled_back`.
        InvalidRequest: `unsupported`, `clock_suspicious`, `io_error`; when writing also `is_backup`.
    """
    paths = VaultPaths(root=place.root)
    fault = _prepare(paths, writing=writing)
    with WriterLock(paths.lock, wait_seconds=wait_seconds) if writing else contextlib.nullcontext():
        with counting_failures(place, now_ms):
            if writing:
                vault = _open_once(place, paths, secret, writing=True, restarting=restarting)
            else:
                vault = open_around(place, secret, fault) if fault else _opened(place, paths, secret)
        vault.failures = known_failures(vault)
        try:
            if writing:
                _check_clock(vault, now_ms, clock_ok=clock_ok)
            with vault.unlocked.catalogue.guard() if vault.unlocked else contextlib.nullcontext():
                if writing and vault.unlocked and not restarting:
                    _erase_again(vault, now_ms)
                yield vault
        finally:
            vault.close()


def _prepare(paths: VaultPaths, *, writing: bool) -> HealthVaultError | None:
    """Check that there is a vault, and no backup to write to; return what damage a reader has to read around."""
    try:
        check_version(paths)
        for directory in paths.directories[1:]:  # the folder itself may be a link of the user's
            files.make_directory(directory)  # a backup need not hold the empty ones
    except (VaultDamaged, InvalidRequest) as err:
        if writing or err.code not in _READ_AROUND:
            raise
        return err
    if writing and files.is_there(paths.backup):
        raise InvalidRequest(
            "is_backup",
            f"{paths.root} is a backup: it is read, and written by `hv backup` alone",
            hint="`hv restore` makes a vault from it",
        )
    return None


def _opened(place: Place, paths: VaultPaths, secret: Secret | None) -> Vault:
    """Open the vault for reading: around damage, if it is not just a writer that was met in between."""
    try:
        return _opened_at_rest(place, paths, secret)
    except (VaultDamaged, InvalidRequest) as err:
        if err.code not in _READ_AROUND:
            raise
        return open_around(place, secret, err)


def _opened_at_rest(place: Place, paths: VaultPaths, secret: Secret | None) -> Vault:
    before = _fingerprint(paths)
    try:
        return _open_once(place, paths, secret, writing=False)
    except (VaultDamaged, WrongKey):
        if _fingerprint(paths) == before:
            raise
    return _open_once(place, paths, secret, writing=False)


def _open_once(
    place: Place, paths: VaultPaths, secret: Secret | None, *, writing: bool, restarting: bool = False
) -> Vault:
    keyring = read_keyring(paths)
    history = load_history(paths, keyring.vault_id, writable=writing)
    vault = Vault(place=place, keyring=keyring, history=history)
    with contextlib.ExitStack() as unless_open:
        unless_open.callback(vault.close)
        if not restarting and not files.is_there(paths.backup):  # a backup may be behind
            _check_memory(vault, writing=writing)
        if secret is not None:
            _unlock(vault, secret, writing=writing)
        unless_open.pop_all()
    return vault


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
    stored = unlock(vault.keyring, secret)
    keys = keys_in_force(stored, vault.history.chain)
    check_own_key(keys, vault.history.chain)
    keystore = open_keystore(vault.paths, vault.keyring.vault_id, keys.ks_epoch, keys.ks_key, writable=writing)
    vault.unlocked = Unlocked(keys=keys, keystore=keystore, catalogue=Catalogue.in_memory())  # for now
    if writing:
        _check_newest_record(vault)
        recover_tail(vault)
    try:
        _use_catalogue(vault, vault.unlocked, writing=writing)
    except InvalidRequest as err:
        if writing or err.code != "io_error":
            raise
        vault.unlocked.catalogue = Catalogue.in_memory()  # a read-only or full disk can still be read
        catch_up(vault)
    if writing:
        settle_keys(vault, has_next=stored.identity.next is not None)


def _check_newest_record(vault: Vault) -> None:
    """Refuse to write over a keystore that is cut short or an old one: the newest entry has no record in it."""
    if vault.keystore.read(vault.history.size - 1) is None:
        path, newest = vault.paths.keys(vault.keys.ks_epoch), vault.history.size - 1
        raise damaged(f"{path}: the record of the newest entry, {newest}, is missing")


def _use_catalogue(vault: Vault, unlocked: Unlocked, *, writing: bool) -> None:
    """Open the catalogue and bring it up; if it turns out to be damaged, another takes its place."""
    path, key = vault.paths.catalogue, catalogue_key(unlocked.keys)
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


def _erase_again(vault: Vault, now_ms: int) -> None:
    """An old copy was put back: what was erased on this machine since must not come back with it."""
    again = erase_again(vault, now_ms=now_ms)
    if again:
        vault.warnings.append(f"an old copy had brought back erased documents; erased again: {', '.join(again)}")


def _check_clock(vault: Vault, now_ms: int, *, clock_ok: bool) -> None:
    last_ms = vault.history.last.header.ts_ms
    if not clock_ok and not last_ms - _DAY_MS <= now_ms <= last_ms + 400 * _DAY_MS:
        raise InvalidRequest(
            "clock_suspicious",
            "the clock and the time of the newest entry are far apart",
            hint="set the clock, or say --clock-ok if it is right",
        )
