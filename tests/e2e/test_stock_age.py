# SPDX-License-Identifier: Apache-2.0
"""Bundles are plain age files: other people's age programs open them, and we open theirs."""

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pyrage
import pytest

from healthvault.agefile.bech32 import encode_identity
from healthvault.agefile.file import decrypt
from healthvault.agefile.recipients import X25519Identity
from healthvault.crypto.agreement import x25519_public
from healthvault.storage.slots import SlotKind
from healthvault.vault.session import open_vault
from healthvault.vault.unlock import Secret
from healthvault.vault.vault import Place

DOCUMENT = b"ferritin 9 ug/L\n"
NOW_MS = 1_795_000_000_000


class People:
    """Two vaults made and used through the program itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "passphrase").write_text("a passphrase for a test\n", encoding="utf-8")
        (folder / "passphrase").chmod(0o600)
        (folder / "lab.txt").write_bytes(DOCUMENT)
        for name in ("ana", "lee"):
            self.hv(name, "init", "--name", name, "--kdf", "light", "--yes")
            self.hv(name, "id", "-o", f"{name}.hvcard")
        self.hv("ana", "contact", "add", "lee", "lee.hvcard", "--yes")
        self.document = json.loads(self.hv("ana", "add", "--json", "lab.txt"))["id"]

    def hv(self, person: str, *arguments: str) -> str:
        """Run a command that must succeed, and return its output."""
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("HV_")},
            "HV_HOME": str(self.folder / person),
            "HV_STATE_HOME": str(self.folder / f"{person}.state"),
            "HV_PASSPHRASE_FILE": str(self.folder / "passphrase"),
        }
        command = [sys.executable, "-m", "healthvault.cli.main", *arguments]
        done = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        assert 0 == done.returncode, done.stderr
        return done.stdout

    def secret_of(self, person: str) -> bytes:
        """Return a person's X25519 secret."""
        place = Place(root=self.folder / person, state_dir=self.folder / f"{person}.state")
        secret = Secret(kind=SlotKind.PASSPHRASE, value=b"a passphrase for a test")
        with open_vault(place, secret, now_ms=NOW_MS) as vault:
            return vault.keys.identity.recipients[0][1]


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> People:
    """Two people, one document, no bundle yet."""
    return People(tmp_path_factory.mktemp("people"))


def document_in(tar: bytes) -> bytes:
    """Return the only document of an opened bundle, as tar sees it."""
    with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
        (name,) = [name for name in archive.getnames() if name.startswith("docs/")]
        member = archive.extractfile(name)
        assert member is not None
        return member.read()


def test_rage_opens_a_bundle_for_a_contact(people: People) -> None:
    """Pyrage decrypts a bundle with the reader's identity, and plain tar finds the document."""
    people.hv("ana", "share", people.document, "--to", "lee", "-o", "one.hvb", "--yes")
    identity = pyrage.x25519.Identity.from_str(encode_identity(people.secret_of("lee")))
    opened = pyrage.decrypt((people.folder / "one.hvb").read_bytes(), [identity])
    assert DOCUMENT == document_in(opened)


def test_rage_opens_a_bundle_with_its_code(people: People) -> None:
    """Pyrage decrypts a code bundle with the code as passphrase."""
    code = json.loads(people.hv("ana", "share", people.document, "--code", "-o", "code.hvb", "--yes", "--json"))[
        "code"
    ]
    opened = pyrage.passphrase.decrypt((people.folder / "code.hvb").read_bytes(), code)
    assert DOCUMENT == document_in(opened)


@pytest.mark.skipif(shutil.which("age") is None, reason="the program age is not installed")
def test_the_age_program_opens_a_bundle(people: People) -> None:
    """`age -d` decrypts a bundle with the reader's identity in a file."""
    people.hv("ana", "share", people.document, "--to", "lee", "-o", "two.hvb", "--yes")
    identity = people.folder / "identity.txt"
    identity.write_text(encode_identity(people.secret_of("lee")) + "\n", encoding="ascii")
    done = subprocess.run(
        ["age", "-d", "-i", str(identity), str(people.folder / "two.hvb")], capture_output=True, check=False
    )
    assert 0 == done.returncode, done.stderr
    assert DOCUMENT == document_in(done.stdout)


def test_we_open_what_rage_wrote(people: People) -> None:
    """A file that pyrage encrypted to the reader's recipient opens here, byte for byte."""
    secret = people.secret_of("lee")
    recipient = pyrage.x25519.Identity.from_str(encode_identity(secret)).to_public()
    sealed = pyrage.encrypt(DOCUMENT * 10_000, [recipient])
    opened = decrypt(io.BytesIO(sealed), [X25519Identity(secret=secret)])
    pieces = []
    while piece := opened.reader.read(1 << 16):
        pieces.append(piece)
    assert DOCUMENT * 10_000 == b"".join(pieces)
    assert 32 == len(x25519_public(secret))


def test_a_foreign_age_file_is_no_bundle(people: People) -> None:
    """`hv verify` opens any age file for the reader, and refuses one that is no bundle by name."""
    recipient = pyrage.x25519.Identity.from_str(encode_identity(people.secret_of("lee"))).to_public()
    (people.folder / "foreign.hvb").write_bytes(pyrage.encrypt(b"not a bundle at all", [recipient]))
    environment = {
        **os.environ,
        "HV_HOME": str(people.folder / "lee"),
        "HV_STATE_HOME": str(people.folder / "lee.state"),
        "HV_PASSPHRASE_FILE": str(people.folder / "passphrase"),
    }
    command = [sys.executable, "-m", "healthvault.cli.main", "verify", "foreign.hvb", "--json"]
    done = subprocess.run(command, cwd=people.folder, env=environment, capture_output=True, text=True, check=False)
    assert 20 == done.returncode
    assert ["bad_container"] == json.loads(done.stdout)["codes"]
