# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.audit_objects."""

from pathlib import Path

import pytest

from healthvault.codec import Value
from healthvault.storage import files
from healthvault.vault.transaction import Transaction
from tests import vaults
from tests.vaults import NOW_MS, Sample


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """A vault with three documents in two packs."""
    ana = vaults.ana(tmp_path)
    ana.add(b"one", b"two")
    ana.add(b"three")
    return ana


def found(ana: Sample, *, deep: bool) -> list[str]:
    """Return the places where the audit finds errors."""
    return [finding.where for finding in ana.check(deep=deep).findings if finding.severity == "error"]


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize(
    ("pack", "offset", "where"),
    [
        (1, 0, "objects/0/1.pack entry 1 object 0"),
        (1, 4127, "objects/0/1.pack entry 1 object 0"),
        (1, 4128, "objects/0/1.pack entry 2 object 0"),
        (3, 4127, "objects/0/3.pack entry 3 object 0"),
    ],
)
def test_each_object_is_named(ana: Sample, pack: int, offset: int, where: str, deep: bool) -> None:
    """A changed byte is named with the entry that it belongs to, whether or not it is decrypted."""
    with vaults.flipped(ana.paths.pack(pack), offset):
        assert [where] == found(ana, deep=deep)
    assert [] == found(ana, deep=deep)


@pytest.mark.parametrize("deep", [False, True])
def test_packs_that_are_short(ana: Sample, deep: bool) -> None:
    """What is cut off is named, what is left is good."""
    with files.open_file(ana.paths.pack(1), writable=True) as file:
        files.truncate(file, 4128 + 10)
    assert ["objects/0/1.pack entry 2 object 0"] == found(ana, deep=deep)


@pytest.mark.parametrize("deep", [False, True])
def test_packs_that_are_gone(ana: Sample, deep: bool) -> None:
    """The pack that is missing is named, though only its neighbours tell its name."""
    ana.paths.pack(3).unlink()
    assert ["objects/0/3.pack entry 3 object 0"] == found(ana, deep=deep)
    ana.paths.pack(1).unlink()
    assert [f"objects/0/{seq}.pack entry {seq} object 0" for seq in (1, 2, 3)] == found(ana, deep=deep)


def test_many_parts(ana: Sample) -> None:
    """Of an entry with several objects the damaged one is named by its number."""
    part = {"name": "p", "media_type": "text/plain", "size": 1, "coding": 0, "dedupe": bytes(32)}
    parts: list[Value] = [part] * 3
    sealed: dict[str, Value] = {"kind": "doc.add", "title": "t", "type": "x", "provenance": "scan", "tags": []}
    with ana.open(writing=True) as vault, Transaction(vault, now_ms=NOW_MS) as transaction:
        draft = transaction.begin()
        for content in (b"a", b"b", b"c"):
            transaction.put(draft, content)
        transaction.append(draft, {**sealed, "parts": parts})
        transaction.commit()
    assert [] == found(ana, deep=True)
    with vaults.flipped(ana.paths.pack(4), 4128 * 2):
        assert ["objects/0/4.pack entry 4 object 2"] == found(ana, deep=True)


@pytest.mark.parametrize("erased", [True, False])
def test_erased_objects(ana: Sample, erased: bool) -> None:
    """Zeros in the place of an object are right only where its secret is gone and an erasure names it."""
    with ana.open(writing=True) as vault, Transaction(vault, now_ms=NOW_MS) as transaction:
        transaction.append(transaction.begin(), {"kind": "doc.erase", "victims": [1], "ks_epoch": 1})
        transaction.commit()
    if erased:
        with files.open_file(ana.paths.keys(0), writable=True) as file:
            files.write_zeros(file, 64 + 80, 80)
    with files.open_file(ana.paths.pack(1), writable=True) as file:
        files.write_zeros(file, 0, 4128)
    assert ([] if erased else ["objects/0/1.pack entry 1 object 0"]) == found(ana, deep=True)


def test_what_a_wrong_size_says(ana: Sample) -> None:
    """A document whose entry names another size than its object has is found when it is decrypted."""
    part = {"name": "p", "media_type": "text/plain", "size": 9999, "coding": 0, "dedupe": bytes(32)}
    sealed: dict[str, Value] = {"kind": "doc.add", "title": "t", "type": "x", "provenance": "scan", "tags": []}
    with ana.open(writing=True) as vault, Transaction(vault, now_ms=NOW_MS) as transaction:
        draft = transaction.begin()
        transaction.put(draft, b"a")
        transaction.append(draft, {**sealed, "parts": [part]})
        transaction.commit()
    assert [] == found(ana, deep=False)
    assert ["objects/0/4.pack entry 4 object 0"] == found(ana, deep=True)
