# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.transaction."""

import io
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from healthvault.codec import Value
from healthvault.errors import FormatError, IntegrityError
from healthvault.ledger.entry import check_link
from healthvault.ledger.meta import open_meta
from healthvault.ledger.secrets import meta_key
from healthvault.storage import files as storage_files
from healthvault.vault import transaction as module
from healthvault.vault.journal_log import log_entries
from healthvault.vault.transaction import Transaction
from healthvault.vault.vault import Vault
from tests import vaults
from tests.vaults import NOW_MS, Sample

NOTE: dict[str, Value] = {"kind": "note", "about": 0, "text": "to remember"}


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """An empty vault."""
    return vaults.ana(tmp_path)


@pytest.fixture
def vault(ana: Sample) -> Iterator[Vault]:
    """It, open for writing."""
    with ana.open(writing=True) as opened:
        yield opened


def append(vault: Vault, *maps: dict[str, Value]) -> None:
    """Append entries that have no objects, in one transaction."""
    with Transaction(vault, now_ms=NOW_MS) as transaction:
        for sealed in maps:
            transaction.append(transaction.begin(), sealed)
        transaction.commit()


def test_what_is_committed_is_there(vault: Vault, ana: Sample) -> None:
    """Entries are signed, linked, sealed and acknowledged, in the order in which they were appended."""
    append(vault, NOTE, {**NOTE, "text": "second"})
    history = vault.history
    assert (3, 2) == (history.size, history.last.seq)
    previous = history.entry(0)
    for seq, text in ((1, "to remember"), (2, "second")):
        entry = history.entry(seq)
        check_link(previous.leaf, seq, entry.header)
        secret = vault.keystore.read(seq)
        assert secret is not None
        assert text == open_meta(meta_key(secret), entry).text("text")
        assert (NOW_MS, 0) == (entry.header.ts_ms, entry.header.signer)
        previous = entry
    vault.close()
    assert () == ana.check().findings


def test_the_order_on_disk(ana: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    """Objects, secrets, entries, caches, checkpoint, memory: each is durable before the next one counts on it."""
    calls: list[str] = []

    def watch(name: str) -> None:
        real = getattr(storage_files, name)

        def call(*args: object) -> object:
            path = args[0].path if isinstance(args[0], storage_files.OpenFile) else args[-1]
            calls.append(f"{name} {kind_of(Path(str(path)), ana)}")
            return real(*args)

        monkeypatch.setattr(storage_files, name, call)

    with ana.open(writing=True) as vault, Transaction(vault, now_ms=NOW_MS) as transaction:
        draft = transaction.begin()
        transaction.put(draft, b"document")
        transaction.append(draft, NOTE)
        for name in ("write_at", "sync", "rename", "sync_directory"):
            watch(name)
        transaction.commit()
    steps = [call for call, _ in itertools.groupby(calls)]
    assert [
        *("write_at objects", "sync objects", "rename objects", "sync_directory objects"),
        *("write_at keys", "sync keys"),
        *("write_at journal", "sync journal"),
        "write_at tree",
        *("write_at checkpoint", "sync checkpoint", "rename checkpoint", "sync_directory vault"),
        *("write_at memory", "sync memory", "rename memory", "sync_directory memory"),
    ] == steps


def kind_of(path: Path, ana: Sample) -> str:
    """Return which part of the vault a path belongs to; what is in `tmp` is of the part that its name says."""
    if not path.is_relative_to(ana.place.root):
        return "memory"
    parts = path.relative_to(ana.place.root).parts
    if parts[:1] == ("tmp",):
        return "objects" if ".pack." in parts[1] else parts[1].split(".")[0]
    return parts[0] if parts else "vault"


def test_nothing_is_committed(vault: Vault) -> None:
    """An empty transaction changes nothing; one that is not committed leaves no file."""

    def files() -> dict[str, bytes]:
        return {name: data for name, data in vaults.snapshot(vault.place.root).items() if "cache" not in name}

    before = files()
    with Transaction(vault, now_ms=NOW_MS) as transaction:
        transaction.commit()
        draft = transaction.begin()
        transaction.put(draft, b"document")
        transaction.append(draft, NOTE)
    assert before == files()


def test_an_entry_may_be_abandoned(vault: Vault, ana: Sample) -> None:
    """Its number goes to the next one, its objects are taken back."""
    with Transaction(vault, now_ms=NOW_MS) as transaction:
        assert 1 == transaction.next_seq
        transaction.put(transaction.begin(), b"first")
        transaction.abandon()
        draft = transaction.begin()
        transaction.put(draft, b"second")
        transaction.append(draft, NOTE)
        transaction.put(transaction.begin(), b"third")
        transaction.abandon()
        transaction.commit()
    assert 2 == vault.history.size
    assert 4128 == ana.paths.pack(1).stat().st_size
    vault.close()
    assert () == ana.check().findings


def test_one_transaction_after_the_other(vault: Vault, ana: Sample) -> None:
    """A transaction may be used again after its commit."""
    with Transaction(vault, now_ms=NOW_MS) as transaction:
        for number in range(3):
            transaction.append(transaction.begin(), {**NOTE, "about": number})
            transaction.commit()
    assert 4 == vault.history.size
    vault.close()
    assert () == ana.check().findings


def test_a_source_is_read_to_its_end(vault: Vault) -> None:
    """An object is made of all that a source gives."""
    with Transaction(vault, now_ms=NOW_MS) as transaction:
        draft = transaction.begin()
        blob = transaction.put(draft, io.BytesIO(b"x" * 5000))
        assert (5000, 1) == (blob.size_bytes, len(draft.commits()))
        assert blob == draft.blobs[0]


def test_secrets_are_never_shown(vault: Vault) -> None:
    """The text form of a draft does not tell its secret."""
    draft = Transaction(vault, now_ms=NOW_MS).begin()
    assert draft.secret.hex() not in repr(draft)
    assert repr(draft.secret) not in repr(draft)


def test_full(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bigger command is told to go on in another transaction."""
    monkeypatch.setattr(module, "MAX_ENTRIES", 2)
    with Transaction(vault, now_ms=NOW_MS) as transaction:
        transaction.append(transaction.begin(), NOTE)
        assert not transaction.is_full
        transaction.append(transaction.begin(), NOTE)
        assert transaction.is_full
        transaction.commit()
        assert not transaction.is_full


def test_an_unknown_kind_is_kept(vault: Vault) -> None:
    """It is shown as such and changes nothing."""
    append(vault, {"kind": "from-the-future", "x": 1})
    assert ["from-the-future", "owner"] == [entry.kind for entry in log_entries(vault)]


@pytest.mark.parametrize(
    ("sealed", "code"),
    [
        ({"title": "no kind"}, "bad_schema"),
        ({"kind": "doc.add", "title": "no parts"}, "bad_schema"),
        ({"kind": "doc.revise"}, "bad_schema"),
        ({"kind": "doc.erase", "victims": ["x"]}, "bad_schema"),
        ({"kind": "owner"}, "bad_schema"),
        ({"kind": "contact.pin", "name": "x"}, "bad_schema"),
        ({"kind": "contact.drop"}, "bad_schema"),
        ({"kind": "grant", "k": 1}, "bad_schema"),
        ({"kind": "grant.revoke"}, "bad_schema"),
        ({"kind": "share"}, "bad_schema"),
        ({"kind": "note", "text": "\ud800"}, "bad_text"),
        ({"kind": "note", "text": "x" * 70_000}, "bad_schema"),
        ({"kind": "note", "about": -1}, "bad_schema"),
    ],
)
def test_what_no_replay_would_accept(vault: Vault, ana: Sample, sealed: dict[str, Value], code: str) -> None:
    """It is refused before it is written: in the journal it would close the vault for ever."""
    with pytest.raises(FormatError) as caught:
        append(vault, sealed)
    assert code == caught.value.code
    assert 1 == vault.history.size
    vault.close()
    assert () == ana.check().findings


def test_one_that_is_too_long_leaves_no_trace(ana: Sample) -> None:
    """Nobody counts it in: what follows in the same transaction commits to what is there."""
    part: dict[str, Value] = {"media_type": "text/plain", "size": 0, "coding": 0, "dedupe": bytes(32)}
    added: dict[str, Value] = {
        "kind": "doc.add",
        "title": "t",
        "type": "text",
        "provenance": "patient",
        "tags": [],
    }
    with ana.open(writing=True) as vault, Transaction(vault, now_ms=NOW_MS) as transaction:
        for name, is_kept in (("x" * 70_000, False), ("short", True)):
            draft = transaction.begin()
            transaction.put(draft, b"")
            sealed: dict[str, Value] = {**added, "category": "lab", "parts": [{**part, "name": name}]}
            if is_kept:
                transaction.append(draft, sealed)
                continue
            with pytest.raises(FormatError) as caught:
                transaction.append(draft, sealed)
            transaction.abandon()
            assert "bad_schema" == caught.value.code
        transaction.commit()
    assert ((), 1) == (ana.faults(), len(ana.documents()))


def test_too_many_parts(vault: Vault) -> None:
    """An entry names at most 512 objects."""
    with Transaction(vault, now_ms=NOW_MS) as transaction:
        draft = transaction.begin()
        blob = transaction.put(draft, b"x")
        draft.blobs.extend([blob] * 512)
        with pytest.raises(FormatError) as caught:
            transaction.append(draft, NOTE)
    assert "limit_exceeded" == caught.value.code


def test_the_state_follows_the_grants(vault: Vault, ana: Sample) -> None:
    """Each entry commits to the status of the grants after it, and to nothing that shows whether it changed."""
    states: list[bytes] = []
    with Transaction(vault, now_ms=NOW_MS) as transaction:
        for _ in range(3):
            entry = transaction.append(transaction.begin(), NOTE)
            assert entry.header.state == transaction.opening().state(vault.history.chain.key_head)
            states.append(entry.header.state)
        transaction.commit()
    assert 3 == len(set(states))
    with pytest.raises(IntegrityError):
        check_link(bytes(32), 1, vault.history.last.header)
    vault.close()
    assert () == ana.check().findings
