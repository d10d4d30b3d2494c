# SPDX-License-Identifier: Apache-2.0
"""Reads an Apple Health export: `export.xml` alone, or the zip that holds it with clinical records and the rest.

The XML is streamed, however large it unpacks. Other members are read by the readers of their kinds if they are
small; electrocardiograms and routes are counted. A file that the export names and does not hold is left.
Spec: docs/spec/contents.md section 7.
"""

import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from healthvault.errors import InvalidRequest
from healthvault.records.apple_ecg import ecg_item
from healthvault.records.apple_export import Export
from healthvault.records.apple_health import ENCRYPTED_FLAG, FOLDER, PLAIN_METHODS, is_export
from healthvault.records.probe import Probe
from healthvault.records.reading import Inside, Placed
from healthvault.records.statements import Left, Statement, Tally

__all__ = ["read_export"]

MAX_MEMBER_BYTES = 16 << 20  # of a member that is read as a whole
ECG_HEAD_BYTES = 8 << 10
_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)
_SORTS = {
    "attachments": "attachment",
    "clinical-records": "clinical record file",
    "electrocardiograms": "electrocardiogram",
    "workout-routes": "workout route",
}
_COUNTED = frozenset({"electrocardiogram", "workout route"})


def read_export(probe: Probe, inside: Inside) -> Iterator[Statement | Placed]:
    """Yield what an export states. Raises InvalidRequest: `too_large`, `reader_failed`."""
    export = Export()
    if not probe.head.startswith(b"PK"):
        probe.stream.seek(0)
        yield from export.statements(probe.stream)
        for file in export.files:
            yield Left(place=file.path or "ClinicalRecord", reason="its file did not come with the export")
    else:
        yield from _Zip(probe.stream, export, inside).statements()
    if export.is_too_large:
        raise InvalidRequest("too_large", "the export holds more days of measurements than are kept")


class _Zip:
    """An export with everything around it."""

    def __init__(self, stream: BinaryIO, export: Export, inside: Inside) -> None:
        try:
            self._archive = zipfile.ZipFile(stream)
        except _FAULTS as err:
            raise InvalidRequest("reader_failed", "the zip is damaged") from err
        self._export, self._inside = export, inside
        self._members = {
            member.filename: member
            for member in sorted(self._archive.infolist(), key=lambda each: each.header_offset)
            if member.filename.startswith(FOLDER) and not member.is_dir()
        }
        self._read: set[str] = set()

    def statements(self) -> Iterator[Statement | Placed]:
        """Yield the XML first, then the clinical records that it names, then the other members."""
        main = next((name for name in self._members if is_export(name)), None)
        fault: InvalidRequest | None = None
        try:
            yield from self._main(main)
        except InvalidRequest as err:
            fault = err
        yield from self._clinical()
        yield from self._others(main)
        if fault is not None:
            raise fault

    def _main(self, name: str | None) -> Iterator[Statement]:
        if name is None:
            yield Left(place=FOLDER, reason="the export itself is missing")
            return
        try:
            _check_plain(self._members[name])
            with self._archive.open(name) as member:
                yield from self._export.statements(io.BufferedReader(member, 1 << 18))  # type: ignore[type-var]
        except _FAULTS as err:
            raise InvalidRequest("reader_failed", f"{name} is damaged or encrypted") from err

    def _clinical(self) -> Iterator[Statement | Placed]:
        """Yield what lies in the files that the export names, and which of them are missing."""
        named = {FOLDER + file.path.lstrip("/"): file for file in self._export.files}
        for name in self._members:  # in the order of the zip, so that it is read once
            if name in named:
                yield from self._member(name)
        missing = [file for name, file in named.items() if name not in self._members]
        for file in missing:
            yield Left(place=file.path or f"ClinicalRecord {file.identifier}", reason="the file is missing")
        if missing:
            yield Tally(sort="missing file", count=len(missing))

    def _others(self, main: str | None) -> Iterator[Statement | Placed]:
        sorts: Counter[str] = Counter()
        for name in self._members:
            sort = _SORTS.get(name.removeprefix(FOLDER).partition("/")[0], "")
            sorts[sort] += 1
            if name == main or name in self._read:
                continue
            if sort == "electrocardiogram":
                yield from self._ecg(name)
            elif sort not in _COUNTED:
                yield from self._member(name)
        yield from (Tally(sort=sort, count=count) for sort, count in sorts.items() if sort)

    def _member(self, name: str) -> Iterator[Statement | Placed]:
        """Yield what the reader of its kind finds in a member."""
        self._read.add(name)
        place = name.removeprefix(FOLDER)
        data = self._bytes(name, MAX_MEMBER_BYTES + 1)
        if data is None or len(data) > MAX_MEMBER_BYTES:
            yield Left(
                place=place, reason="damaged or encrypted" if data is None else "larger than is read as a whole"
            )
            return
        has_said = False
        for statement in self._inside(io.BytesIO(data), name=name, size_bytes=len(data), place=place):
            has_said = True
            yield statement
        if not has_said:
            yield Left(place=place, reason="nothing in it was understood")

    def _ecg(self, name: str) -> Iterator[Statement]:
        data = self._bytes(name, ECG_HEAD_BYTES)
        item = ecg_item(data or b"", name.removeprefix(FOLDER), self._export.subject)
        if item is not None:
            yield item

    def _bytes(self, name: str, most_bytes: int) -> bytes | None:
        try:
            _check_plain(self._members[name])
            with self._archive.open(name) as member:
                return member.read(most_bytes)
        except _FAULTS:
            return None


def _check_plain(member: zipfile.ZipInfo) -> None:
    if member.compress_type not in PLAIN_METHODS or member.flag_bits & ENCRYPTED_FLAG:
        raise zipfile.BadZipFile(member.filename)
