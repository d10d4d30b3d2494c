# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.audit_journal: journals that are well signed, and say what no journal may say."""

from pathlib import Path

import pytest

from healthvault.codec import Value
from healthvault.ledger.entry import sign_entry
from healthvault.ledger.header import Header
from healthvault.ledger.meta import seal_meta
from healthvault.ledger.secrets import meta_key
from healthvault.storage import files
from healthvault.tlog.checkpoint import Checkpoint, sign_checkpoint
from healthvault.tlog.tree import MemoryTree
from healthvault.vault.audit import AuditOptions, check_vault
from healthvault.vault.history import leaf_of
from healthvault.vault.transaction import Transaction
from healthvault.vault.vault import Vault
from tests import vaults
from tests.vaults import NOW_MS, Sample

SECRET = b"s" * 32
NOTE: dict[str, Value] = {"kind": "note", "about": 0, "text": "x"}


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """A vault with a document."""
    ana = vaults.ana(tmp_path)
    ana.add(b"one")
    return ana


def forge(ana: Sample, sealed: dict[str, Value] = NOTE, **changes: object) -> None:
    """Append an entry signed by the owner's key, with other fields than a vault would write."""
    with ana.open(writing=True) as vault:
        chain, last = vault.history.chain, vault.history.last
        fields: dict[str, object] = {
            "vault_id": chain.vault_id,
            "seq": last.seq + 1,
            "prev": last.leaf,
            "ts_ms": NOW_MS,
            "signer": 0,
            "state": Transaction(vault, now_ms=NOW_MS)._opening(last.leaf).state(chain.key_head),
            **changes,
        }
        header = Header(**fields)  # type: ignore[arg-type]
        entry = sign_entry(header, seal_meta(meta_key(SECRET), sealed, header), vault.keys.sign_key)
        vault.keystore.write([(last.seq + 1, SECRET)])
        acknowledge(vault, entry.raw)
        (position,) = vault.history.journal.append([entry.raw])
        vault.history.tree.append([leaf_of(position, entry)])


def acknowledge(vault: Vault, raw: bytes) -> None:
    """Sign a checkpoint over one more entry."""
    from healthvault.tlog.tree import leaf_hash  # noqa: PLC0415

    size = vault.history.size
    leaves = [vault.history.entry(seq).leaf for seq in range(size)] + [leaf_hash(raw)]
    checkpoint = Checkpoint(origin=vault.history.checkpoint.origin, size=size + 1, root=MemoryTree(leaves).root())
    files.replace_file(vault.paths.checkpoint, sign_checkpoint(checkpoint, vault.keys.sign_key), vault.paths.tmp)


def found(ana: Sample) -> list[tuple[str, str]]:
    """Return where the audit finds what."""
    return [(finding.where, finding.code) for finding in ana.check().findings if finding.severity == "error"]


def test_a_forged_entry_that_is_right(ana: Sample) -> None:
    """The tool of these tests makes good entries, if it is not told otherwise."""
    forge(ana)
    assert [] == found(ana)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"seq": 7}, "bad_chain"),
        ({"prev": bytes(32)}, "bad_chain"),
        ({"state": bytes(32)}, "bad_state"),
        ({"signer": 1}, "bad_key"),
        ({"vault_id": bytes(32)}, "wrong_vault"),
    ],
)
def test_clear_fields(ana: Sample, changes: dict[str, object], code: str) -> None:
    """An entry that stands in a wrong place, or commits to other grants, is named."""
    forge(ana, **changes)
    assert ("journal/00000000.seg entry 2", code) in found(ana)


@pytest.mark.parametrize(
    "sealed",
    [
        {"kind": "doc.add", "title": "no parts"},
        {"kind": "doc.erase", "victims": "x"},
        {"kind": "grant", "k": 1},
        {"kind": "grant.revoke"},
        {"kind": "grant.revoke", "about": 1, "k": 3, "grant_id": bytes(16), "reason": "", "effective": 0},
    ],
    ids=["doc.add", "doc.erase", "grant", "grant.revoke", "not granted"],
)
def test_sealed_maps(ana: Sample, sealed: dict[str, Value]) -> None:
    """An entry that says what no vault can say is named, and the audit goes on."""
    forge(ana, sealed)
    forge_after(ana)
    assert ["journal/00000000.seg entry 2"] == [where for where, _ in found(ana)]


def forge_after(ana: Sample) -> None:
    """Look whether the audit sees what comes after."""
    assert 3 == ana.check().entries


def test_an_unknown_kind(ana: Sample) -> None:
    """It is no error: it is of a later version."""
    forge(ana, {"kind": "from-the-future"})
    assert [] == found(ana)


def test_time_may_go_back(ana: Sample) -> None:
    """A clock that was set back is no damage."""
    forge(ana, ts_ms=5)
    assert [] == found(ana)


def test_a_hole(ana: Sample) -> None:
    """A missing secret is damage, unless an erasure names its entry."""
    ana.add(b"two")
    with files.open_file(ana.paths.keys(0), writable=True) as file:
        files.write_zeros(file, 64 + 80, 80)
    assert [("keys/0.ks entry 1", "vault_damaged")] == found(ana)
    with ana.open(writing=True) as vault, Transaction(vault, now_ms=NOW_MS) as transaction:
        transaction.append(transaction.begin(), {"kind": "doc.erase", "victims": [1], "ks_epoch": 1})
        transaction.commit()
    assert [] == found(ana)


def test_signatures_may_be_passed_over(ana: Sample) -> None:
    """With the checkpoint alone a wrong signature below it is not seen; the tree still shows the change."""
    with ana.open() as vault:
        end = vault.history.tree.position(1) + 4 + len(vault.history.entry(1).raw)
    content = bytearray(ana.paths.segment(0).read_bytes())
    content[end - 1] ^= 1
    ana.paths.segment(0).write_bytes(content)
    full = {finding.code for finding in check_vault(ana.place, ana.secret, AuditOptions()).findings}
    head = {finding.code for finding in check_vault(ana.place, ana.secret, AuditOptions(head_only=True)).findings}
    assert {"bad_signature", "vault_damaged"} <= full
    assert "vault_damaged" in head
    assert "bad_signature" not in head - full


def test_a_record_of_another_entry(ana: Sample) -> None:
    """A keystore record in a wrong place is named, with its entry."""
    content = ana.paths.keys(0).read_bytes()
    ana.paths.keys(0).write_bytes(content[:144] + content[64:144])
    assert ("keys/0.ks entry 1", "vault_damaged") in found(ana)
