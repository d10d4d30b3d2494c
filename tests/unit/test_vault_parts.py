# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.parts and sealing: documents of several files, from a folder to the end."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from healthvault.errors import InvalidRequest, NotFound
from healthvault.records.fhir_out import Owner
from healthvault.records.statements import Item
from healthvault.sandbox.reader import Sandbox
from healthvault.storage.document_rows import DocumentRows, Filter
from healthvault.storage.inputs import InputFile, InputFolder, collect
from healthvault.vault import sealing
from healthvault.vault.add import AddOptions, add_documents
from healthvault.vault.contents import opened_contents, statements_of, unread
from healthvault.vault.erase import erase_documents
from healthvault.vault.export import export_contents, export_files
from healthvault.vault.export_fhir import export_fhir
from healthvault.vault.export_parsed import Mapping, parsed_resources
from healthvault.vault.parts import files_of, part_number, with_parts, write_files
from healthvault.vault.read import document_bytes, find_document
from healthvault.vault.receive import import_bundle, open_bundle
from healthvault.vault.views import Document, Failure
from tests import vaults
from tests.cds import write_cd
from tests.media import dicom
from tests.vaults import EVERYTHING, NOW_MS, PLAIN, Sample

FILES = {"a.txt": b"first", "b/c.txt": b"second", "b/d e.txt": b"third"}


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """Her vault."""
    return vaults.ana(tmp_path)


def write(folder: Path, files: dict[str, bytes]) -> Path:
    """Write files below a folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def added(ana: Sample, *paths: Path, as_one: bool = True) -> Sequence[Document | Failure]:
    """Add what the paths name."""
    with ana.open(writing=True) as vault:
        inputs = collect(paths, ana.place.root, as_one=as_one)
        return list(add_documents(vault, inputs, AddOptions(), now_ms=NOW_MS))


def one(ana: Sample, folder: Path, files: dict[str, bytes] | None = None) -> Document:
    """Add a folder as one document."""
    (found,) = added(ana, write(folder, FILES if files is None else files))
    assert isinstance(found, Document)
    return found


def written(folder: Path) -> dict[str, bytes]:
    """Return what lies below a folder."""
    return vaults.snapshot(folder)


# --- adding ---


def test_a_folder_is_one_document(ana: Sample, tmp_path: Path) -> None:
    """Its name is the title, its size that of all files, and each file a part by its path."""
    found = one(ana, tmp_path / "knee.2026")
    assert ("folder", "knee.2026", 16) == (found.kind, found.title, found.size_bytes)
    with ana.open() as vault:
        parts = with_parts(vault, found).parts
        assert list(FILES) == [part.name for part in parts]
        assert [0, 1, 2] == [part.number for part in parts]
        assert list(FILES.values()) == [document_bytes(vault, found, part=part.number) for part in parts]
    assert ((), 1) == (ana.faults(), len(ana.documents()))


def test_a_cd_is_one_document_by_itself(ana: Sample, tmp_path: Path) -> None:
    """With its DICOMDIR it needs no option, and is described by that and by its first image."""
    (tmp_path / "cds" / "cd1").mkdir(parents=True)
    write_cd(tmp_path / "cds" / "cd1")
    found, letter = added(ana, write(tmp_path / "cds", {"letter.txt": b"Dear Ana"}), as_one=False)
    assert isinstance(found, Document)
    assert isinstance(letter, Document)
    assert ("dicom", "Knee left", "2026-11-20") == (found.kind, found.title, found.date)
    assert ("St Mary", "imaging", "text") == (found.source, found.category, letter.kind)


def test_the_same_files_are_a_duplicate(ana: Sample, tmp_path: Path) -> None:
    """Whatever the names; one file more is another document, and one of them alone is there already."""
    first = one(ana, tmp_path / "one")
    renamed = {f"x{number}": data for number, data in enumerate(FILES.values())}
    assert first.id == one(ana, tmp_path / "two", renamed).duplicate_of
    assert one(ana, tmp_path / "three", {**FILES, "z": b"more"}).duplicate_of is None
    assert one(ana, tmp_path / "four", dict(list(FILES.items())[:2])).duplicate_of is None
    (alone,) = added(ana, tmp_path / "one" / "a.txt")
    assert isinstance(alone, Document)
    assert alone.duplicate_of is not None


def test_twice_in_one_command(ana: Sample, tmp_path: Path) -> None:
    """The second folder of the same files, and a file of it, are duplicates of the first."""
    write(tmp_path / "one", FILES)
    write(tmp_path / "two", FILES)
    first, *others = added(ana, tmp_path / "one", tmp_path / "two", tmp_path / "one" / "a.txt")
    assert isinstance(first, Document)
    assert [first.id] * 2 == [other.duplicate_of for other in others if isinstance(other, Document)]


def test_a_link_that_leads_out_keeps_it_out(ana: Sample, tmp_path: Path) -> None:
    """Nothing outside is taken along, and nothing is left out silently; a link inside is a file."""
    (tmp_path / "secret").write_bytes(b"not mine to give")
    folder = write(tmp_path / "one", FILES)
    (folder / "inner").symlink_to(folder / "a.txt")
    (found,) = added(ana, folder)
    assert isinstance(found, Document)
    (folder / "out").symlink_to(tmp_path / "secret")
    (failed,) = added(ana, folder)
    assert isinstance(failed, Failure)
    assert "not_a_file" == failed.error.code
    assert 1 == len(ana.documents())


def test_a_file_that_cannot_be_read_keeps_it_out(ana: Sample, tmp_path: Path) -> None:
    """All or nothing; the others of the command are added, and the vault is whole."""
    folder, letter = write(tmp_path / "one", FILES), write(tmp_path / "two", {"x": b"y"})
    (folder / "broken").symlink_to(folder / "nowhere")
    failed, found = added(ana, folder, letter)
    assert isinstance(failed, Failure)
    assert isinstance(found, Document)
    assert ((), 1) == (ana.faults(), len(ana.documents()))


def test_an_empty_folder(ana: Sample, tmp_path: Path) -> None:
    """It is no document."""
    (tmp_path / "empty").mkdir()
    (failed,) = added(ana, tmp_path / "empty")
    assert isinstance(failed, Failure)


def test_more_files_than_one_document_holds(ana: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They become several documents, which written to one place are the folder again."""
    monkeypatch.setattr(sealing, "MAX_FILES", 2)
    folder = write(tmp_path / "one", FILES)
    documents = [item for item in added(ana, folder) if isinstance(item, Document)]
    assert ["one (1 of 2)", "one (2 of 2)"] == [item.title for item in documents]
    with ana.open() as vault:
        for item in documents:
            write_files(vault, item, tmp_path / "out")
    assert FILES == written(tmp_path / "out")
    assert all(item.duplicate_of for item in added(ana, folder) if isinstance(item, Document))


def test_as_many_files_as_an_entry_has_room_for(ana: Sample, tmp_path: Path) -> None:
    """However long their names are: an entry ends at 64 KiB, and no file is lost over it."""
    for name_chars in (1, 100, 250):
        names = [f"{number:04}".ljust(name_chars, "x") for number in range(600)]
        files = tuple(InputFile(name=name, data=f"{name_chars} {name}".encode()) for name in names)
        folder = InputFolder(name="many", shown="many", files=files, has_directory=False)
        with ana.open(writing=True) as vault:
            found = list(add_documents(vault, [folder], AddOptions(), now_ms=NOW_MS))
            parts = [part.name for item in found if isinstance(item, Document) for part in files_of(vault, item)]
        assert names == parts
    assert () == ana.faults()


def test_labels_hold_for_the_whole(ana: Sample, tmp_path: Path) -> None:
    """One sensitive file makes the document sensitive."""
    marked = b'{"resourceType":"Condition","meta":{"security":[{"code":"PSY"}]}}'
    found = one(ana, tmp_path / "one", {"a.json": marked, "b.txt": b"harmless"})
    assert (("mental-health",), "other") == (found.sensitivity, found.category)


# --- out again ---


def test_all_files_into_a_folder(ana: Sample, tmp_path: Path) -> None:
    """Each under its path; nothing is overwritten, and then nothing is written."""
    found = one(ana, tmp_path / "one")
    with ana.open() as vault:
        told = write_files(vault, found, tmp_path / "out")
        assert [str(tmp_path / "out" / name) for name in FILES] == [part.path for part in told.parts]
        assert FILES == written(tmp_path / "out")
        (tmp_path / "out" / "a.txt").unlink()
        with pytest.raises(InvalidRequest) as caught:
            write_files(vault, found, tmp_path / "out")
    assert "unsafe_output" == caught.value.code
    assert not (tmp_path / "out" / "a.txt").exists()


def test_names_that_lead_out(ana: Sample, tmp_path: Path) -> None:
    """Whatever a part is called, it lands in the folder, under a name of its own."""
    names = ["../../evil", "/etc/passwd", "..\\up", "con", "A.txt", "a.txt", "a.txt/inner", ""]
    files = tuple(InputFile(name=name, data=b"%d" % number) for number, name in enumerate(names))
    folder = InputFolder(name="odd", shown="odd", files=files, has_directory=False)
    with ana.open(writing=True) as vault:
        (found,) = add_documents(vault, [folder], AddOptions(), now_ms=NOW_MS)
        assert isinstance(found, Document)
        write_files(vault, found, tmp_path / "deep" / "out")
    there = written(tmp_path / "deep" / "out")
    assert sorted(b"%d" % number for number in range(len(names))) == sorted(there.values())
    assert ["ana", "ana-state", "deep"] == sorted(path.name for path in tmp_path.iterdir())
    assert {"evil", "etc/passwd", "up", "document"} <= there.keys()


def test_one_part_by_number_or_name(ana: Sample, tmp_path: Path) -> None:
    """Without either, a document of several files has to be asked which."""
    found = one(ana, tmp_path / "one", {**FILES, "7": b"seven"})
    with ana.open() as vault:
        assert 0 == part_number(vault, found, "7")
        assert 3 == part_number(vault, found, "3") == part_number(vault, found, "b/d e.txt")
        for asked, error, code in (
            (None, InvalidRequest, "part_needed"),
            ("4", NotFound, "not_found"),
            ("nothing", NotFound, "not_found"),
        ):
            with pytest.raises(error) as caught:
                part_number(vault, found, asked)
            assert code == caught.value.code


def test_exports(ana: Sample, tmp_path: Path) -> None:
    """Files in a folder of their own, and all bytes in the lines for other programs."""
    found = one(ana, tmp_path / "one")
    with ana.open() as vault:
        (told,) = export_files(vault, tmp_path / "out", EVERYTHING)
        (carried,) = export_contents(vault, EVERYTHING)
        rows = list(export_fhir(vault, EVERYTHING, with_content=True))
    assert isinstance(told, Document)
    assert f"folder/{found.id[2:10]}-one" == told.path
    assert FILES == written(tmp_path / "out" / (told.path or ""))
    assert all((tmp_path / "out" / (part.path or "")).is_file() for part in told.parts)
    assert not isinstance(carried, Failure)
    assert tuple(FILES.values()) == carried[1]
    (reference,) = [
        row for row in rows if not isinstance(row, Failure) and row["resourceType"] == "DocumentReference"
    ]
    contents = reference["content"]
    assert isinstance(contents, list)
    assert list(FILES) == [item["attachment"]["title"] for item in contents]  # type: ignore[index,call-overload]


def test_erased(ana: Sample, tmp_path: Path) -> None:
    """All its files are gone, and the vault is whole."""
    found = one(ana, tmp_path / "one")
    with ana.open(writing=True) as vault:
        erase_documents(vault, (found,), reason=None, now_ms=NOW_MS)
        gone = find_document(vault, found.id)
        assert () == files_of(vault, gone)
        with pytest.raises(InvalidRequest) as caught:
            write_files(vault, gone, tmp_path / "out")
    assert "erased" == caught.value.code
    assert () == ana.faults()


# --- to somebody else ---


def test_shared_opened_and_kept(tmp_path: Path) -> None:
    """The reader gets a folder with the same names, and keeps one document with the same parts; twice is once."""
    ana, lee = vaults.pair(tmp_path)
    found = one(ana, tmp_path / "one")
    alone = ana.add(b"alone")
    ana.share(tmp_path / "visit.hvb", [found, *alone])
    item = InputFile(name="visit.hvb", path=tmp_path / "visit.hvb")
    with lee.open(writing=True) as vault:
        _, opened = open_bundle(vault, lee.place, item, tmp_path / "out", PLAIN, now_ms=NOW_MS)
        assert ["one", "1.txt"] == [Path(document.path or "").name for document in opened]
        assert list(FILES) == [part.name for part in opened[0].parts]
        _, kept = import_bundle(vault, item, PLAIN, now_ms=NOW_MS)
        assert list(FILES) == [part.name for part in files_of(vault, kept[0])]
        assert 4 == len(with_parts(vault, kept[0]).parts)
        _, again = import_bundle(vault, item, PLAIN, now_ms=NOW_MS)
        assert [document.id for document in kept] == [document.duplicate_of for document in again]
    assert {**{f"one/{name}": data for name, data in FILES.items()}, "1.txt": b"alone"} == written(
        tmp_path / "out"
    )
    assert () == lee.faults()


def test_a_part_does_not_stand_for_the_whole(tmp_path: Path) -> None:
    """Who has one of the files already still gets the document, and the other way round."""
    ana, lee = vaults.pair(tmp_path)
    lee.add(FILES["a.txt"])
    found = one(ana, tmp_path / "one")
    ana.share(tmp_path / "visit.hvb", [found])
    with lee.open(writing=True) as vault:
        item = InputFile(name="visit.hvb", path=tmp_path / "visit.hvb")
        _, (kept,) = import_bundle(vault, item, PLAIN, now_ms=NOW_MS)
        assert kept.duplicate_of is None
    assert 2 == len(lee.documents())


# --- what it says ---


def test_a_part_that_cannot_be_read_costs_itself(ana: Sample, tmp_path: Path) -> None:
    """The others are read, each under its name, and the document says what failed."""
    files = {"a.pdf": b"%PDF-1.4 nothing", "b.dcm": dicom(PatientName="Silva^Ana"), "c.txt": b"words of the last"}
    found = one(ana, tmp_path / "one", files)
    with ana.open() as vault, opened_contents(vault) as contents:
        (state,) = unread(contents)
        assert ("reader_failed", (found.entry,)) == (state.code, state.entries)
        query = "select place, words from passage where seq = ?"
        told = dict(contents.connection.execute(query, (found.entry,)).fetchall())
    assert "words of the last" == told["c.txt/line 1"]
    assert any(place.startswith("b.dcm/") for place in told)


def test_persons_of_several_files_are_numbered_through(ana: Sample, tmp_path: Path) -> None:
    """Whoever asks for items alone gets them with the numbers that the index has."""
    head = "MSH|^~\\&|A|B|||2024||ORU^R01|1|P|2.5"
    files = {
        f"{name}.hl7": f"{head}\rPID|1||{name}^^^C&1.2.3&ISO||{name}\rAL1|1|DA|^Of {name}\r".encode()
        for name in ("eve1", "bob2")
    }
    folder = collect([write(tmp_path / "two", files)], ana.place.root, as_one=True)
    with ana.open(writing=True) as vault, Sandbox() as sandbox:
        (found,) = add_documents(vault, folder, AddOptions(), now_ms=NOW_MS)
        assert isinstance(found, Document)
        row = DocumentRows(vault.catalogue).at(found.entry)
        assert row is not None
        stated = statements_of(vault, sandbox, row, ("item",))
        subjects = {each.title: each.subject for each in stated if isinstance(each, Item)}
    assert {"Of bob2": 0, "Of eve1": 1} == {title: subjects[title] for title in ("Of bob2", "Of eve1")}


def test_what_several_files_say_goes_out_as_fhir(ana: Sample, tmp_path: Path) -> None:
    """Like what one file says: word for word, and once, though it could be read out of the words too."""
    resource = b'{"resourceType":"Observation","id":"o1","status":"final","code":{"text":"Ferritin"}}'
    folder = collect([write(tmp_path / "two", {"a.json": resource, "b.txt": b"x"})], ana.place.root, as_one=True)
    mappings: list[Mapping] = []
    with ana.open(writing=True) as vault:
        (found,) = add_documents(vault, folder, AddOptions(), now_ms=NOW_MS)
        lines = list(parsed_resources(vault, Filter(kind="folder"), Owner(vault="c_1", name="Ana"), mappings))
    assert isinstance(found, Document)
    assert [resource.decode()] == lines
    assert [(found.id, 1, 0)] == [(each.document, each.mapped, each.not_mapped) for each in mappings]
