# SPDX-License-Identifier: Apache-2.0
"""Every kind of damage to every kind of file of a vault that has lived: what is named, and what stays readable.

Six kinds of damage (cut short, one bit changed, deleted, exchanged, copied, an older one put back) times every
file. In each case the audit names the file, or it stands in `UNSEEN` with the reason; every document whose own
entry, record and object are whole is read as it went in, with and without the index; whatever is shown otherwise
than before is warned of; and neither reading nor checking changes a byte outside of the caches.
"""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from healthvault.errors import HealthVaultError, VaultDamaged
from healthvault.ledger.events import RotateReason
from healthvault.storage import journal
from healthvault.storage.document_rows import DocumentRows
from healthvault.storage.inputs import InputFile
from healthvault.vault.amend import retract_document
from healthvault.vault.audit import AuditOptions, check_vault
from healthvault.vault.erase import erase_documents, find_victims
from healthvault.vault.read import document_bytes, list_documents
from healthvault.vault.receive import verify_file
from healthvault.vault.rotation import rotate_keys
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document
from tests import vaults
from tests.vaults import EVERYTHING, NOW_MS, Sample

SEGMENT_BYTES = 2500
CACHES = ("cache/", "tree/")
LOCKS = ("lock", "pins.lock")
UNSEEN = {
    "cut lock": "only a message says who holds it",
    "flipped lock": "likewise",
    "deleted lock": "made anew",
    "other lock": "only a message says who holds it",
    "older lock": "likewise",
    "deleted pins": "whoever deletes them rewinds what was seen, and only recipients can tell",
    "older pins": "likewise",
    "deleted cache": "made anew",
    "older cache": "brought up",
    "older keyring": "another way in, which nobody can notice; it changes no document",
    "flipped keyring": "a counter, or a slot that only another secret can tell to be damaged",
}


@dataclass(slots=True)
class Case:
    """One damage: how it is called, and what it leaves of a file; None is nothing."""

    kind: str
    changes: dict[str, bytes | None]


@dataclass(slots=True, kw_only=True)
class World:
    """A vault, what it holds, and older and other copies of its files."""

    ana: Sample
    files: dict[str, bytes]
    pin: bytes
    older: list[dict[str, bytes]]
    other: dict[str, bytes]
    shown: list[Document]
    contents: dict[str, bytes]
    entries: dict[str, bytes]
    """The exact bytes of the entry of each document by its id."""
    objects: dict[str, tuple[str, int, int]]
    """Pack, offset and length of its object."""
    epoch: int

    def put_back(self) -> None:
        """Make the folder what it was."""
        root = self.ana.place.root
        for path in sorted(root.rglob("*"), reverse=True):
            if path.is_file() and str(path.relative_to(root)) not in self.files:
                path.unlink()
        for name, content in self.files.items():
            write(root / name, content)
        self.ana.pin.write_bytes(self.pin)


def write(path: Path, content: bytes) -> None:
    """Make a file have a content, as a private one."""
    if not path.is_file() or path.read_bytes() != content:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o600)


def live(ana: Sample, lee: Sample, folder: Path) -> list[dict[str, bytes]]:
    """Let a vault live, and return copies of its files from on the way."""
    older = [vaults.snapshot(ana.place.root)]
    one, two = ana.add(b"one", b"two two")
    older.append(vaults.snapshot(ana.place.root))
    ana.share(folder / "out.hvb", [one, two])
    for name in ("first.hvb", "second.hvb"):
        lee.share(folder / name, lee.add(name.encode()), to=("Ana",))
        with ana.open() as vault:
            verify_file(vault, ana.place, InputFile(name="", path=folder / name), vaults.PLAIN, now_ms=NOW_MS)
        older.append(vaults.snapshot(ana.place.root))
    _, gone, three = ana.add(b"in the middle", b"to be forgotten", b"three" * 2000)
    older.append(vaults.snapshot(ana.place.root))
    with ana.open(writing=True) as vault:
        rotate_keys(vault, ana.words, RotateReason.PLANNED, now_ms=NOW_MS)
    ana.add(b"four")
    with ana.open(writing=True) as vault:
        retract_document(vault, three.id, reason="wrong person", now_ms=NOW_MS)
    with ana.open(writing=True) as vault:
        erase_documents(vault, find_victims(vault, (gone.id,)), reason=None, now_ms=NOW_MS)
    older.append(vaults.snapshot(ana.place.root))
    ana.add(b"five", b"six")
    ana.add(b"the last")
    return older


@pytest.fixture(scope="module", name="world")
def make(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Documents in several packs and segments; contacts, a grant, shares, pins, a rotation, an erasure."""
    folder = tmp_path_factory.mktemp("matrix")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal, "SEGMENT_BYTES", SEGMENT_BYTES)
        ana, lee = vaults.pair(folder)
        older = live(ana, lee, folder)
        for number in range(6):
            lee.add(b"lee's %d" % number)
    with ana.open() as vault:
        shown = list(list_documents(vault, EVERYTHING))
        whole = [item for item in shown if item.status != "erased"]
        contents = {item.id: document_bytes(vault, item) for item in whole}
        entries = {item.id: vault.history.entry(item.entry).raw for item in whole}
        rows = {item.id: DocumentRows(vault.catalogue).parts(item.entry)[0] for item in whole}
        epoch = vault.keys.ks_epoch
    assert () == ana.check().findings
    objects = {
        id_text: (f"objects/0/{row.pack}.pack", row.position, row.stored_bytes) for id_text, row in rows.items()
    }
    return World(
        ana=ana,
        files=vaults.snapshot(ana.place.root),
        pin=ana.pin.read_bytes(),
        older=older,
        other=vaults.snapshot(lee.place.root),
        shown=shown,
        contents=contents,
        entries=entries,
        objects=objects,
        epoch=epoch,
    )


def cut(world: World, name: str) -> Iterator[Case]:
    """A file that ends early, in several places."""
    content = world.files[name]
    for end in sorted({0, len(content) // 4, len(content) // 2, len(content) - 1} - {len(content)}):
        yield Case("cut", {name: content[: max(end, 0)]})


def flipped(world: World, name: str) -> Iterator[Case]:
    """One bit changed, in several places."""
    content = world.files[name]
    places = {
        0,
        2,
        len(content) // 5,
        len(content) // 3,
        len(content) // 2,
        3 * len(content) // 4,
        len(content) - 1,
    }
    for place in sorted(places & set(range(len(content)))):
        changed = bytearray(content)
        changed[place] ^= 1 << place % 8
        yield Case("flipped", {name: bytes(changed)})


def deleted(_world: World, name: str) -> Iterator[Case]:
    """A file that is gone."""
    yield Case("deleted", {name: None})


def exchanged(world: World, name: str) -> Iterator[Case]:
    """A file and a neighbour of its kind under each other's names; the same file of another vault."""
    alike = [other for other in world.files if Path(other).parent == Path(name).parent and "/" in name]
    following = [other for other in alike if other > name and Path(other).suffix == Path(name).suffix]
    if following and not name.startswith(CACHES):
        yield Case("exchanged", {name: world.files[following[0]], following[0]: world.files[name]})
    content = world.other.get(name, world.other["keys/0.ks"] if name.startswith("keys/") else None)
    if content is not None and content != world.files[name]:
        yield Case("other", {name: content})


def copied(world: World, name: str) -> Iterator[Case]:
    """A copy beside it, under the next name of its kind."""
    path = Path(name)
    if path.stem.isdigit() and not name.startswith(CACHES):
        copy = path.with_name(f"{int(path.stem) + 1:0{len(path.stem)}d}{path.suffix}")
        while str(copy) in world.files:
            copy = path.with_name(f"{int(copy.stem) + 1:0{len(path.stem)}d}{path.suffix}")
    else:
        copy = path.with_name(f"{path.name}.sync-conflict")
    yield Case("copied", {str(copy): world.files[name]})


def older(world: World, name: str) -> Iterator[Case]:
    """The file as it was earlier in the vault's life."""
    seen = {world.files[name]}
    for earlier in world.older:
        if name in earlier and earlier[name] not in seen:
            seen.add(earlier[name])
            yield Case("older", {name: earlier[name]})


DAMAGES: tuple[Callable[[World, str], Iterator[Case]], ...] = (cut, flipped, deleted, exchanged, copied, older)


def test_the_vault_has_every_kind_of_file(world: World) -> None:
    """Several segments and packs, one keystore of a later epoch, pins, caches and locks."""
    kinds = {Path(name).parts[0] if "/" in name else name for name in world.files}
    single = {"VERSION", "keyring", "checkpoint", "pins", "lock", "pins.lock"}
    assert {*single, "journal", "keys", "objects", "tree", "cache"} == kinds
    assert 3 <= len([name for name in world.files if name.startswith("journal/")])
    assert 4 <= len([name for name in world.files if name.startswith("objects/")])
    assert f"keys/{world.epoch}.ks" in world.files
    assert 0 < world.epoch
    assert {"current", "retracted", "erased"} == {item.status for item in world.shown}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_damage(world: World, damage: Callable[[World, str], Iterator[Case]]) -> None:
    """It is named exactly, or harmless for a reason; every document that is whole is read; nothing is repaired."""
    cases = whole = 0
    for name in world.files:
        for case in damage(world, name):
            cases += 1
            whole += sum(is_whole(world, case, item) for item in world.shown)
            try:
                check_case(world, name, case)
            finally:
                world.put_back()
    print(f"{damage.__name__}: {cases} cases, {whole} documents to be read")
    assert whole > cases * len(world.contents) // 2, "hardly anything was left to be read"


def test_how_many(world: World) -> None:
    """How many cases there were, for the record."""
    cases = sum(1 for damage in DAMAGES for name in world.files for _ in damage(world, name))
    print(f"{cases} cases of damage over {len(world.files)} files")
    assert 200 < cases


def check_case(world: World, name: str, case: Case) -> None:
    """Check one case: audit, reading with and without an index, and that nothing was changed."""
    for changed, content in case.changes.items():
        if content is None:
            (world.ana.place.root / changed).unlink()
        else:
            write(world.ana.place.root / changed, content)
    label = f"{case.kind} {name}"
    kept = lasting(world.ana)
    check_named(world, name, case, label)
    assert kept == lasting(world.ana), label
    check_readable(world, case, label)
    shutil.rmtree(world.ana.paths.cache)
    check_readable(world, case, label)
    assert kept == lasting(world.ana), label


def lasting(sample: Sample) -> dict[str, bytes]:
    """Return every file that no reader may touch."""
    found = vaults.snapshot(sample.place.root)
    return {name: content for name, content in found.items() if not name.startswith(CACHES) and name not in LOCKS}


def check_named(world: World, name: str, case: Case, label: str) -> None:
    """Check that the audit names the file that was changed."""
    unseen = label in UNSEEN or f"{case.kind} {Path(name).parts[0]}" in UNSEEN or name in LOCKS
    try:
        report = check_vault(world.ana.place, world.ana.secret, AuditOptions(deep=True))
    except HealthVaultError as err:
        assert name in {"VERSION", "keyring"}, label  # another version; a slot that the secret does not open
        assert err.code in {"unsupported", "wrong_key"}, label  # noqa: PT017
        return
    found = [item.where + item.message for item in report.findings]
    named = [changed for changed in case.changes if any(changed in said for said in found)]
    assert all(item.hint for item in report.findings), label
    if name.startswith(CACHES):
        assert report.is_clean, label
    if name.startswith("journal/"):  # of two exchanged one is named; of the last that is gone nobody knows
        near = any(item.where.startswith("journal/") for item in report.findings)
        assert named or (case.kind == "deleted" and near), (label, found)
    else:
        assert unseen or named == list(case.changes), (label, found)


def check_readable(world: World, case: Case, label: str) -> None:
    """Check that what is whole is read as it went in, and that whatever is not as before is warned of."""
    expected = {item.id for item in world.shown if is_whole(world, case, item)}
    if any(name.startswith("cache/") for name in case.changes):
        with contextlib.suppress(VaultDamaged), world.ana.open() as vault:  # may cost one command
            for item in list_documents(vault, EVERYTHING):
                read(vault, item)
    try:
        with world.ana.open() as vault:
            shown = list(list_documents(vault, EVERYTHING))
            found = {item.id: read(vault, item) for item in shown}
            warnings = list(vault.warnings)
    except HealthVaultError as err:
        assert not expected, (label, err.code, err.message)  # noqa: PT017
        return
    read_ids = {id_text for id_text, content in found.items() if content is not None}
    assert expected <= read_ids, (label, expected - read_ids, warnings)
    assert all(world.contents[id_text] == found[id_text] for id_text in read_ids), label
    known = {item.id: item for item in world.shown}
    assert {item.id for item in shown} <= known.keys(), label
    assert warnings or shown == world.shown, label
    for item in shown:
        if item != known[item.id]:  # a later entry about it is lost: all but that is as it was
            assert (item.entry, item.name, item.added_ms) == (
                known[item.id].entry,
                known[item.id].name,
                known[item.id].added_ms,
            )


def acknowledged(case: Case) -> int:
    """Return how many entries the checkpoint of a case covers."""
    return int((case.changes["checkpoint"] or b"").split(b"\n")[1])


def read(vault: Vault, item: Document) -> bytes | None:
    """Return a document's bytes, or None if it is damaged."""
    try:
        return None if item.status == "erased" else document_bytes(vault, item)
    except VaultDamaged:
        return None


def is_whole(world: World, case: Case, item: Document) -> bool:
    """Tell whether a document's own entry, record and object are there, and the keyring."""
    if item.status == "erased" or case.changes.get("keyring", world.files["keyring"]) != world.files["keyring"]:
        return False
    if (case.changes.get("VERSION") or b"").startswith(b"healthvault "):
        return False  # another version: never read as if it were ours
    if case.kind == "older" and "checkpoint" in case.changes and item.entry >= acknowledged(case):
        return False  # a rollback, which is said: readers go by the checkpoint
    content = {**world.files, **case.changes}
    segments = [data for name, data in content.items() if name.startswith("journal/") and data]
    if not any(world.entries[item.id] in data for data in segments):
        return False
    keystore, place = f"keys/{world.epoch}.ks", 64 + 80 * item.entry
    record = slice(place, place + 80)
    if (content[keystore] or b"")[record] != world.files[keystore][record]:
        return False
    pack, offset, length = world.objects[item.id]
    return (content[pack] or b"")[offset : offset + length] == world.files[pack][offset : offset + length]
