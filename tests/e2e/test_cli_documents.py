# SPDX-License-Identifier: Apache-2.0
"""Documents in and out."""

import base64
import json
import os

import pytest
from people import FHIR, Person

from healthvault.cli import opening
from healthvault.cli.clock import now_ms
from healthvault.cli.main import run


def test_added_files_are_recognised_and_come_back_as_they_were(ana: Person) -> None:
    """Kind, title and date come from the file; the bytes are the same."""
    lab, note, scan = reversed(ana.hv("list", "--json").objects)
    assert ["fhir", "text", "pdf"] == [row["kind"] for row in (lab, note, scan)]
    assert ("Observation: Ferritin", "2026-03-01", ["2026"]) == (lab["title"], lab["date"], lab["tags"])
    assert (ana.home / "scan.pdf").read_bytes() == ana.hv("get", scan["id"]).raw
    ana.hv("get", scan["id"], "-o", "out.pdf")
    assert (ana.home / "scan.pdf").read_bytes() == (ana.home / "out.pdf").read_bytes()
    assert 0o600 == (ana.home / "out.pdf").stat().st_mode & 0o777


def test_what_the_user_says_outranks_the_file(ana: Person) -> None:
    """Title, type, date, author and source can be told."""
    (ana.home / "more.json").write_text(json.dumps({**FHIR, "id": "2"}))
    said = {"title": "Iron", "kind": "lab", "date": "2026-04", "author": "St Mary's", "source": "portal"}
    options = [word for name, value in said.items() for word in ("--" + name.replace("kind", "type"), value)]
    added = ana.hv("add", "more.json", *options, "--tag", "a", "--tag", "b", "--json").object
    assert {**said, "tags": ["a", "b"]} == {name: added[name] for name in (*said, "tags")}
    shown = ana.hv("show", added["id"], "--json").object
    assert added.pop("identity") is None
    assert added == {name: shown[name] for name in added}


def test_a_duplicate_is_named_not_stored(ana: Person) -> None:
    """Its id is that of the document that holds the bytes already."""
    (ana.home / "copy.txt").write_bytes((ana.home / "note.txt").read_bytes())
    again = ana.hv("add", "copy.txt", "--json").object
    assert again["id"] == again["duplicate_of"] == ana.ids()[1]
    assert "copy.txt" == again["name"]
    assert 3 == len(ana.ids())


def test_stdin_is_a_file_with_a_name(ana: Person) -> None:
    """`-` reads the pipe."""
    added = ana.hv("add", "-", "--name", "x-ray.pdf", "--json", stdin=b"%PDF-1.4 x").object
    assert ("x-ray.pdf", "pdf") == (added["name"], added["kind"])
    assert b"%PDF-1.4 x" == ana.hv("get", added["id"]).raw


def test_folders_are_walked_and_bad_files_named(ana: Person) -> None:
    """What cannot be taken is named, the rest is added, and the exit is 3."""
    folder = ana.home / "in" / "deeper"
    folder.mkdir(parents=True)
    (folder / "one.txt").write_text("one")
    (folder.parent / "two.txt").write_text("two")
    os.mkfifo(folder / "pipe")
    done = ana.hv("add", "in", "missing.pdf", "--json", exit=3)
    assert ["one.txt", "two.txt"] == [row["name"] for row in done.objects]
    errors = [json.loads(line) for line in done.err.splitlines()]
    assert [("not_a_file", 1), ("unreadable", 1), ("partly_done", 3)] == [(e["code"], e["exit"]) for e in errors]
    assert ["in/deeper/pipe", "missing.pdf", None] == [error.get("file") for error in errors]
    assert "error: missing.pdf: No such file or directory\n" in ana.hv("add", "missing.pdf", exit=3).err


def test_the_vault_does_not_swallow_itself(ana: Person) -> None:
    """Adding the home folder leaves the vault's own folder out."""
    ana.hv("add", ".")
    assert not [row for row in ana.hv("list", "--json").objects if row["name"] in {"keyring", "checkpoint"}]


def test_ids_may_be_shortened_to_four_characters(ana: Person) -> None:
    """With or without the letter; too short, unknown and ambiguous ones are exit 5."""
    whole = ana.ids()[0]
    for short in (whole[:6], whole[2:6], whole.upper()):
        assert whole == ana.hv("show", short, "--json").object["id"]
    for wrong, code in ((whole[:5], "not_found"), ("d_aaaaaaaaaaaa", "not_found"), ("d_!!!!", "not_found")):
        assert code == ana.hv("show", wrong, "--json", exit=5).error["code"]


def test_lists_are_rows_in_a_pipe(ana: Person) -> None:
    """Tab-separated, whole ids, no header, newest first."""
    rows = [line.split("\t") for line in ana.hv("list").out.splitlines()]
    assert [["note.txt"], ["lab.json"]] == [row[7:8] for row in rows[1:]]
    assert {11} == {len(row) for row in rows}
    assert ana.ids() == [row[0] for row in reversed(rows)]


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (("--type", "pdf"), ["scan.pdf"]),
        (("--tag", "2026", "--limit", "1"), ["scan.pdf"]),
        (("--tag", "20"), []),
        (("--since", "2026-03-01"), ["lab.json"]),
        (("--since", "2026-03-02"), []),
        (("--until", "2026-03-01"), ["lab.json"]),
        (("--until", "1y"), []),
        (("--author", "nobody"), []),
    ],
)
def test_lists_are_filtered(ana: Person, options: tuple[str, ...], names: list[str]) -> None:
    """By type, tag, date and author; a day is included."""
    assert names == [row["name"] for row in ana.hv("list", "--json", *options).objects]


def test_a_file_that_is_there_is_not_overwritten(ana: Person) -> None:
    """Nor is a link followed, nor a half-written file left behind."""
    before = (ana.home / "note.txt").read_bytes()
    (ana.home / "link").symlink_to("target")
    for name in ("note.txt", "link", "no/such/folder"):
        assert ana.hv("get", ana.ids()[0], "-o", name, "--json", exit=1).error["code"] in {
            "unsafe_output",
            "io_error",
        }
    assert before == (ana.home / "note.txt").read_bytes()
    assert not (ana.home / "target").exists()
    assert not list(ana.home.glob("*.partial"))


def test_a_document_can_be_read_into_nothing(ana: Person) -> None:
    """`-o /dev/null` reads and verifies all of it."""
    ana.hv("get", ana.ids()[0], "-o", "/dev/null")


def test_stdout_of_get_is_the_document_alone(ana: Person) -> None:
    """`-o -` and no -o are the same, also unchecked on demand; a part that is not there is exit 5."""
    note = ana.ids()[1]
    for options in ((), ("-o", "-"), ("--unsafe-stream",)):
        assert b"first line\nsecond line\n" == ana.hv("get", note, *options).raw
    assert "not_found" == ana.hv("get", note, "--part", "1", "--json", exit=5).error["code"]


def test_the_log_shows_what_happened_to_whom_unlocking(ana: Person) -> None:
    """Newest first; locked, everything but key events is sealed."""
    entries = ana.hv("log", "--json").objects
    assert ["contact.pin", "doc.add", "doc.add", "doc.add"] == [entry["kind"] for entry in entries[:4]]
    assert [4, 3, 2, 1, 0] == [entry["index"] for entry in entries]
    assert ana.ids() == [entry["id"] for entry in entries[3:0:-1]]
    locked = Person(home=ana.home).hv("log", "--json", "-n", "2").objects
    assert [("sealed", None), ("sealed", None)] == [(entry["kind"], entry["id"]) for entry in locked]


def test_export_lines_are_the_list_with_bytes_on_demand(ana: Person) -> None:
    """JSON lines by default, whatever the shape of the output."""
    assert ana.hv("list", "--json").objects == ana.hv("export").objects
    carried = ana.hv("export", "--content", "--type", "text").object
    assert (ana.home / "note.txt").read_bytes() == base64.b64decode(carried["content"])
    ana.hv("export", "-o", "all.jsonl")
    assert 3 == len((ana.home / "all.jsonl").read_text().splitlines())
    ana.hv("export", "-o", "all.jsonl", exit=1)


def test_export_files_are_the_originals_with_a_manifest(ana: Person) -> None:
    """Each line of the manifest names a file whose bytes are those that went in."""
    ana.hv("export", "--format", "files", "-o", "everything")
    lines = [json.loads(line) for line in (ana.home / "everything/manifest.jsonl").read_text().splitlines()]
    assert {"lab.json", "note.txt", "scan.pdf"} == {line["name"] for line in lines}
    for line in lines:
        assert (ana.home / line["name"]).read_bytes() == (ana.home / "everything" / line["path"]).read_bytes()


def test_export_fhir_is_a_resource_a_line(ana: Person) -> None:
    """The patient, then documents with their provenance, then what they say; the bytes on demand."""
    plain = ana.hv("export", "--format", "fhir").objects
    about = ["DocumentReference", "Provenance"] * 3
    assert ["Patient", *about, "Observation"] == [row["resourceType"] for row in plain]
    _, carried, _ = ana.hv("export", "--format", "fhir", "--content", "--type", "text").objects
    data = carried["content"][0]["attachment"]["data"]
    assert (ana.home / "note.txt").read_bytes() == base64.b64decode(data)


def test_a_clock_far_off_needs_a_word(
    ana: Person, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a clock more than 400 days ahead nothing is written unless `--clock-ok` says that it is right."""
    for name, value in ana.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(ana.home)
    monkeypatch.setattr(opening, "now_ms", lambda: now_ms() + 401 * 86_400_000)
    assert 1 == run(["add", "own.hvcard", "--json"])
    assert "clock_suspicious" == json.loads(capsys.readouterr().err)["code"]
    assert 0 == run(["add", "own.hvcard", "--clock-ok"])
    assert 0 == run(["list"])
