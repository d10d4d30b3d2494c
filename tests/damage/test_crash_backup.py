# SPDX-License-Identifier: Apache-2.0
"""A backup or a restore that stops at any of its changes to the disk, in the four ways of test_crash.

After a stop the backup is the old one or the new one, whole; the vault was not touched; and the next run goes on.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from healthvault.errors import InvalidRequest
from healthvault.storage import files
from healthvault.vault.backup import Destination, back_up, list_backups
from healthvault.vault.erase import erase_documents, find_victims
from healthvault.vault.read import document_bytes, list_documents
from healthvault.vault.restore import restore
from healthvault.vault.vault import Place
from tests import vaults
from tests.damage.faulty_disk import MODES, Disk, Stopped
from tests.vaults import NOW_MS, Sample

FIRST = {b"in the first backup", b"to be erased " * 500}
LATER = {b"in the second backup", b"added later"}
VICTIM = b"to be erased " * 500
MOST_STEPS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A vault, what is where its backup goes, and what either holds."""

    ana: Sample
    target: Path
    before: set[bytes] | None
    after: set[bytes]
    victim: bytes = b""
    """Stored bytes that must be nowhere in a new backup."""

    @property
    def destination(self) -> Destination:
        """Where the backup goes."""
        return Destination(path=self.target, is_file=self.target.suffix == ".hvbackup")

    def at(self, folder: Path) -> "Scene":
        """Return the scene with a fresh copy of the target and of the machine's memory, and the same vault."""
        folder.mkdir()
        target = folder / self.target.name
        if self.target.is_dir():
            shutil.copytree(self.target, target)
        elif self.target.exists():
            shutil.copy(self.target, target)
        shutil.copytree(self.ana.place.state_dir, folder / "state")
        place = Place(root=self.ana.place.root, state_dir=folder / "state")
        ana = Sample(place=place, secret=self.ana.secret, words=self.ana.words)
        return Scene(ana=ana, target=target, before=self.before, after=self.after, victim=self.victim)


def save(scene: Scene) -> None:
    """Make the backup."""
    back_up(scene.ana.place, scene.destination, secret=None, now_ms=NOW_MS)


def grown(scene: Scene) -> Scene:
    """Return the scene after a backup was made and more was added."""
    save(scene)
    scene.ana.add(*sorted(LATER))
    return Scene(ana=scene.ana, target=scene.target, before=FIRST, after=FIRST | LATER)


def erased(scene: Scene) -> Scene:
    """Return the scene after a backup was made, more was added, and a document was erased."""
    scene = grown(scene)
    (victim,) = [name for name, data in scene.ana.contents().items() if data == VICTIM]
    stored = scene.ana.paths.pack(1).read_bytes()[-64:]  # it is the last in its pack
    with scene.ana.open(writing=True) as vault:
        erase_documents(vault, find_victims(vault, (victim,)), reason=None, now_ms=NOW_MS)
    assert stored.strip(b"\0")
    assert not scene.ana.paths.pack(1).read_bytes()[-64:].strip(b"\0")
    left = (FIRST | LATER) - {VICTIM}
    return Scene(ana=scene.ana, target=scene.target, before=FIRST, after=left, victim=stored)


@pytest.fixture(autouse=True)
def _no_real_syncs(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a sync keeps is for `Disk` to know; the real ones would only take time."""
    monkeypatch.setattr(files, "_sync_data", lambda _: None)
    monkeypatch.setattr(os, "fsync", lambda _: None)


STORIES: dict[str, tuple[str, Callable[[Scene], Scene]]] = {
    "first folder": ("copy", lambda scene: scene),
    "more in a folder": ("copy", grown),
    "less in a folder": ("copy", erased),
    "first file": ("ana.hvbackup", lambda scene: scene),
    "another file": ("ana.hvbackup", erased),
}


@pytest.fixture(params=STORIES, scope="module")
def prepared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Ana with two documents, and what happened since."""
    folder = tmp_path_factory.mktemp("prepared")
    ana = vaults.ana(folder)
    ana.add(*sorted(FIRST))
    name, story = STORIES[request.param]
    scene = story(Scene(ana=ana, target=folder / name, before=None, after=FIRST))
    with scene.ana.open(writing=True):
        pass
    return scene


def stopped_at(scene: Scene, command: Callable[[Scene], None], disk: Disk) -> bool:
    """Run a command on a disk that stops it, and tell whether it was stopped."""
    with pytest.MonkeyPatch.context() as patch:
        try:
            disk.install(patch)
            command(scene)
        except Stopped:
            disk.lose_power()
        except InvalidRequest as err:
            if ("fault", "io_error") != (disk.mode, err.code):
                raise
    return disk.has_stopped


def readable(ana: Sample) -> set[bytes]:
    """Return the bytes of every document that was not erased."""
    with ana.open() as vault:
        found = [item for item in list_documents(vault, vaults.EVERYTHING) if item.status != "erased"]
        return {document_bytes(vault, item) for item in found}


def held_by(scene: Scene, folder: Path) -> set[bytes] | None:
    """Return what a restore of the backup gives, None if there is no backup yet."""
    place = Place(root=folder / "vault", state_dir=folder / "memory")
    try:
        restore(scene.target, place)
    except InvalidRequest as err:
        if err.code != "not_a_backup":
            raise
        return None
    ana = Sample(place=place, secret=scene.ana.secret, words=scene.ana.words)
    assert () == ana.faults(deep=False)
    return readable(ana)


def fresh_backup(scene: Scene, folder: Path) -> Path:
    """Make a backup where there was none, and return where."""
    target = folder / scene.target.name
    at = Destination(path=target, is_file=scene.destination.is_file)
    back_up(scene.ana.place, at, secret=None, now_ms=NOW_MS)
    return target


def stored(target: Path) -> dict[str, bytes]:
    """Return every byte of a backup, but for what a reader of the folder or a lock leaves there."""
    if target.is_file():
        return {"": target.read_bytes()}
    return {
        name: data for name, data in vaults.snapshot(target).items() if name.split("/")[0] not in {"lock", "tree"}
    }


def check_whole(scene: Scene, folder: Path, fresh: dict[str, bytes]) -> None:
    """The backup is the old one or the new one; the next run makes it what a fresh backup would be."""
    assert held_by(scene, folder / "restored") in (scene.before, scene.after)
    save(scene)
    assert fresh == stored(scene.target)
    known = list_backups(scene.ana.place, now_ms=NOW_MS)[-1]
    assert (str(scene.target), 0, True) == (known.path, known.behind, known.is_clean)
    assert {scene.target.name, "state", "restored"} == {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("mode", MODES)
def test_a_backup_that_stops_anywhere(prepared: Scene, tmp_path: Path, mode: str) -> None:
    """What was a good backup before is one after, and the next run ends what this one began."""
    vault = vaults.snapshot(prepared.ana.place.root)
    fresh = stored(fresh_backup(prepared, tmp_path))
    assert not prepared.victim or not any(prepared.victim in data for data in fresh.values())
    for stop_at in range(1, MOST_STEPS):
        folder = tmp_path / str(stop_at)
        scene = prepared.at(folder)
        (folder / "restored").mkdir()
        was_stopped = stopped_at(scene, save, Disk(mode=mode, stop_at=stop_at))
        check_whole(scene, folder, fresh)
        assert vault == vaults.snapshot(prepared.ana.place.root)
        shutil.rmtree(folder)
        if not was_stopped:
            print(f"backup {mode}: {stop_at - 1} stops")
            assert stop_at > 5, "the command made hardly any change"
            return
    pytest.fail("the command does not end")


@pytest.mark.parametrize("prepared", ["less in a folder", "another file"], indirect=True)
@pytest.mark.parametrize("mode", MODES)
def test_a_restore_that_stops_anywhere(prepared: Scene, tmp_path: Path, mode: str) -> None:
    """There is no vault or a whole one, the backup is as it was, and the next run succeeds."""
    save(prepared)
    backup = vaults.snapshot(prepared.target.parent)

    def bring_back(scene: Scene) -> None:
        restore(prepared.target, scene.ana.place)

    for stop_at in range(1, MOST_STEPS):
        folder = tmp_path / str(stop_at)
        folder.mkdir()
        place = Place(root=folder / "vault", state_dir=folder / "state")
        ana = Sample(place=place, secret=prepared.ana.secret, words=prepared.ana.words)
        scene = Scene(ana=ana, target=prepared.target, before=None, after=prepared.after)
        was_stopped = stopped_at(scene, bring_back, Disk(mode=mode, stop_at=stop_at))
        if not place.root.exists():
            bring_back(scene)
        assert prepared.after == readable(ana)
        assert () == ana.faults(deep=False)
        assert {"vault", "state"} == {path.name for path in folder.iterdir()}
        assert backup == vaults.snapshot(prepared.target.parent)
        shutil.rmtree(folder)
        if not was_stopped:
            print(f"restore {mode}: {stop_at - 1} stops")
            assert stop_at > 5, "the command made hardly any change"
            return
    pytest.fail("the command does not end")
