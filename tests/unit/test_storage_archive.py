# SPDX-License-Identifier: Apache-2.0
"""A backup in one file: what is written is read, and by any tar; what is anything else is refused."""

import io
import tarfile
from pathlib import Path

import pytest

from healthvault.bundle.container import member_header
from healthvault.errors import InvalidRequest, VaultDamaged
from healthvault.storage import archive as archives
from healthvault.storage import files
from healthvault.storage.archive import ArchiveWriter, read_members

MEMBERS = {
    "backup": b"head",
    "VERSION": b"healthvault 1\n",
    "journal/00000000.seg": b"x" * 513,
    "journal/00000001.seg": b"",
    "keys/10.ks": b"k" * 512,
    "objects/0/1.pack": b"first",
    "objects/1/4097.pack": b"second",
}
HOSTILE = (
    "../backup",
    "/etc/passwd",
    "objects/0/../../keyring",
    "journal/0000000.seg",
    "keys/01.ks",
    "keys/1.ks/x",
    "keyring",
    "lock",
    "objects/0/1.pack\n",
    "objects/٣/1.pack",
)


def written(path: Path, members: dict[str, bytes]) -> Path:
    """Write an archive."""
    with files.create_file(path) as file:
        writer = ArchiveWriter(file)
        for name, data in members.items():
            writer.add(name, len(data), [data[:100], data[100:]])
        writer.finish()
    return path


def read(path: Path) -> dict[str, bytes]:
    """Read an archive."""
    with files.open_file(path) as file:
        return {member.name: b"".join(member.data()) for member in read_members(file)}


def raw(*blocks: bytes) -> bytes:
    """Return an archive of headers and data as they are given, padded and ended."""
    return b"".join(block + bytes(-len(block) % 512) for block in blocks) + bytes(1024)


def refused(path: Path, data: bytes, match: str) -> None:
    """Check that these bytes are refused."""
    path.write_bytes(data)
    with pytest.raises(VaultDamaged, match=match) as caught:
        read(path)
    assert str(path) in caught.value.message


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """Names, order and bytes."""
    path = written(tmp_path / "a", MEMBERS)
    assert list(MEMBERS.items()) == list(read(path).items())
    assert 0o600 == path.stat().st_mode & 0o777


def test_any_tar_reads_it(tmp_path: Path) -> None:
    """Python's, for one."""
    with tarfile.open(written(tmp_path / "a", MEMBERS)) as tar:
        found = {info.name: (tar.extractfile(info) or io.BytesIO()).read() for info in tar}
    assert MEMBERS == found


@pytest.mark.parametrize("name", HOSTILE)
def test_no_other_name_is_taken(tmp_path: Path, name: str) -> None:
    """Nothing can lead out of the folder, or be a file that a backup has not."""
    refused(tmp_path / "a", raw(member_header("backup", 0), member_header(name, 0)), "at 512: ")


def test_order_counts(tmp_path: Path) -> None:
    """Twice, or in another order, is refused."""
    for names in (("backup", "backup"), ("VERSION", "backup"), ("objects/0/2.pack", "objects/0/1.pack")):
        refused(tmp_path / "a", raw(*(member_header(name, 0) for name in names)), "does not belong there")


def test_no_other_header_is_taken(tmp_path: Path) -> None:
    """Links, folders, another owner, long names: whatever a tar can say besides."""
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.GNUTYPE_SPARSE, tarfile.XHDTYPE):
        info = tarfile.TarInfo("VERSION")
        info.type, info.linkname = kind, "/etc/passwd"
        header = info.tobuf(tarfile.USTAR_FORMAT)
        refused(tmp_path / "a", raw(member_header("backup", 0), header), "no header of a backup")
    for at in range(512):
        changed = bytearray(member_header("backup", 0))
        changed[at] ^= 1
        refused(tmp_path / "a", raw(bytes(changed)), "at 0: ")


def test_a_cut_or_longer_file_is_refused(tmp_path: Path) -> None:
    """At every block, and in the middle of one."""
    whole = written(tmp_path / "whole", MEMBERS).read_bytes()
    for end in (*range(0, len(whole), 512), len(whole) - 1):
        refused(tmp_path / "a", whole[:end], "at ")
    refused(tmp_path / "a", whole + b"\0", "its end is missing, or something follows it")
    refused(tmp_path / "a", whole + whole, "its end is missing, or something follows it")


def test_a_length_is_no_promise_of_memory(tmp_path: Path) -> None:
    """A header that claims 8 GiB costs nothing: the file is shorter."""
    claim = member_header("backup", archives.MAX_MEMBER_BYTES)
    refused(tmp_path / "a", raw(claim), "cut short")


def test_a_file_over_8_gib_needs_a_folder(tmp_path: Path) -> None:
    """And is said to."""
    with files.create_file(tmp_path / "a") as file, pytest.raises(InvalidRequest) as caught:
        ArchiveWriter(file).add("backup", archives.MAX_MEMBER_BYTES + 1, [])
    assert "too_large" == caught.value.code


def test_a_file_that_changes_length_is_noticed(tmp_path: Path) -> None:
    """The header was written before."""
    with files.create_file(tmp_path / "a") as file, pytest.raises(VaultDamaged, match="changed while"):
        ArchiveWriter(file).add("backup", 3, [b"four"])


def test_nothing_hides_behind_a_file(tmp_path: Path) -> None:
    """What fills a member up to a whole block is zeros."""
    whole = bytearray(written(tmp_path / "whole", MEMBERS).read_bytes())
    whole[512 + len(MEMBERS["backup"])] = 1
    refused(tmp_path / "a", bytes(whole), "at 516: something other than zeros")
