# SPDX-License-Identifier: Apache-2.0
"""Small age files that speak of a bundle which the reader already has: one padded canonical map in each.

The first plaintext byte tells them from bundles: a container starts with `m`, a map with 0x80-0x8f, 0xde or 0xdf.
Spec: docs/spec/status-and-proof-files.md section 1.
"""

from collections.abc import Callable, Sequence

from healthvault.agefile.file import encrypt
from healthvault.agefile.recipients import Recipient
from healthvault.agefile.source import Source
from healthvault.codec import LARGE_ITEMS, Fields, Value, pack, pad, unpack, unpad
from healthvault.errors import FormatError

__all__ = ["MAX_SIDE_FILE_BYTES", "read_side_file", "write_side_file"]

MAX_SIDE_FILE_BYTES = 4 << 20
PAD_BYTES = 4096
_VERSION = 1
_STEP_BYTES = 1 << 16


def write_side_file(
    write: Callable[[bytes], object], content: dict[str, Value], recipients: Sequence[Recipient]
) -> None:
    """Write the age file of a map, whole.

    Raises:
        FormatError: `limit_exceeded`, it would be longer than 4 MiB; what `encrypt` raises.
    """
    plain = pad(pack(content), PAD_BYTES)
    if len(plain) > MAX_SIDE_FILE_BYTES:
        raise FormatError("limit_exceeded", "the file would be longer than 4 MiB")
    stream = encrypt(write, recipients)
    stream.write(plain)
    stream.finish()


def read_side_file(plain: Source) -> Fields | None:
    """Read the map in the unverified plaintext of an age file; None if a container is in it.

    Raises:
        FormatError: `limit_exceeded`, longer than 4 MiB; `tampered`, wrong padding; `bad_encoding`, `bad_text`,
            `bad_schema`; `unsupported`, of another version. What the age stream raises.
    """
    read = plain.read(1)
    if not _starts_a_map(read):
        return None
    while len(read) <= MAX_SIDE_FILE_BYTES and (step := plain.read(_STEP_BYTES)):
        read += step
    if len(read) > MAX_SIDE_FILE_BYTES:
        raise FormatError("limit_exceeded", "the file is longer than 4 MiB")
    fields = Fields(unpack(unpad(read, PAD_BYTES), max_items=LARGE_ITEMS), "file")
    if fields.uint("v") != _VERSION:
        raise FormatError("unsupported", f"version {fields.uint('v')} of this kind of file is not known")
    return fields


def _starts_a_map(first: bytes) -> bool:
    return bool(first) and (0x80 <= first[0] <= 0x8F or first[0] in {0xDE, 0xDF})
