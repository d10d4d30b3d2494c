# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.bundle.container: exactly one valid tar for a manifest and its documents."""

import io
import tarfile
from hashlib import sha256

import pytest

from healthvault.bundle.container import (
    MAX_MEMBER_BYTES,
    ContainerReader,
    ContainerWriter,
    document_member,
    extra_member,
    member_header,
)
from healthvault.codec import padme
from healthvault.errors import FormatError, HealthVaultError, IntegrityError, InvalidRequest
from tests.bundles import container

MEMBERS = [("manifest", b"m" * 700), ("extras/README.txt", b"read me"), ("docs/000001-a.txt", b"d" * 512)]
WHOLE = container(MEMBERS)
FIELDS = (
    0,
    99,
    100,
    107,
    108,
    116,
    124,
    134,
    135,
    136,
    148,
    155,
    156,
    157,
    257,
    263,
    265,
    297,
    329,
    337,
    345,
    500,
    511,
)


class Dribble:
    """A source that gives as little as it may."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def read(self, size: int, /) -> bytes:
        """Return at most 7 bytes."""
        return self._data.read(min(size, 7))


def read(data: bytes, members: list[tuple[str, bytes]] = MEMBERS) -> list[bytes]:
    """Read a container that is expected to hold these members."""
    reader = ContainerReader(Dribble(data))
    found = [reader.manifest()]
    found += [b"".join(reader.member(name, len(content))) for name, content in members[1:]]
    reader.finish()
    return found


def code_of(data: bytes) -> tuple[type[Exception], str]:
    """Return the class and code with which a container is refused."""
    with pytest.raises(HealthVaultError) as caught:
        read(data)
    return type(caught.value), caught.value.code


def test_the_worked_header() -> None:
    """Its size, checksum and digest are those that the specification prints."""
    header = member_header("docs/000001-ferritin.txt", 17)
    assert 512 == len(header)
    assert (b"00000000021", b"011757") == (header[124:135], header[148:154])
    assert "e4fba98e7f46ec0140f4d4109abce34170ba699653cf27db60479c43cdb5ed7c" == sha256(header).hexdigest()


def test_members_come_back() -> None:
    """In their order, also from a source that gives seven bytes at a time."""
    assert [content for _, content in MEMBERS] == read(WHOLE)
    assert padme(len(WHOLE)) == len(WHOLE)


@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, 65_536, 200_000])
def test_members_of_any_size(size: int) -> None:
    """Empty, a multiple of a block, larger than a step."""
    members = [("manifest", b"m"), ("docs/000001-a.txt", b"x" * size), ("docs/000002-b.txt", b"y")]
    assert [content for _, content in members] == read(container(members), members)


def test_other_tools_read_it() -> None:
    """Python's tarfile finds the same members, owned by nobody, without a date."""
    with tarfile.open(fileobj=io.BytesIO(WHOLE)) as archive:
        found = archive.getmembers()
        assert [name for name, _ in MEMBERS] == [member.name for member in found]
        assert [content for _, content in MEMBERS] == [archive.extractfile(member).read() for member in found]
        assert {(0o600, 0, 0, 0)} == {(member.mode, member.uid, member.gid, member.mtime) for member in found}


def test_names_inside() -> None:
    """Made from numbers and checked names, never taken from the archive."""
    assert "docs/000001-scan.pdf" == document_member(1, "scan.pdf")
    assert "docs/999999-x" == document_member(999_999, "x")
    assert "extras/README.txt" == extra_member("README.txt")


def test_the_writer_refuses_a_wrong_size() -> None:
    """A member gets exactly the bytes that its header names; none is over 8 GiB."""
    for data in (b"xx", b"xxxx"):
        writer = ContainerWriter(io.BytesIO().write)
        writer.begin("manifest", 3)
        writer.write(data)
        with pytest.raises(IntegrityError):
            writer.finish()
    with pytest.raises(InvalidRequest) as caught:
        ContainerWriter(io.BytesIO().write).begin("manifest", MAX_MEMBER_BYTES + 1)
    assert "too_large" == caught.value.code


@pytest.mark.parametrize("start", [0, 1536, 2560])
@pytest.mark.parametrize("place", FIELDS)
def test_every_byte_of_a_header_counts(start: int, place: int) -> None:
    """In each field of each header."""
    changed = bytearray(WHOLE)
    changed[start + place] ^= 1
    assert (FormatError, "bad_container") == code_of(bytes(changed))


@pytest.mark.parametrize("digits", [b"00000000008", b"0000000000 ", b"           ", b"-0000000001", b"+0000000001",
                                    b"0000000_001", "٣".encode() + b"000000000", bytes(11)])  # fmt: skip
def test_a_size_is_eleven_octal_digits(digits: bytes) -> None:
    """Nothing that a lenient reader takes for a number."""
    changed = WHOLE[:124] + digits + WHOLE[135:]
    assert (FormatError, "bad_container") == code_of(changed)


def test_a_manifest_that_is_too_large() -> None:
    """Refused by its header alone."""
    limit = 64 << 20
    reader = ContainerReader(io.BytesIO(member_header("manifest", limit + 1)))
    with pytest.raises(FormatError) as caught:
        reader.manifest()
    assert "limit_exceeded" == caught.value.code
    with pytest.raises(FormatError) as short:
        ContainerReader(io.BytesIO(member_header("manifest", limit))).manifest()
    assert "bad_container" == short.value.code


def test_members_that_the_manifest_does_not_list() -> None:
    """One more, one less, another order, the same twice."""
    first, second, third = MEMBERS
    for members in (
        [first],
        [first, second],
        [first, third],
        [first, third, second],
        [first, second, second, third],
        [first, second, third, third],
        [second, first, third],
        [("manifest", b"m" * 700), *MEMBERS[1:2], ("docs/000001-b.txt", b"d" * 512)],
        [("manifest", b"m" * 700), *MEMBERS[1:2], ("docs/000002-a.txt", b"d" * 512)],
        [("manifest", b"m" * 700), *MEMBERS[1:2], ("docs/000001-a.txt", b"d" * 511)],
        [("manifest", b"m" * 700), *MEMBERS[1:2], ("/docs/000001-a.txt", b"d" * 512)],
        [("manifest", b"m" * 700), *MEMBERS[1:2], ("docs/../000001-a.txt", b"d" * 512)],
    ):
        assert (FormatError, "bad_container") == code_of(container(members))


@pytest.mark.parametrize("place", [512 + 700, 1535, 2055, 2559])
def test_padding_is_zeros(place: int) -> None:
    """After each member, up to its block."""
    changed = bytearray(WHOLE)
    changed[place] = 1
    assert (IntegrityError, "trailing_data") == code_of(bytes(changed))


def test_the_end() -> None:
    """Two zero blocks, and zeros to exactly the Padmé length."""
    end = 3584
    assert bytes(len(WHOLE) - end) == WHOLE[end:]
    first, second, last = (bytearray(WHOLE) for _ in range(3))
    first[end] = second[end + 512] = last[-1] = 1
    assert (FormatError, "bad_container") == code_of(bytes(first))
    assert (IntegrityError, "trailing_data") == code_of(bytes(second))
    assert (IntegrityError, "trailing_data") == code_of(WHOLE + b"\0")
    assert (IntegrityError, "trailing_data") == code_of(WHOLE + bytes(512))
    assert (FormatError, "bad_container") == code_of(WHOLE[:end])
    assert (FormatError, "bad_container") == code_of(WHOLE[: end + 512])
    assert (FormatError, "bad_container") == code_of(WHOLE[: end + 1023])


def test_the_tail() -> None:
    """Where Padmé adds zeros, one less or a byte in them is noticed."""
    members = [("manifest", b"m"), ("extras/README.txt", b""), ("docs/000001-a.txt", b"x" * 30_000)]
    whole = container(members)
    assert len(whole) - 33_280 == 1536  # beyond the two blocks
    changed = bytearray(whole)
    changed[-1] = 1
    for data in (whole[:-1], whole + b"\0", bytes(changed)):
        with pytest.raises(IntegrityError) as caught:
            read(data, members)
        assert "trailing_data" == caught.value.code


@pytest.mark.parametrize("size", [0, 1, 511, 512, 600, 1211, 1300, 1536, 2050, 2560, 3000])
def test_a_container_that_is_cut(size: int) -> None:
    """In a header, in data, in padding."""
    assert (FormatError, "bad_container") == code_of(WHOLE[:size])


def test_other_archives_are_refused() -> None:
    """What other tools write of the same files is not the one container."""
    for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=form) as archive:
            for name, content in MEMBERS:
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
        assert (FormatError, "bad_container") == code_of(out.getvalue())
