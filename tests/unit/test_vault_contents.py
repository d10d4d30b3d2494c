# SPDX-License-Identifier: Apache-2.0
"""The index into contents: what is read, by whom, and what is left of a reading that failed."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from healthvault.storage.contents import READ, UNDERWAY, Contents
from healthvault.storage.inputs import InputFile
from healthvault.vault.add import AddOptions, add_documents
from healthvault.vault.contents import NO_READER, opened_contents, unread
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document
from tests.vaults import NOW_MS, ana


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    """A vault that can be written."""
    with ana(tmp_path).open(writing=True) as vault:
        yield vault


def add(vault: Vault, name: str, data: bytes) -> Document:
    """Add a document."""
    item = InputFile(name=name, data=data)
    (added,) = add_documents(vault, [item], AddOptions(), now_ms=NOW_MS)
    assert isinstance(added, Document)
    return added


def found(contents: Contents, words: str) -> list[tuple[int, str, str]]:
    """Return document, place and words of the passages that match."""
    query = (
        "select seq, place, passage.words from found join passage on passage.id = found.rowid where found match ?"
    )
    return contents.connection.execute(query, (words,)).fetchall()


def test_a_text_is_found_by_its_words(vault: Vault) -> None:
    """Reading is done by whoever looks, once, in a process of its own."""
    document = add(vault, "note.txt", b"Lab report\nFerritin 12 ug/L\n")
    with opened_contents(vault) as contents:
        assert [(document.entry, "line 2", "Ferritin 12 ug/L")] == found(contents, "ferritin")
        assert READ == contents.readings()[document.entry].state
    with opened_contents(vault) as contents:
        assert 1 == len(found(contents, "ferritin"))


def test_what_nobody_reads_is_no_fault(vault: Vault) -> None:
    """A kind without a reader is noted, so that it is not tried again and again."""
    document = add(vault, "x.bin", os.urandom(300) + b"\0")
    with opened_contents(vault) as contents:
        assert NO_READER == contents.readings()[document.entry].state
        assert () == unread(contents)


def test_a_reading_that_was_stopped_is_done_again(vault: Vault) -> None:
    """What an interrupted reader left is thrown away."""
    document = add(vault, "note.txt", b"Ferritin 12 ug/L\n")
    with opened_contents(vault) as contents, contents.change():
        contents.begin(document.entry, 1)
        assert UNDERWAY == contents.readings()[document.entry].state
    with opened_contents(vault) as contents:
        assert READ == contents.readings()[document.entry].state
        assert 1 == len(found(contents, "ferritin"))


def test_a_large_document_is_read_where_it_lies(vault: Vault) -> None:
    """More than is read as a whole comes out of the pack piece by piece."""
    document = add(vault, "long.txt", b"a line\n" * 3_000_000 + b"the end\n")
    with opened_contents(vault) as contents:
        assert document.entry in contents.readings()
