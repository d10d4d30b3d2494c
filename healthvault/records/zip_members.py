# SPDX-License-Identifier: Apache-2.0
"""A zip, an IHE XDM folder in one included: each member is read by the reader of its kind.

Members are unpacked in memory, one after the other, up to limits of number, size and ratio; nothing is written, so
a name that leads out of the archive can do no harm here, and is left all the same.
Spec: docs/spec/contents.md section 3.
"""

import io
import zipfile
from collections.abc import Iterator

from healthvault.errors import InvalidRequest
from healthvault.records.extras import STUMBLES
from healthvault.records.plain_text import encodable
from healthvault.records.probe import Probe
from healthvault.records.reading import Inside, Placed
from healthvault.records.statements import Left, Statement, Tally

__all__ = ["read_zip"]

MAX_MEMBERS = 10_000
MAX_MEMBER_BYTES = 64 << 20
MAX_TOTAL_BYTES = 256 << 20
MAX_RATIO = 300  # text of records shrinks to a tenth; a bomb to a thousandth
SMALL_BYTES = 1 << 20  # of which any ratio is fine
MAX_PLACE_CHARS = 200
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others may ask for much memory
_ENCRYPTED = 1


def read_zip(probe: Probe, inside: Inside) -> Iterator[Statement | Placed]:
    """Yield what the members of a zip state. Raises InvalidRequest: `reader_failed`, it is no zip."""
    probe.stream.seek(0)
    try:
        archive = zipfile.ZipFile(probe.stream)
        members = [member for member in archive.infolist() if not member.is_dir()]
    except (zipfile.BadZipFile, *STUMBLES) as err:
        raise InvalidRequest("reader_failed", "it is no zip that can be read") from err
    yield Tally(sort="members", count=len(members))
    seen: set[str] = set()
    total_bytes = 0
    for member in members[:MAX_MEMBERS]:
        place = encodable(member.filename[:MAX_PLACE_CHARS])
        reason = _why_not(member, seen) or (
            "more in all than is unpacked" if total_bytes + member.file_size > MAX_TOTAL_BYTES else None
        )
        seen.add(member.filename)
        data = None if reason else _unpacked(archive, member)
        if data is None:
            yield Left(place=place, reason=reason or "it is damaged")
            continue
        total_bytes += len(data)
        name = member.filename.rpartition("/")[2]
        yield from inside(io.BytesIO(data), name=name, size_bytes=len(data), place=place)
    if len(members) > MAX_MEMBERS:
        yield Left(place="zip", reason=f"{len(members) - MAX_MEMBERS} members more than are looked at")


def _why_not(member: zipfile.ZipInfo, seen: set[str]) -> str | None:
    """Return why a member is left, None if it is read."""
    parts = member.filename.replace("\\", "/").split("/")
    checks = {
        "its name leads out of the archive": ".." in parts or parts[0] == "" or ":" in parts[0],
        "a second member of this name": member.filename in seen,
        "encrypted": bool(member.flag_bits & _ENCRYPTED),
        "packed in a way that is not read": member.compress_type not in _METHODS,
        "larger than is unpacked": member.file_size > MAX_MEMBER_BYTES,
        "packed too tight to be a record": member.file_size > max(SMALL_BYTES, member.compress_size * MAX_RATIO),
    }
    return next((reason for reason, is_so in checks.items() if is_so), None)


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes | None:
    """Return the bytes of a member, which may be no more than it says; None if it is damaged."""
    try:
        with archive.open(member) as file:
            data = file.read(member.file_size + 1)
    except (zipfile.BadZipFile, RuntimeError, *STUMBLES):
        return None
    return data if len(data) == member.file_size else None
