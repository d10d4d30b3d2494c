# SPDX-License-Identifier: Apache-2.0
"""The worked vault of the specification: four entries with fixed keys and nonces. Not a test.

Spec: docs/spec/journal.md sections 1.2 and 1.3, docs/spec/age.md section 6.
"""

from unittest.mock import patch

from healthvault.bundle.disclosure import DisclosedDocument, DisclosedGrant, DisclosedPart
from healthvault.bundle.manifest import Manifest, sign_manifest
from healthvault.consent.status import SlotTable
from healthvault.crypto.agreement import x25519_public
from healthvault.crypto.hashing import ZERO_DIGEST, derive, sha256
from healthvault.crypto.signing import signing_key
from healthvault.ledger.documents import DocAdd, Part
from healthvault.ledger.entry import Entry, sign_entry
from healthvault.ledger.events import EpochKeys, genesis_event, key_head_of, sign_event
from healthvault.ledger.header import BlobRef, Header, SignedEvent
from healthvault.ledger.meta import seal_meta
from healthvault.ledger.secrets import commit_key, commitment, dedupe_tag, meta_key
from healthvault.ledger.state import StateOpening, state_blind
from healthvault.tlog.checkpoint import Checkpoint, origin_of, sign_checkpoint
from healthvault.tlog.slice import Slice
from healthvault.tlog.tree import MemoryTree
from tests.owners import Map

RECOVERY_SECRET = bytes(range(32))
ROOT = signing_key(derive(RECOVERY_SECRET, "root-sign"))
SIGN, WITNESS = signing_key(b"\x01" * 32), signing_key(b"\x02" * 32)
RECIPIENT_SECRET, STATE_KEY, DEDUPE_KEY = b"\x03" * 32, b"\x04" * 32, b"\x05" * 32
KEYS = EpochKeys(sign_pk=SIGN.public, recipient_pk=x25519_public(RECIPIENT_SECRET), witness_pk=WITNESS.public)
TIME_MS = 1_795_219_200_000
SECRETS = [bytes([0x10 + i]) * 32 for i in range(4)]
DATA = b"Ferritin 41 ug/L\n"
OBJECT_ID = bytes.fromhex("651db3e95fc391987a509ad3d3bb188622134131c567cd6871a6d1596aa8dd10")
SLOT = 5
BUNDLE_ID = b"\x41" * 16


def worked_event() -> tuple[bytes, SignedEvent]:
    """Return the vault id and the signed genesis event."""
    with patch("healthvault.ledger.events.random_bytes", return_value=b"\x06" * 32):
        vault_id, event = genesis_event(ROOT.public, KEYS)
    return vault_id, sign_event(event, ROOT)


def worked_opening(prev: bytes, seq: int) -> StateOpening:
    """Return the opening of the state of an entry."""
    slots = SlotTable() if seq < 2 else SlotTable().activated(SLOT, 2)
    return StateOpening(
        blind=state_blind(STATE_KEY, prev), grants_root=slots.root(STATE_KEY), capacity=slots.capacity
    )


def worked_entries() -> list[Entry]:
    """Return the four entries."""
    vault_id, event = worked_event()
    entries: list[Entry] = []
    for seq, sealed in enumerate(_maps()):
        prev = entries[-1].leaf if entries else ZERO_DIGEST
        header = Header(
            vault_id=vault_id,
            seq=seq,
            prev=prev,
            ts_ms=TIME_MS + 1000 * seq,
            signer=0,
            state=worked_opening(prev, seq).state(key_head_of(event.event)),
            event=None if seq else event,
            blobs=(BlobRef(oid=OBJECT_ID, stored_bytes=4128),) if seq == 1 else (),
            commits=(commitment(commit_key(b"\x11" * 32, 0), 17, sha256(DATA)),) if seq == 1 else (),
        )
        with patch("healthvault.crypto.aead.random_bytes", return_value=bytes([0x20 + seq]) * 24):
            enc = seal_meta(meta_key(SECRETS[seq]), sealed, header)
        entries.append(sign_entry(header, enc, SIGN))
    return entries


def worked_manifest() -> Manifest:
    """Return the manifest of the specification's example."""
    entries = worked_entries()
    origin = origin_of(entries[0].header.vault_id)
    proof = SlotTable().activated(SLOT, 2).prove(SLOT, STATE_KEY)
    root = MemoryTree(entry.leaf for entry in entries).root()
    part = DisclosedPart(
        number=0,
        size_bytes=17,
        file="ferritin.txt",
        commit_key=commit_key(b"\x11" * 32, 0),
        claimed_title="Ferritin",
        claimed_media_type="text/plain",
    )
    return Manifest(
        bundle_id=BUNDLE_ID,
        origin=origin,
        created_ms=TIME_MS + 4000,
        signer=0,
        audience=None,
        note=sign_checkpoint(Checkpoint(origin=origin, size=4, root=root), SIGN),
        entries=tuple(entry.raw for entry in entries),
        slice=Slice(size=4, leaves=(0, 1, 2, 3), marks=(), hashes=()),
        state=worked_opening(entries[2].leaf, 3),
        grants=(
            DisclosedGrant(
                seq=2, meta=meta_key(SECRETS[2]), slot=SLOT, since_seq=2, salt=proof.salt, path=proof.path
            ),
        ),
        docs=(
            DisclosedDocument(
                seq=1, claimed_status="current", claimed_type="text", parts=(part,), meta=meta_key(SECRETS[1])
            ),
        ),
    )


def _maps() -> list[Map]:
    tag = dedupe_tag(DEDUPE_KEY, sha256(DATA))
    part = Part(name="ferritin.txt", media_type="text/plain", size_bytes=17, dedupe=tag)
    document = DocAdd(
        title="Ferritin", type="text", parts=(part,), provenance="patient", date="2026-11-20", tags=("2026",)
    )
    grant: Map = {
        "kind": "grant",
        "k": SLOT,
        "grant_id": b"\x40" * 16,
        "grantees": [{"code": True}],
        "records": [[1, 1]],
        "actions": ["keep", "view"],
        "purpose": ["TREAT"],
        "not_before": 1_795_218_600_000,
        "not_after": 1_802_995_200_000,
        "conditions": [],
    }
    share: Map = {
        "kind": "share",
        "bundle_id": BUNDLE_ID,
        "size": 4,
        "k": [SLOT],
        "seqs": [[1, 1]],
        "recipients": [{"code": True}],
    }
    return [{"kind": "owner", "name": "Ana Silva"}, document.to_map(), grant, share]


WORKED_MANIFEST = sign_manifest(worked_manifest(), SIGN)
