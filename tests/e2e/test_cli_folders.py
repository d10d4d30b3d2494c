# SPDX-License-Identifier: Apache-2.0
"""A CD of images and other folders as one document each, through the installed program."""

import json
import shutil
from pathlib import Path

from jsonschema import Draft202012Validator
from people import Person

from tests.cds import write_cd

SCHEMA = Path(__file__).resolve().parents[2] / "docs" / "schemas" / "document.json"


def test_a_cd_from_hospital_to_colleague(ana: Person, lee: Person) -> None:
    """Added without an option, shown with its files, written out whole or in part, shared and opened."""
    cd = ana.home / "cd"
    cd.mkdir()
    write_cd(cd)
    added = ana.hv("add", "cd", "--json").object
    assert ("dicom", "Knee left", "2026-11-20") == (added["kind"], added["title"], added["date"])
    shown = ana.hv("show", added["id"], "--json").object
    Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(shown)
    names = [part["name"] for part in shown["parts"]]
    assert ["DICOMDIR", "README.TXT"] == names[:2]
    assert sum(part["size_bytes"] for part in shown["parts"]) == shown["size_bytes"]
    assert "README.TXT" in ana.hv("show", added["id"]).out

    ana.hv("get", added["id"], "-o", "again")
    for name in names:
        assert (cd / name).read_bytes() == (ana.home / "again" / name).read_bytes()
    assert (cd / "README.TXT").read_bytes() == ana.hv("get", added["id"], "--part", "README.TXT").raw
    ana.hv("get", added["id"], "--part", 0, "-o", "list.bin")
    assert (cd / "DICOMDIR").read_bytes() == (ana.home / "list.bin").read_bytes()
    assert "part_needed" == ana.hv("get", added["id"], "--json", exit=1).error["code"]
    assert "unsafe_output" == ana.hv("get", added["id"], "-o", "again", "--json", exit=1).error["code"]
    assert added["id"] == ana.hv("add", "again", "--json").object["duplicate_of"]

    ana.hv("share", added["id"], "--to", "Dr Lee", "--purpose", "treatment", "-o", lee.home / "knee.hvb", "--yes")
    opened = lee.hv("open", "knee.hvb", "-o", "out", "--accept", "unknown_signer", "--json").object
    for name in names:
        assert (cd / name).read_bytes() == (
            Path(opened["path"]) if Path(opened["path"]).is_absolute() else lee.home / opened["path"]
        ).joinpath(name).read_bytes()


def test_any_folder_if_told(ana: Person) -> None:
    """With --one a folder of letters is one document, without it one each; a link that leads out is refused."""
    folder = ana.home / "letters"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.txt").write_text(f"letter {number}")
    one = ana.hv("add", "--one", "letters", "--json").object
    assert ("folder", "letters", 24) == (one["kind"], one["title"], one["size_bytes"])
    assert "parts\t1\t1.txt\ttext/plain\t8" in ana.hv("show", one["id"]).out
    assert [one["id"]] * 3 == [row["duplicate_of"] for row in ana.hv("add", "letters", "--json").objects]
    shutil.copytree(folder, ana.home / "more")
    (ana.home / "more" / "out").symlink_to(ana.home / "note.txt")
    assert "leads out" in ana.hv("add", "--one", "more", exit=3).err
    ana.hv("check", "--deep")


def test_images_one_by_one(ana: Person) -> None:
    """A DICOM file alone is described by what it says; a damaged one is added under its name."""
    cd = ana.home / "cd"
    cd.mkdir()
    write_cd(cd, images=1)
    image = next(path for path in sorted(cd.rglob("*")) if path.is_file() and path.parent != cd)
    shutil.copy(image, ana.home / "one.dcm")
    (ana.home / "two.dcm").write_bytes(bytes(128) + b"DICM" + b"\xff" * 200)
    one, two = ana.hv("add", "one.dcm", "two.dcm", "--json").objects
    assert ("MR: Knee left", "St Mary") == (one["title"], one["source"])
    assert ("two", "dicom") == (two["title"], two["kind"])


def test_somebody_elses_cd(ana: Person) -> None:
    """Once she said who she is, a CD of another patient is not stored unless she says so; her own is."""
    ana.hv("id", "add", "name", "Ana Silva")
    ana.hv("id", "add", "birth-date", "1980-02-29")
    for name, patient in (("mine", "Silva^Ana"), ("other", "Kim^Jo")):
        (ana.home / name).mkdir()
        write_cd(ana.home / name, patients=(patient,))
    assert ana.hv("add", "mine", "--json").object["identity"] is not None
    assert "other_person" in ana.hv("add", "other", "--json", exit=3).err
    assert 1 == len(ana.hv("list", "--type", "dicom", "--json").objects)
    ana.hv("add", "other", "--accept", "other_person")
    assert 2 == len(ana.hv("list", "--type", "dicom", "--json").objects)
