# SPDX-License-Identifier: Apache-2.0
r"""The header of an age file: a version line, one stanza for each recipient, and a MAC over both.

A header has one reading and is written back as the same bytes: no CR, no second base64 of the same bytes, no
empty argument. Limits of ours, counted while reading: 64 KiB and 64 stanzas. What a stanza's arguments mean,
and whether its kind is known, is decided in `recipients`.

Spec: docs/spec/age.md section 1. Source: c2sp.org/age, "Header".
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from healthvault.agefile.source import Source, read_fully
from healthvault.crypto.hashing import equal, hkdf, hmac_sha256
from healthvault.errors import FormatError, IntegrityError

__all__ = [
    "MAX_HEADER_BYTES",
    "MAX_STANZAS",
    "Header",
    "Stanza",
    "check_mac",
    "decode_base64",
    "encode_base64",
    "format_header",
    "mac_input",
    "parse_header",
]

MAX_HEADER_BYTES = 64 * 1024
MAX_STANZAS = 64
MAC_BYTES = 32
_VERSION_LINE = b"age-encryption.org/v1\n"
_COLUMNS = 64
_ARGUMENTS = re.compile(rb"-> [\x21-\x7e]+(?: [\x21-\x7e]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stanza:
    """The file key, wrapped for one recipient."""

    kind: str
    """First argument, such as `X25519` or `scrypt`."""
    args: tuple[str, ...]
    """The other arguments: printable ASCII without spaces, none of them empty."""
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A header that is well formed; nothing of it is authentic before `check_mac`."""

    stanzas: tuple[Stanza, ...]
    mac: bytes
    """32 bytes."""
    mac_input: bytes
    """The exact bytes that the MAC covers: from the version up to and including `---`."""


def parse_header(source: Source) -> Header:
    """Read the header of an unverified file, and not one byte more.

    Raises:
        FormatError: `not_a_bundle`, the first line is not that of age v1; `truncated`, the file ends inside
            the header; `limit_exceeded`, over 64 KiB or over 64 stanzas; `malformed`, another grammar or
            base64 that is not canonical.
    """
    if read_fully(source, len(_VERSION_LINE)) != _VERSION_LINE:
        raise FormatError("not_a_bundle", "the file does not start as an age v1 file does")
    lines = _Lines(source)
    stanzas: list[Stanza] = []
    line = lines.take()
    while line.startswith(b"->"):
        if len(stanzas) == MAX_STANZAS:
            raise FormatError("limit_exceeded", f"the header has more than {MAX_STANZAS} stanzas")
        stanzas.append(_parse_stanza(line, lines))
        line = lines.take()
    if not stanzas or not line.startswith(b"--- "):
        raise FormatError("malformed", "the header has no stanza, or a line that is neither stanza nor MAC")
    mac = decode_base64(line[4:], MAC_BYTES)
    covered = bytes(lines.raw).removesuffix(line[3:] + b"\n")
    return Header(stanzas=tuple(stanzas), mac=mac, mac_input=covered)


def format_header(stanzas: Sequence[Stanza], file_key: bytes) -> bytes:
    """Return the header of a new file, with the MAC under the file key (16 bytes).

    Raises:
        FormatError: `limit_exceeded`, more stanzas than our own reader takes.
    """
    if len(stanzas) > MAX_STANZAS:
        raise FormatError("limit_exceeded", f"a file has at most {MAX_STANZAS} recipients")
    covered = mac_input(stanzas)
    return covered + b" " + encode_base64(_mac(file_key, covered)).encode() + b"\n"


def mac_input(stanzas: Sequence[Stanza]) -> bytes:
    """Return the header's bytes up to and including `---`: the only ones that have these stanzas."""
    return _VERSION_LINE + b"".join(map(_format_stanza, stanzas)) + b"---"


def check_mac(header: Header, file_key: bytes) -> None:
    """Check that whoever wrote the header knew the file key (16 bytes).

    Raises:
        IntegrityError: `tampered`.
    """
    if not equal(header.mac, _mac(file_key, header.mac_input)):
        raise IntegrityError("tampered", "the header was changed after the file was written")


def encode_base64(data: bytes) -> str:
    """Return base64 without padding, as age writes it."""
    return b64encode(data).rstrip(b"=").decode()


def decode_base64(text: bytes, size_bytes: int | None = None) -> bytes:
    """Return what an unverified text without padding encodes, of exactly `size_bytes` if given.

    Raises:
        FormatError: `malformed`, it is not the one canonical encoding, or of another length.
    """
    try:
        data = b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except ValueError as err:
        raise FormatError("malformed", "the header holds text that is not base64") from err
    if encode_base64(data).encode() != text:
        raise FormatError("malformed", "the header holds base64 that is not canonical")
    if size_bytes is not None and len(data) != size_bytes:
        raise FormatError("malformed", f"the header holds {len(data)} bytes where {size_bytes} belong")
    return data


class _Lines:
    """The lines of a header, read byte by byte since the payload follows, and counted against the cap."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.raw = bytearray(_VERSION_LINE)

    def take(self) -> bytes:
        start = len(self.raw)
        while len(self.raw) < MAX_HEADER_BYTES:
            byte = self._source.read(1)
            if not byte:
                raise FormatError("truncated", "the file ends inside its header")
            self.raw += byte
            if byte == b"\n":
                return bytes(self.raw[start:-1])
        raise FormatError("limit_exceeded", f"the header is larger than {MAX_HEADER_BYTES} bytes")


def _parse_stanza(line: bytes, lines: _Lines) -> Stanza:
    if not _ARGUMENTS.fullmatch(line):
        raise FormatError("malformed", "the arguments of a stanza are not as age writes them")
    kind, *args = line.decode().split(" ")[1:]
    body = bytearray()
    while True:  # the last line is the first that is shorter, even if that leaves it empty
        text = lines.take()
        if len(text) > _COLUMNS:
            raise FormatError("malformed", f"a stanza has a line of more than {_COLUMNS} characters")
        body += decode_base64(text)
        if len(text) < _COLUMNS:
            return Stanza(kind=kind, args=tuple(args), body=bytes(body))


def _format_stanza(stanza: Stanza) -> bytes:
    text = encode_base64(stanza.body)
    lines = [" ".join(("->", stanza.kind, *stanza.args))]
    lines += [text[start : start + _COLUMNS] for start in range(0, len(text) + 1, _COLUMNS)]
    return "\n".join(lines).encode() + b"\n"


def _mac(file_key: bytes, covered: bytes) -> bytes:
    return hmac_sha256(hkdf(file_key, b"", b"header", 32), covered)
