# SPDX-License-Identifier: Apache-2.0
"""A command that stops at any of its changes to the disk: what was acknowledged stays, nothing is left half there.

Each change in turn is made to fail, in the four ways of `faulty_disk`.
"""

import contextlib
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from healthvault.bundle.attestation import armour_attestation
from healthvault.errors import InvalidRequest
from healthvault.storage import files
from healthvault.storage.document_rows import DocumentRows
from healthvault.storage.inputs import InputFile
from healthvault.storage.objects import Objects
from healthvault.storage.slots import SlotKind
from healthvault.vault.add import AddOptions, add_documents
from healthvault.vault.amend import replace_document, retract_document
from healthvault.vault.attestations import keep_attestation
from healthvault.vault.attesting import attest, in_bundle
from healthvault.vault.contacts import add_contact, list_contacts
from healthvault.vault.grants import list_grants, make_grant, revoke_grant
from healthvault.vault.handing import UnderGrant
from healthvault.vault.keyslots import add_key_file
from healthvault.vault.read import document_bytes, list_documents
from healthvault.vault.receive import import_bundle, verify_file
from healthvault.vault.session import open_vault
from healthvault.vault.share import share, share_under
from healthvault.vault.unlock import Secret
from healthvault.vault.vault import Place, Vault
from tests import vaults
from tests.damage.faulty_disk import MODES, Disk, Stopped
from tests.vaults import EVERYTHING, NOW_MS, Sample

OLD = (b"acknowledged before", b"and this one too")
NEW = (b"first of three", b"second " * 1000, b"third")
NEWER = b"a newer version"
MOST_STEPS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where a command is tried: a copy of Ana's vault, and what else it needs."""

    ana: Sample
    lee: Sample
    card: bytes
    bundle: Path
    out: Path
    attestation: bytes
    """Dr Lee's, about Ana's first document."""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Ana with two documents, a contact and a grant, and a bundle that Dr Lee sent her."""
    folder = tmp_path_factory.mktemp("prepared")
    ana, lee = vaults.pair(folder)
    ana.share(folder / "old.hvb", ana.add(*OLD)[:1])
    lee.share(folder / "lee.hvb", lee.add(b"letter from the doctor"), to=("Ana",))
    said = attested_by(lee, folder / "old.hvb")
    return Scene(ana=ana, lee=lee, card=lee.card(), bundle=folder / "lee.hvb", out=folder, attestation=said)


def attested_by(reader: Sample, bundle: Path) -> bytes:
    """Return what a reader attests of the only document of a bundle, as text."""
    with reader.open(writing=True) as vault:
        source = InputFile(name="b", path=bundle)
        found = verify_file(vault, reader.place, source, vaults.PLAIN, now_ms=NOW_MS)
        raw, _ = attest(vault, in_bundle(found, None, 0), "seen", now_ms=NOW_MS)
    return armour_attestation(raw).encode()


def copy_of(scene: Scene, folder: Path) -> Scene:
    """Return the scene with a fresh copy of Ana's vault, remembered by a machine of its own."""
    folder.mkdir()
    ana = vaults.copy_vault(scene.ana, folder / "ana", folder / "state")
    with ana.open():
        pass  # the machine has seen the vault before, as a machine has that writes to it
    return replace(scene, ana=ana, out=folder)


def add(vault: Vault, scene: Scene) -> None:
    """Add three documents in one transaction."""
    inputs = [InputFile(name=f"new-{number}.txt", data=data) for number, data in enumerate(NEW)]
    list(add_documents(vault, inputs, AddOptions(), now_ms=NOW_MS))


def share_one(vault: Vault, scene: Scene) -> None:
    """Share a document."""
    documents = list(list_documents(vault, EVERYTHING))
    share(vault, vaults.request(documents[:1]), scene.out / "new.hvb", now_ms=NOW_MS)


def revoke(vault: Vault, scene: Scene) -> None:
    """Revoke the only grant."""
    (grant,) = list_grants(vault, now_ms=NOW_MS)
    revoke_grant(vault, grant.id, reason="", now_ms=NOW_MS)


def pin(vault: Vault, scene: Scene) -> None:
    """Pin the contact once more, under another name."""
    add_contact(vault, "Wen", scene.card, now_ms=NOW_MS)


def add_key(vault: Vault, scene: Scene) -> None:
    """Add a key file."""
    add_key_file(vault, scene.out / "second-key")


def take_in(vault: Vault, scene: Scene) -> None:
    """Keep the document of a bundle, which changes the pins too."""
    import_bundle(vault, InputFile(name="lee.hvb", path=scene.bundle), vaults.PLAIN, now_ms=NOW_MS)


def amend(vault: Vault, scene: Scene) -> None:
    """Put a newer version in the place of the first document."""
    (*_, first) = list_documents(vault, EVERYTHING)
    replace_document(vault, first.id, InputFile(name="n", data=NEWER), AddOptions(), now_ms=NOW_MS)


def retract(vault: Vault, scene: Scene) -> None:
    """Retract the first document."""
    (*_, first) = list_documents(vault, EVERYTHING)
    retract_document(vault, first.id, reason="mistyped", now_ms=NOW_MS)


def grant(vault: Vault, scene: Scene) -> None:
    """Make a grant alone."""
    make_grant(vault, vaults.request(list(list_documents(vault, EVERYTHING))), now_ms=NOW_MS)


def share_again(vault: Vault, scene: Scene) -> None:
    """Share under the only grant."""
    (standing,) = list_grants(vault, now_ms=NOW_MS)
    share_under(vault, UnderGrant(grant=standing.id), scene.out / "new.hvb", now_ms=NOW_MS)


def give_attestation(vault: Vault, scene: Scene) -> None:
    """Attest the document of a bundle; the journal says so before the file is written."""
    found = verify_file(vault, vault.place, InputFile(name="b", path=scene.bundle), vaults.PLAIN, now_ms=NOW_MS)
    attest(vault, in_bundle(found, None, 0), "seen", now_ms=NOW_MS)


def keep_attested(vault: Vault, scene: Scene) -> None:
    """Keep what somebody attests of the first document."""
    keep_attestation(vault, InputFile(name="a", data=scene.attestation), (), now_ms=NOW_MS)


COMMANDS = (
    add,
    share_one,
    revoke,
    pin,
    add_key,
    take_in,
    amend,
    retract,
    grant,
    share_again,
    give_attestation,
    keep_attested,
)
ADDED = {add: NEW, take_in: (b"letter from the doctor",), amend: (NEWER,)}


def stopped_at(scene: Scene, command: Callable[[Vault, Scene], None], disk: Disk) -> bool:
    """Run a command on a disk that stops it, and tell whether it was stopped."""
    with pytest.MonkeyPatch.context() as patch:
        try:
            with scene.ana.open(writing=True) as vault:
                disk.install(patch)
                command(vault, scene)
        except Stopped:
            disk.lose_power()
        except InvalidRequest as err:
            if ("fault", "io_error") != (disk.mode, err.code):
                raise
    return disk.has_stopped


def check_whole(scene: Scene, added: tuple[bytes, ...]) -> None:
    """Open the vault for writing and look at everything: all that was there, and a prefix of what was coming."""
    ana = scene.ana
    with ana.open(writing=True) as vault:
        held = [document_bytes(vault, item) for item in list_documents(vault, EVERYTHING)][::-1]
        assert (*OLD, *added[: len(held) - len(OLD)]) == tuple(held)
        assert list_contacts(vault)[0].name in {"Dr Lee", "Wen"}
        seqs = [item.entry for item in list_documents(vault, EVERYTHING)]
        packs = {part.pack for seq in seqs for part in DocumentRows(vault.catalogue).parts(seq)}
        assert sorted(packs) == Objects(ana.paths).first_seqs()
    assert () == ana.faults()
    assert ["orphans"] == [name for name in files.list_names(ana.paths.tmp) if not name.startswith("pins")]
    listed = ana.documents()
    for cached in (*ana.paths.cache.iterdir(), *ana.paths.tree.iterdir()):
        cached.unlink()
    assert listed == ana.documents()
    (later,) = ana.add(b"the next command")
    assert [later, *listed] == ana.documents()
    assert () == ana.faults()


def check_outputs(scene: Scene, mode: str) -> None:
    """Look at what a command may have left outside of the vault: a whole bundle, a key that opens."""
    if (scene.out / "new.hvb").exists():
        scene.lee.paths.pins.unlink(missing_ok=True)  # Dr Lee has seen the other copies' histories
        with scene.lee.open() as vault:
            made = InputFile(name="new.hvb", path=scene.out / "new.hvb")
            assert () == verify_file(vault, scene.lee.place, made, vaults.PLAIN, now_ms=NOW_MS).problems
    if (scene.out / "second-key").exists() and mode == "fault":
        key = Secret(kind=SlotKind.KEY_FILE, value=(scene.out / "second-key").read_bytes())
        with open_vault(scene.ana.place, key, now_ms=NOW_MS):
            pass


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("command", COMMANDS)
def test_stopped_anywhere(
    prepared: Scene, tmp_path: Path, command: Callable[[Vault, Scene], None], mode: str
) -> None:
    """Wherever a command stops, the next one finds all that was acknowledged and nothing half-made."""
    for stop_at in range(1, MOST_STEPS):
        scene = copy_of(prepared, tmp_path / str(stop_at))
        disk = Disk(mode=mode, stop_at=stop_at)
        was_stopped = stopped_at(scene, command, disk)
        check_outputs(scene, mode)
        check_whole(scene, ADDED.get(command, ()))
        if not was_stopped:
            print(f"{command.__name__} {mode}: {stop_at - 1} stops")
            assert stop_at > 5, "the command made hardly any change"
            return
    pytest.fail("the command does not end")


@pytest.mark.parametrize("call", ["write_at", "sync", "create_file"])
def test_stopped_while_recovering(prepared: Scene, tmp_path: Path, call: str) -> None:
    """Recovery, too, may stop anywhere: the next one begins again, and loses nothing more."""
    whole = Disk(mode="torn", stop_at=MOST_STEPS)
    stopped_at(copy_of(prepared, tmp_path / "whole"), add, whole)
    journal_written = [number for number, name in enumerate(whole.calls, 1) if name == "write_at"][2]
    first_stop = next(n for n in range(journal_written, MOST_STEPS) if whole.calls[n - 1] == call)
    for stop_at in range(1, MOST_STEPS):
        scene = copy_of(prepared, tmp_path / str(stop_at))
        assert stopped_at(scene, add, Disk(mode="torn", stop_at=first_stop))
        disk = Disk(mode="torn", stop_at=stop_at)
        with pytest.MonkeyPatch.context() as patch, contextlib.suppress(Stopped):
            disk.install(patch)
            with scene.ana.open(writing=True):
                pass
        check_whole(scene, NEW)
        if not disk.has_stopped:
            return
    pytest.fail("recovery does not end")


def test_a_full_disk(tmp_path: Path) -> None:
    """On a disk that is really full every command fails in order; with room again, all goes on."""
    run_mounted(f"mount -t tmpfs -o size=1m tmpfs {shlex.quote(str(tmp_path))}", fill, tmp_path)


def test_a_read_only_disk(prepared: Scene, tmp_path: Path) -> None:
    """A vault on a disk that cannot be written is read all the same, and not written."""
    copy_of(prepared, tmp_path / "scene")
    place = shlex.quote(str(tmp_path / "scene" / "ana"))
    key = tmp_path / "key"
    key.write_bytes(prepared.ana.secret.value)
    run_mounted(f"mount --bind {place} {place} && mount -o remount,bind,ro {place}", read_only, tmp_path)


def run_mounted(mount: str, function: Callable[[str], None], folder: Path) -> None:
    """Run one of the functions below in a process that alone sees a mount, or skip the test."""
    unshare = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"])]
    if shutil.which("unshare") is None or subprocess.run([*unshare, "sh", "-c", mount], check=False).returncode:
        pytest.skip("a file system cannot be mounted here")
    code = f"from tests.damage import test_crash; test_crash.{function.__name__}({str(folder)!r})"
    program = f"{mount} && exec {shlex.join([sys.executable, '-c', code])}"
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([*unshare, "sh", "-c", program], cwd=root, check=False, capture_output=True, text=True)
    assert (0, "done\n") == (done.returncode, done.stdout), done.stderr


def read_only(folder: str) -> None:
    """Read a vault that cannot be written, by way of an index in memory."""
    place = Place(root=Path(folder) / "scene" / "ana", state_dir=Path(folder) / "state")
    key = Secret(kind=SlotKind.KEY_FILE, value=(Path(folder) / "key").read_bytes())
    ana = Sample(place=place, secret=key, words=key)
    assert list(OLD) == list(ana.contents().values())[::-1]
    assert () == ana.faults()
    with pytest.raises(InvalidRequest) as caught:
        ana.add(b"x")
    assert "io_error" == caught.value.code
    print("done")


def fill(folder: str) -> None:
    """Work in a vault on a small disk until it is full, then make room; run by a test above."""
    ballast = Path(folder) / "ballast"
    ballast.write_bytes(bytes(300_000))
    ana = vaults.ana(Path(folder))
    kept, failed = add_until_full(ana)
    assert min(len(kept), len(failed)) > 4
    filler = Path(folder) / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(512))
    assert set(kept) <= set(ana.contents().values())  # a full disk can be read
    ballast.unlink()
    filler.unlink()
    ana.add(b"room again")
    held = [data for data in list(ana.contents().values())[::-1] if data not in failed]
    assert [*kept, b"room again"] == held
    assert () == ana.faults()
    print("done")


def add_until_full(ana: Sample) -> tuple[list[bytes], list[bytes]]:
    """Add documents until that has failed five times; return what was acknowledged and what was not."""
    kept: list[bytes] = []
    failed: list[bytes] = []
    while len(failed) < 5:
        content = b"%d " % (len(kept) + len(failed)) * 3000
        try:
            ana.add(content)
        except InvalidRequest as err:
            if err.code != "io_error":
                raise
            failed.append(content)
        else:
            kept.append(content)
    return kept, failed
