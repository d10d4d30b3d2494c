# SPDX-License-Identifier: Apache-2.0
"""Somebody with every key of a vault, and the original file, who looks for an erased document. Not a test.

Uses nothing of `vault` but the unlocking: the formats are taken apart by hand, file by file, so that what the
program would not look at is looked at too.
"""

import base64
import hashlib
import itertools
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlcipher

from healthvault.codec import pack
from healthvault.crypto.aead import open_sealed
from healthvault.crypto.hashing import derive, labelled
from healthvault.errors import FormatError, IntegrityError
from healthvault.ledger.entry import Entry, parse_entry
from healthvault.ledger.meta import open_meta
from healthvault.ledger.secrets import commit_key, commitment, dedupe_tag, file_key, meta_key
from healthvault.storage.keyring import parse_keyring
from healthvault.storage.keystore import HEADER_BYTES, RECORD_BYTES
from healthvault.vault.unlock import Secret, catalogue_key, slot_secret, unlock

WINDOW = 24  # bytes of content or ciphertext that stand together nowhere by chance
_USES = ("record", "pins", "identity", "keystore", "catalogue", "meta", "meta-key", "meta-commit", "root-sign")
_PARTS = range(3)


@dataclass(frozen=True, kw_only=True)
class Trail:
    """What was true of a document before it was erased."""

    content: bytes
    words: tuple[bytes, ...]
    """What was said of it: title, names, tags."""
    seqs: tuple[int, ...]
    """Its entry, and those about it."""
    secrets: tuple[bytes, ...]
    """Their entry secrets: nobody has them any more; nothing that comes from them may be left."""
    objects: tuple[bytes, ...]
    """What it stored."""

    def patterns(self, dedupe_key: bytes) -> Iterator[bytes]:
        """Yield everything that would give it away."""
        digest = hashlib.sha256(self.content).digest()
        for secret in self.secrets:
            keys = (made(secret, part) for made in (commit_key, file_key) for part in _PARTS)
            yield from (secret, meta_key(secret), derive(meta_key(secret), "meta-key"), *keys)
        yield from (digest, dedupe_tag(dedupe_key, digest))
        for data in (self.content, *self.objects):
            yield from (data[start : start + WINDOW] for start in range(0, len(data) - WINDOW, WINDOW))
        for word in self.words:
            yield from (word, word.decode().encode("utf-16-le"))


def trail_of(root: Path, secret: Secret, content: bytes, words: tuple[bytes, ...], seqs: tuple[int, ...]) -> Trail:
    """Note what an erasure of these entries has to destroy, while it is there."""
    seeker = Seeker(root, (secret,))
    found = seeker.entry_secrets()
    entries = {entry.seq: entry for entry in seeker.entries}
    oids = {blob.oid: blob.stored_bytes for seq in seqs for blob in entries[seq].header.blobs}
    packs = [path.read_bytes() for path in (root / "objects").rglob("*") if path.is_file()]
    objects = [
        data[start : start + size]
        for oid, size in oids.items()
        for data in packs
        for start in range(len(data) - size + 1)
        if hashlib.sha256(data[start : start + size]).digest() == oid
    ]
    assert len(oids) == len(objects)
    return Trail(
        content=content,
        words=words,
        seqs=seqs,
        secrets=tuple(found[seq] for seq in seqs),
        objects=tuple(objects),
    )


class Seeker:
    """Opens what any of the given secrets opens, and searches it."""

    def __init__(self, root: Path, secrets: tuple[Secret, ...]) -> None:
        self._root = root
        keyring = parse_keyring((root / "keyring").read_bytes())
        opened = [unlock(keyring, secret) for secret in secrets]
        assert 1 == len({keys.master_key for keys in opened})  # each of them opens it
        self._keys = opened[0]
        self._vault_id = keyring.vault_id
        identity = self._keys.identity
        held = {
            self._keys.master_key,
            self._keys.ks_key,
            identity.sign_seed,
            identity.witness_seed,
            identity.state_key,
            identity.dedupe_key,
            *(secret for _, secret in identity.recipients),
            *(one for secret in secrets if len(one := slot_secret(secret)) == 32),
        }
        self.derived = held | {derive(key, use) for key in held for use in _USES}
        self.files = {path: path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}
        self.entries = list(self._journal())

    def entry_secrets(self) -> dict[int, bytes]:
        """Return every entry secret of any keystore file, or of anything that looks like one, by its entry."""
        found: dict[int, bytes] = {}
        for data in (data for path, data in self.files.items() if path.suffix == ".ks" or "keys" in path.parts):
            for start in range(HEADER_BYTES, len(data), RECORD_BYTES):
                record = data[start : start + RECORD_BYTES]
                for key, epoch in itertools.product(self.derived, range(6)):
                    aad = labelled("record", self._vault_id, epoch.to_bytes(8, "big")) + record[:8]
                    with suppress(IntegrityError):
                        found[int.from_bytes(record[:8], "big")] = open_sealed(key, record[8:], aad)
        return found

    def check_gone(self, trails: tuple[Trail, ...], also: tuple[Path, ...] = ()) -> None:
        """Fail if a document can be decrypted, found or confirmed; every entry but theirs must open.

        Args:
            trails: Of all documents that were erased.
            also: Other folders to search.
        """
        secrets = self.entry_secrets()
        erased = {seq for trail in trails for seq in trail.seqs}
        assert not erased & secrets.keys()
        candidates = {*secrets.values(), *self.derived}
        opened = {entry.seq: said for entry in self.entries if (said := _opened(entry, candidates)) is not None}
        assert {entry.seq for entry in self.entries if entry.enc is not None} - erased == opened.keys()
        places = {str(path): data for path, data in self.files.items()}
        for folder in also:
            assert folder.is_dir()
            places |= {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        places |= {"sealed maps": b"".join(opened.values()), "the index": self._index()}
        for trail in trails:
            self._check_not_confirmed(trail, candidates)
            patterns = trail.patterns(self._keys.identity.dedupe_key)
            forms = [form for pattern in patterns for form in _forms(pattern)]
            assert [] == [(name, form) for name, data in places.items() for form in forms if form in data]

    def _check_not_confirmed(self, trail: Trail, candidates: set[bytes]) -> None:
        """The original file must not be found in a commitment, whatever is taken for its opening."""
        digest, size = hashlib.sha256(trail.content).digest(), len(trail.content)
        made = {
            commitment(opening, size, digest)
            for key in candidates
            for opening in (key, *(commit_key(key, part) for part in _PARTS))
        }
        assert not made & {commit for entry in self.entries for commit in entry.header.commits}

    def _journal(self) -> Iterator[Entry]:
        """Yield the entries: frames of a length in 4 bytes and so many bytes after it."""
        data = b"".join(data for path, data in self.files.items() if path.parent.name == "journal")
        start = 0
        while start < len(data):
            end = start + 4 + int.from_bytes(data[start : start + 4], "big")
            yield parse_entry(data[start + 4 : end]).unverified
            start = end

    def _index(self) -> bytes:
        """Return every value of every row of the catalogue; there must be no free page in it."""
        connection = sqlcipher.connect(str(self._root / "cache" / "catalogue.db"))
        connection.execute(f"pragma key = \"x'{catalogue_key(self._keys).hex()}'\"")
        assert (0,) == connection.execute("pragma freelist_count").fetchone()
        tables = [name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")]
        rows = [row for name in tables for row in connection.execute(f"select * from {name}")]  # noqa: S608
        connection.close()
        assert rows
        values = (value for row in rows for value in row)
        return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in values)


def _opened(entry: Entry, candidates: set[bytes]) -> bytes | None:
    """Return the sealed map of an entry if any candidate opens it, as an entry secret or as the key itself."""
    for key in candidates:
        for meta in (meta_key(key), key):
            if entry.enc is not None and derive(meta, "meta-commit") == entry.enc[:32]:
                with suppress(FormatError, IntegrityError):
                    return pack(open_meta(meta, entry).map)
    return None


def _forms(data: bytes) -> tuple[bytes, ...]:
    """Return bytes as they may stand in a file: raw, or as text."""
    return (
        data,
        data.hex().encode(),
        base64.b64encode(data).rstrip(b"="),
        base64.b32encode(data).rstrip(b"=").lower(),
    )
