# SPDX-License-Identifier: Apache-2.0
"""Apple Health: `export.xml` by its first elements, and the `export.zip` that holds one.

Of a zip no more than its list of members (2 MiB) and the first 64 KiB of one member are read and inflated, so
that neither a bomb nor a giant list of names costs memory. Nothing is unpacked.
Spec: docs/spec/records.md section 4.
"""

import io
import zlib
from collections.abc import Iterable
from typing import BinaryIO

from healthvault.records.apple_dtd import without_dtd
from healthvault.records.dates import from_iso
from healthvault.records.description import Found
from healthvault.records.kinds import MEDIA_TYPES, Kind
from healthvault.records.probe import HEAD_BYTES, Probe
from healthvault.records.xml_walk import Enough, walk_xml

__all__ = ["ENCRYPTED_FLAG", "FOLDER", "PLAIN_METHODS", "describe_export", "describe_zip", "is_export"]

TITLE = "Apple Health export"
SOURCE = "Apple Health"
FOLDER = "apple_health_export/"
READ_BYTES = 2 * 1024 * 1024  # of a zip in all: its list of members, and a little of one
PLAIN_METHODS = (0, 8)  # stored, deflated: the others may ask for much memory
ENCRYPTED_FLAG = 1


def describe_export(pieces: Iterable[bytes]) -> Found:
    """Describe the XML of an export by its first bytes."""
    export = _Export()
    walk_xml(map(without_dtd, pieces), export)
    return Found(kind=Kind.APPLE_HEALTH, title=TITLE, date=from_iso(export.date), source=SOURCE)


def describe_zip(probe: Probe) -> Found:
    """Describe a zip: an Apple Health export if its first members lie in that folder, else only a zip."""
    if FOLDER.encode() not in probe.head:
        return Found(kind=Kind.ZIP)
    found = describe_export([_head_of_export(probe.stream)])
    return Found(
        kind=found.kind, media_type=MEDIA_TYPES[Kind.ZIP], title=found.title, date=found.date, source=SOURCE
    )


def _head_of_export(stream: BinaryIO) -> bytes:
    """Return the first bytes of the export's XML; none if the zip is damaged, encrypted or too large a list."""
    import zipfile  # noqa: PLC0415 - 20 ms that only such a file should cost

    try:
        with zipfile.ZipFile(_Bounded(stream)) as archive:
            for member in archive.infolist():
                if is_export(member.filename) and member.compress_type in PLAIN_METHODS:
                    return archive.open(member).read(HEAD_BYTES) if not member.flag_bits & ENCRYPTED_FLAG else b""
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError):
        return b""
    return b""


def is_export(name: str) -> bool:
    """Return whether a member is the export; its name is in the language of the phone."""
    inner = name.removeprefix(FOLDER)
    return name != inner and inner.endswith(".xml") and not inner.endswith("_cda.xml") and "/" not in inner


class _Export:
    """Takes the first elements of an export and keeps its date."""

    def __init__(self) -> None:
        self.date: str | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "ExportDate":
            self.date = attributes.get("value")
            raise Enough

    def end(self, name: str) -> None:
        """Take nothing."""

    def text(self, text: str) -> None:
        """Take nothing."""


class _Bounded:
    """A stream of which no more than `READ_BYTES` can be read in all."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._left = READ_BYTES

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def read(self, size: int = -1, /) -> bytes:
        data = self._stream.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        return data
