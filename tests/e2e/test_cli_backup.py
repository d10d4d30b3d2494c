# SPDX-License-Identifier: Apache-2.0
"""`hv backup` and `hv restore`, as people run them; and backups taken while somebody adds documents."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from people import HV, PASSPHRASE, Person, new_person
from test_cli_json import check

ADDED = 12


def locked(person: Person) -> Person:
    """Return the same person with nothing that opens the vault: a timer at night."""
    return Person(home=person.home)


def elsewhere(person: Person, tmp_path: Path) -> Person:
    """Return the person at another computer: with a key file, without vault and memory."""
    home = tmp_path / "elsewhere"
    home.mkdir()
    shutil.copy(person.home / "key", home / "key")
    return Person(home=home, variables={"HV_KEY_FILE": str(home / "key")})


def test_a_backup_needs_no_secret(ana: Person) -> None:
    """Made, listed, and brought up to now by somebody who cannot open it."""
    night = locked(ana)
    check(night.hv("backup", "copy", "--json").objects, "backup")
    check(night.hv("backup", "ana.hvbackup", "--json").objects, "backup")
    ana.hv("add", "-", "--name", "new.txt", stdin=b"new")
    listed = night.hv("backup", "--list", "--json").objects
    check(listed, "backup", "backup")
    assert [("copy", 1), ("ana.hvbackup", 1)] == [(Path(row["path"]).name, row["behind"]) for row in listed]
    assert 0 == night.hv("backup", "copy", "--json").object["behind"]
    assert "copy\t" in night.hv("backup", "--list").out.splitlines()[-1].replace(str(ana.home) + "/", "")
    night.hv("backup", "--forget", "copy")
    assert 1 == len(night.hv("backup", "--list").out.splitlines())
    assert "not_found" == night.hv("backup", "--forget", "copy", "--json", exit=5).error["code"]


def test_what_to_back_up_to_must_be_said(ana: Person) -> None:
    """Nothing, or two things at once, is wrong usage."""
    for arguments in ((), ("--list", "x"), ("--list", "--drill"), ("--forget",)):
        ana.hv("backup", *arguments, exit=2)
    ana.hv("restore", exit=2)


def test_a_suffix_makes_a_file(ana: Person) -> None:
    """Or a file or folder that is there already."""
    for name in ("one.hvbackup", "two"):
        ana.hv("backup", name)
        ana.hv("backup", name)
        assert ("hvbackup" in name) == (ana.home / name).is_file()
    (ana.home / "three.hvbackup").mkdir()
    ana.hv("backup", "three.hvbackup")
    assert (ana.home / "three.hvbackup" / "backup").is_file()


@pytest.mark.parametrize("form", ["copy", "ana.hvbackup"])
def test_a_restored_vault_on_another_computer(ana: Person, tmp_path: Path, form: str) -> None:
    """The same documents under the same ids; the key file opens it, and it can be added to."""
    ana.hv("backup", form)
    new = elsewhere(ana, tmp_path)
    done = new.hv("restore", ana.home / form, "--json")
    check(done.objects, "vault")
    assert (5, False, "") == (done.object["entries"], done.object["unlocked"], done.err)
    assert (3, "Ana Silva") == tuple(new.hv("status", "--json").object[key] for key in ("documents", "name"))
    assert ana.ids() == new.ids()
    assert ana.hv("get", ana.ids()[0]).raw == new.hv("get", ana.ids()[0]).raw
    new.hv("add", "-", "--name", "new.txt", stdin=b"new")
    new.hv("check", "--deep")
    assert "vault_exists" == new.hv("restore", ana.home / form, "--json", exit=1).error["code"]


def test_an_older_copy_says_what_comes_next(ana: Person) -> None:
    """It can be read; `hv key restart` goes on from it."""
    ana.hv("backup", "copy")
    ana.hv("add", "-", "--name", "new.txt", stdin=b"new")
    done = ana.hv("--vault", "old", "restore", "copy")
    assert "entries\t5\n" in done.out
    assert "it opens by what opened the vault when the backup was made" in done.err
    assert "older than what this machine has seen (5 entries, 6 were seen)" in done.err
    assert "hv key restart" in done.err
    ana.hv("--vault", "old", "list")
    assert "vault_rolled_back" == ana.hv("--vault", "old", "add", "note.txt", "--json", exit=13).error["code"]


def test_a_drill_changes_nothing(ana: Person) -> None:
    """The newest backup, or the one that is named; 13 with the place if something is wrong."""
    assert "not_found" == ana.hv("backup", "--drill", "--json", exit=5).error["code"]
    ana.hv("backup", "copy")
    state = ana.home / ".local" / "state"
    before = {path: path.read_bytes() for path in state.rglob("*") if path.is_file()}
    done = ana.hv("backup", "--drill", "--json")
    check(done.objects, "drill")
    assert (True, 3) == (done.object["ok"], len(set(done.object["opened"])))
    assert before == {path: path.read_bytes() for path in state.rglob("*") if path.is_file()}
    assert "no_terminal" == locked(ana).hv("backup", "--drill", "--json", exit=4).error["code"]
    (pack,) = (ana.home / "copy").glob("objects/*/*.pack")
    data = bytearray(pack.read_bytes())
    data[100] ^= 1
    pack.write_bytes(data)
    error = ana.hv("backup", "--drill", "copy", "--json", exit=13).error
    assert "vault_damaged" == error["code"]
    assert pack.name in error["message"]


def test_a_drill_leaves_nothing_behind(ana: Person, tmp_path: Path) -> None:
    """Neither in the temporary folder nor beside the vault."""
    ana.hv("backup", "copy")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    before = sorted(path.name for path in ana.home.iterdir())
    ana.hv("backup", "--drill", TMPDIR=str(temporary))
    assert [] == list(temporary.iterdir())
    assert before == sorted(path.name for path in ana.home.iterdir())


def test_a_lost_passphrase(tmp_path: Path) -> None:
    """The words set a new one, in place or with a restored copy; the old one opens nothing more."""
    home = tmp_path / "ana"
    home.mkdir()
    for name, text in (("old", PASSPHRASE), ("new", "another passphrase")):
        (home / name).write_text(text)
        (home / name).chmod(0o600)
    ana = Person(home=home)
    made = ana.hv("init", "--name", "Ana", "--kdf", "light", "--yes", "--json", "--passphrase-file", "old").object
    (home / "words").write_text(" ".join(made["recovery_words"]))
    (home / "words").chmod(0o600)
    ana.hv("backup", "copy")
    options = ("--words-file", "words", "--new-passphrase-file", "new", "--kdf", "light", "--json")
    check(ana.hv("restore", *options).objects, "vault")
    ana.hv("list", "--passphrase-file", "new")
    ana.hv("list", "--passphrase-file", "old", exit=12)
    check(ana.hv("--vault", "second", "restore", "copy", *options).objects, "vault")
    ana.hv("--vault", "second", "list", "--passphrase-file", "new")
    ana.hv("--vault", "second", "list", "--passphrase-file", "old", exit=12)
    (home / "words").write_text(" ".join(reversed(made["recovery_words"])))
    assert ana.hv("restore", *options, exit=12).error["code"] in {"bad_phrase", "wrong_key"}


def test_a_backup_holds_no_plaintext(ana: Person) -> None:
    """Neither content nor names, titles, tags, contacts or the passphrase."""
    for form in ("copy", "ana.hvbackup"):
        ana.hv("backup", form)
    made = [ana.home / "ana.hvbackup", *(path for path in (ana.home / "copy").rglob("*") if path.is_file())]
    held = b"".join(path.read_bytes() for path in made)
    for text in (b"second line", b"Ferritin", b"scan.pdf", b"Ana Silva", b"Dr Lee", PASSPHRASE.encode()):
        assert text not in held


@pytest.mark.slow
def test_backups_while_somebody_adds(tmp_path: Path) -> None:
    """Each is of one moment: it restores, and every document in it is whole."""
    ana = new_person(tmp_path / "ana", "Ana")
    command = f'for n in $(seq {ADDED}); do echo "document $n" | "{HV}" add - --name "$n.txt" -q || exit; done'
    with subprocess.Popen(
        ["sh", "-c", command], env=ana.environ, cwd=ana.home, stdout=subprocess.DEVNULL
    ) as adding:
        made = 0
        while adding.poll() is None or made < 3:
            form = ("copy", "ana.hvbackup")[made % 2]
            entries = locked(ana).hv("backup", form, "--json").object["entries"]
            drilled = ana.hv("backup", "--drill", form, "--json").object
            assert (True, entries) == (drilled["ok"], drilled["entries"])
            made += 1
        assert 0 == adding.returncode
    assert 0 == locked(ana).hv("backup", "copy", "--json").object["behind"]
    assert ADDED == json.loads(ana.hv("backup", "--drill", "copy", "--json").out)["documents"]


def test_a_backup_is_read_and_not_written(ana: Person) -> None:
    """A backup that is behind is checked and read without complaint; nothing but `hv backup` writes it."""
    ana.hv("backup", ana.home / "copy")
    ana.hv("add", "-", stdin=b"later")
    assert ana.hv("--vault", ana.home / "copy", "check", "--json").object["ok"]
    assert "" == ana.hv("--vault", ana.home / "copy", "list", "-q").err
    refused = ana.hv("--vault", ana.home / "copy", "add", "-", "--json", stdin=b"x", exit=1)
    assert "is_backup" == refused.error["code"]
    ana.hv("backup", ana.home / "copy")
