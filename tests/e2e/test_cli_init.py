# SPDX-License-Identifier: Apache-2.0
"""Making a vault, and every way to its secret."""

import os
import stat
import subprocess
from pathlib import Path

import pytest
from people import HV, PASSPHRASE, Person

NEW = ("init", "--name", "Eve", "--kdf", "light")


@pytest.fixture
def secret(nobody: Person) -> Path:
    """A passphrase in a file of Nobody's."""
    path = nobody.home / "passphrase"
    path.write_text(PASSPHRASE + "\n")
    path.chmod(0o600)
    return path


def test_a_new_vault_shows_its_words_once(nobody: Person, secret: Path) -> None:
    """Under --json the words are in the object, and no command shows them again."""
    made = nobody.hv(*NEW, "--json", "--passphrase-file", secret).object
    assert 24 == len(made.pop("recovery_words"))
    assert ("vault", "Eve", 1, 0) == (made["type"], made["name"], made["entries"], made["documents"])
    seen = nobody.hv("status", "--json", "--passphrase-file", secret).object
    assert {**made, "unlocked": True} == seen


def test_the_words_open_the_vault(nobody: Person, secret: Path) -> None:
    """The recovery phrase is a secret as good as the passphrase; a wrong one is exit 12."""
    words = nobody.hv(*NEW, "--json", "--passphrase-file", secret).object["recovery_words"]
    phrase = nobody.home / "words"
    phrase.write_text(" ".join(words).upper() + "\n")
    phrase.chmod(0o600)
    nobody.hv("list", "--recovery", "--passphrase-file", phrase)
    phrase.write_text(" ".join([*words[1:], words[0]]))
    assert "bad_phrase" == nobody.hv(
        "list", "--recovery", "--passphrase-file", phrase, "--json", exit=12
    ).error["code"]  # fmt: skip


def test_a_vault_is_closed_to_others(nobody: Person, secret: Path) -> None:
    """Folders are 0700, files 0600, whatever the umask says."""
    previous = os.umask(0)
    try:
        nobody.hv(*NEW, "--passphrase-file", secret)
    finally:
        os.umask(previous)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in [nobody.vault, *nobody.vault.rglob("*")]}
    assert {0o700, 0o600} == modes


def test_an_existing_vault_is_left_alone(ana: Person) -> None:
    """A second init is refused before anything is asked."""
    done = ana.hv(*NEW, "--json", exit=1)
    assert ("", "vault_exists") == (done.out, done.error["code"])
    assert 3 == len(ana.ids())


def test_without_a_terminal_nothing_is_asked(nobody: Person, ana: Person) -> None:
    """Exit 4 names what would help: options and variables."""
    for person, arguments in ((nobody, NEW), (Person(home=ana.home), ("list",))):
        done = person.hv(*arguments, exit=4)
        assert "no terminal" in done.err
        assert "HV_PASSPHRASE_FILE" in done.err
        assert "--passphrase-fd" in done.err
    assert not nobody.vault.exists()


def test_a_passphrase_comes_by_file_descriptor_or_program(nobody: Person, secret: Path) -> None:
    """Options and variables alike; the newline at the end is not part of it."""
    nobody.hv(*NEW, HV_PASSPHRASE_FILE=str(secret))
    nobody.hv("list", "--passphrase-command", f"cat {secret}")
    nobody.hv("list", HV_PASSPHRASE_COMMAND=f"printf '{PASSPHRASE}'")
    for arguments, variables in ((("--passphrase-fd", "0"), {}), ((), {"HV_PASSPHRASE_FD": "0"})):
        nobody.hv("list", *arguments, stdin=PASSPHRASE.encode(), **variables)


def test_a_wrong_source_stops(ana: Person) -> None:
    """The next source is not tried, and the exit says which kind of wrong it was."""
    wrong = ana.home / "wrong"
    wrong.write_text("wrong passphrase")
    wrong.chmod(0o600)
    assert "wrong_passphrase" == ana.hv("list", "--json", "--passphrase-file", wrong, exit=12).error["code"]
    assert "wrong_key" == ana.hv("list", "--json", "--key-file", wrong, exit=12).error["code"]
    assert "secret_unavailable" == ana.hv("list", "--json", "--key-file", "nowhere", exit=4).error["code"]
    assert "secret_unavailable" == ana.hv("list", "--json", "--passphrase-command", "false", exit=4).error["code"]
    wrong.chmod(0o644)
    done = ana.hv("list", "--passphrase-file", wrong, exit=1)
    assert f"hint: chmod 600 {wrong}\n" in done.err


def test_the_secret_of_an_option_outranks_a_variable(ana: Person) -> None:
    """`HV_KEY_FILE` opens Ana's vault; an option that names another secret is used instead."""
    ana.hv("list", "--passphrase-file", ana.home / "passphrase")
    ana.hv("list", "--key-file", ana.home / "own.hvcard", exit=12)


def test_the_place_is_option_then_variable_then_default(nobody: Person, secret: Path) -> None:
    """`--vault` before or after the command, else HV_HOME, else the platform's data folder."""
    nobody.hv("--vault", "a", *NEW, "--passphrase-file", secret)
    nobody.hv(*NEW, "--vault", "b", "--passphrase-file", secret)
    nobody.hv(*NEW, HV_HOME=str(nobody.home / "c"), HV_PASSPHRASE_FILE=str(secret))
    nobody.hv(*NEW, HV_HOME="", HV_PASSPHRASE_FILE=str(secret))
    assert all((nobody.home / name / "keyring").exists() for name in ("a", "b", "c", ".local/share/healthvault"))
    assert "no_vault" == nobody.hv("--vault", "d", "list", "--json", exit=10).error["code"]


def test_no_secret_is_asked_for_where_no_vault_is(nobody: Person) -> None:
    """Exit 10 comes before any question."""
    for command in (("list",), ("add", "x"), ("status",), ("check",), ("id",), ("import", "x")):
        assert 10 == nobody.hv(*command, exit=10).exit


def test_a_secret_does_not_reach_a_child_or_the_command_line(ana: Person) -> None:
    """There is no option and no variable that holds a passphrase."""
    page = subprocess.run([HV, "list", "--help"], capture_output=True, text=True, check=True).stdout
    assert "--passphrase " not in page
    assert "HV_PASSPHRASE " not in page
    ana.hv("list", "--passphrase", PASSPHRASE, exit=2)
