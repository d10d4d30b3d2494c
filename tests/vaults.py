# SPDX-License-Identifier: Apache-2.0
"""Small vaults for tests, copied from ones that are made once, because a passphrase costs a tenth of a second.

Each has a slot for a key file, which opens it in no time. Nothing here tests anything.
"""

import atexit
import contextlib
import functools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from healthvault.storage.inputs import InputFile
from healthvault.storage.layout import StatePaths, VaultPaths
from healthvault.storage.slots import SlotKind
from healthvault.vault.add import AddOptions, add_documents
from healthvault.vault.audit import AuditOptions, check_vault
from healthvault.vault.contacts import add_contact
from healthvault.vault.create import NewVault, create_vault
from healthvault.vault.grants import Terms
from healthvault.vault.keyslots import add_key_file
from healthvault.vault.read import Filter, document_bytes, list_documents
from healthvault.vault.receive import VerifyOptions
from healthvault.vault.rotation import NewPassphrase, declare_compromised
from healthvault.vault.session import open_vault
from healthvault.vault.share import share
from healthvault.vault.status import identity_of
from healthvault.vault.unlock import Secret
from healthvault.vault.vault import Place, Vault
from healthvault.vault.views import BundleView, CheckReport, ContactView, Document, Finding

NOW_MS = 1_795_219_200_000  # 2026-11-20
DAY_MS = 86_400_000
PASSPHRASE = "correct horse battery"
PLAIN = VerifyOptions()
EVERYTHING = Filter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A vault of a test, its keys, and the commands of the tests in one call each."""

    place: Place
    secret: Secret
    """The key file: opens at once."""
    words: Secret
    """The recovery phrase."""

    @property
    def passphrase(self) -> Secret:
        """The passphrase: takes a tenth of a second."""
        return Secret(kind=SlotKind.PASSPHRASE, value=PASSPHRASE.encode())

    @property
    def paths(self) -> VaultPaths:
        """The files of the vault."""
        return VaultPaths(root=self.place.root)

    @property
    def state(self) -> StatePaths:
        """What this machine remembers."""
        return StatePaths(root=self.place.state_dir)

    @property
    def pin(self) -> Path:
        """The file of the outside pin: the only one in its folder."""
        return next(self.state.self_pins.iterdir())

    def open(self, *, writing: bool = False, now_ms: int = NOW_MS) -> AbstractContextManager[Vault]:
        """Open it by its key file."""
        return open_vault(self.place, self.secret, now_ms=now_ms, writing=writing)

    def add(self, *contents: bytes, now_ms: int = NOW_MS, options: AddOptions | None = None) -> list[Document]:
        """Add documents called `1.txt`, `2.txt` and so on, all in one transaction."""
        inputs = [InputFile(name=f"{number}.txt", data=data) for number, data in enumerate(contents, 1)]
        with self.open(writing=True, now_ms=now_ms) as vault:
            found = list(add_documents(vault, inputs, options or AddOptions(), now_ms=now_ms))
        documents = [item for item in found if isinstance(item, Document)]
        assert len(documents) == len(contents), found
        return documents

    def contents(self) -> dict[str, bytes]:
        """Return the bytes of every document by its id."""
        with self.open() as vault:
            return {item.id: document_bytes(vault, item) for item in list_documents(vault, EVERYTHING)}

    def documents(self) -> list[Document]:
        """Return what is listed, the newest first."""
        with self.open() as vault:
            return list(list_documents(vault, EVERYTHING))

    def check(self, *, deep: bool = True) -> CheckReport:
        """Audit it."""
        return check_vault(self.place, self.secret, AuditOptions(deep=deep))

    def faults(self, *, deep: bool = True) -> tuple[Finding, ...]:
        """Audit it, and return what was found but for what recovery has set aside."""
        return tuple(item for item in self.check(deep=deep).findings if item.code != "orphan")

    def card(self) -> bytes:
        """Return its card as text."""
        with self.open() as vault:
            return identity_of(vault).card.encode()

    def meet(self, other: "Sample", name: str) -> ContactView:
        """Pin another vault as a contact."""
        card = other.card()
        with self.open(writing=True) as vault:
            return add_contact(vault, name, card, now_ms=NOW_MS)

    def share(self, out: Path, documents: list[Document], to: tuple[str, ...] = ("Dr Lee",)) -> BundleView:
        """Share documents for treatment, for ninety days."""
        with self.open(writing=True) as vault:
            return share(vault, request(documents, to), out, now_ms=NOW_MS)


def request(documents: list[Document], to: tuple[str, ...] = ("Dr Lee",)) -> Terms:
    """Return terms for ninety days of treatment."""
    return Terms(
        records=tuple(document.id for document in documents),
        to=to,
        purposes=("TREAT",),
        actions=("view", "keep"),
        not_after_ms=NOW_MS + 90 * DAY_MS,
    )


def ana(folder: Path) -> Sample:
    """Return an empty vault of Ana Silva, below `folder`."""
    return _copy("ana", "Ana Silva", folder)


def lee(folder: Path) -> Sample:
    """Return an empty vault of Dr Lee, below `folder`."""
    return _copy("lee", "Dr Wen Lee", folder)


def kim(folder: Path) -> Sample:
    """Return an empty vault of Dr Kim, below `folder`."""
    return _copy("kim", "Dr Kim", folder)


def rita(folder: Path) -> Sample:
    """Return an empty vault of Rita Silva, below `folder`."""
    return _copy("rita", "Rita Silva", folder)


def someone(folder: Path, who: str, name: str) -> Sample:
    """Return an empty vault of anybody, in the folder `who` below `folder`."""
    return _copy(who, name, folder)


def pair(folder: Path) -> tuple[Sample, Sample]:
    """Return the vaults of Ana and Dr Lee, who know each other."""
    patient, doctor = ana(folder), lee(folder)
    patient.meet(doctor, "Dr Lee")
    doctor.meet(patient, "Ana")
    return patient, doctor


def stolen_from(sample: Sample) -> Sample:
    """Let somebody declare all keys stolen; return the vault with the way in that is left."""
    with sample.open(writing=True) as vault:
        new = NewPassphrase(text="another horse", kdf="light")
        declare_compromised(vault, sample.words, new, since=1, now_ms=NOW_MS)
    return replace(sample, secret=sample.words)


def snapshot(root: Path) -> dict[str, bytes]:
    """Return every file below a folder with its content."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def copy_vault(sample: Sample, root: Path, state_dir: Path) -> Sample:
    """Return a copy of a vault's folder, with another memory of this machine."""
    shutil.copytree(sample.place.root, root, symlinks=True)
    return Sample(place=Place(root=root, state_dir=state_dir), secret=sample.secret, words=sample.words)


@contextlib.contextmanager
def flipped(path: Path, offset: int, mask: int = 0xFF) -> Iterator[None]:
    """Change one byte of a file for a while."""
    with path.open("r+b", buffering=0) as file:
        file.seek(offset)
        (byte,) = file.read(1)
        file.seek(offset)
        file.write(bytes([byte ^ mask]))
        try:
            yield
        finally:
            file.seek(offset)
            file.write(bytes([byte]))


def _copy(who: str, name: str, folder: Path) -> Sample:
    return copy_vault(_template(who, name), folder / who, folder / f"{who}-state")


@functools.cache
def _template(who: str, name: str) -> Sample:
    folder = Path(tempfile.mkdtemp(prefix="healthvault-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    place = Place(root=folder / who, state_dir=folder / "state")
    words = create_vault(place, NewVault(name=name, passphrase=PASSPHRASE, kdf="light"), now_ms=NOW_MS)
    passphrase = Secret(kind=SlotKind.PASSPHRASE, value=PASSPHRASE.encode())
    with open_vault(place, passphrase, now_ms=NOW_MS, writing=True) as vault:
        add_key_file(vault, folder / "key")
    shutil.rmtree(place.root / "cache")
    (place.root / "cache").mkdir(mode=0o700)
    return Sample(
        place=place,
        secret=Secret(kind=SlotKind.KEY_FILE, value=(folder / "key").read_bytes()),
        words=Secret(kind=SlotKind.RECOVERY, value=" ".join(words).encode()),
    )
