# SPDX-License-Identifier: Apache-2.0
"""Rows 13 to 18 of docs/spec/bad-input.md: the container."""

import base64
import gzip
import io
import zipfile
from collections.abc import Callable

import pytest

from healthvault.bundle.container import member_header
from healthvault.errors import FormatError, IntegrityError, InvalidRequest
from healthvault.verify.bundle import verify_bundle
from tests.bundles import make_bundle, scene, sealed_bytes
from tests.owners import flip
from tests.readers import Keeper
from tests.refusals import assert_accepted, assert_refused


def test_row_13_the_first_member() -> None:
    """Is the manifest, of at most 64 MiB."""
    start = scene()
    draft = start.draft()
    plain = draft.container()
    huge = member_header("manifest", (64 << 20) + 1)
    for inner in (b"", b"m", bytes(1024), b"x" + plain[513:], member_header("Manifest", 10) + plain[512:]):
        assert_refused(start.read(draft.seal(inner)), "bad_container", FormatError)
    assert_refused(start.read(draft.seal(plain[512:])), "tampered", FormatError)  # read as one padded map
    assert_refused(start.read(draft.seal(huge)), "limit_exceeded", FormatError)


HEADERS = {
    "a path upwards": lambda head: named(head, b"docs/../000001-part0.txt"),
    "another folder": lambda head: named(head, b"../x"),
    "an absolute path": lambda head: named(head, b"/etc/passwd"),
    "a leading dot": lambda head: named(head, b"./docs/000001-part0.txt"),
    "mode": lambda head: put_in(head, 100, b"0000777\0"),
    "owner": lambda head: put_in(head, 108, b"0001750\0"),
    "group": lambda head: put_in(head, 116, b"0001750\0"),
    "date": lambda head: put_in(head, 136, b"14710220100\0"),
    "hard link": lambda head: put_in(head, 156, b"1"),
    "symbolic link": lambda head: put_in(put_in(head, 156, b"2"), 157, b"/etc/passwd"),
    "device": lambda head: put_in(head, 156, b"3"),
    "folder": lambda head: put_in(head, 156, b"5"),
    "old type": lambda head: put_in(head, 156, b"\0"),
    "GNU long name": lambda head: put_in(head, 156, b"L"),
    "PAX": lambda head: put_in(head, 156, b"x"),
    "GNU magic": lambda head: put_in(head, 257, b"ustar  \0"),
    "user name": lambda head: put_in(head, 265, b"root"),
    "device number": lambda head: put_in(head, 329, b"0000000\0"),
    "prefix": lambda head: put_in(head, 345, b"evil"),
    "rest": lambda head: put_in(head, 500, b"x"),
    "size in base 256": lambda head: put_in(head, 124, b"\x80" + bytes(10) + b"\x11"),
    "size in spaces": lambda head: put_in(head, 124, b"         21 "),
    "checksum": lambda head: head[:148] + b"000000\0 " + head[156:],
    "checksum in spaces": lambda head: head[:148] + b" " + head[149:],
}


def put_in(head: bytes, place: int, field: bytes) -> bytes:
    """Return a header with a field changed and its checksum right for other tools."""
    blank = head[:place] + field + head[place + len(field) :]
    blank = blank[:148] + b" " * 8 + blank[156:]
    return blank[:148] + b"%06o\0 " % sum(blank) + blank[156:]


def named(head: bytes, name: bytes) -> bytes:
    """Return a header with another name."""
    return put_in(head, 0, name.ljust(100, b"\0"))


@pytest.mark.parametrize("change", HEADERS)
def test_row_14_member_headers(change: str) -> None:
    """Every field of every header is the one that the manifest demands, byte for byte."""
    start = scene()
    draft = start.draft()
    plain = draft.container()
    place = plain.index(b"docs/000001-part0.txt")
    for at in (0, place):
        inner = plain[:at] + HEADERS[change](plain[at : at + 512]) + plain[at + 512 :]
        assert inner != plain
        outcome = start.read(draft.seal(inner))
        assert_refused(outcome, "bad_container", FormatError)
        assert [] == outcome.taken


@pytest.mark.parametrize(
    "change",
    [
        lambda members: [*members, ("docs/000002-part0.txt", b"more")],
        lambda members: [*members, ("extras/more", b"more")],
        lambda members: [("docs/000000-part0.txt", b"more"), *members],
        lambda members: members[:-1],
        lambda members: members[1:],
        lambda members: [*members, members[-1]],
        lambda members: [members[0], *members],
        lambda members: members[::-1],
    ],
)
def test_row_15_members(change: Callable[[list[tuple[str, bytes]]], list[tuple[str, bytes]]]) -> None:
    """None more, none fewer, in the manifest's order."""
    start = scene()
    draft = start.draft(extras={"README.txt": b"read me"})
    draft.members = change(draft.members)
    assert_refused(start.read(draft.seal()), "bad_container", FormatError)


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".x", "-x", "a" * 61, "a b", "a\0b", "é"])
def test_row_15_file_names(name: str) -> None:
    """Letters, digits, dot, underline and dash, 60 of them; even where the sender signs another."""
    start = scene()
    draft = start.draft()
    draft.map["docs"][0]["parts"][0]["file"] = name
    draft.members = []
    assert_refused(start.read(draft.seal()), "bad_container", FormatError)
    extra = start.draft(extras={"README.txt": b"read me"})
    extra.map["extras"].append(dict(extra.map["extras"][0]))
    assert_refused(start.read(extra.seal()), "bad_container", FormatError)


def test_row_16_padding_and_tail() -> None:
    """Zeros, and exactly as many as the length demands."""
    start = scene()
    seq = start.owner.add(b"z" * 30_000)
    draft = make_bundle(start.owner, start.reader, [seq], [start.owner.grant([start.reader.party], [seq])])
    plain = draft.container()
    assert_accepted(start.read(draft.seal(plain)))
    end = plain.rindex(b"z") + 1
    assert 0 != end % 512
    blocks = end + (-end % 512)
    tail = len(plain) - blocks - 1024
    assert tail > 1
    places = (512 + len(draft.signed()), end, blocks - 1, blocks + 512, blocks + 1024, len(plain) - 1)
    for place in places:
        assert_refused(start.read(draft.seal(flip(plain, place))), "trailing_data", IntegrityError)
    for inner in (plain + b"\0", plain + bytes(70_000), plain[:-1], plain[:-tail]):
        assert_refused(start.read(draft.seal(inner)), "trailing_data", IntegrityError)
    assert_refused(start.read(draft.seal(flip(plain, blocks))), "bad_container", FormatError)
    assert_refused(start.read(draft.seal(plain[: blocks + 1023])), "bad_container", FormatError)


def test_row_17_compressed() -> None:
    """There is no decompressor, outside or inside."""
    start = scene()
    draft = start.draft()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("manifest", draft.signed())
    packed = (out.getvalue(), gzip.compress(draft.seal()), base64.b64encode(draft.seal()), draft.container())
    for data in packed:
        assert_refused(start.read(data), "not_a_bundle", FormatError)
    for inner in (out.getvalue(), gzip.compress(draft.container())):
        assert_refused(start.read(draft.seal(inner)), "bad_container", FormatError)


def test_row_18_sizes_are_told_before_anything_is_taken() -> None:
    """The sink refuses what does not fit, before a byte of a document is read."""

    class Full(Keeper):
        def prepare(self, total_bytes: int) -> None:
            super().prepare(total_bytes)
            raise InvalidRequest("too_large", f"{total_bytes} bytes")

    start, sink = scene(), Full()
    draft = make_bundle(start.owner, start.reader, start.docs, [start.grant])
    with pytest.raises(InvalidRequest) as caught:
        verify_bundle(io.BytesIO(sealed_bytes(draft.container(), draft.recipients)), start.reader.context(), sink)
    assert ("too_large", []) == (caught.value.code, sink.taken)
