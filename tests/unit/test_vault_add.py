# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.add."""

import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from healthvault.errors import InvalidRequest
from healthvault.storage.inputs import InputFile, OpenInput, collect
from healthvault.vault import add as module
from healthvault.vault import transaction
from healthvault.vault.add import AddOptions, add_documents
from healthvault.vault.read import list_documents
from healthvault.vault.sealing import WHOLE_BYTES
from healthvault.vault.views import Document, Failure
from tests import vaults
from tests.vaults import EVERYTHING, NOW_MS, Sample

PLAIN = AddOptions()


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """An empty vault."""
    return vaults.ana(tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of the user's."""
    made = tmp_path / "folder"
    made.mkdir()
    return made


def add(ana: Sample, *paths: Path, options: AddOptions = PLAIN) -> list[Document | Failure]:
    """Add files and folders."""
    with ana.open(writing=True) as vault:
        return list(add_documents(vault, collect(paths, ana.place.root), options, now_ms=NOW_MS))


def outcomes(found: list[Document | Failure]) -> list[str]:
    """Return the names of documents, and the codes of failures."""
    return [item.name if isinstance(item, Document) else item.error.code for item in found]


def test_files_come_back_identical(ana: Sample, folder: Path) -> None:
    """Each file is one document, with its own name, and its bytes are those that went in."""
    contents = {
        "a.txt": b"text",
        "b.bin": bytes(range(256)),
        "empty": b"",
        "c.json": b'{"resourceType": "Patient"}',
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    found = add(ana, folder)
    assert sorted(contents) == outcomes(found)
    by_id = ana.contents()
    assert contents == {item.name: by_id[item.id] for item in found if isinstance(item, Document)}
    assert [1, 2, 3, 4] == [item.entry for item in found if isinstance(item, Document)]
    assert () == ana.check().findings


def test_what_the_user_says_counts(ana: Sample, folder: Path) -> None:
    """Her title, kind, date, author, source and tags take the place of what the file says."""
    (folder / "a.txt").write_bytes(b"text")
    options = AddOptions(
        title="Ferritin", kind="lab", date="2026-03", author="Dr Lee", source="Lab", tags=("2026", "blood")
    )
    (found,) = add(ana, folder, options=options)
    assert isinstance(found, Document)
    assert ("Ferritin", "lab", "2026-03", "Dr Lee", "Lab", ("2026", "blood")) == (
        found.title,
        found.kind,
        found.date,
        found.author,
        found.source,
        found.tags,
    )
    assert [found] == ana.documents()


@pytest.mark.parametrize("tag", ["", " ", "a\nb"])
def test_tags_are_words(ana: Sample, folder: Path, tag: str) -> None:
    """A tag that nobody could see or type is refused, and nothing is added."""
    (folder / "a.txt").write_bytes(b"text")
    with pytest.raises(InvalidRequest) as caught:
        add(ana, folder, options=AddOptions(tags=("good", tag)))
    assert "bad_tag" == caught.value.code
    assert [] == ana.documents()


def test_the_same_content_is_stored_once(ana: Sample, folder: Path) -> None:
    """A duplicate is named by its own name and by the document that has its bytes, within a command and later."""
    (folder / "a.txt").write_bytes(b"same")
    (folder / "b.txt").write_bytes(b"same")
    (folder / "c.txt").write_bytes(b"other")
    first, second, third = (item for item in add(ana, folder) if isinstance(item, Document))
    assert (None, first.id, None) == (first.duplicate_of, second.duplicate_of, third.duplicate_of)
    assert ("b.txt", first.id) == (second.name, second.id)
    (again,) = ana.add(b"same")
    assert (first.id, "1.txt", first.entry) == (again.duplicate_of, again.name, again.entry)
    assert 2 == len(ana.documents())
    assert 2 * 4128 == ana.paths.pack(1).stat().st_size


def test_only_duplicates(ana: Sample) -> None:
    """A command that adds nothing new writes no entry."""
    ana.add(b"same")
    ana.add(b"same", b"same")
    with ana.open() as vault:
        assert 2 == vault.history.size


def test_the_others_go_on(ana: Sample, folder: Path) -> None:
    """What is no file, is not there or cannot be read is named where it stands; all others are added."""
    for name in ("a", "m", "z"):
        (folder / name).write_bytes(name.encode())
    os.mkfifo(folder / "b-fifo")
    (folder / "c-dangling").symlink_to("/nowhere")
    (folder / "d-loop").symlink_to("d-loop")
    (folder / "e-device").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "f-socket"))
        found = add(ana, folder, folder / "missing", Path("y" * 300))
    expected = ["a", "not_a_file", "unreadable", "unreadable", "not_a_file", "unreadable", "m", "z"]
    assert [*expected, "unreadable", "unreadable"] == outcomes(found)
    assert [b"z", b"m", b"a"] == list(ana.contents().values())
    assert () == ana.check().findings


def test_any_name_is_kept(ana: Sample, folder: Path) -> None:
    """A name with line ends, escapes or bytes that are no text is stored as text; nothing is lost but those."""
    for number, raw in enumerate((b"new\nline", b"\x1b]0;title\x07", b"bad \xff\xfe", "\u202eexe".encode())):
        (folder / os.fsdecode(raw)).write_bytes(b"%d" % number)
    found = add(ana, folder)
    assert {"new\nline", "\x1b]0;title\x07", "bad \ufffd\ufffd", "\u202eexe"} == set(outcomes(found))
    assert [item.name for item in ana.documents()][::-1] == outcomes(found)


def test_the_vault_in_the_folder(tmp_path: Path) -> None:
    """A vault inside the folder that is added is not added to itself."""
    ana = vaults.ana(tmp_path)
    (tmp_path / "a.txt").write_bytes(b"text")
    with ana.open():
        pass
    assert ["a.txt", ana.pin.name] == outcomes(add(ana, tmp_path))


@pytest.mark.parametrize("size", [WHOLE_BYTES - 1, WHOLE_BYTES, WHOLE_BYTES + 1, 17 * 1024 * 1024])
def test_large_files(ana: Sample, folder: Path, size: int) -> None:
    """A file that is not read at once, or has a pack to itself, comes back as it was, like its neighbours."""
    pattern = bytes(range(251))
    large = (pattern * (size // len(pattern) + 1))[:size]
    (folder / "a").write_bytes(b"before")
    (folder / "b").write_bytes(large)
    (folder / "c").write_bytes(b"after")
    add(ana, folder)
    assert [b"after", large, b"before"] == list(ana.contents().values())
    assert () == ana.check().findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Changing(InputFile):
    """A file that changes when half of it has been read."""

    change: bytes | None

    def open(self) -> "ChangingInput":
        """Open it."""
        source = InputFile.open(self)
        return ChangingInput(source, self.path or Path(), self.change)


class ChangingInput(OpenInput):
    """Writes to the file before its second read, or removes it."""

    def __init__(self, source: OpenInput, path: Path, change: bytes | None) -> None:
        super().__init__(source.file, str(path), source.size_bytes, source._mtime_ns)
        self._path, self._change, self._reads = path, change, 0

    def read(self, size: int, /) -> bytes:
        """Read, and change the file the first time."""
        data = super().read(size)
        self._reads += 1
        if self._reads == 1:
            if self._change is None:
                self._path.unlink()
            else:
                self._path.write_bytes(self._change)
        return data


@pytest.mark.parametrize("size", [100, WHOLE_BYTES + 100])
@pytest.mark.parametrize("change", [b"", b"short", b"x" * (WHOLE_BYTES + 200_000)], ids=len)
def test_a_file_that_changes_while_it_is_read(ana: Sample, folder: Path, size: int, change: bytes) -> None:
    """It is named and not added, with nothing of it left; the others are."""
    path = folder / "b"
    path.write_bytes(b"x" * size)
    os.utime(path, ns=(1, 1))
    inputs = [
        InputFile(name="a", data=b"before"),
        Changing(name="b", path=path, change=change),
        InputFile(name="c", data=b"after"),
    ]
    with ana.open(writing=True) as vault:
        found = list(add_documents(vault, inputs, PLAIN, now_ms=NOW_MS))
    assert ["a", "file_changed", "c"] == outcomes(found)
    assert [b"after", b"before"] == list(ana.contents().values())
    assert 2 * 4128 == ana.paths.pack(1).stat().st_size
    assert () == ana.check().findings


def test_a_file_that_vanishes(ana: Sample, folder: Path) -> None:
    """Before it is opened it is named; once open it is read to its end."""
    (folder / "a").write_bytes(b"gone")
    (folder / "b").write_bytes(b"open")
    found = list(collect([folder / "a"], ana.place.root))
    (folder / "a").unlink()
    with ana.open(writing=True) as vault:
        found = list(
            add_documents(
                vault, [*found, Changing(name="b", path=folder / "b", change=None)], PLAIN, now_ms=NOW_MS
            )
        )
    assert ["unreadable", "b"] == outcomes(found)
    assert [b"open"] == list(ana.contents().values())


def test_a_large_file_that_cannot_be_read(ana: Sample, folder: Path) -> None:
    """A fault of the disk is the file's failure, and the others go on."""
    path = folder / "b"
    path.write_bytes(bytes(WHOLE_BYTES + 1))

    class Failing(InputFile):
        """A file on a disk that fails."""

        def open(self) -> OpenInput:
            """Open it, and close what is below."""
            source = InputFile.open(self)
            source.file.close()
            source.file = Path("/proc/self/mem").open("rb", buffering=0)  # type: ignore[assignment]  # noqa: SIM115
            return source

    inputs = [InputFile(name="a", data=b"a"), Failing(name="b", path=path), InputFile(name="c", data=b"c")]
    with ana.open(writing=True) as vault:
        found = list(add_documents(vault, inputs, PLAIN, now_ms=NOW_MS))
    assert ["a", "unreadable", "c"] == outcomes(found)
    assert () == ana.check().findings


@pytest.mark.parametrize(
    "options", [AddOptions(title="\udcff"), AddOptions(title="x" * 70_000), AddOptions(tags=("t",) * 5000)]
)
def test_what_cannot_be_said(ana: Sample, options: AddOptions) -> None:
    """A description that no entry can hold is the file's failure, and leaves nothing behind."""
    with ana.open(writing=True) as vault:
        (found,) = add_documents(vault, [InputFile(name="a", data=b"x")], options, now_ms=NOW_MS)
    assert isinstance(found, Failure)
    assert [] == ana.documents()
    assert not ana.paths.pack(1).exists()
    assert () == ana.check().findings


@pytest.mark.parametrize(("place", "name"), [(module, "BATCH_BYTES"), (transaction, "MAX_ENTRIES")])
def test_a_long_command_keeps_what_is_done(
    ana: Sample, monkeypatch: pytest.MonkeyPatch, place: object, name: str
) -> None:
    """It is several transactions: what was reported is durable when the rest is not even read."""
    monkeypatch.setattr(place, name, 2)
    read: list[str] = []

    def inputs() -> Iterator[InputFile]:
        for number in range(7):
            read.append(f"{number}")
            yield InputFile(name=f"{number}", data=b"%d" % number)

    with ana.open(writing=True) as vault:
        running = add_documents(vault, inputs(), PLAIN, now_ms=NOW_MS)
        first = [next(running), next(running)]
        assert ["0", "1"] == outcomes(first) == read
        assert first[::-1] == list(list_documents(vault, EVERYTHING))
        next(running)
        running.close()
    assert ["3", "2", "1", "0"] == [item.name for item in ana.documents()]
    assert () == ana.check().findings


def test_what_is_not_committed_is_not_there(ana: Sample) -> None:
    """A command that is given up before its transaction ends adds nothing and leaves no file."""

    def inputs() -> Iterator[InputFile]:
        yield InputFile(name="a", data=b"a")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), ana.open(writing=True) as vault:
        list(add_documents(vault, inputs(), PLAIN, now_ms=NOW_MS))
    assert [] == ana.documents()
    assert ["orphans"] == [path.name for path in ana.paths.tmp.iterdir()]


@dataclass(frozen=True, slots=True)
class Watching:
    """An observer that remembers what it was told."""

    told: list[tuple[int, str]] = field(default_factory=list)

    def advance(self, amount_bytes: int, label: str) -> None:
        """Remember it."""
        self.told.append((amount_bytes, label))


def test_the_observer(ana: Sample, folder: Path) -> None:
    """It is told of every file with its size, of a failure with none."""
    watching = Watching()
    inputs = [InputFile(name="a", data=b"12345"), InputFile(name="b", path=folder), InputFile(name="c", data=b"1")]
    with ana.open(writing=True) as vault:
        list(add_documents(vault, inputs, PLAIN, now_ms=NOW_MS, observer=watching))
    assert [(5, "a"), (0, "b"), (1, "c")] == watching.told
