# SPDX-License-Identifier: Apache-2.0
"""Keeping a vault: its status, its audit, the ways into it."""

import fcntl
import shutil
from pathlib import Path

from people import PASSPHRASE, Person


def test_the_status_of_a_locked_vault_shows_what_needs_no_key(ana: Person) -> None:
    """Nothing is asked; name and documents are null."""
    locked = Person(home=ana.home).hv("status", "--json").object
    opened = ana.hv("status", "--json").object
    assert (None, None, False) == (locked["name"], locked["documents"], locked["unlocked"])
    assert ("Ana Silva", 3, True) == (opened["name"], opened["documents"], opened["unlocked"])
    assert {name: locked[name] for name in ("id", "words", "entries", "checkpoint")} == {
        name: opened[name] for name in ("id", "words", "entries", "checkpoint")
    }


def test_a_clean_vault_passes_every_audit(ana: Person) -> None:
    """Locked, unlocked, deep, head only."""
    for options in ((), ("--deep",), ("--head-only",), ("--locked",)):
        report = ana.hv("check", "--json", *options).object
        assert (True, 5, []) == (report["ok"], report["entries"], report["findings"])
    locked = Person(home=ana.home).hv("check", "--json")
    assert locked.object["documents"] is None
    assert '"type": "warning"' in locked.err
    Person(home=ana.home).hv("check", "--deep", exit=4)


def test_a_damaged_vault_is_13_and_says_where(ana: Person) -> None:
    """One byte of a stored object."""
    (pack,) = ana.vault.glob("objects/*/*.pack")
    content = bytearray(pack.read_bytes())
    content[100] ^= 1
    pack.write_bytes(content)
    for options in ((), ("--locked",), ("--deep",)):
        report = ana.hv("check", "--json", *options, exit=13).object
        assert report["ok"] is False
        assert any("error" == finding["severity"] for finding in report["findings"])
    assert "findings\terror" in ana.hv("check", exit=13).out
    ana.hv("get", ana.ids()[0], exit=13)


def test_an_older_copy_is_noticed(ana: Person) -> None:
    """Reading warns, writing and auditing are 13."""
    shutil.copytree(ana.vault, ana.home / "old")
    (ana.home / "new.txt").write_text("new")
    ana.hv("add", "new.txt")
    shutil.rmtree(ana.vault)
    (ana.home / "old").rename(ana.vault)
    assert "warning: " in ana.hv("list").err
    assert "" == ana.hv("list", "-q").err
    assert '"type": "warning"' in ana.hv("list", "--json").err
    assert "vault_rolled_back" == ana.hv("add", "new.txt", "--json", exit=13).error["code"]
    ana.hv("check", exit=13)


def test_a_vault_in_use_is_11(ana: Person) -> None:
    """Another writer holds the lock; readers go on."""
    with (ana.vault / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "vault_in_use" == ana.hv("add", "note.txt", "--json", exit=11).error["code"]
        ana.hv("list")
        ana.hv("check")


def test_what_is_no_vault_is_10(nobody: Person, tmp_path: Path) -> None:
    """An empty folder, no folder, a file."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    for name in ("empty", "missing", "file"):
        assert "no_vault" == nobody.hv("--vault", tmp_path / name, "status", "--json", exit=10).error["code"]


def test_ways_into_the_vault_are_added_and_removed(ana: Person) -> None:
    """A second passphrase opens it, a removed one does not, the last one stays."""
    second = ana.home / "second"
    second.write_text("another passphrase")
    second.chmod(0o600)
    added = ana.hv("key", "add", "--new-passphrase-file", second, "--kdf", "light", "--json").object
    assert ("passphrase", 65536) == (added["kind"], added["memory_kib"])
    ana.hv("list", "--passphrase-file", second)
    ana.hv("key", "remove", "0", exit=4)
    ana.hv("key", "remove", "0", "--yes")
    ana.hv("list", "--passphrase-file", ana.home / "passphrase", exit=12)
    assert "not_found" == ana.hv("key", "remove", "77", "--yes", "--json", exit=5).error["code"]
    for slot in ("1", "2"):
        ana.hv("key", "remove", slot, "--yes")
    done = ana.hv("key", "remove", str(added["id"]), "--yes", "--json", "--passphrase-file", second, exit=1)
    assert "last_slot" == done.error["code"]
    assert ["passphrase"] == [row["kind"] for row in Person(home=ana.home).hv("key", "list", "--json").objects]


def test_a_key_file_is_new_closed_and_never_overwritten(ana: Person) -> None:
    """0600, and a file that is there stays."""
    assert 0o600 == (ana.home / "key").stat().st_mode & 0o777
    assert "unsafe_output" == ana.hv("key", "add", "--new-key-file", "note.txt", "--json", exit=1).error["code"]
    assert 3 == len(ana.hv("key", "list", "--json").objects)
    ana.hv("key", "add", "--new-passphrase", exit=4)


def test_an_older_key_file_is_kept_beside_on_request(ana: Person) -> None:
    """With --yes what was there keeps existing under a name with a number, and still opens what it opened."""
    before = (ana.home / "key").read_bytes()
    ana.hv("key", "add", "--new-key-file", ana.home / "key", "--yes")
    assert before == (ana.home / "key.1").read_bytes()
    ana.hv("list")
    ana.hv("list", "--key-file", ana.home / "key.1")


def test_no_plaintext_lies_in_the_vault(ana: Person) -> None:
    """Neither content nor names, titles, tags, contacts or the passphrase."""
    stored = b"".join(path.read_bytes() for path in ana.vault.rglob("*") if path.is_file())
    for text in (b"second line", b"Ferritin", b"scan.pdf", b"Ana Silva", b"Dr Lee", PASSPHRASE.encode()):
        assert text not in stored
