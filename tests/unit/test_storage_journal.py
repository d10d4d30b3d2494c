# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.storage.journal."""

from pathlib import Path

import pytest

from healthvault.errors import InvalidRequest, VaultDamaged
from healthvault.storage import files, journal
from healthvault.storage.journal import MAX_ENTRY_BYTES, FrameProblem, Journal
from healthvault.storage.layout import VaultPaths

ENTRIES = [bytes([place + 1]) * (place * 37 % 300 + 1) for place in range(40)]


@pytest.fixture
def paths(tmp_path: Path) -> VaultPaths:
    """An empty vault folder."""
    paths = VaultPaths(root=tmp_path / "vault")
    for directory in paths.directories:
        files.make_directory(directory)
    return paths


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Segments that are full at 1,000 bytes, read and written 100 KiB at a time."""
    monkeypatch.setattr(journal, "SEGMENT_BYTES", 1000)
    monkeypatch.setattr(journal, "BLOCK_BYTES", 100 * 1024)


def written(paths: VaultPaths, entries: list[bytes] = ENTRIES) -> list[int]:
    """Append entries in two transactions and return their positions."""
    log = Journal(paths, writable=True)
    positions = log.append(entries[: len(entries) // 2])
    positions += log.append(entries[len(entries) // 2 :])
    log.close()
    return positions


def test_an_empty_journal(paths: VaultPaths) -> None:
    """It ends at 0, scans to nothing, and has nothing to read or cut."""
    log = Journal(paths)
    assert 0 == log.end
    assert [] == list(log.scan())
    assert [] == log.cut(0)
    with pytest.raises(VaultDamaged, match="ends before position 0"):
        log.read(0)


def test_frames_on_disk(paths: VaultPaths) -> None:
    """A frame is a length of four bytes, big-endian, and the entry."""
    assert [0, 6] == written(paths, [b"ab", b"cde"])
    assert bytes.fromhex("00000002") + b"ab" + bytes.fromhex("00000003") + b"cde" == paths.segment(0).read_bytes()
    assert 0o600 == paths.segment(0).stat().st_mode & 0o777


@pytest.mark.usefixtures("small")
def test_entries_come_back_over_segments(paths: VaultPaths) -> None:
    """Each entry is read at its position, alone and in a scan from anywhere."""
    positions = written(paths)
    log = Journal(paths)
    assert ENTRIES == [log.read(position) for position in positions]
    for place, position in enumerate(positions):
        scan = log.scan(position)
        assert list(zip(positions[place:], ENTRIES[place:], strict=True)) == list(scan)
        assert (log.end, None) == (scan.end, scan.problem)
    assert positions[-1] + 4 + len(ENTRIES[-1]) == log.end


@pytest.mark.usefixtures("small")
def test_segments_begin_when_the_last_is_full(paths: VaultPaths) -> None:
    """Every segment but the last has reached its size, by its last frame and no more."""
    positions = written(paths)
    sizes = [path.stat().st_size for path in sorted(paths.journal.iterdir())]
    assert len(sizes) > 3
    assert all(1000 <= size < 1000 + 304 for size in sizes[:-1])
    starts = [sum(sizes[:number]) for number in range(len(sizes))]
    assert set(starts) <= set(positions)


def test_the_largest_entries(paths: VaultPaths) -> None:
    """64 KiB are written and read; one byte more, or nothing, is refused and nothing is written."""
    entries = [bytes([place]) * MAX_ENTRY_BYTES for place in range(1, 40)]
    positions = written(paths, entries)
    log = Journal(paths, writable=True)
    assert entries == [entry for _, entry in log.scan()]
    assert entries[17] == log.read(positions[17])
    for bad in (bytes(MAX_ENTRY_BYTES + 1), b""):
        with pytest.raises(InvalidRequest, match="an entry is empty or longer"):
            log.append([b"good", bad])
    assert log.end == Journal(paths).end == len(entries) * (MAX_ENTRY_BYTES + 4)


def test_one_sync_for_each_segment(paths: VaultPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    """A transaction within one segment is made durable by a single sync, after its last write."""
    calls: list[str] = []
    write_at, sync = files.write_at, files.sync
    monkeypatch.setattr(files, "write_at", lambda *args: (calls.append("write"), write_at(*args)))
    monkeypatch.setattr(files, "sync", lambda *args: (calls.append("sync"), sync(*args)))
    written(paths)
    assert ["write", "sync", "write", "sync"] == calls


def damage(tail: bytes, paths: VaultPaths) -> tuple[Journal, int]:
    """Return a journal with something after its last frame, and where that frame ends."""
    written(paths)
    path = max(paths.journal.iterdir())
    with path.open("ab") as file:
        file.write(tail)
    log = Journal(paths, writable=True)
    return log, log.end - len(tail)


TAILS = {
    "short length": (b"\0\0\1", FrameProblem.SHORT),
    "short zeros": (b"\0\0", FrameProblem.SHORT),
    "short entry": (b"\0\0\0\x09abcdefgh", FrameProblem.SHORT),
    "only a length": (b"\0\0\0\1", FrameProblem.SHORT),
    "zero length": (bytes(4) + b"\0\0\0\1a", FrameProblem.ZERO_LENGTH),
    "zeros": (bytes(5000), FrameProblem.ZERO_TAIL),
    "too long": (b"\0\1\0\1" + bytes(70_000), FrameProblem.TOO_LONG),
    "garbage": (b"\xff" * 10, FrameProblem.TOO_LONG),
}


@pytest.mark.parametrize("segments", ["one", "small"])
@pytest.mark.parametrize("name", TAILS)
def test_a_bad_frame_ends_the_scan(
    name: str, segments: str, paths: VaultPaths, request: pytest.FixtureRequest
) -> None:
    """All whole frames come first; then the scan says where it stopped and why."""
    if segments == "small":
        request.getfixturevalue("small")
    tail, problem = TAILS[name]
    log, end = damage(tail, paths)
    scan = log.scan()
    assert ENTRIES == [entry for _, entry in scan]
    assert (end, problem) == (scan.end, scan.problem)
    with pytest.raises(VaultDamaged):
        log.read(end)


@pytest.mark.parametrize("name", TAILS)
def test_the_tail_is_cut_and_kept(name: str, paths: VaultPaths) -> None:
    """What was cut lies among the orphans, byte for byte, and appending goes on after the last frame."""
    tail, _ = TAILS[name]
    log, end = damage(tail, paths)
    (kept,) = log.cut(end)
    assert (tail, paths.orphans) == (kept.read_bytes(), kept.parent)
    assert [end] == log.append([b"next"])
    scan = Journal(paths).scan()
    assert [*ENTRIES, b"next"] == [entry for _, entry in scan]
    assert scan.problem is None


@pytest.mark.usefixtures("small")
def test_cutting_over_segments(paths: VaultPaths) -> None:
    """From any frame on, later segments move as a whole, and what is kept and left is all there was."""
    positions = written(paths)
    everything = b"".join(path.read_bytes() for path in sorted(paths.journal.iterdir()))
    log = Journal(paths, writable=True)
    for place in (35, 20, 19, 3, 0):
        position = positions[place]
        kept = log.cut(position)
        left = b"".join(path.read_bytes() for path in sorted(paths.journal.iterdir()))
        assert everything == left + b"".join(path.read_bytes() for path in reversed(kept))
        assert position == log.end == Journal(paths).end
        assert ENTRIES[:place] == [entry for _, entry in Journal(paths).scan()]
        assert [] == log.cut(position)
        everything = left


@pytest.mark.usefixtures("small")
def test_a_frame_never_spans_two_segments(paths: VaultPaths) -> None:
    """A frame that its segment does not hold whole is bad, though another segment follows."""
    written(paths)
    first = paths.segment(0).read_bytes()
    paths.segment(0).write_bytes(first[:-1])
    scan = Journal(paths).scan()
    assert list(scan)
    assert FrameProblem.SHORT is scan.problem
    assert scan.end < len(first)


@pytest.mark.usefixtures("small")
def test_zeros_before_another_segment_are_no_torn_tail(paths: VaultPaths) -> None:
    """Only at the very end can zeros come from a torn write."""
    written(paths)
    with paths.segment(0).open("ab") as file:
        file.write(bytes(100))
    scan = Journal(paths).scan()
    assert list(scan)
    assert FrameProblem.ZERO_LENGTH is scan.problem


@pytest.mark.usefixtures("small")
def test_a_missing_segment(paths: VaultPaths) -> None:
    """A gap in the numbers is damage; names that are not ours are passed over."""
    written(paths)
    (paths.journal / "00000001 (copy).seg").touch()
    (paths.journal / "notes.txt").touch()
    assert ENTRIES == [entry for _, entry in Journal(paths).scan()]
    paths.segment(1).unlink()
    with pytest.raises(VaultDamaged, match=r"00000001\.seg"):
        Journal(paths)


def test_a_link_in_the_journal(paths: VaultPaths) -> None:
    """A segment that is a link is damage."""
    written(paths)
    paths.segment(0).rename(paths.root / "elsewhere")
    paths.segment(0).symlink_to(paths.root / "elsewhere")
    with pytest.raises(VaultDamaged):
        Journal(paths)


def test_a_new_segment_left_empty_by_a_crash(paths: VaultPaths) -> None:
    """It is filled by the next transaction, and is nothing to cut."""
    positions = written(paths)
    paths.segment(1).touch()
    log = Journal(paths, writable=True)
    assert [] == log.cut(log.end)
    assert ENTRIES[-1] == log.read(positions[-1])
    (position,) = log.append([b"next"])
    assert b"next" == Journal(paths).read(position)
    assert [*ENTRIES, b"next"] == [entry for _, entry in log.scan()]
    assert 2 == len(log.cut(positions[-1]))
    assert positions[-1] == Journal(paths).end


def test_large_transactions_are_written_in_steps(paths: VaultPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    """However small the steps, nothing is written twice or left out."""
    monkeypatch.setattr(journal, "BLOCK_BYTES", 100)
    sizes: list[int] = []
    write_at = files.write_at
    monkeypatch.setattr(
        files, "write_at", lambda file, at, data: (sizes.append(len(data)), write_at(file, at, data))
    )
    log = Journal(paths, writable=True)
    positions = log.append([b"a" * 96, b"b" * 50, b"c" * 50, b"d" * 200])
    assert [b"a" * 96, b"b" * 50, b"c" * 50, b"d" * 200] == [log.read(position) for position in positions]
    assert [100, 108, 204] == sizes
