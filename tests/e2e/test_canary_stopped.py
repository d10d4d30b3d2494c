# SPDX-License-Identifier: Apache-2.0
"""What is confidential stands nowhere after a command stopped at any change to the disk, nor in its errors.

The word of `tests.canary` stands in every content, name, title, tag, author, message, reason and contact. The
stops x
"""

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from healthvault.errors import InvalidRequest
from healthvault.ledger.events import RotateReason
from healthvault.storage.inputs import InputFile
from healthvault.vault.add import AddOptions, add_documents
from healthvault.vault.amend import replace_document, retract_document
from healthvault.vault.backup import Destination, back_up
from healthvault.vault.contacts import add_contact
from healthvault.vault.erase import erase_documents, find_victims
from healthvault.vault.grants import list_grants, make_grant, revoke_grant
from healthvault.vault.handing import Letter
from healthvault.vault.keyslots import set_passphrase
from healthvault.vault.read import list_documents
from healthvault.vault.receive import import_bundle
from healthvault.vault.restore import restore
from healthvault.vault.rotation import rotate_keys
from healthvault.vault.share import share
from healthvault.vault.vault import Place, Vault
from healthvault.vault.views import Document
from tests import canary, vaults
from tests.canary import WORD, documents
from tests.damage.faulty_disk import Disk, Stopped
from tests.vaults import EVERYTHING, NOW_MS, PLAIN, Sample


def add(vault: Vault, _: Sample, folder: Path) -> None:
    """Add documents."""
    inputs = [InputFile(name=name, data=data) for name, data in documents().items() if name != "large.bin"]
    list(add_documents(vault, inputs, AddOptions(title=WORD, tags=(WORD,), author=WORD), now_ms=NOW_MS))


def share_all(vault: Vault, ana: Sample, folder: Path) -> None:
    """Share a document with a message."""
    wish = vaults.request(known_documents(vault), (WORD,))
    share(vault, wish, folder / "new.hvb", letter=Letter(message=WORD, with_metadata=True), now_ms=NOW_MS)


def revoke(vault: Vault, _: Sample, folder: Path) -> None:
    """Revoke a grant, for a reason."""
    (grant,) = list_grants(vault, now_ms=NOW_MS)
    revoke_grant(vault, grant.id, reason=WORD, now_ms=NOW_MS)


def pin(vault: Vault, _: Sample, folder: Path) -> None:
    """Pin a contact under another name."""
    add_contact(vault, f"{WORD} too", (folder / "lee.hvcard").read_bytes(), now_ms=NOW_MS)


def take_in(vault: Vault, _: Sample, folder: Path) -> None:
    """Keep the document of a bundle."""
    import_bundle(vault, InputFile(name="lee.hvb", path=folder / "lee.hvb"), PLAIN, now_ms=NOW_MS)


def amend(vault: Vault, _: Sample, folder: Path) -> None:
    """Put a newer version in the place of a document."""
    newer = InputFile(name=f"{WORD}.txt", data=f"newer {WORD}".encode())
    replace_document(vault, known_documents(vault)[0].id, newer, AddOptions(title=WORD), now_ms=NOW_MS)


def retract(vault: Vault, _: Sample, folder: Path) -> None:
    """Retract a document."""
    retract_document(vault, known_documents(vault)[0].id, reason=WORD, now_ms=NOW_MS)


def erase(vault: Vault, _: Sample, folder: Path) -> None:
    """Erase a document."""
    victims = find_victims(vault, (known_documents(vault)[0].id,))
    erase_documents(vault, victims, reason=None, now_ms=NOW_MS)


def back_up_both(vault: Vault, ana: Sample, folder: Path) -> None:
    """Back the vault up to a folder and to a file."""
    for name in ("backup", "one.hvbackup"):
        target = Destination(path=folder / name, is_file="." in name)
        back_up(ana.place, target, secret=None, now_ms=NOW_MS)


def grant(vault: Vault, _: Sample, folder: Path) -> None:
    """Make a grant alone."""
    make_grant(vault, vaults.request(known_documents(vault), (WORD,)), now_ms=NOW_MS)


def rotate(vault: Vault, ana: Sample, folder: Path) -> None:
    """Put new keys in the place of the old ones."""
    rotate_keys(vault, ana.words, RotateReason.PLANNED, now_ms=NOW_MS)


def passwd(vault: Vault, _: Sample, folder: Path) -> None:
    """Change the passphrase to the word."""
    set_passphrase(vault, WORD, "light")


def bring_back(vault: Vault, _: Sample, folder: Path) -> None:
    """Make a vault from a backup."""
    place = Place(root=folder / "restored", state_dir=folder / "restored-state")
    restore(folder / "old-backup", place)


def known_documents(vault: Vault) -> list[Document]:
    """Return the documents of a vault."""
    return list(list_documents(vault, EVERYTHING))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Sample]:
    """Ana with a document, a contact and a grant that hold the word, and a bundle for her."""
    folder = tmp_path_factory.mktemp("stopped")
    ana, lee = vaults.ana(folder), vaults.lee(folder)
    ana.meet(lee, WORD)
    lee.meet(ana, "Ana")
    options = AddOptions(title=WORD, tags=(WORD,))
    ana.share(folder / "old.hvb", ana.add(f"old {WORD}".encode(), options=options), to=(WORD,))
    lee.share(folder / "lee.hvb", lee.add(f"letter {WORD}".encode(), options=options), to=("Ana",))
    (folder / "lee.hvcard").write_bytes(lee.card())
    back_up(ana.place, Destination(path=folder / "old-backup", is_file=False), secret=None, now_ms=NOW_MS)
    return folder, ana


COMMANDS = (
    add,
    share_all,
    revoke,
    pin,
    take_in,
    amend,
    retract,
    erase,
    back_up_both,
    grant,
    rotate,
    passwd,
    bring_back,
)


@pytest.mark.parametrize("mode", ["torn", "power", "fault"])
@pytest.mark.parametrize("command", COMMANDS)
def test_stopped_at_every_change(
    prepared: tuple[Path, Sample],
    tmp_path: Path,
    command: Callable[[Vault, Sample, Path], None],
    mode: str,
) -> None:
    """Wherever a command stops, the word is in nothing that it has left, nor in what it says."""
    folder, ana = prepared
    for stop_at in range(1, 200):
        place = tmp_path / str(stop_at)
        place.mkdir()
        for name in ("lee.hvb", "lee.hvcard"):
            shutil.copy(folder / name, place)
        shutil.copytree(folder / "old-backup", place / "old-backup")
        copy = vaults.copy_vault(ana, place / "ana", place / "state")
        disk = Disk(mode=mode, stop_at=stop_at)
        said = ""
        with pytest.MonkeyPatch.context() as patch, suppress(Stopped):
            try:
                with copy.open(writing=True) as vault:
                    disk.install(patch)
                    command(vault, copy, place)
            except InvalidRequest as err:
                assert ("fault", "io_error") == (mode, err.code)  # noqa: PT017
                said = f"{err.message} {err.hint}"
        disk.lose_power()
        (place / "lee.hvcard").unlink()
        assert [] == list(canary.leaks([place]))
        assert [] == canary.forms_in(said.encode())
        shutil.rmtree(place)
        if not disk.has_stopped:
            assert stop_at > 4
            return
    pytest.fail("the command does not end")
