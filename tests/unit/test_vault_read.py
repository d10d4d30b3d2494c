# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.read."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from healthvault.codec import Value
from healthvault.errors import InvalidRequest, NotFound, VaultBusy, VaultDamaged
from healthvault.storage.document_rows import Filter
from healthvault.vault import read as module
from healthvault.vault.add import AddOptions
from healthvault.vault.erase import erase_documents, find_victims
from healthvault.vault.read import (
    document_bytes,
    document_of,
    find_document,
    list_documents,
    stream_document,
    write_document,
)
from healthvault.vault.transaction import Transaction
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document
from tests import vaults
from tests.vaults import NOW_MS, Sample


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """A vault with two documents."""
    ana = vaults.ana(tmp_path)
    ana.add(b"one", options=AddOptions(date="2026-01-05", tags=("blood",), kind="lab"))
    ana.add(b"two" * 2000, options=AddOptions(date="2026-03", author="Dr Lee"))
    return ana


@pytest.fixture
def vault(ana: Sample) -> Iterator[Vault]:
    """It, open for reading."""
    with ana.open() as opened:
        yield opened


@pytest.fixture
def documents(vault: Vault) -> list[Document]:
    """Its documents, the oldest first."""
    return list(list_documents(vault, Filter()))[::-1]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filter(), [2, 1]),
        (Filter(limit=1), [2]),
        (Filter(since="2026-02"), [2]),
        (Filter(until="2026-02"), [1]),
        (Filter(tag="blood"), [1]),
        (Filter(kind="lab"), [1]),
        (Filter(author="Dr Lee"), [2]),
        (Filter(author="Dr Lee", kind="lab"), []),
    ],
)
def test_listing(vault: Vault, wanted: Filter, expected: list[int]) -> None:
    """Documents that meet every condition, the newest first."""
    assert expected == [document.entry for document in list_documents(vault, wanted)]


def test_finding(vault: Vault, documents: list[Document]) -> None:
    """By the whole id, by its beginning, with or without its letter, in any case."""
    first, second = documents
    assert first != second
    for asked in (first.id, first.id[2:], first.id[:10], first.id[2:10].upper(), first.id.upper()):
        assert first == find_document(vault, asked)
    assert second == document_of(vault, 2)


@pytest.mark.parametrize(
    "asked", ["", "d_", "abc", "d_abc", "1111", "%%%%", "d_____", "____", "äöüß", "d_aa aa", "'"]
)
def test_what_is_no_id(vault: Vault, asked: str) -> None:
    """Too short, or not of the form of an id: there is no such document."""
    with pytest.raises(NotFound) as caught:
        find_document(vault, asked)
    assert "not_found" == caught.value.code


def test_several_could_be_meant(ana: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    """A beginning that several have is refused, with all of them named."""
    monkeypatch.setattr(module, "MIN_PREFIX_CHARS", 1)
    ana.add(*(b"%d" % number for number in range(33)))  # two of 35 begin with the same of 32 letters
    ids = sorted(document.id for document in ana.documents())
    first, second = next(pair for pair in itertools.pairwise(ids) if pair[0][2] == pair[1][2])
    with ana.open() as vault, pytest.raises(NotFound) as caught:
        find_document(vault, first[:3])
    assert "ambiguous" == caught.value.code
    assert first in caught.value.message
    assert second in caught.value.message


def test_no_document(vault: Vault) -> None:
    """An entry that is no document, and one that is not there."""
    for seq in (0, 99):
        with pytest.raises(NotFound):
            document_of(vault, seq)


def test_bytes(vault: Vault, documents: list[Document]) -> None:
    """The bytes are those that went in, also in pieces."""
    assert b"one" == document_bytes(vault, documents[0])
    pieces: list[bytes] = []
    stream_document(vault, documents[1], pieces.append)
    assert b"two" * 2000 == b"".join(pieces)


def test_writing_a_file(vault: Vault, documents: list[Document], tmp_path: Path) -> None:
    """The file has its name only when all of it is verified; nothing is overwritten unless told to."""
    out = tmp_path / "out.txt"
    write_document(vault, documents[0], out)
    assert (b"one", 0o600) == (out.read_bytes(), out.stat().st_mode & 0o777)
    with pytest.raises(InvalidRequest) as caught:
        write_document(vault, documents[1], out)
    assert "unsafe_output" == caught.value.code
    assert b"one" == out.read_bytes()
    write_document(vault, documents[1], out, overwrite=True)
    assert b"two" * 2000 == out.read_bytes()


def test_a_damaged_document_is_not_written(
    ana: Sample, vault: Vault, documents: list[Document], tmp_path: Path
) -> None:
    """Neither a file nor part of one is left, and an older file stays."""
    out = tmp_path / "out"
    out.write_bytes(b"before")
    for offset in (3, 100, 4127):
        with vaults.flipped(ana.paths.pack(1), offset):
            with pytest.raises(VaultDamaged):
                document_bytes(vault, documents[0])
            with pytest.raises(VaultDamaged):
                write_document(vault, documents[0], out, overwrite=True)
    assert b"before" == out.read_bytes()
    assert sorted(["ana", "ana-state", "out"]) == sorted(path.name for path in tmp_path.iterdir())


def test_too_large_for_memory(
    vault: Vault, documents: list[Document], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What cannot be checked before it is printed is refused; to a file it goes all the same."""
    monkeypatch.setattr(module, "MAX_MEMORY_BYTES", 3)
    assert b"one" == document_bytes(vault, documents[0])
    with pytest.raises(InvalidRequest) as caught:
        document_bytes(vault, documents[1])
    assert "too_large" == caught.value.code
    write_document(vault, documents[1], tmp_path / "out")


def append(vault: Vault, sealed: dict[str, Value], *contents: bytes) -> None:
    """Append an entry with objects."""
    with Transaction(vault, now_ms=NOW_MS) as transaction:
        draft = transaction.begin()
        for content in contents:
            transaction.put(draft, content)
        transaction.append(draft, sealed)
        transaction.commit()


def test_parts(ana: Sample) -> None:
    """A document of several files gives each by its number; a coding of a later version is refused by name."""
    part = {"name": "p", "media_type": "text/plain", "size": 1, "dedupe": bytes(32)}
    parts: list[Value] = [{**part, "coding": coding} for coding in (0, 0, 1)]
    sealed: dict[str, Value] = {"kind": "doc.add", "title": "t", "type": "x", "provenance": "scan", "tags": []}
    with ana.open(writing=True) as vault:
        append(vault, {**sealed, "parts": parts}, b"a", b"b", b"c")
        document = document_of(vault, 3)
        assert [b"a", b"b"] == [document_bytes(vault, document, part=number) for number in range(2)]
        with pytest.raises(InvalidRequest) as caught:
            document_bytes(vault, document, part=2)
        assert "unsupported" == caught.value.code
        with pytest.raises(NotFound):
            document_bytes(vault, document, part=3)


def test_an_erased_document(ana: Sample, documents: list[Document]) -> None:
    """Its bytes are gone, and that is said."""
    with ana.open(writing=True) as vault:
        append(vault, {"kind": "doc.erase", "victims": [1], "ks_epoch": 1})
        with pytest.raises(InvalidRequest) as caught:
            document_bytes(vault, documents[0])
    assert "erased" == caught.value.code


def test_the_catalogue_is_not_believed(vault: Vault, documents: list[Document]) -> None:
    """A row that points to another entry's bytes gives none of them."""
    first, second = documents
    for wrong in (replace(first, entry=second.entry), replace(second, entry=first.entry)):
        with pytest.raises(VaultDamaged):
            document_bytes(vault, wrong)


@pytest.mark.parametrize("number", [0, 1])
def test_an_erasure_meanwhile_is_no_damage(
    ana: Sample, vault: Vault, documents: list[Document], number: int
) -> None:
    """Who was reading when the keystore was replaced is told to come again, for any document."""
    with ana.open(writing=True) as writer:
        erase_documents(writer, find_victims(writer, (documents[0].id,)), reason=None, now_ms=NOW_MS)
    with pytest.raises(VaultBusy) as caught:
        document_bytes(vault, documents[number])
    assert "vault_in_use" == caught.value.code
