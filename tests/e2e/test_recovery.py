# SPDX-License-Identifier: Apache-2.0
"""A lost passphrase: the words, and k of n shares of them, give access again; what is wrong is refused by name."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from people import Done, Person

NEW = "the passphrase after"


@pytest.fixture
def owner(nobody: Person) -> Person:
    """Somebody whose passphrase is lost: a file `words` is all that is left."""
    lost = secret(nobody.home / "lost", "whatever it was")
    made = nobody.hv("init", "--name", "Ana", "--kdf", "light", "--json", "--passphrase-file", lost).object
    secret(nobody.home / "words", " ".join(made["recovery_words"]))
    (nobody.home / "lab.txt").write_text("ferritin 17")
    nobody.hv("add", "lab.txt", "--passphrase-file", lost)
    secret(nobody.home / "new", NEW)
    return nobody


def secret(path: Path, text: str) -> Path:
    """Write a file that only its owner reads."""
    path.write_text(text)
    path.chmod(0o600)
    return path


def shares(person: Person, needed: int = 2, count: int = 3, folder: str = "shares") -> list[Path]:
    """Split the words."""
    done = person.hv("key", "split", "-k", needed, "-n", count, "-o", folder, "--words-file", "words", "--json")
    return [person.home / str(row["path"]) for row in done.objects]


def files(*paths: object) -> list[object]:
    """Return the options that name shares."""
    return [word for path in paths for word in ("--share-file", path)]


def reset(person: Person, *options: object, exit_code: int = 0) -> Done:
    """Set a new passphrase."""
    return person.hv(
        "restore", *options, "--new-passphrase-file", "new", "--kdf", "light", "--json", exit=exit_code
    )


@pytest.mark.parametrize("by", ["words", "shares"])
def test_access_is_restored(owner: Person, by: str) -> None:
    """The new passphrase opens everything; the lost one opens nothing any more, the words still do."""
    if by == "words":
        reset(owner, "--words-file", "words")
    else:
        first, _, third = shares(owner)
        reset(owner, *files(third, first))
    (document,) = owner.hv("list", "--json", "--passphrase-file", "new").objects
    assert b"ferritin 17" == owner.hv("get", document["id"], "--passphrase-file", "new").raw
    owner.hv("list", "--passphrase-file", "lost", exit=12)
    owner.hv("key", "drill", "--words-file", "words")
    assert owner.hv("check", "--json", "--deep", "--passphrase-file", "new").object["ok"]


def other_shares(person: Person) -> Path:
    """Make another vault, and split its words; return the folder of its shares."""
    folder = person.home / "other"
    other = Person(home=person.home, variables={"HV_HOME": str(folder / "vault")})
    folder.mkdir()
    made = other.hv("init", "--name", "Bo", "--kdf", "light", "--json", "--passphrase-command", "echo x").object
    words = secret(folder / "words", " ".join(made["recovery_words"]))
    other.hv("key", "split", "-k", 2, "-n", 2, "-o", folder / "theirs", "--words-file", words)
    return folder


def too_few(paths: list[Path], _: Path) -> list[object]:
    """One share of two."""
    return files(paths[0])


def of_another_vault(_: list[Path], other: Path) -> list[object]:
    """Two shares that belong together, of somebody else's words."""
    return files(other / "theirs/share-1-of-2.txt", other / "theirs/share-2-of-2.txt")


def one_of_another_vault(paths: list[Path], other: Path) -> list[object]:
    """One of hers, one of somebody else's."""
    return files(paths[0], other / "theirs/share-2-of-2.txt")


def twice(paths: list[Path], _: Path) -> list[object]:
    """The same share again."""
    return files(paths[1], paths[1])


def mistyped(paths: list[Path], _: Path) -> list[object]:
    """A word that is not in the list."""
    words = paths[1].read_text().splitlines()[-1].split()
    return files(paths[0], secret(paths[1].with_name("bad"), " ".join([*words[:8], "ferritin", *words[9:]])))


def misread(paths: list[Path], _: Path) -> list[object]:
    """Two words that changed places."""
    words = paths[1].read_text().splitlines()[-1].split()
    words[10:12] = ["academic", "zero"]
    return files(paths[0], secret(paths[1].with_name("bad"), " ".join(words)))


@pytest.mark.parametrize(
    ("wrong", "code", "said"),
    [
        (too_few, "too_few_shares", "1 of the 2 shares that are needed were given; 1 more"),
        (of_another_vault, "wrong_share", "the shares belong together, but"),
        (one_of_another_vault, "wrong_share", "share 2 is of another set than the first"),
        (twice, "duplicate_share", "share 2 was given before"),
        (mistyped, "bad_share", "bad: word 9 of share 2 is not in the SLIP-39 list"),
        (misread, "bad_share", "the words of share 2 do not belong together: the checksum is wrong"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_wrong_shares_are_refused_by_name(
    owner: Person, wrong: Callable[[list[Path], Path], list[object]], code: str, said: str
) -> None:
    """By restore, drill and join alike; exit 12, and nothing is changed."""
    options = wrong(shares(owner), other_shares(owner))
    before = (owner.vault / "keyring").read_bytes()
    named = [word for word in options if word != "--share-file"]
    for done in (
        reset(owner, *options, exit_code=12),
        owner.hv("key", "drill", *options, "--json", exit=12),
        owner.hv("key", "join", *named, "--json", exit=12),
    ):
        assert (code, True, "") == (done.error["code"], said in done.error["message"], done.out)
    assert before == (owner.vault / "keyring").read_bytes()


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (lambda words: words[:23], "bad_phrase", "23 words instead of 24"),
        (lambda words: [*words[:4], "ferritin", *words[5:]], "bad_phrase", "word 5 of the phrase is not in"),
        (lambda _: ["abandon"] * 24, "bad_phrase", "the checksum is wrong"),
        (lambda _: ["abandon"] * 23 + ["art"], "wrong_key", "does not open this vault"),
    ],
    ids=["too few", "mistyped", "misread", "another vault's"],
)
def test_wrong_words_are_refused_by_name(
    owner: Person, change: Callable[[list[str]], list[str]], code: str, said: str
) -> None:
    """By restore, drill and split alike; exit 12, and nothing is changed."""
    secret(owner.home / "bad", " ".join(change((owner.home / "words").read_text().split())))
    before = (owner.vault / "keyring").read_bytes()
    for done in (
        reset(owner, "--words-file", "bad", exit_code=12),
        owner.hv("key", "drill", "--words-file", "bad", "--json", exit=12),
        owner.hv("key", "split", "-k", 2, "-n", 3, "--words-file", "bad", "--json", exit=12),
    ):
        assert (code, True, "") == (done.error["code"], said in done.error["message"], done.out)
    assert before == (owner.vault / "keyring").read_bytes()


def test_a_drill_changes_nothing_and_is_remembered_here(owner: Person) -> None:
    """The vault stays as it is, byte for byte; the status says when it was."""
    content = {path: path.read_bytes() for path in owner.vault.rglob("*") if path.is_file()}
    assert owner.hv("status", "--json").object["last_drill"] is None
    assert "words" == owner.hv("key", "drill", "--words-file", "words", "--json").object["source"]
    assert "shares" == owner.hv("key", "drill", *files(*shares(owner)), "--json").object["source"]
    assert content == {path: path.read_bytes() for path in owner.vault.rglob("*") if path.is_file()}
    assert owner.hv("status", "--json").object["last_drill"].startswith("20")


def test_a_year_without_a_drill_is_a_warning(owner: Person) -> None:
    """Of the status; a fresh vault has none, and a drill ends it."""
    assert "drill" not in owner.hv("status").err
    owner.hv("key", "drill", "--words-file", "words")
    (noted,) = owner.home.glob(".local/state/healthvault/drills/*")
    noted.write_text("1600000000000\n")
    assert "`hv key drill`" in owner.hv("status").err
    owner.hv("key", "drill", "--words-file", "words")
    assert "drill" not in owner.hv("status").err


def test_shares_join_to_the_words(owner: Person) -> None:
    """Any two of them, with --json; without a terminal they are not shown otherwise."""
    _, second, third = shares(owner)
    done = owner.hv("key", "join", second, third, "--json").object
    assert (owner.home / "words").read_text().split() == done["recovery_words"]
    assert "--json" in owner.hv("key", "join", second, third, exit=4).err


def test_each_share_is_a_file_of_its_own_that_says_what_it_is(owner: Person) -> None:
    """0600; its number, how many are needed, and how the vault's fingerprint begins. None is overwritten."""
    begin = " ".join(owner.hv("status", "--json").object["words"][:3])
    for number, path in enumerate(shares(owner), 1):
        assert 0o600 == stat.S_IMODE(path.stat().st_mode)
        text = path.read_text()
        assert f"share {number} of 3; any 2 restore the vault" in text
        assert begin in text
    done = owner.hv("key", "split", "-k", 2, "-n", 3, "-o", "shares", "--words-file", "words", "--json", exit=1)
    assert "unsafe_output" == done.error["code"]


def test_shares_are_printed_as_data_in_a_pipe(owner: Person) -> None:
    """A row a share: number, needed, count, vault, words; nothing is written."""
    done = owner.hv("key", "split", "-k", 2, "-n", 2, "--words-file", "words")
    rows = [line.split("\t") for line in done.out.splitlines()]
    assert [("1", "2", "2", 33, ""), ("2", "2", "2", 33, "")] == [
        (*row[:3], row[4].count(",") + 1, row[5]) for row in rows
    ]


def test_what_cannot_be_split(owner: Person) -> None:
    """More needed than made, one share, seventeen: wrong usage, before anything is read."""
    for needed, count in ((3, 2), (1, 3), (2, 17)):
        owner.hv("key", "split", "-k", needed, "-n", count, "--words-file", "nowhere", exit=2)


def test_secrets_that_others_can_read_are_refused(owner: Person) -> None:
    """Words and shares, as passphrases are: with the command that closes the file."""
    first, second, _ = shares(owner)
    for path in (owner.home / "words", second):
        path.chmod(0o644)
    for options in (("--words-file", "words"), files(first, second)):
        done = owner.hv("key", "drill", *options, "--json", exit=1)
        assert ("secret_exposed", True) == (done.error["code"], "chmod 600" in done.error["hint"])


def test_without_a_terminal_the_option_is_named(owner: Person) -> None:
    """Exit 4, for words and for shares."""
    assert "--words-file" in owner.hv("key", "drill", exit=4).err
    assert "--share-file" in owner.hv("key", "drill", "--shares", exit=4).err
    assert "--words-file" in owner.hv("restore", "--words", exit=4).err
    assert "--new-passphrase-file" in owner.hv("restore", "--words-file", "words", exit=4).err


def test_a_passphrase_is_changed(owner: Person) -> None:
    """By the old one, or by any other way in; what was the passphrase opens nothing then."""
    changed = owner.hv(
        "passwd", "--passphrase-file", "lost", "--new-passphrase-file", "new", "--kdf", "light", "--json"
    )
    assert ("key", "passphrase") == (changed.object["type"], changed.object["kind"])
    owner.hv("list", "--passphrase-file", "lost", exit=12)
    said = owner.hv("passwd", "--recovery", "--passphrase-file", "words", "--new-passphrase-file", "lost").err
    assert "old passphrase" in said
    assert "hv key compromised" in said
    owner.hv("list", "--passphrase-file", "lost")
    owner.hv("list", "--passphrase-file", "new", exit=12)
    assert "secret_unavailable" == owner.hv(
        "passwd", "--passphrase-file", "lost", "--new-passphrase-file", "nowhere", "--json", exit=4
    ).error["code"]  # fmt: skip


def test_the_last_ways_in_are_named_before_they_go(owner: Person) -> None:
    """Only the words left: a warning. Nothing left: refused, whatever is confirmed."""
    warned = owner.hv("key", "remove", 0, "--yes", "--passphrase-file", "lost").err
    assert "only the recovery words will open the vault" in warned
    done = owner.hv("key", "remove", 1, "--yes", "--recovery", "--passphrase-file", "words", "--json", exit=1)
    assert "last_slot" == done.error["code"]
