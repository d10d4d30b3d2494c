# SPDX-License-Identifier: Apache-2.0
"""After `hv erase`, with all keys and the original file: not decrypted, not found, not confirmed; proofs hold."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from people import PASSPHRASE, Person, known_person
from seeker import Seeker, Trail, trail_of

from healthvault.storage.slots import SlotKind
from healthvault.vault.unlock import Secret

CANARY = "Wyrmwood"
CONTENT = f"{CANARY} ferritin 41 ug/L, repeated in a month. ".encode() * 20
WORDS = (CANARY.encode(), b"Zebrafish", b"Quillon")


@dataclass(frozen=True, kw_only=True)
class Home:
    """Ana, everything that opens her vault, and her documents."""

    ana: Person
    words: str

    @property
    def key_file(self) -> Secret:
        """The secret that opens at once."""
        return Secret(kind=SlotKind.KEY_FILE, value=(self.ana.home / "key").read_bytes())

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """All keys: the key file, the passphrase, the words."""
        return (
            self.key_file,
            Secret(kind=SlotKind.PASSPHRASE, value=PASSPHRASE.encode()),
            Secret(kind=SlotKind.RECOVERY, value=self.words.encode()),
        )

    @property
    def state(self) -> Path:
        """What the machine remembers."""
        return self.ana.home / ".local"

    def trail(self, document: str, content: bytes = CONTENT) -> Trail:
        """Note what the erasure of a document has to destroy."""
        history = self.ana.hv("show", document, "--json").object["history"]
        return trail_of(self.ana.vault, self.key_file, content, WORDS, tuple(one["entry"] for one in history))

    def check_gone(self, *trails: Trail) -> None:
        """Look everywhere, with everything, for all that was erased."""
        Seeker(self.ana.vault, self.secrets).check_gone(trails, also=(self.state,))


@pytest.fixture(scope="module")
def _home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Ana with three documents added at once; of the one in the middle all sorts of things are said."""
    home = tmp_path_factory.mktemp("erase") / "ana"
    home.mkdir()
    (home / "passphrase").write_text(PASSPHRASE + "\n")
    (home / "passphrase").chmod(0o600)
    first = Person(home=home, variables={"HV_PASSPHRASE_FILE": str(home / "passphrase")})
    words = first.hv("init", "--name", "Ana", "--kdf", "light", "--json").object["recovery_words"]
    first.hv("key", "add", "--new-key-file", home / "key")
    ana = known_person(home)
    ana.hv("id", "-o", "own.hvcard")
    (home / "a.txt").write_bytes(b"the one before " * 9)
    (home / f"{WORDS[1].decode()}.txt").write_bytes(CONTENT)
    (home / "z.txt").write_bytes(b"the one after " * 9)
    ana.hv("add", "a.txt", f"{WORDS[1].decode()}.txt", "z.txt", "--tag", "2026")
    middle = ana.ids()[1]
    ana.hv("amend", middle, "--title", f"{CANARY} of March", "--tag", WORDS[2].decode(), "--author", CANARY)
    return home, " ".join(words)


@pytest.fixture
def home(_home: tuple[Path, str], tmp_path: Path) -> Home:
    """A copy of it."""
    copied = Path(shutil.copytree(_home[0], tmp_path / "ana"))
    return Home(ana=known_person(copied), words=_home[1])


@pytest.fixture
def reader(home: Home, lee: Person) -> Person:
    """Dr Lee, who knows Ana, and whom Ana knows."""
    lee.hv("contact", "add", "Ana", home.ana.home / "own.hvcard", "--yes")
    home.ana.hv("contact", "add", "Dr Lee", lee.home / "own.hvcard", "--yes")
    return lee


def share(home: Home, name: str, *documents: str) -> Path:
    """Let Ana share documents with Dr Lee."""
    home.ana.hv("share", *documents, "--to", "Dr Lee", "--action", "keep", "--action", "view", "--yes", "-o", name)
    return home.ana.home / name


def test_the_search_finds_what_is_there(home: Home) -> None:
    """Before the erasure each way of looking finds the document, or this test would show nothing."""
    trail = home.trail(home.ana.ids()[1])
    seeker = Seeker(home.ana.vault, home.secrets)
    assert set(trail.seqs) <= seeker.entry_secrets().keys()
    assert 2 == len(trail.seqs)
    with pytest.raises(AssertionError):
        home.check_gone(trail)


def test_erased(home: Home, reader: Person) -> None:
    """The document is gone, its neighbours in the pack are as they were, and all that was proved still holds."""
    ana = home.ana
    before, middle, after = ana.ids()
    early = share(home, "early.hvb", before, middle)
    trail = home.trail(middle)
    done = ana.hv("erase", middle, "--yes", "--reason", "patient-request", "-o", "erased.txt", "--json").object
    home.check_gone(trail)
    assert [middle] == done["documents"]
    assert b"the one before " * 9 == ana.hv("get", before).raw
    assert b"the one after " * 9 == ana.hv("get", after).raw
    assert "erased" == ana.hv("get", middle, "--json", exit=1).error["code"]
    assert "erased" == ana.hv("show", middle, "--json").object["status"]
    ana.hv("check", "--deep")
    said = reader.hv("verify", ana.home / "erased.txt", "--json").object
    assert (True, "erasure", [middle], "patient-request") == (
        said["ok"], said["kind"], [one["id"] for one in said["erased"]], said["erasure"]["reason"],
    )  # fmt: skip
    assert {"keys", "objects", "index"} == {trace["kind"] for trace in said["reached"]}
    (bundle,) = said["unreached"]
    assert ("bundle", ["Dr Lee"]) == (bundle["kind"], bundle["recipients"])
    assert CANARY not in (ana.home / "erased.txt").read_text() + json.dumps(said)
    late = share(home, "late.hvb", before, after)
    for bundle in (early, late, early):
        assert reader.hv("verify", bundle, "--json").object["ok"]
    reader.hv("open", early, "-o", reader.home / "early")
    assert CONTENT in [path.read_bytes() for path in (reader.home / "early").iterdir()]
    ana.hv("erase", middle, "-o", "newer.txt")
    assert reader.hv("verify", ana.home / "newer.txt", "--json").object["ok"]
    home.check_gone(trail)


def test_a_certificate_that_was_changed(home: Home, reader: Person) -> None:
    """Every line of it counts."""
    middle = home.ana.ids()[1]
    home.ana.hv("erase", middle, "--yes", "-o", "erased.txt")
    lines = (home.ana.home / "erased.txt").read_text().splitlines(keepends=True)
    changed = reader.home / "changed.txt"
    for number in range(1, len(lines) - 1, 7):
        swapped = ("B" if lines[number][0] == "A" else "A") + lines[number][1:]
        changed.write_text("".join([*lines[:number], swapped, *lines[number + 1 :]]))
        assert 20 == reader.hv("verify", changed, "--json", exit=20).object["exit"]


def test_twice(home: Home, reader: Person) -> None:
    """A second erasure is refused; another certificate of the first may be had, and holds."""
    ana, middle = home.ana, home.ana.ids()[1]
    trail = home.trail(middle)
    ana.hv("erase", middle, "--yes")
    entries = ana.hv("status", "--json").object["entries"]
    assert "erased" == ana.hv("erase", middle, "--yes", "--json", exit=1).error["code"]
    ana.hv("erase", middle, "--yes", "-o", "again.txt")
    assert entries == ana.hv("status", "--json").object["entries"]
    assert [middle] == [
        one["id"] for one in reader.hv("verify", ana.home / "again.txt", "--json").object["erased"]
    ]
    home.check_gone(trail)


def test_versions(home: Home) -> None:
    """Each version is a document of its own: the older can be erased without the newer, and the newer after it."""
    ana, middle = home.ana, home.ana.ids()[1]
    newer_content = b"Ferritin 52 ug/L, as it should have been. " * 20
    (ana.home / "newer.txt").write_bytes(newer_content)
    newer = ana.hv("amend", middle, "newer.txt", "--title", "Ferritin, corrected", "--json").object["id"]
    trail, newer_trail = home.trail(middle), home.trail(newer, newer_content)
    ana.hv("erase", middle, "--yes")
    home.check_gone(trail)
    assert newer_content == ana.hv("get", newer).raw
    assert "current" == ana.hv("show", newer, "--json").object["status"]
    ana.hv("erase", newer, "--yes")
    home.check_gone(trail, newer_trail)
    assert ["current", "erased", "current", "erased"] == [
        row["status"] for row in reversed(ana.hv("list", "--json").objects)
    ]


def test_a_retracted_document(home: Home) -> None:
    """What was said of it, the reason too, is gone with it."""
    ana, middle = home.ana, home.ana.ids()[1]
    ana.hv("retract", middle, "--reason", f"{CANARY} is not mine")
    trail = home.trail(middle)
    assert 3 == len(trail.seqs)
    ana.hv("erase", middle, "--yes")
    home.check_gone(trail)


def test_a_received_document(home: Home, reader: Person) -> None:
    """The reader erases what she kept, with the proof of where it came from; the other that came along stays."""
    ana = home.ana
    before, middle, _ = ana.ids()
    bundle = share(home, "visit.hvb", before, middle)
    reader.hv("import", bundle)
    kept_before, kept_middle = reader.ids()
    key = Secret(kind=SlotKind.KEY_FILE, value=(reader.home / "key").read_bytes())
    seqs = tuple(one["entry"] for one in reader.hv("show", kept_middle, "--json").object["history"])
    trail = trail_of(reader.vault, key, CONTENT, WORDS, seqs)
    assert 2 == len(trail.objects)
    bundle.unlink()
    reader.hv("erase", kept_middle, "--yes")
    Seeker(reader.vault, (key,)).check_gone((trail,), also=(reader.home / ".local",))
    assert b"the one before " * 9 == reader.hv("get", kept_before).raw
    reader.hv("check", "--deep")


def test_several_at_once(home: Home) -> None:
    """One erasure, one certificate; nothing but what was named is gone."""
    ana = home.ana
    before, middle, after = ana.ids()
    trails = home.trail(middle), home.trail(after, b"the one after " * 9)
    done = ana.hv("erase", middle, after, "--yes", "-o", "erased.txt", "--json").object
    assert [middle, after] == done["documents"]
    home.check_gone(*trails)
    assert b"the one before " * 9 == ana.hv("get", before).raw


def test_an_old_copy_put_back(home: Home) -> None:
    """It is noticed; going on from it, by the words, erases again what was erased on this machine."""
    ana, middle = home.ana, home.ana.ids()[1]
    trail = home.trail(middle)
    shutil.copytree(ana.vault, ana.home / "old")
    ana.hv("erase", middle, "--yes")
    shutil.rmtree(ana.vault)
    shutil.move(ana.home / "old", ana.vault)
    assert "vault_rolled_back" == ana.hv("add", "a.txt", "--json", exit=13).error["code"]
    (ana.home / "words").write_text(home.words)
    (ana.home / "words").chmod(0o600)
    ana.hv("key", "restart", "--words-file", "words", "--yes")
    assert "erased" == ana.hv("show", middle, "--json").object["status"]
    home.check_gone(trail)
    ana.hv("check", "--deep")


def test_only_an_old_keyring_and_keystore_put_back(home: Home) -> None:
    """They lack the record of the erasure: nothing is written with them; the newer ones put all right again."""
    ana, middle = home.ana, home.ana.ids()[1]
    trail = home.trail(middle)
    for name in ("old", "new"):
        shutil.copytree(ana.vault / "keys", ana.home / name / "keys")
        shutil.copy(ana.vault / "keyring", ana.home / name / "keyring")
        if name == "old":
            ana.hv("erase", middle, "--yes")
    for name in ("old", "new"):
        shutil.rmtree(ana.vault / "keys")
        shutil.copytree(ana.home / name / "keys", ana.vault / "keys")
        shutil.copy(ana.home / name / "keyring", ana.vault / "keyring")
        if name == "old":
            ana.hv("get", middle, "-o", "back.txt", exit=13)
            assert "vault_damaged" == ana.hv("add", "a.txt", "--json", exit=13).error["code"]
    ana.hv("add", "a.txt")
    home.check_gone(trail)


def test_the_same_file_again(home: Home) -> None:
    """Added once more it is a new document; nothing says that it was here before."""
    ana, middle = home.ana, home.ana.ids()[1]
    ana.hv("erase", middle, "--yes")
    again = ana.hv("add", f"{WORDS[1].decode()}.txt", "--json").object
    assert (None, False) == (again["duplicate_of"], again["id"] == middle)
