# SPDX-License-Identifier: Apache-2.0
"""An entry taken out, moved, doubled, edited or put in, at every place of a journal: its place is named.

`HV_TEST_ENTRIES` (10; 300 for a long run) says how many entries the journal has.
"""

import os
import re
import shutil
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path

import pytest

from tests import vaults
from tests.vaults import Sample

ENTRIES = int(os.environ.get("HV_TEST_ENTRIES", "10"))
SEGMENT = "journal/00000000.seg"
Frames = list[bytes]


def delete(frames: Frames, place: int, _stranger: bytes) -> Frames:
    """Take one out."""
    return frames[:place] + frames[place + 1 :]


def reorder(frames: Frames, place: int, _stranger: bytes) -> Frames:
    """Let one and the next change places; the last changes with the first."""
    other = (place + 1) % len(frames)
    changed = list(frames)
    changed[place], changed[other] = changed[other], changed[place]
    return changed


def duplicate(frames: Frames, place: int, _stranger: bytes) -> Frames:
    """Let one stand twice."""
    return [*frames[: place + 1], *frames[place:]]


def edit(frames: Frames, place: int, _stranger: bytes) -> Frames:
    """Change one bit in the middle of one."""
    changed = bytearray(frames[place])
    changed[len(changed) // 2] ^= 1
    return [*frames[:place], bytes(changed), *frames[place + 1 :]]


def insert(frames: Frames, place: int, stranger: bytes) -> Frames:
    """Put an entry of another vault before one."""
    return [*frames[:place], stranger, *frames[place:]]


@pytest.fixture(scope="module")
def ana(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """A vault of documents."""
    ana = vaults.ana(tmp_path_factory.mktemp("every-entry"))
    ana.add(*(str(number).encode() for number in range(ENTRIES - 1)))
    return ana


def frames_of(segment: Path) -> Frames:
    """Return the frames of a segment."""
    data, frames = segment.read_bytes(), Frames()
    while data:
        length = 4 + int.from_bytes(data[:4], "big")
        frames.append(data[:length])
        data = data[length:]
    return frames


def named(text: str) -> tuple[set[int], set[int]]:
    """Return the numbers of entries, and the offsets, that a finding names."""
    entries = set[int]()
    for first, last in re.findall(r"entr(?:y|ies) (\d+)(?:-(\d+))?", text):
        entries |= set(range(int(first), int(last or first) + 1))
    return entries, set(map(int, re.findall(r"offset (\d+)", text)))


@pytest.mark.parametrize("change", [delete, reorder, duplicate, edit, insert])
def test_every_place_is_named(ana: Sample, tmp_path: Path, change: Callable[[Frames, int, bytes], Frames]) -> None:
    """By the number of the entry or by where in the file; with the caches gone, which could tell."""
    (stranger,) = frames_of(vaults.lee(tmp_path).paths.root / SEGMENT)
    good = frames_of(ana.paths.root / SEGMENT)
    starts = [0, *accumulate(map(len, good))]
    assert ENTRIES == len(good)
    for place in range(ENTRIES):
        copy = vaults.copy_vault(ana, tmp_path / f"copy{place}", tmp_path / f"state{place}")
        (copy.paths.root / SEGMENT).write_bytes(b"".join(change(good, place, stranger)))
        for cache in ("tree", "cache"):
            shutil.rmtree(copy.paths.root / cache)
        findings = copy.check().findings
        is_tail = change is duplicate and place == ENTRIES - 1  # beyond the checkpoint: recovery puts it aside
        assert is_tail != any(item.severity == "error" for item in findings)
        text = "\n".join(f"{item.where}: {item.message}" for item in findings)
        entries, offsets = named(text)
        assert place in entries or offsets & {starts[place], starts[place + 1]}, (place, text)
        assert SEGMENT in text
        shutil.rmtree(copy.place.root)
