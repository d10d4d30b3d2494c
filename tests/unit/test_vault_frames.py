# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.frames: every entry that is whole is found, whatever lies between."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from healthvault.storage import journal
from healthvault.storage.journal import Journal
from healthvault.storage.keyring import parse_keyring
from healthvault.vault.frames import Frame, walk_frames
from tests import vaults
from tests.vaults import Sample


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """A vault with four entries."""
    ana = vaults.ana(tmp_path)
    ana.add(b"one", b"two", b"three")
    return ana


def walked(ana: Sample, *, is_known: bool = True) -> list[str]:
    """Return what comes: numbers of entries, `gap@` or `tail@` and the position."""
    vault_id = parse_keyring(ana.paths.keyring.read_bytes()).vault_id if is_known else None
    found: list[str] = []
    with closing(Journal(ana.paths, around=True)) as log:
        for item in walk_frames(log, vault_id):
            if isinstance(item, Frame):
                found.append(str(item.entry.seq))
            else:
                found.append(f"{'tail' if item.is_tail else 'gap'}@{item.position}")
    return found


def starts(ana: Sample) -> list[int]:
    """Return where each frame begins, and the end."""
    content, found = ana.paths.segment(0).read_bytes(), [0]
    while found[-1] < len(content):
        found.append(found[-1] + 4 + int.from_bytes(content[found[-1] : found[-1] + 4], "big"))
    return found


def changed(content: bytes, at: int, value: bytes) -> bytes:
    """Return the bytes with others at one place."""
    return content[:at] + value + content[at + len(value) :]


def test_a_whole_journal(ana: Sample) -> None:
    """All entries, no gap."""
    assert ["0", "1", "2", "3"] == walked(ana) == walked(ana, is_known=False)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda data, at: changed(data, at[1] + 4, b"\0"), "0 gap@1 2 3"),
        (lambda data, at: changed(data, at[1], bytes(4)), "0 gap@1 1 2 3"),
        (lambda data, at: changed(data, at[2], b"\xff"), "0 1 gap@2 2 3"),
        (lambda data, at: data[: at[1]] + b"rubbish" * 9 + data[at[1] :], "0 gap@1 1 2 3"),
        (lambda data, at: data[: at[1]] + data[at[1] + 90 :], "0 gap@1 2 3"),
        (lambda data, at: data[: at[3] + 50], "0 1 2 tail@3"),
        (lambda data, at: changed(data, at[3], bytes(4)), "0 1 2 tail@3 3"),
        (lambda data, _: data + bytes(5000), "0 1 2 3 tail@4"),
        (lambda _data, _at: bytes(3000), "tail@0"),
        (lambda _data, _at: b"", ""),
    ],
    ids=["entry", "zero", "too long", "between", "missing", "cut", "last", "zeros after", "zeros", "empty"],
)
def test_after_a_gap(ana: Sample, change: Callable[[bytes, list[int]], bytes], expected: str) -> None:
    """The walk goes on with the next entry; where only a length is wrong, with the same."""
    places = starts(ana)
    ana.paths.segment(0).write_bytes(change(ana.paths.segment(0).read_bytes(), places))
    parts = [part.split("@") for part in expected.split()]
    wanted = [part[0] if len(part) == 1 else f"{part[0]}@{places[int(part[1])]}" for part in parts]
    assert wanted == walked(ana) == walked(ana, is_known=False)


def test_over_segments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next entry may be in the next segment."""
    monkeypatch.setattr(journal, "SEGMENT_BYTES", 1000)
    ana = vaults.ana(tmp_path)
    for number in range(4):
        ana.add(b"%d" % number)
    at = starts(ana)[1]
    ana.paths.segment(0).write_bytes(ana.paths.segment(0).read_bytes()[:-1])
    assert ["0", f"gap@{at}", "2", "3", "4"] == walked(ana)


@pytest.mark.parametrize("block_bytes", [1, 5, 37, 100])
def test_a_mark_across_blocks(ana: Sample, block_bytes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However the file is cut into blocks, every mark is found."""
    monkeypatch.setattr(journal, "BLOCK_BYTES", block_bytes)
    mark = b"\x9b\x01\xc4\x20" + parse_keyring(ana.paths.keyring.read_bytes()).vault_id
    found, at = [], 0
    with closing(Journal(ana.paths)) as log:
        while (place := log.find_frame(at, mark)) is not None:
            found.append(place)
            at = place + 1
    assert starts(ana)[:-1] == found


def test_a_segment_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are walked; what is wrong is kept for who asks."""
    monkeypatch.setattr(journal, "SEGMENT_BYTES", 500)
    ana = vaults.ana(tmp_path)
    for number in range(3):
        ana.add(b"%d" % number)
    ana.paths.segment(1).unlink()
    assert ["0", "2", "3"] == walked(ana)
    ana.paths.segment(2).rename(ana.paths.journal / "elsewhere")
    ana.paths.segment(2).symlink_to("elsewhere")
    with closing(Journal(ana.paths, around=True)) as log:
        assert [ana.paths.segment(number) for number in (1, 2)] == [path for path, _ in log.faults]
