# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.recovery; tests/damage/test_crash.py has commands that stop anywhere."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from healthvault.storage import files
from tests import vaults
from tests.vaults import Sample

OLD, NEW = (b"old", b"older"), (b"first", b"second", b"third")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """A vault whose last command stopped before its checkpoint: three entries are durable, not acknowledged."""

    ana: Sample
    ends: tuple[int, ...]
    """Where the frames of entries 2 to 5 end in the journal."""


@pytest.fixture
def stopped(tmp_path: Path) -> Stopped:
    """Two documents acknowledged, three only durable."""
    ana = vaults.ana(tmp_path)
    ana.add(*OLD)
    before = {path: path.read_bytes() for path in (ana.paths.checkpoint, ana.pin)}
    ana.add(*NEW)
    with ana.open() as vault:
        ends = (*vault.history.tree.positions(3, 3), vault.history.journal.end)
    for path, content in before.items():
        path.write_bytes(content)
    return Stopped(ana=ana, ends=ends)


def recover(stopped: Stopped) -> list[str]:
    """Open the vault for writing and return what it says; whatever was kept, the vault is whole then."""
    with stopped.ana.open(writing=True) as vault:
        warnings = list(vault.warnings)
    assert stopped.ana.check().is_clean
    return warnings


def held(stopped: Stopped) -> tuple[bytes, ...]:
    """Return the documents, the oldest first."""
    return tuple(reversed(stopped.ana.contents().values()))


def orphans(stopped: Stopped) -> dict[str, bytes]:
    """Return what was set aside, by the name that it had."""
    return {path.name.rsplit(".", 1)[0]: path.read_bytes() for path in stopped.ana.paths.orphans.iterdir()}


def test_whole_entries_are_kept(stopped: Stopped) -> None:
    """Durable entries become acknowledged; a reader before that does not see them."""
    assert OLD == held(stopped)
    assert ["3 entries of an interrupted command were kept"] == recover(stopped)
    assert (*OLD, *NEW) == held(stopped)
    assert {} == orphans(stopped)
    assert [] == recover(stopped)


@pytest.mark.parametrize("kept", [0, 1, 2])
@pytest.mark.parametrize("extra", [1, 3, 4, 100])
def test_a_torn_frame_ends_the_log(stopped: Stopped, kept: int, extra: int) -> None:
    """The entries before it are kept, its bytes are set aside, and so is what only the lost ones name."""
    segment, end = stopped.ana.paths.segment(0), stopped.ends[kept]
    content = segment.read_bytes()[: end + extra]
    segment.write_bytes(content)
    warnings = recover(stopped)
    assert "an unfinished write was set aside in tmp/orphans" == warnings[0]
    assert (*OLD, *NEW[:kept]) == held(stopped)
    found = orphans(stopped)
    assert content[end:] == found.pop(f"00000000.seg-{end}")
    assert {"3.pack" if kept == 0 else f"3.pack-{kept * 4128}"} == found.keys()
    stopped.ana.add(b"next")
    assert (*OLD, *NEW[:kept], b"next") == held(stopped)


@pytest.mark.parametrize(
    "tail",
    [
        bytes(5000),
        b"\0\0\0\0rest",
        b"\xff\xff\xff\xff",
        (70_000).to_bytes(4, "big") + bytes(70_000),
        (100).to_bytes(4, "big") + b"\xa5" * 100,
        (3).to_bytes(4, "big") + b"abc",
    ],
    ids=["zeros", "length zero", "too long", "too long and there", "no entry", "short entry"],
)
def test_what_is_no_frame(stopped: Stopped, tail: bytes) -> None:
    """Anything after the last whole entry is set aside, bit by bit as it was."""
    segment = stopped.ana.paths.segment(0)
    segment.write_bytes(segment.read_bytes() + tail)
    assert 2 == len(recover(stopped))
    assert (*OLD, *NEW) == held(stopped)
    assert {f"00000000.seg-{stopped.ends[3]}": tail} == orphans(stopped)


def break_signature(stopped: Stopped) -> None:
    """Change the last byte of the second new entry."""
    change(stopped.ana.paths.segment(0), stopped.ends[2] - 1)


def break_link(stopped: Stopped) -> None:
    """Leave out the first new entry, so that the second follows nothing."""
    segment = stopped.ana.paths.segment(0)
    content = segment.read_bytes()
    segment.write_bytes(content[: stopped.ends[0]] + content[stopped.ends[1] :])


def lose_secret(stopped: Stopped) -> None:
    """Let the record of the second new entry be a hole."""
    with files.open_file(stopped.ana.paths.keys(0), writable=True) as file:
        files.write_zeros(file, 64 + 80 * 4, 80)


def spoil_secret(stopped: Stopped) -> None:
    """Change the record of the second new entry."""
    change(stopped.ana.paths.keys(0), 64 + 80 * 4 + 50)


def shorten_pack(stopped: Stopped) -> None:
    """Cut the pack in the middle of the second new object."""
    with files.open_file(stopped.ana.paths.pack(3), writable=True) as file:
        files.truncate(file, 4128 + 2000)


def link_pack(stopped: Stopped) -> None:
    """Put a link in the place of the pack."""
    path = stopped.ana.paths.pack(3)
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def lose_pack(stopped: Stopped) -> None:
    """Remove the pack."""
    stopped.ana.paths.pack(3).unlink()


def change(path: Path, offset: int) -> None:
    """Change one byte for good."""
    content = bytearray(path.read_bytes())
    content[offset] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("damage", "kept"),
    [
        (break_signature, 1),
        (break_link, 0),
        (lose_secret, 1),
        (spoil_secret, 1),
        (shorten_pack, 1),
        (lose_pack, 0),
        (link_pack, 0),
    ],
)
def test_an_entry_that_is_not_whole(stopped: Stopped, damage: Callable[[Stopped], None], kept: int) -> None:
    """Without a right signature, link, record or object the log ends before it, and another may take its place."""
    damage(stopped)
    assert "an unfinished write was set aside in tmp/orphans" == recover(stopped)[0]
    assert (*OLD, *NEW[:kept]) == held(stopped)
    stopped.ana.add(b"next")
    assert (*OLD, *NEW[:kept], b"next") == held(stopped)
    assert stopped.ana.check().is_clean


def test_a_pack_that_no_entry_names(stopped: Stopped) -> None:
    """It is set aside whole, so that a later entry of that number can have a pack of its own."""
    recover(stopped)
    stopped.ana.paths.pack(6).write_bytes(b"never named")
    assert [] == recover(stopped)
    assert {"6.pack": b"never named"} == orphans(stopped)
    stopped.ana.add(b"next")
    assert (*OLD, *NEW, b"next") == held(stopped)


def test_leftovers_are_removed(stopped: Stopped) -> None:
    """Temporary files of earlier commands go, those of the pins too."""
    tmp = stopped.ana.paths.tmp
    for name in ("6.pack.aa", "keyring.bb", "checkpoint.cc", "pins.dd", "pins.next.ee"):
        (tmp / name).write_bytes(b"x")
    recover(stopped)
    assert ["orphans"] == sorted(path.name for path in tmp.iterdir())


def test_nothing_to_do(stopped: Stopped) -> None:
    """On a vault that was left in order nothing changes but the lock's holder."""
    recover(stopped)
    before = vaults.snapshot(stopped.ana.place.root)
    recover(stopped)
    after = vaults.snapshot(stopped.ana.place.root)
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert changed <= {"lock"}


def test_damage_below_the_checkpoint_is_not_touched(stopped: Stopped) -> None:
    """Recovery repairs nothing that was acknowledged."""
    recover(stopped)
    change(stopped.ana.paths.segment(0), stopped.ends[1] - 1)
    before = stopped.ana.paths.segment(0).read_bytes()
    with stopped.ana.open(writing=True):
        pass
    assert before == stopped.ana.paths.segment(0).read_bytes()
    assert "journal/00000000.seg entry 3" in {item.where for item in stopped.ana.check().findings}
