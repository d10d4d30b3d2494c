# SPDX-License-Identifier: Apache-2.0
"""The head of a backup: keyring, checkpoint and pins of one moment, in one file that is replaced at once.

In a vault these are files of their own, each replaced for itself. A copy of them, made while the vault is used or
stopped half-way, could mix two moments; so a backup holds them together, and replacing this file is its one commit
point. The files of their own are written after it, so that the backup can be opened as a vault.

Knows nothing of what is in them, but that a keyring is one. Spec: docs/spec/backup.md section 2.
"""

from dataclasses import dataclass, field

from healthvault.codec import Fields, pack, positional, unpack
from healthvault.errors import FormatError, InvalidRequest
from healthvault.storage import files
from healthvault.storage.keyring import MAX_KEYRING_BYTES, Keyring, parse_keyring
from healthvault.storage.layout import VaultPaths
from healthvault.storage.sealedfile import MAX_BYTES as MAX_PINS_BYTES
from healthvault.tlog.note import MAX_NOTE_BYTES

__all__ = [
    "MAX_HEAD_BYTES",
    "BackupHead",
    "head_of_files",
    "is_unfinished",
    "parse_head",
    "read_head",
    "settle_head",
]

MAX_HEAD_BYTES = MAX_KEYRING_BYTES + MAX_NOTE_BYTES + 2 * MAX_PINS_BYTES + 1024
VERSION = 1
_FIELDS = ("version", "keyring", "checkpoint", "pins", "pins_next")


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupHead:
    """The small files of a vault, as they were at one moment. Unverified, but for the form of the keyring."""

    keyring: bytes
    keys: Keyring = field(repr=False)
    """The same, parsed."""
    note: bytes
    """The signed checkpoint."""
    pins: bytes | None = field(repr=False)
    pins_next: bytes | None = field(repr=False)

    def to_bytes(self) -> bytes:
        """Return the canonical bytes of the file."""
        return pack([VERSION, self.keyring, self.note, self.pins, self.pins_next])


def parse_head(data: bytes) -> BackupHead:
    """Parse unverified bytes of a head.

    Raises:
        FormatError: `bad_encoding`, `bad_schema`, `unsupported`.
        VaultDamaged: `vault_damaged`, the keyring in it is none.
        InvalidRequest: `unsupported`, the keyring is of a newer version.
    """
    fields = positional(unpack(data), _FIELDS, "backup")
    if fields.uint("version") != VERSION:
        raise FormatError("unsupported", "a version that this program does not know")
    return BackupHead(
        keyring=fields.bin("keyring"),
        keys=parse_keyring(fields.bin("keyring")),
        note=fields.bin("checkpoint"),
        pins=_optional(fields, "pins"),
        pins_next=_optional(fields, "pins_next"),
    )


def is_unfinished(paths: VaultPaths) -> bool:
    """Tell whether a folder is a backup whose first run has not ended: its head is there, but empty.

    Raises:
        VaultDamaged: `vault_damaged`, the head is missing, a link or too long.
        InvalidRequest: `io_error`.
    """
    return not files.read_file(paths.backup, MAX_HEAD_BYTES)


def read_head(paths: VaultPaths) -> BackupHead:
    """Return the head of a backup folder.

    Raises:
        VaultDamaged: `vault_damaged`, it is missing, a link, or not a head.
        InvalidRequest: `not_a_backup`, its first run has not ended; `io_error`, `unsupported`.
    """
    data = files.read_file(paths.backup, MAX_HEAD_BYTES)
    if not data:
        raise InvalidRequest(
            "not_a_backup", f"{paths.root}: its first run has not ended", hint="`hv backup` into it goes on"
        )
    try:
        return parse_head(data)
    except FormatError as err:
        raise files.damaged(paths.backup, f"not the head of a backup ({err.message})") from err


def head_of_files(paths: VaultPaths) -> BackupHead:
    """Return the head that the small files of a vault make, read in the order that never mixes two moments.

    The keyring is read before the checkpoint: whoever finds it unchanged after all else is copied has copied one
    moment. `pins.next` is read before `pins`, since a change of the master key ends by renaming it to that.

    Raises:
        VaultDamaged: `vault_damaged`, one is missing, a link, too long, or not a keyring.
        InvalidRequest: `io_error`, `unsupported`.
    """
    keyring = files.read_file(paths.keyring, MAX_KEYRING_BYTES)
    return BackupHead(
        keyring=keyring,
        keys=parse_keyring(keyring),
        note=files.read_file(paths.checkpoint, MAX_NOTE_BYTES),
        pins_next=files.find_bytes(paths.pins_next, MAX_PINS_BYTES),
        pins=files.find_bytes(paths.pins, MAX_PINS_BYTES),
    )


def settle_head(paths: VaultPaths, head: BackupHead) -> None:
    """Give the parts of a head their own files, as far as these say something else.

    Raises:
        VaultDamaged: `vault_damaged`, a link is in the way.
        InvalidRequest: `io_error`.
    """
    for path, data, max_bytes in (
        (paths.keyring, head.keyring, MAX_KEYRING_BYTES),
        (paths.checkpoint, head.note, MAX_NOTE_BYTES),
        (paths.pins, head.pins, MAX_PINS_BYTES),
        (paths.pins_next, head.pins_next, MAX_PINS_BYTES),
    ):
        if files.find_bytes(path, max_bytes) == data:
            continue
        if data is None:
            files.remove(path)
            files.sync_directory(path.parent)
        else:
            files.replace_file(path, data, paths.tmp)


def _optional(fields: Fields, name: str) -> bytes | None:
    return fields.bin(name) if fields.has(name) else None
