# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.staging."""

import io
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from healthvault.bundle.disclosure import DisclosedDocument, DisclosedPart
from healthvault.bundle.evidence import EVIDENCE_MEDIA_TYPE
from healthvault.errors import InvalidRequest
from healthvault.storage.document_rows import DocumentRows
from healthvault.storage.inputs import InputFile
from healthvault.vault.receive import VerifyOptions, import_bundle, open_bundle
from healthvault.vault.staging import FolderSink
from healthvault.verify.context import Verification, VerifiedDocument
from healthvault.verify.pins import PinBook
from tests import vaults
from tests.vaults import NOW_MS, PLAIN, Sample


class Usage(NamedTuple):
    """What `shutil.disk_usage` tells."""

    total: int
    used: int
    free: int


def part(file: str, media_type: str = "text/plain") -> DisclosedPart:
    """Return a part as a sender discloses it."""
    return DisclosedPart(
        number=0,
        size_bytes=1,
        file=file,
        commit_key=bytes(32),
        claimed_title="t",
        claimed_media_type=media_type,
    )


def document(seq: int, *parts: DisclosedPart) -> DisclosedDocument:
    """Return a document as a sender discloses it."""
    return DisclosedDocument(seq=seq, claimed_status="current", claimed_type="text", parts=parts)


def outcome(*documents: DisclosedDocument) -> Verification:
    """Return a verification that found these documents."""
    verified = tuple(
        VerifiedDocument(
            seq=row.seq,
            leaf=bytes(32),
            title="t",
            type="text",
            media_type="text/plain",
            size_bytes=1,
            is_disclosed=False,
            row=row,
            entered_ms=NOW_MS,
        )
        for row in documents
    )
    return Verification(verdicts=(), pins=PinBook(), documents=verified)


def staged(folder: Path, *files: str) -> list[str]:
    """Stage a document for each file name, publish them all, and return their names."""
    rows = [document(seq, part(file)) for seq, file in enumerate(files)]
    with FolderSink(folder) as sink:
        for row in rows:
            sink.take(row, row.parts[0], io.BytesIO(b"%d" % row.seq))
        return [item.name for item in sink.publish(outcome(*rows))]


def test_nothing_is_named_before_it_is_published(tmp_path: Path) -> None:
    """Until then the documents lie in a hidden folder, which goes with what was made for it."""
    row, out = document(1, part("a.txt")), tmp_path / "made" / "out"
    (tmp_path / "there").mkdir()
    for folder in (out, tmp_path / "there"):
        with FolderSink(folder) as sink:
            sink.take(row, row.parts[0], io.BytesIO(b"x"))
            (hidden,) = folder.iterdir()
            assert hidden.name.startswith(".hv-")
            assert 0o700 == hidden.stat().st_mode & 0o777
    assert ["there"] == [path.name for path in tmp_path.iterdir()]
    assert [] == list((tmp_path / "there").iterdir())


def test_names(tmp_path: Path) -> None:
    """Each document has a name of its own, also where cases do not count; reserved ones are replaced."""
    names = staged(tmp_path / "out", "a.txt", "A.txt", "a.txt", "con", "noext", "NOEXT", ".x", "a-2.txt")
    assert ["a.txt", "A-2.txt", "a-3.txt", "document", "noext", "NOEXT-2", "x", "a-2-2.txt"] == names
    contents = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert {name: b"%d" % seq for seq, name in enumerate(names)} == contents


def test_all_or_none(tmp_path: Path) -> None:
    """If one name is taken, none of them is given; what is there stays."""
    (tmp_path / "b.txt").write_bytes(b"mine")
    with pytest.raises(InvalidRequest) as caught:
        staged(tmp_path, "a.txt", "b.txt")
    assert "unsafe_output" == caught.value.code
    assert {"b.txt": b"mine"} == {path.name: path.read_bytes() for path in tmp_path.iterdir()}


@pytest.mark.parametrize("target", ["nowhere", "precious"])
def test_links_are_not_replaced(tmp_path: Path, target: str) -> None:
    """A link with such a name is something that is there, wherever it leads."""
    (tmp_path / "precious").write_bytes(b"precious")
    (tmp_path / "a.txt").symlink_to(target)
    with pytest.raises(InvalidRequest) as caught:
        staged(tmp_path, "a.txt")
    assert "unsafe_output" == caught.value.code
    assert (tmp_path / "a.txt").is_symlink()
    assert b"precious" == (tmp_path / "precious").read_bytes()


def test_evidence_is_not_a_document(tmp_path: Path) -> None:
    """The proof of where the sender had it from is for programs, not for the folder."""
    row = document(1, part("a.txt"), part("evidence", EVIDENCE_MEDIA_TYPE))
    with FolderSink(tmp_path) as sink:
        for item in row.parts:
            sink.take(row, item, io.BytesIO(b"x"))
        assert ["a.txt"] == [item.name for item in sink.publish(outcome(row))]


def test_a_place_that_is_none(tmp_path: Path) -> None:
    """A file in the place of the folder is named."""
    (tmp_path / "file").touch()
    with pytest.raises(InvalidRequest) as caught, FolderSink(tmp_path / "file"):
        pass
    assert "io_error" == caught.value.code


def test_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not fit on the disk is refused before the first byte."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 0, 10**9))
    with FolderSink(tmp_path) as sink:
        sink.prepare(10**8)
        with pytest.raises(InvalidRequest) as caught:
            sink.prepare(10**9)
    assert "too_large" == caught.value.code


def test_too_large_for_the_vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is it taken into a vault; nothing is changed."""
    ana, lee = vaults.pair(tmp_path)
    ana.share(tmp_path / "a.hvb", ana.add(b"one"))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9, 0))
    with lee.open(writing=True) as vault, pytest.raises(InvalidRequest) as caught:
        import_bundle(vault, InputFile(name="a", path=tmp_path / "a.hvb"), PLAIN, now_ms=NOW_MS)
    assert "too_large" == caught.value.code
    assert [] == lee.documents()


def hand_on(giver: Sample, taker: Sample, name: str, path: Path) -> list[str]:
    """Let somebody share everything and another keep it; return the sources."""
    giver.share(path, giver.documents(), to=(name,))
    with taker.open(writing=True) as vault:
        accept = VerifyOptions(accept=("action_not_granted", "unknown_signer"))
        file = InputFile(name="x", path=path)
        return [item.source or "" for item in import_bundle(vault, file, accept, now_ms=NOW_MS)[1]]


def test_kept_documents_tell_their_terms(tmp_path: Path) -> None:
    """A kept document knows its sender and what the grant allows; the codes that were accepted stay on record."""
    ana, lee = vaults.pair(tmp_path)
    ana.add(b"one", b"two")
    assert ["Ana", "Ana"] == hand_on(ana, lee, "Dr Lee", tmp_path / "a.hvb")
    kept = lee.documents()
    assert [("1.txt", "text"), ("2.txt", "text")] == [(item.name, item.kind) for item in kept[::-1]]
    with lee.open() as vault:
        rows = [DocumentRows(vault.catalogue).at(item.entry) for item in kept]
        parts = [DocumentRows(vault.catalogue).parts(item.entry) for item in kept]
    assert [("view", "keep")] * 2 == [tuple(sorted(row.actions or (), reverse=True)) for row in rows if row]
    assert [2, 2] == [len(found) for found in parts]
    assert [EVIDENCE_MEDIA_TYPE] * 2 == [found[1].media_type for found in parts]


def test_documents_of_one_content(tmp_path: Path) -> None:
    """Of two documents with the same bytes, the one that is known already is not kept again."""
    ana, lee = vaults.pair(tmp_path)
    ana.add(b"one", b"two", b"three")
    lee.add(b"two")
    hand_on(ana, lee, "Dr Lee", tmp_path / "a.hvb")
    assert [b"two", b"one", b"three"] == list(lee.contents().values())[::-1]
    with ana.open() as vault:
        _, documents = open_bundle(
            vault, ana.place, InputFile(name="x", path=tmp_path / "a.hvb"), tmp_path / "out", PLAIN, now_ms=NOW_MS
        )
    assert [] == documents
