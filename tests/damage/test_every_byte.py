# SPDX-License-Identifier: Apache-2.0
"""Every byte of a small vault and of a bundle changed in turn; every file cut short, and deleted.

The audit names the damage, or the byte is one of those that `HARMLESS` and `parts_of_keyring` list with the reason
why nobody needs them. A document is read as it went in, or not at all.
"""

import functools
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from healthvault.agefile.recipients import X25519Identity
from healthvault.agefile.source import Source
from healthvault.bundle.disclosure import DisclosedDocument, DisclosedPart
from healthvault.codec import pack
from healthvault.errors import (
    FormatError,
    HealthVaultError,
    IntegrityError,
    InvalidRequest,
    NoMatchingIdentity,
    VaultDamaged,
    VaultNotFound,
    WrongKey,
)
from healthvault.ledger.party import Party
from healthvault.storage import files, slots
from healthvault.storage.inputs import InputFile
from healthvault.storage.keyring import parse_keyring
from healthvault.storage.slots import SlotKind
from healthvault.vault.memory import load_pins
from healthvault.vault.read import document_bytes
from healthvault.vault.receive import open_bundle, verify_file
from healthvault.vault.unlock import unlock
from healthvault.vault.views import Document
from healthvault.verify.bundle import verify_bundle
from healthvault.verify.context import Context, Opener
from tests import vaults
from tests.vaults import NOW_MS, Sample

STEP = 97
PIN = "outside pin"
DOCUMENTED: dict[type[HealthVaultError], set[str]] = {
    VaultDamaged: {"vault_damaged", "vault_rolled_back"},
    WrongKey: {"wrong_key"},
    InvalidRequest: {"unsupported"},
    VaultNotFound: {"no_vault"},
}
HARMLESS = {
    "lock": "only a message says who holds it",
    "pins.lock": "the same",
    "tree/0": "a cache: its root must be the signed one, and each leaf its entry's",
    "tree/events": "a cache: without the right ones the walk from genesis fails",
    "tree/offsets": "a cache: what is found there must be the entry that the tree holds",
    "cache/catalogue.db": "a cache: each page is authentic or the whole is made anew",
}
PLACES = {  # the file, and how the audit or the error calls it
    "VERSION": ("VERSION",),
    "checkpoint": ("checkpoint",),
    "journal/00000000.seg": ("journal",),
    "keyring": ("keyring", "key-file secret", "no key-file slot"),
    "keys/0.ks": ("keys/0.ks", "its secret is missing"),
    "objects/0/2.pack": ("objects/0/2.pack entry",),
    "pins": ("pins",),
    PIN: ("/ana-state/self/", "were seen on this machine"),
}
FORGOTTEN = {
    "pins": "whoever deletes them rewinds what was seen, and only recipients can tell (vault-folder.md 9)",
    PIN: "the same; it is made anew",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """A small vault and what it holds."""

    ana: Sample
    documents: dict[str, tuple[Document, bytes]]
    content: dict[str, bytes]
    """Every file by its name."""
    pin: Path

    def path(self, name: str) -> Path:
        """Return where a file lies."""
        return self.pin if name == PIN else self.ana.place.root / name

    def put_back(self, name: str) -> None:
        """Make a file what it was."""
        self.path(name).unlink(missing_ok=True)
        with files.create_file(self.path(name)) as file:
            files.write_at(file, 0, self.content[name])


@pytest.fixture(scope="module", name="made")
def make(tmp_path_factory: pytest.TempPathFactory) -> Laid:
    """Two documents, a contact, a grant, and pins of a contact's bundle."""
    folder = tmp_path_factory.mktemp("laid")
    ana, lee = vaults.pair(folder)
    ana.share(folder / "out.hvb", ana.add(b"one", b"two two"))
    lee.share(folder / "in.hvb", lee.add(b"letter"), to=("Ana",))
    with ana.open() as vault:
        verify_file(vault, ana.place, InputFile(name="", path=folder / "in.hvb"), vaults.PLAIN, now_ms=NOW_MS)
    contents = ana.contents()
    return Laid(
        ana=ana,
        documents={document.id: (document, contents[document.id]) for document in ana.documents()},
        content={**vaults.snapshot(ana.place.root), PIN: ana.pin.read_bytes()},
        pin=ana.pin,
    )


@pytest.fixture
def laid(made: Laid) -> Iterator[Laid]:
    """The same vault for every test, put back after it."""
    yield made
    for name in made.content:
        made.put_back(name)


def test_every_file_is_in_the_tables(laid: Laid) -> None:
    """A file is harmless for a reason, or damage to it is named; no file is in neither table, or in both."""
    assert laid.content.keys() == HARMLESS.keys() | PLACES.keys()
    assert not HARMLESS.keys() & PLACES.keys()
    assert 2 == len(laid.documents)
    assert () == laid.ana.check().findings


def readable(laid: Laid) -> set[str]:
    """Return the ids of the documents that can be read, once it is sure that they are as they went in."""
    found: set[str] = set()
    try:
        with laid.ana.open() as vault:
            for document, content in laid.documents.values():
                try:
                    assert content == document_bytes(vault, document)
                    found.add(document.id)
                except VaultDamaged as err:
                    assert "vault_damaged" == err.code  # noqa: PT017
    except HealthVaultError as err:
        check_documented(err)
    return found


def named(laid: Laid) -> list[str]:
    """Return what the audit says, or the error that it ends with."""
    try:
        report = laid.ana.check()
    except HealthVaultError as err:
        check_documented(err)
        return [err.message]
    return [f"{item.where}: {item.message}" for item in report.findings if item.severity == "error"]


def check_documented(error: HealthVaultError) -> None:
    """Check that an error is one that the specification names for a damaged vault."""
    codes = next(codes for kind, codes in DOCUMENTED.items() if isinstance(error, kind))
    assert error.code in codes


def check_named(laid: Laid, name: str, *, reading: bool = True) -> None:
    """Check that the audit names the damaged file, and that no document reads otherwise than it went in."""
    if reading:
        readable(laid)
    said = named(laid)
    assert any(place in line for place in PLACES[name] for line in said), said


def check_harmless(laid: Laid) -> None:
    """Check that nothing is lost; a damaged index may cost one command."""
    if laid.documents.keys() != readable(laid):
        assert laid.documents.keys() == readable(laid)
    assert [] == named(laid)


def flips(content: bytes, places: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield places with the bit to change there: another one from place to place."""
    return ((place, 1 << place % 8) for place in places if place < len(content))


@pytest.mark.parametrize(
    "name",
    ["VERSION", "checkpoint", pytest.param("journal/00000000.seg", marks=pytest.mark.slow), "keys/0.ks", PIN],
)
def test_each_byte_is_named(laid: Laid, name: str) -> None:
    """The audit names the file; at each fifth byte also: no document is read otherwise than it went in."""
    content = laid.content[name]
    for place, mask in flips(content, range(len(content))):
        with vaults.flipped(laid.path(name), place, mask):
            check_named(laid, name, reading=place % 5 == 0)
    check_harmless(laid)


def test_each_byte_of_a_pack_is_named(laid: Laid) -> None:
    """Each byte is some document's, which can then not be read; the audit says which."""
    name = "objects/0/2.pack"
    content = laid.content[name]
    with laid.ana.open() as vault:
        for place, mask in flips(content, range(len(content))):
            with vaults.flipped(laid.path(name), place, mask):
                for number, (document, data) in enumerate(reversed(laid.documents.values())):
                    if number == place // (len(content) // 2):
                        with pytest.raises(VaultDamaged):
                            document_bytes(vault, document)
                    else:
                        assert data == document_bytes(vault, document)
    for place, mask in flips(content, range(0, len(content), STEP)):
        with vaults.flipped(laid.path(name), place, mask):
            check_named(laid, name)


def test_each_byte_of_the_pins_is_named(laid: Laid) -> None:
    """The pins open as a whole or not at all."""
    content = laid.content["pins"]
    with laid.ana.open() as vault:
        for place, mask in flips(content, range(len(content))):
            with vaults.flipped(laid.path("pins"), place, mask), pytest.raises(VaultDamaged):
                load_pins(vault)
    for place, mask in flips(content, range(0, len(content), STEP)):
        with vaults.flipped(laid.path("pins"), place, mask):
            check_named(laid, "pins")


@pytest.mark.parametrize("name", HARMLESS)
def test_each_byte_is_harmless(laid: Laid, name: str) -> None:
    """What can be made anew, is; of the index, which is authentic page by page, each 97th byte is tried."""
    content = laid.content[name]
    for place, mask in flips(content, range(0, len(content), STEP if name.startswith("cache") else 1)):
        with vaults.flipped(laid.path(name), place, mask):
            check_harmless(laid)
        laid.put_back(name)


def parts_of_keyring(content: bytes) -> dict[int, str]:
    """Return for each byte of the keyring what it belongs to: nothing, one way in, or all of them."""
    keyring = parse_keyring(content)
    parts = dict.fromkeys(range(len(content)), "all")
    parts[content.index(pack(keyring.vault_id)) + 34] = (
        "none"  # generation: a counter, not a protection (keys.md 10)
    )
    for slot in keyring.slots:
        start = content.index(pack(slot.to_value()))
        for place in range(start, start + len(pack(slot.to_value()))):
            parts[place] = slot.kind
    return parts


def test_each_byte_of_the_keyring(laid: Laid, monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte that all need closes the vault to all; a byte of a slot closes it to its holder at least."""
    monkeypatch.setattr(slots, "argon2id", functools.cache(slots.argon2id))
    content = laid.content["keyring"]
    secrets = {"passphrase": laid.ana.passphrase, "recovery": laid.ana.words, "key-file": laid.ana.secret}
    before = unlock(parse_keyring(content), laid.ana.secret)
    for place, part in parts_of_keyring(content).items():
        changed = bytearray(content)
        changed[place] ^= 1 << place % 8
        opened: set[str] = set()
        for kind, secret in secrets.items():
            try:
                assert before == unlock(parse_keyring(bytes(changed)), secret)
                opened.add(kind)
            except (VaultDamaged, WrongKey) as err:
                assert err.code in {"vault_damaged", "wrong_key", "wrong_passphrase"}  # noqa: PT017
            except InvalidRequest as err:
                assert ("unsupported", 1) == (err.code, place)  # noqa: PT017
        possible = {"none": [set(secrets)], "all": [set()]}.get(part, [set(), set(secrets) - {part}])
        assert opened in possible, (place, part)


def test_the_keyring_is_named(laid: Laid) -> None:
    """Where the key file does not open any more, the audit names the keyring; elsewhere all can be read."""
    content = laid.content["keyring"]
    parts = parts_of_keyring(content)
    for place, mask in flips(content, range(0, len(content), 5)):
        with vaults.flipped(laid.path("keyring"), place, mask):
            if parts[place] in {"all", SlotKind.KEY_FILE.value}:
                check_named(laid, "keyring")
            elif readable(laid):
                assert all(line.startswith("keyring slot ") for line in named(laid))
            else:
                check_named(laid, "keyring")


@pytest.mark.parametrize("name", [*HARMLESS, *PLACES])
def test_cut_short_anywhere(laid: Laid, name: str) -> None:
    """A file that ends early is named, or was harmless."""
    content = laid.content[name]
    for end in range(0, len(content), STEP * (10 if name.startswith("cache") else 1)):
        laid.path(name).write_bytes(content[:end])
        if name in HARMLESS:
            check_harmless(laid)
        else:
            check_named(laid, name)
        laid.put_back(name)


@pytest.mark.parametrize("name", [*HARMLESS, *PLACES])
def test_deleted(laid: Laid, name: str) -> None:
    """A file that is gone is named, or can be made anew, or was only a memory."""
    laid.path(name).unlink()
    if name in HARMLESS or name in FORGOTTEN:
        check_harmless(laid)
    else:
        check_named(laid, name)
    laid.put_back(name)
    check_harmless(laid)


@dataclass(frozen=True, slots=True)
class Taken:
    """A sink that only counts what it is given."""

    parts: list[int] = field(default_factory=list)

    def prepare(self, total_bytes: int) -> None:
        """Accept any size."""

    def take(self, document: DisclosedDocument, part: DisclosedPart, stream: Source) -> None:
        """Read a part."""
        self.parts.append(len(stream.read(1 << 20)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A bundle, and who can open it."""

    lee: Sample
    content: bytes
    context: Context
    folder: Path


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Sent:
    """A bundle of two tiny documents for Dr Lee."""
    folder = tmp_path_factory.mktemp("sent")
    ana, lee = vaults.pair(folder)
    ana.share(folder / "a.hvb", ana.add(b"one", b"two"))
    with lee.open() as vault:
        secret = vault.keys.identity.recipients[0][1]
        party = Party(vault=vault.keyring.vault_id, recipient_pk=vault.history.chain.newest.keys.recipient_pk)
        pins = load_pins(vault)
    opener = Opener(identity=X25519Identity(secret=secret), party=party)
    context = Context(openers=(opener,), pins=pins, now_ms=NOW_MS, actions=("view",))
    return Sent(lee=lee, content=(folder / "a.hvb").read_bytes(), context=context, folder=folder)


def check_refused(sent: Sent, content: bytes) -> None:
    """Check that a changed bundle has a problem that nobody can accept, and leaves no trace among the pins."""
    outcome = verify_bundle(io.BytesIO(content), sent.context, Taken())
    assert any(
        isinstance(problem, FormatError | IntegrityError | NoMatchingIdentity) for problem in outcome.problems
    )
    assert sent.context.pins == outcome.pins


def check_nothing_released(sent: Sent, content: bytes) -> None:
    """Check that a changed bundle is not opened into a folder, whatever the user accepts."""
    (sent.folder / "b.hvb").write_bytes(content)
    options = vaults.PLAIN
    with sent.lee.open() as vault:
        file, out = InputFile(name="b", path=sent.folder / "b.hvb"), sent.folder / "out"
        _, documents = open_bundle(vault, sent.lee.place, file, out, options, now_ms=NOW_MS)
    assert ([], False) == (documents, out.exists())


def test_the_bundle_is_good(sent: Sent) -> None:
    """Unchanged it opens, with nothing to object to but that its signer is no contact in this context."""
    taken = Taken()
    outcome = verify_bundle(io.BytesIO(sent.content), sent.context, taken)
    assert ["unknown_signer"] == [problem.code for problem in outcome.problems]
    assert [3, 3] == taken.parts


def test_each_byte_of_a_bundle(sent: Sent) -> None:
    """Whichever byte is changed, the bundle is refused as malformed, forged or for somebody else."""
    for place, mask in flips(sent.content, range(len(sent.content))):
        changed = bytearray(sent.content)
        changed[place] ^= mask
        check_refused(sent, bytes(changed))
        if place % STEP == 0:
            check_nothing_released(sent, bytes(changed))


def test_a_bundle_cut_short_or_long(sent: Sent) -> None:
    """A bundle that ends early, or goes on, is refused."""
    for end in range(0, len(sent.content), STEP):
        check_refused(sent, sent.content[:end])
        check_nothing_released(sent, sent.content[:end])
    check_refused(sent, sent.content[:-1])
    check_refused(sent, sent.content + b"\0")
    check_nothing_released(sent, sent.content + sent.content)
