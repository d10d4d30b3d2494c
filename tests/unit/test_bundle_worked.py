# SPDX-License-Identifier: Apache-2.0
"""The addressed bundle that the specification works out, docs/spec/bundle.md section 3.3, byte for byte."""

import io
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

from healthvault.agefile.file import encrypt
from healthvault.agefile.recipients import X25519Recipient
from healthvault.bundle.disclosure import AudienceMember, Extra
from healthvault.bundle.manifest import sign_manifest
from healthvault.crypto.agreement import x25519_public
from healthvault.crypto.hashing import sha256
from healthvault.tlog.slice import build_slice
from healthvault.tlog.tree import MemoryTree
from tests.bundles import container
from tests.readers import Reader
from tests.worked import DATA, SIGN, TIME_MS, worked_entries, worked_manifest

SECRET, README = b"\x08" * 32, b"read me\n"
SPEC = (Path(__file__).resolve().parents[2] / "docs/spec/bundle.md").read_text(encoding="utf-8")


def addressed_manifest() -> bytes:
    """Return the manifest with its signature."""
    entries, old = worked_entries(), worked_manifest()
    manifest = replace(
        old,
        bundle_id=b"\x42" * 16,
        audience=(AudienceMember(recipient_pk=x25519_public(SECRET)),),
        entries=tuple(entries[seq].raw for seq in (0, 1, 3)),
        slice=build_slice(MemoryTree(entry.leaf for entry in entries), 4, [0, 1, 3], [1, 3]),
        grants=(),
        docs=(replace(old.docs[0], meta=None),),
        extras=(Extra(file="README.txt", size_bytes=len(README), sha256=sha256(README)),),
    )
    return sign_manifest(manifest, SIGN)


def addressed_file(plain: bytes) -> bytes:
    """Return the age file with the fixed keys of the example."""
    out, to = io.BytesIO(), X25519Recipient(public=x25519_public(SECRET))
    with (
        patch("healthvault.agefile.file.random_bytes", side_effect=[b"\x50" * 16, b"\x52" * 16]),
        patch("healthvault.agefile.recipients.random_bytes", return_value=b"\x51" * 32),
    ):
        writer = encrypt(out.write, [to])
    writer.write(plain)
    writer.finish()
    return out.getvalue()


def test_the_addressed_example() -> None:
    """Manifest, container and file have the sizes and hashes of the text, and its reader gets its codes."""
    manifest = addressed_manifest()
    plain = container([("manifest", manifest), ("extras/README.txt", README), ("docs/000001-ferritin.txt", DATA)])
    data = addressed_file(plain)
    for value in (manifest, plain, data):
        assert f"{len(value):,} bytes, SHA-256 `{sha256(value).hex()}`" in SPEC
    outcome = Reader(secret=SECRET, vault=None).read(data, now_ms=TIME_MS + 5000)
    assert (22, {"out_of_scope", "unknown_signer"}) == (outcome.exit, outcome.codes)
