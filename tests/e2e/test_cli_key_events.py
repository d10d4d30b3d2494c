# SPDX-License-Identifier: Apache-2.0
"""`hv key rotate`, `compromised`, `root`, `restart`, and `hv erase`, as a person and a script run them."""

import shutil
from pathlib import Path

import pytest
from people import Person, new_person
from test_cli_json import check

NEW_PASSPHRASE = "another horse altogether"


@pytest.fixture
def owner(tmp_path: Path) -> Person:
    """Ana with a document and her words in a file."""
    person = new_person(tmp_path / "ana", "Ana")
    other = Person(home=person.home, variables={"HV_PASSPHRASE_FILE": str(person.home / "passphrase")})
    shutil.rmtree(person.vault)
    made = other.hv("init", "--name", "Ana", "--kdf", "light", "--json").object
    other.hv("key", "add", "--new-key-file", person.home / "key", "--yes")
    secret(person, "words", " ".join(made["recovery_words"]))
    secret(person, "new", NEW_PASSPHRASE)
    person.hv("add", "-", "--title", "first", stdin=b"first")
    return person


def secret(person: Person, name: str, text: str) -> Path:
    """Write a file that only its owner reads."""
    path = person.home / name
    path.write_text(text + "\n")
    path.chmod(0o600)
    return path


def words(person: Person) -> tuple[str, str]:
    """Return the option that gives the recovery words."""
    return "--words-file", str(person.home / "words")


def test_rotate(owner: Person) -> None:
    """A rotation changes the card, not the vault, and needs the words."""
    before = owner.hv("id", "--json").object
    done = owner.hv("key", "rotate", *words(owner), "--json")
    check(done.objects, "key_event")
    assert ("rotate", 1, "planned") == (done.object["kind"], done.object["epoch"], done.object["reason"])
    after = owner.hv("id", "--json").object
    assert before["vault"] == after["vault"]
    assert before["recipient"] != after["recipient"]
    assert "no_terminal" == owner.hv("key", "rotate", "--json", exit=4).error["code"]
    assert owner.hv("check", "--json").object["ok"]


def test_words_of_somebody_else(owner: Person, tmp_path: Path) -> None:
    """The words of another vault change nothing."""
    secret(owner, "words", " ".join(["abandon"] * 23 + ["art"]))
    assert "wrong_key" == owner.hv("key", "rotate", *words(owner), "--json", exit=12).error["code"]
    assert 2 == owner.hv("status", "--json").object["entries"]


def test_compromised(owner: Person) -> None:
    """A theft leaves the words and the new passphrase as ways in, and writes a note."""
    note = owner.home / "stolen.hvnote"
    chosen = (*words(owner), "--new-passphrase-file", owner.home / "new", "--kdf", "light", "-o", note)
    assert "no_terminal" == owner.hv("key", "compromised", "--since", 2, *chosen, "--json", exit=4).error["code"]
    assert not note.exists()
    assert (
        "bad_since"
        == owner.hv("key", "compromised", "--since", 3, *chosen, "--yes", "--json", exit=1).error["code"]
    )
    done = owner.hv("key", "compromised", "--since", 1, *chosen, "--yes", "--json")
    check(done.objects, "key_event")
    assert ("compromised", 1) == (done.object["reason"], done.object["since"])
    assert "1 entry of this vault was made from entry 1 on" in done.err
    assert note.read_text().startswith("healthvault/v1/compromised\n")
    renewed = Person(home=owner.home, variables={"HV_PASSPHRASE_FILE": str(owner.home / "new")})
    assert ["passphrase", "recovery"] == [row["kind"] for row in renewed.hv("key", "list", "--json").objects]
    assert b"first" == renewed.hv("get", renewed.ids()[0]).raw
    assert "wrong_key" == owner.hv("list", "--json", exit=12).error["code"]
    assert renewed.hv("check", "--json").object["ok"]


def test_new_words(owner: Person) -> None:
    """After a change of the words only the new ones open the vault."""
    done = owner.hv("key", "root", *words(owner), "--json")
    check(done.objects, "key_event")
    assert "wrong_key" == owner.hv("key", "rotate", *words(owner), "--json", exit=12).error["code"]
    secret(owner, "words", " ".join(done.object["recovery_words"]))
    owner.hv("key", "rotate", *words(owner))


def test_restart(owner: Person) -> None:
    """An old copy is read with a warning, not written, and after a restart it is both."""
    shutil.copytree(owner.vault, owner.home / "old")
    first = owner.ids()[0]
    owner.hv("add", "-", "--title", "second", stdin=b"second")
    owner.hv("erase", first, "--yes")
    shutil.rmtree(owner.vault)
    (owner.home / "old").rename(owner.vault)
    assert b"first" == owner.hv("get", first).raw
    assert "vault_rolled_back" == owner.hv("add", "-", "--json", stdin=b"third", exit=13).error["code"]
    done = owner.hv("key", "restart", *words(owner), "--yes", "--json")
    check(done.objects, "key_event")
    assert (4, [first]) == (done.object["lost_entries"], done.object["erased_again"])
    owner.hv("add", "-", stdin=b"third")
    assert ["erased", "current"] == [row["status"] for row in reversed(owner.hv("list", "--json").objects)]
    assert owner.hv("check", "--json").object["ok"]


def test_erase(owner: Person) -> None:
    """An erasure asks, says what it did not reach, writes a certificate, and another one later."""
    (first,) = owner.ids()
    assert "no_terminal" == owner.hv("erase", first, "--json", exit=4).error["code"]
    assert b"first" == owner.hv("get", first).raw
    done = owner.hv("erase", first, "--yes", "--reason", "wrong-person", "-o", owner.home / "one.txt", "--json")
    check(done.objects, "erasure")
    assert [first] == done.object["documents"]
    assert "erased" == owner.hv("get", first, "--json", exit=1).error["code"]
    assert "erased" == owner.hv("erase", first, "--yes", "--json", exit=1).error["code"]
    owner.hv("erase", first, "-o", owner.home / "two.txt")
    found = owner.hv("verify", owner.home / "two.txt", "--json", exit=21).object
    assert [first] == [item["id"] for item in found["erased"]]
    assert "not_found" == owner.hv("erase", "d_aaaaaaa", "--yes", "--json", exit=5).error["code"]
