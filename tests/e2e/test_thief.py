# SPDX-License-Identifier: Apache-2.0
"""A thief with a full copy of the unlocked vault, over the installed program and with the stolen keys themselves.

The copy is the vault's folder, what that machine remembers, and a key file that opens it, taken before the owner
declares the theft with her recovery words. Dr Lee gets her note; Dr Costa never hears of it, and helps the thief.
"""

import io
import shutil
import tarfile
from base64 import b32encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from people import PASSPHRASE, Person, known_person, new_person
from test_cli_json import check

from healthvault.agefile.file import decrypt
from healthvault.agefile.recipients import X25519Identity
from healthvault.bundle.card import armour, make_card
from healthvault.bundle.manifest import MANIFEST_LABEL
from healthvault.codec import LARGE_ITEMS, pack, unpack
from healthvault.crypto.hashing import random_bytes
from healthvault.crypto.signing import sign
from healthvault.crypto.words import to_words
from healthvault.errors import VaultDamaged
from healthvault.ledger.secrets import meta_key
from healthvault.storage.identity import open_identity, open_keystore_key
from healthvault.storage.keyring import parse_keyring
from healthvault.storage.slots import NO_KDF, SlotKind, new_slot
from healthvault.tlog.checkpoint import origin_of
from healthvault.tlog.compromise import Compromise, sign_compromise
from healthvault.tlog.tree import MemoryTree, leaf_hash
from healthvault.vault.session import open_vault
from healthvault.vault.unlock import Secret
from healthvault.vault.vault import Place, Vault
from tests.bundles import container, make_bundle, sealed_bytes
from tests.owners import NOW_MS, Owner
from tests.readers import Reader

NEW_PASSPHRASE = "another horse entirely"


class Story:
    """Everything up to where the thief begins, the owner's answer to it, and what each then made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.old_passphrase = self.secret_file("old-passphrase", PASSPHRASE)
        self.ana = self.make_ana()
        self.lee, self.costa = new_person(folder / "lee", "Dr Lee"), new_person(folder / "costa", "Dr Costa")
        for number in range(3):
            (folder / f"note-{number}.txt").write_text(f"finding {number}\n")
        self.ana.hv("add", *sorted(folder.glob("note-*.txt")))
        for name, other in (("Dr Lee", self.lee), ("Dr Costa", self.costa)):
            self.ana.hv("contact", "add", name, other.home / "own.hvcard", "--yes")
            other.hv("contact", "add", "Ana", self.ana.home / "own.hvcard", "--yes")
        self.accepted = self.share(self.ana, "accepted.hvb", "Dr Lee", "Dr Costa")
        self.lee.hv("verify", self.accepted)
        self.costa.hv("verify", self.accepted)
        self.before = self.ana.hv("status", "--json").object
        self.thief = known_person(Path(shutil.copytree(self.ana.home, folder / "thief")))
        self.ana.hv("add", "-", "--name", "after.txt", stdin=b"added before the theft was noticed\n")
        self.unread = self.share(self.ana, "unread.hvb", "Dr Lee")
        self.declared = self.declare()
        self.lee_without_note = self.copy_of(self.lee, "lee-without-note")
        self.noted = self.lee.hv("verify", self.note, "--json").object
        self.next = self.share(self.ana, "next.hvb", "Dr Lee")
        self.stolen = self.share(self.thief, "stolen.hvb", "Dr Lee", "Dr Costa")

    @property
    def note(self) -> Path:
        """The compromise note."""
        return self.folder / "stolen.hvnote"

    def make_ana(self) -> Person:
        """Return Ana with a key file; her words are written down where no thief gets them."""
        home = self.folder / "ana"
        home.mkdir()
        ana = Person(home=home, variables={"HV_PASSPHRASE_FILE": str(self.old_passphrase)})
        made = ana.hv("init", "--name", "Ana Silva", "--kdf", "light", "--yes", "--json").object
        self.words = self.secret_file("words", " ".join(made["recovery_words"]))
        ana.hv("key", "add", "--new-key-file", home / "key")
        ana.hv("id", "-o", home / "own.hvcard")
        return known_person(home)

    def declare(self) -> dict:
        """Let Ana declare the theft; from then on only the new passphrase and her words open her vault."""
        fresh = self.secret_file("new-passphrase", NEW_PASSPHRASE)
        since = self.before["entries"]
        declared = self.ana.hv(
            *("key", "compromised", "--since", since, "-o", self.note, "--words-file", self.words),
            *("--new-passphrase-file", fresh, "--kdf", "light", "--yes", "--json"),
        ).object
        self.ana = Person(home=self.ana.home, variables={"HV_PASSPHRASE_FILE": str(fresh)})
        return declared

    def secret_file(self, name: str, text: str) -> Path:
        """Write a secret outside every home."""
        path = self.folder / name
        path.write_text(text + "\n")
        path.chmod(0o600)
        return path

    def share(self, person: Person, name: str, *to: str) -> Path:
        """Let somebody share all documents of a vault."""
        names = [part for contact in to for part in ("--to", contact)]
        person.hv("share", *person.ids(), *names, "-o", self.folder / name, "--yes")
        return self.folder / name

    def copy_of(self, person: Person, name: str) -> Person:
        """Return somebody with a copy of all that a person has."""
        home = Path(shutil.copytree(person.home, self.folder / name))
        return Person(home=home, variables=person.variables)

    def words_of_another(self, name: str) -> Path:
        """Return a file with words that are well-formed, and of no vault here."""
        return self.secret_file(name, " ".join(to_words(random_bytes(32))))


@contextmanager
def unlocked(person: Person) -> Iterator[Vault]:
    """Open a vault by its key file, with the library."""
    place = Place(root=person.vault, state_dir=person.home / "library-state")
    secret = Secret(kind=SlotKind.KEY_FILE, value=(person.home / "key").read_bytes())
    with open_vault(place, secret, now_ms=NOW_MS, clock_ok=True) as vault:
        yield vault


def reader_of(person: Person) -> Reader:
    """Return somebody as bundles name them."""
    with unlocked(person) as vault:
        return Reader(secret=vault.keys.identity.recipients[-1][1], vault=vault.keyring.vault_id)


def impostor(thief: Person) -> Owner:
    """Return the stolen vault as one that makes any entry, with a root key of the thief's own."""
    owner = Owner()
    with unlocked(thief) as vault:
        owner.vault_id = vault.keyring.vault_id
        owner.raws = [vault.history.entry(seq).raw for seq in range(vault.history.size)]
        owner.key_head = vault.history.chain.key_head
        owner.clock_ms = vault.history.entry(vault.history.size - 1).header.ts_ms
        (secrets,) = owner.epochs
        object.__setattr__(secrets, "sign", vault.keys.sign_key)
    owner.tree = MemoryTree()
    for raw in owner.raws:
        owner.tree.append(leaf_hash(raw))
    owner.secrets = [b""] * owner.size
    return owner


def forged(story: Story, change: str) -> Owner:
    """Return the stolen vault after a key event that the thief signed."""
    owner = impostor(story.thief)
    {"rotate": owner.rotate, "root": owner.change_root, "restart": owner.restart}[change]()
    return owner


def resigned(story: Story, bundle: Path, opener: Person, **changes: object) -> bytes:
    """Return a bundle that somebody opened for the thief, with more in it, signed by the stolen key."""
    with unlocked(opener) as vault:
        identity = X25519Identity(secret=vault.keys.identity.recipients[-1][1])
    opened = decrypt(io.BytesIO(bundle.read_bytes()), [identity])
    plain = b"".join(iter(lambda: opened.reader.read(1 << 16), b""))
    with tarfile.open(fileobj=io.BytesIO(plain)) as archive:
        members = [(item.name, archive.extractfile(item).read()) for item in archive]
    manifest = unpack(members[0][1][:-64], max_items=LARGE_ITEMS)
    with unlocked(story.thief) as vault:
        for row in manifest["docs"]:
            secret = vault.keystore.read(row["seq"])
            row["meta"] = secret and meta_key(secret)  # now the sealed titles are disclosed as well
        body = pack({**manifest, "message": "please look at this again", **changes})
        signed = body + sign(vault.keys.sign_key, MANIFEST_LABEL, body)
    return sealed_bytes(container([("manifest", signed), *members[1:]]), [reader_of(story.lee).recipient])


def key_file_text(secret: bytes) -> str:
    """Return the key line of a key file."""
    return "HEALTHVAULT-KEY-1" + b32encode(secret).decode().rstrip("=")


def codes(person: Person, file: Path, exit: int) -> list[str]:  # noqa: A002
    """Let somebody verify a file, and return the codes."""
    return person.hv("verify", file, "--json", exit=exit).object["codes"]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The whole story, up to where the tests look at it."""
    return Story(tmp_path_factory.mktemp("thief"))


class TestThief:
    """What the thief tries, each with how it fails."""

    def test_the_note_is_taken_in(self, story: Story) -> None:
        """Dr Lee's `hv verify` says whose keys, and remembers it."""
        assert ("compromise", "Ana", True) == (
            story.noted["kind"],
            story.noted["signer"]["name"],
            story.noted["ok"],
        )
        check([story.noted], "verification")
        assert {"epoch": 0, "was_known": False} == story.noted["compromise"]
        assert story.declared["entry"] == story.noted["checkpoint"]["size"]
        assert ["pass"] * 3 == [verdict["result"] for verdict in story.noted["verdicts"]]
        again = story.lee.hv("verify", story.note, "--json").object
        assert again["compromise"]["was_known"]

    def test_a_share_from_the_copy(self, story: Story) -> None:
        """Signed by keys that were declared stolen: who, which epoch, when; nothing is written."""
        refused = story.lee.hv("verify", story.stolen, "--json", exit=20).object
        assert refused["codes"][0] == "key_revoked"
        (said,) = [verdict["detail"] for verdict in refused["verdicts"] if verdict["name"] == "authorship"]
        assert said.startswith(
            f"Ana declared the keys that signed this stolen: epoch 0, replaced at entry {story.declared['entry']}"
        )
        assert "ask Ana for a new one" in story.lee.hv("verify", story.stolen, exit=20).out
        for command in (("open", story.stolen, "-o", story.folder / "written"), ("import", story.stolen)):
            done = story.lee.hv(*command, "--accept", "key_revoked", "--json", exit=20)
            assert "key_revoked" == done.error["code"]
        assert not list((story.folder / "written").glob("*"))

    def test_the_honest_limit(self, story: Story) -> None:
        """Who never saw the note or a new card accepts the very same file; told later, refuses the next one."""
        costa, thief = story.copy_of(story.costa, "costa-told-late"), story.copy_of(story.thief, "busy-thief")
        assert [] == codes(costa, story.stolen, 0)
        assert [] == codes(costa, story.share(thief, "second.hvb", "Dr Costa"), 0)
        assert ["fork"] == codes(costa, story.note, 23)  # what she saw was the thief's history
        assert "key_revoked" in codes(costa, story.share(thief, "third.hvb", "Dr Costa"), 20)

    def test_a_bundle_over_the_genuine_past(self, story: Story) -> None:
        """The accepted tree and bundle id, real documents, more of them disclosed: it is not that bundle."""
        again = story.folder / "again.hvb"
        again.write_bytes(resigned(story, story.accepted, story.costa))
        assert [] == codes(story.lee_without_note, again, 0)
        assert ["key_revoked"] == codes(story.lee, again, 20)

    @pytest.mark.parametrize(("signer", "code"), [(0, "bad_key"), (1, "bad_signature")])
    def test_a_bundle_over_the_new_keys(self, story: Story, signer: int, code: str) -> None:
        """What Ana made after the theft, in the thief's hands, signed by the stolen key under either epoch."""
        bundle = story.folder / f"renewed-{signer}.hvb"
        bundle.write_bytes(resigned(story, story.next, story.lee, signer=signer))
        for reader in (story.lee, story.lee_without_note):
            assert [code] == codes(reader, bundle, 20)

    def test_a_document_passed_on_by_a_third(self, story: Story) -> None:
        """Dr Costa, who believes the thief, passes his document on: for Dr Lee it does not come from Ana."""
        costa, thief = story.copy_of(story.costa, "costa-who-shares"), story.copy_of(story.thief, "forger")
        forged = thief.hv("add", "-", "--name", "forged.txt", "--json", stdin=b"never by Ana").object["id"]
        sent, passed = story.folder / "forged.hvb", story.folder / "passed-on.hvb"
        allowed = ("--action", "keep", "--action", "forward")
        thief.hv("share", forged, "--to", "Dr Costa", *allowed, "-o", sent, "--yes")
        kept = costa.hv("import", sent, "--json").object
        assert "Ana" == kept["source"]
        costa.hv("contact", "add", "Dr Lee", story.lee.home / "own.hvcard", "--yes")
        costa.hv("share", kept["id"], "--to", "Dr Lee", "-o", passed, "--yes")
        for reader, result, detail in (
            (story.lee_without_note, "pass", f"entry {kept['entry']} came from Ana"),
            (story.lee, "unknown", f"the evidence of entry {kept['entry']} does not hold (key_revoked)"),
        ):
            lee = story.copy_of(reader, f"{reader.home.name}-passed-on")
            lee.hv("contact", "add", "Dr Costa", costa.home / "own.hvcard", "--yes")
            verdicts = lee.hv("verify", passed, "--json").object["verdicts"]
            (said,) = [verdict for verdict in verdicts if verdict["name"] == "issuer"]
            assert (result, detail) == (said["result"], said["detail"])

    def test_what_ana_had_sent_herself(self, story: Story) -> None:
        """What was accepted stays so; what nobody had looked at is refused, because nobody can tell it apart."""
        assert [] == codes(story.lee, story.accepted, 0)
        assert ["key_revoked"] == codes(story.lee, story.unread, 20)

    def test_an_erasure_certificate(self, story: Story) -> None:
        """The thief cannot make Dr Lee believe that a document was erased."""
        thief, certificate = story.copy_of(story.thief, "eraser"), story.folder / "erased.txt"
        thief.hv("erase", thief.ids()[0], "--yes", "-o", certificate)
        assert "key_revoked" in codes(story.lee, certificate, 20)

    def test_a_card_by_the_stolen_key(self, story: Story) -> None:
        """Under another name, or the one that Dr Lee has already: she encrypts nothing to these keys any more."""
        with unlocked(story.thief) as vault:
            entries = [entry.raw for entry in vault.history.chain.entries]
            card = armour(make_card("Ana Silva (new phone)", entries, vault.keys.sign_key))
        for text in (card.encode(), (story.thief.home / "own.hvcard").read_bytes()):
            done = story.lee.hv("contact", "add", "Ana", "-", "--yes", "--json", stdin=text, exit=20)
            assert "key_revoked" == done.error["code"]
        lee = story.copy_of(story.lee, "lee-who-writes")
        document = lee.hv("add", "-", "--name", "letter.txt", "--json", stdin=b"for Ana").object["id"]
        sent = ("share", document, "--to", "Ana", "-o", story.folder / "letter.hvb", "--yes", "--json")
        assert "key_revoked" == lee.hv(*sent, exit=20).error["code"]
        fresh = story.folder / "fresh.hvcard"
        story.ana.hv("id", "-o", fresh)
        said = lee.hv("contact", "add", "Ana", fresh, "--yes").err
        assert "reason: compromised, in other hands from entry" in said
        lee.hv(*sent)
        assert [] == codes(story.ana, story.folder / "letter.hvb", 0)
        assert 24 == story.thief.hv("verify", story.folder / "letter.hvb", "--json", exit=24).object["exit"]

    @pytest.mark.parametrize(
        "command",
        [
            ("key", "rotate"),
            ("key", "root", "--yes"),
            ("key", "restart", "--yes"),
            ("key", "compromised", "--since", "4", "-o", "forged.hvnote", "--yes"),
            ("restore", "--words"),
        ],
        ids=" ".join,
    )
    def test_what_needs_the_words(self, story: Story, command: tuple[str, ...]) -> None:
        """Without them, or with well-formed words of another vault, nothing changes."""
        thief = story.thief
        state = thief.hv("status", "--json").object
        fresh = story.secret_file("thief-passphrase", "mine from now on")
        more = ("--new-passphrase-file", fresh) if command[-1] in {"--words", "--yes"} and "-o" in command else ()
        if command[0] == "restore":
            more = ("--new-passphrase-file", fresh)
        assert "no_terminal" == thief.hv(*command, *more, "--json", exit=4).error["code"]
        words = story.words_of_another("thief-words")
        refused = thief.hv(*command, *more, "--words-file", words, "--json", exit=12)
        assert "wrong_key" == refused.error["code"]
        after = thief.hv("status", "--json").object
        del state["failed_unlocks"], after["failed_unlocks"]
        assert state == after
        assert not (thief.home / "forged.hvnote").exists()

    @pytest.mark.parametrize("change", ["rotate", "root", "restart"])
    def test_a_key_event_by_the_stolen_key(self, story: Story, change: str) -> None:
        """Made with the library: no reader takes it, with the note or without, from a card or a bundle."""
        card = armour(forged(story, change).card())
        bundle = story.folder / f"{change}.hvb"
        bundle.write_bytes(make_bundle(forged(story, change), reader_of(story.lee), [], []).seal())
        for reader in (story.lee, story.lee_without_note):
            done = reader.hv("contact", "add", "Ana", "-", "--yes", "--json", stdin=card.encode(), exit=20)
            assert "bad_key" == done.error["code"]
            assert ["bad_key"] == codes(reader, bundle, 20)

    def test_a_forged_note(self, story: Story) -> None:
        """Only ROOT declares: the thief can neither revoke Ana's new keys nor move a pin."""
        with unlocked(story.thief) as vault:
            origin, key = origin_of(vault.keyring.vault_id), vault.keys.sign_key
        for epoch, size in ((0, 3), (1, 99)):
            path = story.folder / f"forged-{epoch}.hvnote"
            path.write_bytes(
                sign_compromise(Compromise(origin=origin, epoch=epoch, size=size, root=bytes(32)), key)
            )
            before = (story.lee.vault / "pins").read_bytes()
            assert ["bad_signature"] == codes(story.lee, path, 20)
            assert before == (story.lee.vault / "pins").read_bytes()

    def test_the_way_back_in(self, story: Story) -> None:
        """Neither the key file nor the passphrase nor the master key of before opens Ana's vault."""
        key, ana = story.thief.home / "key", Person(home=story.ana.home)
        assert "wrong_key" == ana.hv("list", "--key-file", key, "--json", exit=12).error["code"]
        old = ana.hv("list", "--passphrase-file", story.old_passphrase, "--json", exit=12)
        assert "wrong_passphrase" == old.error["code"]
        keyring = parse_keyring((ana.vault / "keyring").read_bytes())
        with unlocked(story.thief) as vault:
            stolen = vault.keys.master_key
        with pytest.raises(VaultDamaged):
            open_identity(keyring.identity_sealed, stolen, keyring.vault_id)
        with pytest.raises(VaultDamaged):
            open_keystore_key(keyring.ks_sealed, keyring.ks_epoch, stolen, keyring.vault_id)

    def test_a_slot_of_the_thiefs(self, story: Story) -> None:
        """Put into Ana's keyring, or her old keyring put in its place: named as damage, and opens nothing."""
        ana = story.copy_of(story.ana, "ana-with-a-slot")
        key = story.thief.home / "key"
        with unlocked(story.thief) as vault:
            stolen = vault.keys.master_key
        keyring = parse_keyring((ana.vault / "keyring").read_bytes())
        secret = random_bytes(32)
        slot = new_slot(keyring.free_slot_id(), SlotKind.KEY_FILE, secret, stolen, keyring.vault_id, NO_KDF)
        (ana.vault / "keyring").write_bytes(keyring.with_slot(slot).to_bytes())
        mine = story.secret_file("thief-key", key_file_text(secret))
        opened = Person(home=ana.home).hv("list", "--key-file", mine, "--json", exit=13)
        assert "vault_damaged" == opened.error["code"]
        assert 4 == len(ana.ids())
        shutil.copy(story.thief.vault / "keyring", ana.vault / "keyring")
        refused = Person(home=ana.home).hv("list", "--key-file", key, "--json", exit=13)
        assert "vault_damaged" == refused.error["code"]

    def test_ana_goes_on(self, story: Story) -> None:
        """Under the same vault id, her next bundle verifies, and says what was declared; her vault is sound."""
        report = story.lee.hv("verify", story.next, "--json").object
        assert ([], True) == (report["codes"], report["ok"])
        (said,) = [verdict["detail"] for verdict in report["verdicts"] if verdict["name"] == "authorship"]
        since, closed = story.before["entries"], story.declared["entry"]
        assert (
            f"signed by Ana; the keys of epoch 0 were declared stolen and replaced at entry {closed}, "
            f"in other hands from entry {since} on; logged since then, and confirmed by the newer keys: "
            f"entry {since}" == said
        )
        assert report["vault"] == story.noted["vault"]
        status = story.ana.hv("status", "--json").object
        assert story.before["id"] == status["id"]
        assert story.ana.hv("check", "--deep", "--json").object["ok"]
        story.lee.hv("open", story.next, "-o", story.folder / "opened")
        assert 4 == len(list((story.folder / "opened").iterdir()))
