# SPDX-License-Identifier: Apache-2.0
"""An open vault: its place, its signed past and, once unlocked, its keys, secrets and index.

Made by `session.open_vault` only. Spec: docs/spec/vault-folder.md.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path

from healthvault.errors import AnswerNeeded
from healthvault.storage import files
from healthvault.storage.attempts import FailedUnlocks
from healthvault.storage.catalogue import Catalogue
from healthvault.storage.keyring import Keyring
from healthvault.storage.keystore import Keystore
from healthvault.storage.layout import StatePaths, VaultPaths
from healthvault.storage.objects import Objects
from healthvault.vault.history import History
from healthvault.vault.unlock import Keys

__all__ = ["Place", "Unlocked", "Vault"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a vault is, and where this machine remembers it."""

    root: Path
    state_dir: Path


@dataclass(slots=True)
class Unlocked:
    """What only the right secret opens."""

    keys: Keys
    keystore: Keystore
    catalogue: Catalogue


@dataclass(slots=True)
class Vault:
    """An open vault. `unlocked` is None if no secret was given."""

    place: Place
    keyring: Keyring
    history: History
    unlocked: Unlocked | None = None
    warnings: list[str] = field(default_factory=list)
    failures: FailedUnlocks | None = None
    """Failed attempts to unlock before this opening; None where that is not known."""

    @property
    def paths(self) -> VaultPaths:
        """The files of the vault."""
        return VaultPaths(root=self.place.root)

    @property
    def state(self) -> StatePaths:
        """The files outside of it."""
        return StatePaths(root=self.place.state_dir)

    @property
    def keys(self) -> Keys:
        """The keys. Raises AnswerNeeded: `locked`."""
        return self._opened().keys

    @keys.setter
    def keys(self, keys: Keys) -> None:
        self._opened().keys = keys

    @property
    def keystore(self) -> Keystore:
        """The entries' secrets. Raises AnswerNeeded: `locked`."""
        return self._opened().keystore

    @property
    def catalogue(self) -> Catalogue:
        """The index. Raises AnswerNeeded: `locked`."""
        return self._opened().catalogue

    def replace_keyring(self, keyring: Keyring) -> None:
        """Put a keyring in the place of the one in force, as its next generation, durably: a commit point.

        Raises:
            InvalidRequest: `io_error`.
        """
        following = replace(keyring, generation=self.keyring.generation + 1)
        files.replace_file(self.paths.keyring, following.to_bytes(), self.paths.tmp)
        self.keyring = following

    def objects(self) -> Objects:
        """Return a fresh look at the packs."""
        return Objects(self.paths)

    def close(self) -> None:
        """Close all files."""
        if self.unlocked:
            self.unlocked.catalogue.close()
            self.unlocked.keystore.close()
        self.history.close()

    def _opened(self) -> Unlocked:
        if self.unlocked is None:
            raise AnswerNeeded("locked", "the vault is locked", hint="give a passphrase or a key file")
        return self.unlocked
