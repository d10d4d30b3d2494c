# SPDX-License-Identifier: Apache-2.0
"""Opening a damaged vault for reading: whatever is whole by itself is shown, and what is not is said aloud.

Never used by writers, writes nothing into the vault folder, and leaves no index behind: the next command tries the
ordinary way first. Only the keyring cannot be done without. Spec: docs/spec/vault-folder.md section 7.1.
"""

import contextlib
from itertools import groupby

from healthvault.errors import FormatError, HealthVaultError, InvalidRequest, VaultBusy, VaultDamaged
from healthvault.storage import files
from healthvault.storage.catalogue import Catalogue
from healthvault.storage.keyring import MAX_KEYRING_BYTES, Keyring, parse_keyring
from healthvault.storage.keystore import open_keystore
from healthvault.storage.layout import VaultPaths
from healthvault.vault.history import History, load_history
from healthvault.vault.projection import index_around
from healthvault.vault.rollback import check_rollback, lost_checkpoint
from healthvault.vault.salvage import SalvagedHistory, salvage_history
from healthvault.vault.unlock import Keys, Secret, keys_in_force, unlock
from healthvault.vault.vault import Place, Unlocked, Vault

__all__ = ["entries_text", "open_around", "read_keyring"]


def open_around(place: Place, secret: Secret | None, reason: HealthVaultError) -> Vault:
    """Open what is whole of a vault.

    Args:
        place: Where it is.
        secret: Opens it; None leaves it locked.
        reason: Why it cannot be opened as it should.

    Raises:
        WrongKey: `wrong_passphrase`, `wrong_key`, `bad_phrase`.
        VaultDamaged: `vault_damaged`, there is no keyring, keystore or entry left; `vault_forked`.
        InvalidRequest: `unsupported`, `io_error`.
    """
    paths = VaultPaths(root=place.root)
    keyring = read_keyring(paths)
    keys = unlock(keyring, secret) if secret else None
    vault = Vault(place=place, keyring=keyring, history=_history(paths, keyring, keys))
    with contextlib.ExitStack() as unless_open:
        unless_open.callback(vault.close)
        vault.warnings.append(f"not all of the vault can be read: {reason.message}")
        faults = _unlock(vault, keys) if keys else _missing(vault)
        if faults:
            vault.warnings.append(_said(faults))
        if reason.code != "io_error":
            vault.warnings.append("`hv check` names every fault; nothing can be written before it is mended")
        if not files.is_there(paths.backup):
            _check_memory(vault)
        unless_open.pop_all()
    return vault


def read_keyring(paths: VaultPaths) -> Keyring:
    """Return the keyring of a vault.

    Raises:
        VaultDamaged: `vault_damaged`, it is missing or malformed: then nothing at all can be read.
        InvalidRequest: `unsupported`, `io_error`.
    """
    try:
        return parse_keyring(files.read_file(paths.keyring, MAX_KEYRING_BYTES))
    except VaultDamaged as err:
        hint = "nothing opens without the keyring, not even by the recovery words: put the copy from a backup back"
        raise VaultDamaged(err.code, err.message, hint=hint) from err


def entries_text(numbers: list[int]) -> str:
    """Return the rising numbers of entries as people write them: `entry 3`, `entries 3, 5-9`."""
    spans = [
        [number for _, number in run] for _, run in groupby(enumerate(numbers), lambda item: item[1] - item[0])
    ]
    texts = [str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in spans]
    return f"{'entry' if len(numbers) == 1 else 'entries'} {', '.join(texts)}"


def _history(paths: VaultPaths, keyring: Keyring, keys: Keys | None) -> History:
    """Return the past as it should be, if that can be opened, else what is whole of it."""
    try:
        return load_history(paths, keyring.vault_id, writable=False)
    except (VaultDamaged, VaultBusy):
        pass
    except InvalidRequest as err:
        if err.code != "io_error":
            raise
    own = (keys.identity.epoch, keys.sign_key.public) if keys else None
    return salvage_history(paths, keyring.vault_id, own)


def _unlock(vault: Vault, stored: Keys) -> dict[int, str]:
    """Unlock the vault, make an index in memory, and return why which entries are not in it."""
    try:
        keys = keys_in_force(stored, vault.history.chain)
    except VaultDamaged:
        keys = stored
    vault_id = vault.keyring.vault_id
    keystore = open_keystore(vault.paths, vault_id, keys.ks_epoch, keys.ks_key, around=True)
    vault.unlocked = Unlocked(keys=keys, keystore=keystore, catalogue=Catalogue.in_memory())
    return index_around(vault)


def _missing(vault: Vault) -> dict[int, str]:
    """Return which entries of a locked vault cannot be read, and why."""
    faults: dict[int, str] = {}
    for seq in range(vault.history.size):
        try:
            vault.history.entry(seq)
        except VaultDamaged as err:
            faults[seq] = err.message
    return faults


def _said(faults: dict[int, str]) -> str:
    first, *others = faults.values()
    more = f", and {len(others)} more" if others else ""
    return (
        f"missing from what is shown: {entries_text(list(faults))} ({first}{more}); whether they changed,"
        " retracted or erased a document that is shown is not known"
    )


def _check_memory(vault: Vault) -> None:
    """Compare with what this machine remembers, as far as that can be done here."""
    try:
        if isinstance(vault.history, SalvagedHistory):
            lost = lost_checkpoint(vault.state, vault.history)
            if lost:
                vault.warnings.append(f"{lost.size} entries were seen on this machine")
        elif (rolled_back := check_rollback(vault.state, vault.history)) is not None:
            vault.warnings.append(rolled_back.message)
    except (VaultDamaged, InvalidRequest, FormatError) as err:
        if err.code == "vault_forked":
            raise
        vault.warnings.append(f"this machine's memory of the vault cannot be used: {err.message}")
