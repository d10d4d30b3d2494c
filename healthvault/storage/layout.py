# SPDX-License-Identifier: Apache-2.0
"""Where each file of a vault lies, and the few files outside of it. Names only; nothing here reads or writes.

No file is named after a person or the content of a document. Spec: docs/spec/vault-folder.md section 1.
"""

from dataclasses import dataclass
from pathlib import Path

from healthvault.ledger.ids import base32

__all__ = ["StatePaths", "VaultPaths"]

PACKS_PER_BUCKET = 4096  # entries whose packs share one directory


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultPaths:
    """The files of one vault."""

    root: Path

    @property
    def directories(self) -> tuple[Path, ...]:
        """Every directory that a vault has from the start, the outer ones first."""
        return (
            self.root,
            self.tmp,
            self.orphans,
            self.journal,
            self.tree,
            self.key_records,
            self.objects,
            self.cache,
        )

    @property
    def version(self) -> Path:
        """What kind of folder this is; without it there is no vault here."""
        return self.root / "VERSION"

    @property
    def keyring(self) -> Path:
        """The slots and what they open; losing it is losing the vault."""
        return self.root / "keyring"

    @property
    def checkpoint(self) -> Path:
        """The newest signed note: what it does not cover was never acknowledged."""
        return self.root / "checkpoint"

    @property
    def lock(self) -> Path:
        """Held by the one writer."""
        return self.root / "lock"

    @property
    def tmp(self) -> Path:
        """Files being made, on the same file system."""
        return self.root / "tmp"

    @property
    def orphans(self) -> Path:
        """What recovery set aside."""
        return self.tmp / "orphans"

    @property
    def journal(self) -> Path:
        """The segments of entries."""
        return self.root / "journal"

    def segment(self, number: int) -> Path:
        """One segment of the journal, from 0."""
        return self.journal / f"{number:08d}.seg"

    @property
    def tree(self) -> Path:
        """The cache of hashes over the journal."""
        return self.root / "tree"

    def tree_level(self, level: int) -> Path:
        """The hashes of one level of tiles: roots of 256^level leaves."""
        return self.tree / str(level)

    @property
    def tree_offsets(self) -> Path:
        """The place of each entry's frame."""
        return self.tree / "offsets"

    @property
    def tree_events(self) -> Path:
        """Which entries are key events."""
        return self.tree / "events"

    @property
    def key_records(self) -> Path:
        """The keystores."""
        return self.root / "keys"

    def keys(self, epoch: int) -> Path:
        """The keystore of one epoch: the secret of each entry."""
        return self.key_records / f"{epoch}.ks"

    @property
    def objects(self) -> Path:
        """The packs, in buckets."""
        return self.root / "objects"

    def bucket(self, number: int) -> Path:
        """The directory of the packs whose first entry is one of 4,096."""
        return self.objects / str(number)

    def pack(self, first_seq: int) -> Path:
        """The pack whose first blob is of entry `first_seq`."""
        return self.bucket(first_seq // PACKS_PER_BUCKET) / f"{first_seq}.pack"

    @property
    def pins(self) -> Path:
        """What was seen of other vaults, sealed."""
        return self.root / "pins"

    @property
    def pins_next(self) -> Path:
        """The same under the next master key, while that is being changed."""
        return self.root / "pins.next"

    @property
    def pins_lock(self) -> Path:
        """Held while `pins` is read and replaced."""
        return self.root / "pins.lock"

    @property
    def backup(self) -> Path:
        """In a backup only: all small files of one moment in one, whose replacement commits a run."""
        return self.root / "backup"

    @property
    def cache(self) -> Path:
        """What can be made anew: the catalogue and the contents."""
        return self.root / "cache"

    @property
    def catalogue(self) -> Path:
        """The index over the journal."""
        return self.cache / "catalogue.db"

    @property
    def contents(self) -> Path:
        """The index into what documents say."""
        return self.cache / "contents.db"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatePaths:
    """The files that a user of healthvault has outside of any vault."""

    root: Path

    @property
    def self_pins(self) -> Path:
        """Remembered checkpoints of our own vaults."""
        return self.root / "self"

    def drill(self, vault_id: bytes) -> Path:
        """When the recovery words of one own vault were tried."""
        return self.root / "drills" / base32(vault_id)

    @property
    def attempts_folder(self) -> Path:
        """How often unlocking the own vaults failed."""
        return self.root / "attempts"

    @property
    def attempts_lock(self) -> Path:
        """Held while a count is read and replaced."""
        return self.attempts_folder / "lock"

    def attempts(self, vault_id: bytes) -> Path:
        """How often unlocking one own vault failed since its owner was told."""
        return self.attempts_folder / base32(vault_id)

    def erasures(self, vault_id: bytes) -> Path:
        """Which documents of one own vault were erased on this machine."""
        return self.root / "erased" / base32(vault_id)

    def self_pin(self, vault_id: bytes) -> Path:
        """The remembered checkpoint of one own vault."""
        return self.self_pins / base32(vault_id)

    @property
    def backups_folder(self) -> Path:
        """Where the own vaults were backed up to."""
        return self.root / "backups"

    @property
    def backups_lock(self) -> Path:
        """Held while a list of backups is read and replaced."""
        return self.backups_folder / "lock"

    def backups(self, vault_id: bytes) -> Path:
        """The destinations that one own vault was backed up to."""
        return self.backups_folder / base32(vault_id)

    @property
    def seen(self) -> Path:
        """What was seen of other vaults by somebody without one."""
        return self.root / "seen"

    @property
    def seen_key(self) -> Path:
        """The random key that seals what was seen."""
        return self.seen / "key"

    @property
    def seen_lock(self) -> Path:
        """Held while a file beside it is read and replaced."""
        return self.seen / "lock"

    @property
    def seen_pins(self) -> Path:
        """What was seen, sealed as a whole: not even the number of vaults shows."""
        return self.seen / "pins"
