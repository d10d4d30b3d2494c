# SPDX-License-Identifier: Apache-2.0
"""A damaged vault on the command line: what is whole is shown and taken out, and everything says what is not."""

import json
import shutil
from pathlib import Path

import pytest
from people import Person


@pytest.fixture
def hurt(ana: Person) -> Person:
    """Ana's vault, in which a byte of the second document's entry is changed and the caches are gone."""
    segment = ana.vault / "journal" / "00000000.seg"
    content, at = bytearray(segment.read_bytes()), 0
    for _ in range(2):
        at += 4 + int.from_bytes(content[at : at + 4], "big")
    content[at + 200] ^= 1
    segment.write_bytes(content)
    for name in ("cache", "tree"):
        shutil.rmtree(ana.vault / name)
    return ana


def test_what_is_whole_is_shown(hurt: Person) -> None:
    """Listed, shown, read and logged, with warnings on standard error and exit code 0."""
    listed = hurt.hv("list", "--json")
    assert 2 == len(listed.objects)
    warnings = [json.loads(line)["message"] for line in listed.err.splitlines()]
    assert any("entry 2 (" in warning for warning in warnings)
    assert any("`hv check` names every fault" in warning for warning in warnings)
    for item in listed.objects:
        assert item["title"] == hurt.hv("show", item["id"], "--json").object["title"]
        hurt.hv("get", item["id"], "-o", hurt.home / item["id"])
    assert [4, 3, 1, 0] == [row["index"] for row in hurt.hv("log", "--json").objects]
    assert [4, 3, 1, 0] == [event["index"] for event in hurt.hv("audit", "--json").objects[1:]]
    assert hurt.hv("status", "--json").object["warnings"]


def test_nothing_is_written(hurt: Person) -> None:
    """Commands that write end with 13, and say what is wrong."""
    (hurt.home / "new.txt").write_text("new")
    before = {path: path.read_bytes() for path in hurt.vault.rglob("*") if path.is_file() and path.name != "lock"}
    assert "vault_damaged" == hurt.hv("add", "new.txt", "--json", exit=13).error["code"]
    assert before == {path: path.read_bytes() for path in before}


def test_the_audit_says_where_and_what_to_do(hurt: Person) -> None:
    """The entry by its file and number, with a hint."""
    report = hurt.hv("check", "--json", exit=13).object
    (finding,) = [item for item in report["findings"] if item["code"] == "bad_signature"]
    assert "journal/00000000.seg entry 2" == finding["where"]
    assert "backup" in finding["hint"]
    assert "journal/00000000.seg entry 2" in hurt.hv("check", exit=13).out


def test_an_export_goes_on(ana: Person) -> None:
    """A document whose object is damaged is named, the others are written: exit 3."""
    (pack,) = ana.vault.glob("objects/*/*.pack")
    content = bytearray(pack.read_bytes())
    content[100] ^= 1
    pack.write_bytes(content)
    folder = ana.home / "out"
    done = ana.hv("export", "--format", "files", "-o", folder, exit=3)
    assert ".pack: the object at 0 " in done.err
    assert 2 == len(done.out.splitlines()) == len((folder / "manifest.jsonl").read_text().splitlines())
    for form, lines in (("jsonl", 2), ("fhir", 1 + 2 * 2)):
        done = ana.hv("export", "--format", form, "--content", exit=3)
        assert lines == len(done.out.splitlines())
    assert 3 == len(ana.hv("export").out.splitlines())


def test_without_a_keyring(ana: Person) -> None:
    """Nothing opens, and the message says that only a copy of the keyring helps."""
    (ana.vault / "keyring").unlink()
    done = ana.hv("list", exit=13)
    assert "nothing opens without the keyring" in done.err
    report = ana.hv("check", "--json", "--locked", exit=13).object
    assert "keyring" in {item["where"] for item in report["findings"]}


def test_a_folder_of_backups_that_cannot_be_written(ana: Person, tmp_path: Path) -> None:
    """A copy without caches in a folder that may not be changed is read all the same."""
    copy = tmp_path / "copy"
    shutil.copytree(ana.vault, copy)
    for name in ("cache", "tree", "tmp"):
        shutil.rmtree(copy / name)
    for path in (copy, *copy.rglob("*")):
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        assert 3 == len(ana.hv("--vault", copy, "list", "--json").objects)
    finally:
        for path in (copy, *copy.rglob("*")):
            if path.is_dir():
                path.chmod(0o700)
