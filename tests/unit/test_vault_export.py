# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.export."""

from pathlib import Path

import pytest

from healthvault.errors import InvalidRequest
from healthvault.storage.document_rows import Filter
from healthvault.storage.inputs import InputFile
from healthvault.vault.add import AddOptions, add_documents
from healthvault.vault.export import export_contents, export_files
from healthvault.vault.export_fhir import export_fhir
from healthvault.vault.transaction import Transaction
from healthvault.vault.views import Document, Failure
from tests import vaults
from tests.vaults import EVERYTHING, NOW_MS, Sample

NAMES = ("a.txt", "../../up", ".hidden", "con", "new\nline", "x" * 250)


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """A vault of documents with all kinds of names."""
    ana = vaults.ana(tmp_path)
    with ana.open(writing=True) as vault:
        inputs = [InputFile(name=name, data=name.encode()) for name in NAMES]
        list(add_documents(vault, inputs, AddOptions(kind="a/b"), now_ms=NOW_MS))
    return ana


def erase_first(ana: Sample) -> None:
    """Append an entry that says that the first document was erased."""
    with ana.open(writing=True) as vault, Transaction(vault, now_ms=NOW_MS) as transaction:
        transaction.append(transaction.begin(), {"kind": "doc.erase", "victims": [1], "ks_epoch": 1})
        transaction.commit()


def test_files(ana: Sample, tmp_path: Path) -> None:
    """Each document is a private file in a folder of its kind; no name leads out of it."""
    out = tmp_path / "out"
    with ana.open() as vault:
        found = list(export_files(vault, out, EVERYTHING))
    paths = {item.id: item.path for item in found if isinstance(item, Document) and item.path}
    assert {name.encode() for name in NAMES} == {(out / path).read_bytes() for path in paths.values()}
    assert {"a_b"} == {path.name for path in out.iterdir()}
    written = list((out / "a_b").iterdir())
    assert len(NAMES) == len(written)
    assert {0o600} == {path.stat().st_mode & 0o777 for path in written}
    assert all(path.split("/")[1].startswith(id_text[2:10] + "-") for id_text, path in paths.items())


def test_some_files(ana: Sample, tmp_path: Path) -> None:
    """Only what is asked for; erased documents are passed over."""
    erase_first(ana)
    with ana.open() as vault:
        assert 1 == len(list(export_files(vault, tmp_path / "one", Filter(limit=1))))
        assert len(NAMES) - 1 == len(list(export_files(vault, tmp_path / "all", EVERYTHING)))


def test_nothing_is_overwritten(ana: Sample, tmp_path: Path) -> None:
    """A second export to the same folder stops at the first file."""
    with ana.open() as vault:
        list(export_files(vault, tmp_path / "out", EVERYTHING))
        with pytest.raises(InvalidRequest) as caught:
            list(export_files(vault, tmp_path / "out", EVERYTHING))
    assert "unsafe_output" == caught.value.code


def test_a_place_that_is_none(ana: Sample, tmp_path: Path) -> None:
    """A file in the place of the folder is named."""
    (tmp_path / "file").touch()
    with ana.open() as vault, pytest.raises(InvalidRequest) as caught:
        list(export_files(vault, tmp_path / "file", EVERYTHING))
    assert "io_error" == caught.value.code


def test_a_damaged_document(ana: Sample, tmp_path: Path) -> None:
    """It is named, no part of it is written, and it does not keep the others in."""
    first = ana.documents()[-1]
    with vaults.flipped(ana.paths.pack(1), 100), ana.open() as vault:
        done = list(export_files(vault, tmp_path / "out", EVERYTHING))
        rows = list(export_fhir(vault, EVERYTHING, with_content=True))
        carried = list(export_contents(vault, EVERYTHING))
    for outcome in (done, rows, carried):
        assert [first.id] == [item.name for item in outcome if isinstance(item, Failure)]
    assert len(NAMES) == len(done) == len(carried)
    told = [
        row["id"] for row in rows if not isinstance(row, Failure) and row["resourceType"] == "DocumentReference"
    ]
    assert len(NAMES) - 1 == len(told)
    assert len(NAMES) - 1 == len(list((tmp_path / "out" / "a_b").iterdir()))
