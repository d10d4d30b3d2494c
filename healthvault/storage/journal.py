# SPDX-License-Identifier: Apache-2.0
"""The journal on disk: entries as frames (u32 length ‖ entry) in segments that are only ever appended to.

A position is the place of a frame counted over all segments. A frame never spans two segments; a new segment
begins when the last has reached 64 MiB. The first frame that is not whole ends what can be read: recovery cuts
the journal there, after it has copied the rest aside. Below the checkpoint nothing is ever cut.

Knows nothing of what an entry says, nor of signatures or hashes. Spec: docs/spec/vault-folder.md sections 1 and 2.
"""

from collections.abc import Iterator, Sequence
from enum import Enum
from pathlib import Path

from healthvault.errors import InvalidRequest, VaultDamaged
from healthvault.storage import files, orphans
from healthvault.storage.layout import VaultPaths

__all__ = ["MAX_ENTRY_BYTES", "FrameProblem", "Journal", "Scan"]

MAX_ENTRY_BYTES = 64 * 1024
SEGMENT_BYTES = 64 * 1024 * 1024
LENGTH_BYTES = 4
FIRST_READ_BYTES = 2048  # most entries are shorter, so one read fetches length and entry
BLOCK_BYTES = 1 << 20


class FrameProblem(Enum):
    """Why a frame is none."""

    SHORT = "the frame is cut short"
    ZERO_LENGTH = "the frame has length zero"
    ZERO_TAIL = "nothing but zeros from here on, as a torn write leaves it"
    TOO_LONG = f"the frame is longer than {MAX_ENTRY_BYTES} bytes"


class _Segment:
    """One file of the journal, `start` being the position of its first byte."""

    def __init__(self, path: Path, start: int, file: files.OpenFile) -> None:
        self.path = path
        self.start = start
        self.file = file
        self.size = file.size_bytes()

    @property
    def end(self) -> int:
        return self.start + self.size


class Journal:
    """The open journal of a vault. The writer opens it writable, under the lock; readers see a prefix."""

    def __init__(self, paths: VaultPaths, *, writable: bool = False, around: bool = False) -> None:
        """Open all segments.

        Args:
            paths: The vault's.
            writable: For the writer.
            around: Open those that can be opened, and keep in `faults` what is wrong with the others: positions
                then count only what is there.

        Raises:
            VaultDamaged: `vault_damaged`, a segment is missing between others, a link or no regular file.
            InvalidRequest: `io_error`.
        """
        self.paths = paths
        self.is_writable = writable
        self.faults: list[tuple[Path, VaultDamaged]] = []
        self._segments: list[_Segment] = []
        try:
            for path in _segment_paths(paths):
                self._open(path, around=around)
        except VaultDamaged as err:
            if not around:
                self.close()
                raise
            self.faults.append((paths.journal, err))

    def close(self) -> None:
        """Close the segments."""
        for segment in self._segments:
            segment.file.close()
        self._segments.clear()

    @property
    def end(self) -> int:
        """The position after the last byte."""
        return self._segments[-1].end if self._segments else 0

    def append(self, entries: Sequence[bytes]) -> list[int]:
        """Append entries durably, with one sync for each segment touched, and return their positions.

        The caller has cut off whatever no checkpoint or recovery stands for, so the end is a frame's end.

        Raises:
            InvalidRequest: `too_large`, an entry is empty or longer than 64 KiB (nothing is written);
                `io_error`, what was written of them is then beyond the checkpoint, and recovery decides.
        """
        if not all(0 < len(entry) <= MAX_ENTRY_BYTES for entry in entries):
            raise InvalidRequest("too_large", f"an entry is empty or longer than {MAX_ENTRY_BYTES} bytes")
        positions: list[int] = []
        while len(positions) < len(entries):
            segment = self._last_with_room()
            self._fill(segment, entries, positions)
        return positions

    def read(self, position: int) -> bytes:
        """Return the entry whose frame is at `position`, unverified.

        Raises:
            VaultDamaged: `vault_damaged`, there is no whole frame.
            InvalidRequest: `io_error`.
        """
        segment = self._at(position)
        if segment is None:
            raise files.damaged(self.paths.journal, f"it ends before position {position}")
        offset = position - segment.start
        frame = segment.file.read_at(offset, FIRST_READ_BYTES)
        length = int.from_bytes(frame[:LENGTH_BYTES], "big")
        if 0 < length <= MAX_ENTRY_BYTES and len(frame) < LENGTH_BYTES + length:
            frame += segment.file.read_at(offset + len(frame), LENGTH_BYTES + length - len(frame))
        problem = _problem(frame, 0)
        if problem is not None:
            raise files.damaged(segment.path, f"{problem.value} (at {offset})")
        return frame[LENGTH_BYTES : LENGTH_BYTES + length]

    def read_span(self, position: int, size_bytes: int) -> bytes:
        """Return bytes from `position` on; fewer where the segment ends. Raises InvalidRequest: `io_error`."""
        segment = self._at(position)
        return segment.file.read_at(position - segment.start, size_bytes) if segment else b""

    def place(self, position: int, *, is_end: bool = False) -> tuple[Path, int]:
        """Return the segment of a position and the offset in it.

        Args:
            position: At the very end of the journal it is the end of the last segment.
            is_end: Where two segments meet, the end of the first is meant.
        """
        ending = [segment for segment in self._segments if segment.end == position]
        segment = ending[-1] if ending and is_end else self._at(position) or (ending[-1] if ending else None)
        return (segment.path, position - segment.start) if segment else (self.paths.segment(0), 0)

    def find_frame(self, position: int, mark: bytes) -> int | None:
        """Return the first place from `position` on where an entry that begins with `mark` may have its frame.

        For going on after a frame that is not whole: its length says nothing then.
        """
        for segment in self._segments:
            at = max(position - segment.start, 0) + LENGTH_BYTES
            while at + len(mark) <= segment.size:
                found = segment.file.read_at(at, BLOCK_BYTES + len(mark)).find(mark)
                if found >= 0:
                    return segment.start + at + found - LENGTH_BYTES
                at += BLOCK_BYTES
        return None

    def scan(self, position: int = 0) -> "Scan":
        """Return a walk over the frames from `position` on, which must be a frame's place or the end."""
        return Scan(self._segments, position)

    def cut(self, position: int) -> list[Path]:
        """Move everything from `position` on aside, durably, and return where it is now.

        Starts at the end, so that a crash in the middle leaves a journal that can be cut again.

        Raises:
            InvalidRequest: `io_error`.
        """
        kept: list[Path] = []
        while self._segments and self._segments[-1].end > position and self._segments[-1].start >= position:
            segment = self._segments.pop()
            segment.file.close()
            kept.append(orphans.keep_file(segment.path, self.paths.orphans))
        if self._segments and self._segments[-1].end > position:
            kept.append(self._shorten(self._segments[-1], position))
        return kept

    def _open(self, path: Path, *, around: bool) -> None:
        try:
            self._add(files.open_file(path, writable=self.is_writable))
        except VaultDamaged as err:
            if not around:
                raise
            self.faults.append((path, err))

    def _shorten(self, segment: _Segment, position: int) -> Path:
        offset = position - segment.start
        kept = orphans.keep_range(segment.file, offset, segment.size, self.paths.orphans)
        files.truncate(segment.file, offset)
        files.sync(segment.file)
        segment.size = offset
        return kept

    def _add(self, file: files.OpenFile) -> _Segment:
        segment = _Segment(file.path, self.end, file)
        self._segments.append(segment)
        return segment

    def _at(self, position: int) -> _Segment | None:
        return next((item for item in self._segments if item.start <= position < item.end), None)

    def _last_with_room(self) -> _Segment:
        """Return the segment that the next frame goes to."""
        if self._segments and self._segments[-1].size < SEGMENT_BYTES:
            return self._segments[-1]
        segment = self._add(files.create_file(self.paths.segment(len(self._segments))))
        files.sync_directory(self.paths.journal)
        return segment

    def _fill(self, segment: _Segment, entries: Sequence[bytes], positions: list[int]) -> None:
        """Append those entries that have no position yet, until all have one or the segment is full."""
        place, waiting = segment.size, bytearray()
        while len(positions) < len(entries) and place < SEGMENT_BYTES:
            entry = entries[len(positions)]
            positions.append(segment.start + place)
            waiting += len(entry).to_bytes(LENGTH_BYTES, "big") + entry
            place += LENGTH_BYTES + len(entry)
            if len(waiting) >= BLOCK_BYTES:
                files.write_at(segment.file, place - len(waiting), bytes(waiting))
                waiting.clear()
        if waiting:
            files.write_at(segment.file, place - len(waiting), bytes(waiting))
        files.sync(segment.file)
        segment.size = place


class Scan:
    """A walk over frames that stops at the first bad one.

    Iterate over it for (position, entry); then `end` is the position after the last whole frame, and `problem`
    says what is wrong there, or is None where the journal simply ends.
    """

    def __init__(self, segments: Sequence[_Segment], position: int) -> None:
        self._segments = segments
        self.end = position
        self.problem: FrameProblem | None = None

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        for segment in tuple(self._segments):
            if segment.end > self.end and self.problem is None:
                yield from self._walk(segment)

    def _walk(self, segment: _Segment) -> Iterator[tuple[int, bytes]]:
        start = self.end - segment.start
        while True:
            block = segment.file.read_at(start, min(BLOCK_BYTES, segment.size - start))
            offset = 0
            while (frame := _whole_frame(block, offset)) is not None:
                self.end = segment.start + start + frame
                yield segment.start + start + offset, block[offset + LENGTH_BYTES : frame]
                offset = frame
            start += offset
            if start >= segment.size:
                return
            if offset == 0 or _problem(block, offset) is not FrameProblem.SHORT:
                break
        self.problem = _problem(block, offset)
        if self.problem is FrameProblem.ZERO_LENGTH and self._is_zero(segment, start):
            self.problem = FrameProblem.ZERO_TAIL

    def _is_zero(self, segment: _Segment, offset: int) -> bool:
        for start in range(offset, segment.size, BLOCK_BYTES):
            if segment.file.read_at(start, min(BLOCK_BYTES, segment.size - start)).strip(b"\0"):
                return False
        return segment is self._segments[-1]


def _segment_paths(paths: VaultPaths) -> list[Path]:
    """Return the places of the segments there are, and of the first one that is missing between them."""
    names = [name for name in files.list_names(paths.journal) if name.endswith(".seg") and name[:-4].isdigit()]
    numbers = {int(name[:-4]) for name in names if paths.segment(int(name[:-4])).name == name}
    missing = next(number for number in range(len(numbers) + 1) if number not in numbers)
    return [paths.segment(number) for number in sorted(numbers | ({missing} if missing < len(numbers) else set()))]


def _whole_frame(block: bytes, offset: int) -> int | None:
    """Return where the frame at `offset` ends, or None if it is not whole."""
    length = int.from_bytes(block[offset : offset + LENGTH_BYTES], "big")
    end = offset + LENGTH_BYTES + length
    return end if 0 < length <= MAX_ENTRY_BYTES and end <= len(block) else None


def _problem(block: bytes, offset: int) -> FrameProblem | None:
    """Return what is wrong with the frame at `offset` of a block that ends where its segment ends."""
    if _whole_frame(block, offset) is not None:
        return None
    if len(block) < offset + LENGTH_BYTES:
        return FrameProblem.SHORT
    length = int.from_bytes(block[offset : offset + LENGTH_BYTES], "big")
    if length == 0:
        return FrameProblem.ZERO_LENGTH
    return FrameProblem.TOO_LONG if length > MAX_ENTRY_BYTES else FrameProblem.SHORT
