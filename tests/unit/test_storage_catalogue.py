# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.storage.catalogue."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from healthvault.errors import InvalidRequest, VaultDamaged
from healthvault.storage import catalogue as module
from healthvault.storage import database, files
from healthvault.storage.catalogue import Catalogue, CatalogueLost, Position, peek

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
HERE = Position(size=3, root=b"r" * 32, ks_epoch=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the catalogue is."""
    return tmp_path / "catalogue.db"


@pytest.fixture
def catalogue(path: Path) -> Iterator[Catalogue]:
    """An empty catalogue."""
    opened = Catalogue.open(path, KEY)
    yield opened
    opened.close()


def put(catalogue: Catalogue, key: str, value: int) -> None:
    """Keep a value, in a change of its own."""
    with catalogue.change() as is_ours:
        assert is_ours
        catalogue.put(key, value)


def many_pages(path: Path) -> None:
    """Make a catalogue of some pages."""
    opened = Catalogue.open(path, KEY)
    with opened.change():
        for number in range(200):
            opened.put(f"key {number:03}", b"v" * 200)
    opened.close()


def test_a_new_one_is_empty(catalogue: Catalogue, path: Path) -> None:
    """It has no position and no values, and nobody else can read the file."""
    assert catalogue.position() is None
    assert catalogue.get("anything") is None
    assert 0o600 == path.stat().st_mode & 0o777


def test_it_keeps_what_is_put(catalogue: Catalogue, path: Path) -> None:
    """Values and the position are there after it was closed and opened again."""
    with catalogue.change():
        catalogue.put("slots", [8, []])
        catalogue.move_to(HERE)
    catalogue.close()
    again = Catalogue.open(path, KEY)
    assert [8, []] == again.get("slots")
    assert HERE == again.position()
    again.close()


def test_a_change_is_all_or_nothing(catalogue: Catalogue) -> None:
    """What fails in the middle leaves nothing behind."""
    put(catalogue, "a", 1)
    with pytest.raises(KeyboardInterrupt), catalogue.change():  # noqa: PT012
        catalogue.put("a", 2)
        raise KeyboardInterrupt
    assert 1 == catalogue.get("a")


def test_clear_forgets_everything(catalogue: Catalogue) -> None:
    """Nothing is left, not even the position."""
    with catalogue.change():
        catalogue.put("a", 1)
        catalogue.move_to(HERE)
        catalogue.clear()
    assert (None, None) == (catalogue.get("a"), catalogue.position())


def test_nothing_is_readable(path: Path) -> None:
    """The file holds no value in clear, nor the mark of a database."""
    many_pages(path)
    content = path.read_bytes()
    assert b"SQLite" not in content
    assert b"key 001" not in content
    assert b"v" * 20 not in content


def test_another_key_starts_anew(catalogue: Catalogue, path: Path) -> None:
    """What another key wrote is thrown away, not reported: it is derived."""
    put(catalogue, "a", 1)
    catalogue.close()
    again = Catalogue.open(path, OTHER_KEY)
    assert again.get("a") is None
    again.close()


def test_another_schema_starts_anew(catalogue: Catalogue, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So is what another version wrote."""
    put(catalogue, "a", 1)
    catalogue.close()
    monkeypatch.setattr(module, "_SCHEMA", replace(module._SCHEMA, version=module._SCHEMA.version + 1))
    again = Catalogue.open(path, KEY)
    assert again.get("a") is None
    again.close()


@pytest.mark.parametrize("content", [b"", b"x", b"\0" * 4096, b"SQLite format 3\0" + bytes(5000), b"\xff" * 9000])
def test_garbage_starts_anew(path: Path, content: bytes) -> None:
    """Whatever lies there, an empty catalogue takes its place."""
    path.write_bytes(content)
    opened = Catalogue.open(path, KEY)
    put(opened, "a", 1)
    assert 1 == opened.get("a")
    opened.close()


def test_a_link_is_not_followed(path: Path, tmp_path: Path) -> None:
    """Not even the journal of the database is written through a link."""
    precious = tmp_path / "precious"
    precious.write_bytes(b"x" * 5000)
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).symlink_to(precious)
    opened = Catalogue.open(path, KEY)
    put(opened, "a", 1)
    opened.close()
    assert b"x" * 5000 == precious.read_bytes()


def test_a_directory_is_left_alone(path: Path) -> None:
    """It is no catalogue, and not ours to remove."""
    path.mkdir()
    with pytest.raises(InvalidRequest) as caught:
        Catalogue.open(path, KEY)
    assert "io_error" == caught.value.code


def test_damage_that_shows_later(path: Path) -> None:
    """A page that does not open throws the catalogue away and says that nothing else is lost."""
    many_pages(path)
    content = bytearray(path.read_bytes())
    for page in range(len(content) - 5 * 4096, len(content), 4096):  # behind those of the schema
        content[page + 100] ^= 1
    path.write_bytes(content)
    opened = Catalogue.open(path, KEY)
    with pytest.raises(CatalogueLost) as caught, opened.guard():
        opened.get("key 199")
    assert "vault_damaged" == caught.value.code
    assert isinstance(caught.value, VaultDamaged)
    assert not path.exists()


def test_damage_says_nothing_on_standard_error(path: Path) -> None:
    """The database engine keeps its log to itself."""
    path.write_bytes(b"\xa5" * 20_000)
    code = "import sys; from pathlib import Path; from healthvault.storage.catalogue import Catalogue; "
    code += f"Catalogue.open(Path({str(path)!r}), {KEY!r}).close()"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    assert (b"", b"") == (done.stdout, done.stderr)


def test_a_refusal_of_the_system(path: Path) -> None:
    """What the system refuses is no damage: the file stays."""
    opened = Catalogue.open(path, KEY)
    put(opened, "a", 1)
    opened.connection.execute("pragma max_page_count = 1")
    with pytest.raises(InvalidRequest) as caught, opened.guard(), opened.change():
        opened.put("b", b"v" * 100_000)
    assert "io_error" == caught.value.code
    assert path.exists()


def test_what_is_wrong_elsewhere_passes_through(catalogue: Catalogue) -> None:
    """The guard translates the database's errors only."""
    with pytest.raises(ZeroDivisionError), catalogue.guard():
        raise ZeroDivisionError


def test_two_may_read_while_one_changes(catalogue: Catalogue, path: Path) -> None:
    """Until the change is done the other sees what was there before."""
    put(catalogue, "a", 1)
    other = Catalogue.open(path, KEY)
    with catalogue.change():
        catalogue.put("a", 2)
        assert 1 == other.get("a")
    assert 2 == other.get("a")
    other.close()


def test_a_change_gives_way(catalogue: Catalogue, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another does not finish changing it, a change says so and does nothing."""
    monkeypatch.setattr(database, "WAIT_SECONDS", 0.05)
    other = Catalogue.open(path, KEY)
    with catalogue.change() as is_ours, other.change() as is_theirs:
        assert (True, False) == (is_ours, is_theirs)
    other.close()


def test_hold_keeps_one_moment(catalogue: Catalogue, path: Path) -> None:
    """Who holds it sees no later change until it is released."""
    with catalogue.change():
        catalogue.move_to(HERE)
        catalogue.put("a", 1)
    other = Catalogue.open(path, KEY)
    assert HERE == other.hold()
    put(catalogue, "a", 2)
    assert 1 == other.get("a")
    other.release()
    assert 2 == other.get("a")
    other.close()


def test_one_in_memory() -> None:
    """It works like one on disk, and cannot be damaged."""
    opened = Catalogue.in_memory()
    put(opened, "a", 1)
    with opened.guard():
        assert 1 == opened.get("a")
    opened.close()


def test_a_file_with_a_second_name_is_not_written(path: Path, tmp_path: Path) -> None:
    """It gets a file of its own: the other name may be somebody else's."""
    (tmp_path / "other").write_bytes(b"precious")
    path.hardlink_to(tmp_path / "other")
    Catalogue.open(path, KEY).close()
    assert b"precious" == (tmp_path / "other").read_bytes()
    assert 1 == path.stat().st_nlink


def test_nothing_temporary_is_readable(path: Path) -> None:
    """Temporary tables are in memory; what is not merged yet lies in an encrypted log, closed to others."""
    opened = Catalogue.open(path, KEY)
    assert (2,) == opened.connection.execute("pragma temp_store").fetchone()
    with opened.change():
        opened.put("confidential", "confidential")
        opened.connection.execute("create temporary table sorted as select * from meta order by value")
    log = path.with_name(path.name + "-wal")
    assert {path, log, path.with_name(path.name + "-shm")} == set(path.parent.iterdir())
    assert {0o600} == {file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    assert log.stat().st_size
    assert b"confidential" not in b"".join(file.read_bytes() for file in path.parent.iterdir())
    opened.close()


def test_two_that_make_the_file_at_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who finds that another process was faster takes that file; any other refusal is reported."""

    def refuse(path: Path) -> None:
        raise InvalidRequest("io_error", "somebody else")

    monkeypatch.setattr(files, "create_file", refuse)
    with pytest.raises(InvalidRequest):
        Catalogue.open(path, KEY)
    answers = [False, True]
    monkeypatch.setattr(os.path, "lexists", lambda _: answers.pop(0))
    Catalogue.open(path, KEY).close()
    assert [] == answers


@pytest.mark.parametrize(
    ("free", "said"), [(0, "No space left on device (disk I/O error)"), (1 << 20, "disk I/O")]
)
def test_a_full_disk_is_called_one(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, free: int, said: str
) -> None:
    """The database itself speaks of an I/O error."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1 << 30, 0, free))
    with pytest.raises(InvalidRequest, match=re.escape(f": {said}")), catalogue.guard():
        raise sqlcipher.OperationalError("disk I/O error")


def test_a_look_from_outside(path: Path) -> None:
    """An audit learns how far a catalogue has come, looks at every page, and changes nothing."""
    assert None is peek(path, KEY)
    many_pages(path)
    opened = Catalogue.open(path, KEY)
    with opened.change():
        opened.move_to(HERE)
    opened.close()
    before = {file: file.read_bytes() for file in path.parent.iterdir()}
    assert HERE == peek(path, KEY)
    with pytest.raises(VaultDamaged):
        peek(path, OTHER_KEY)
    for place in range(0, len(before[path]), 4001):
        content = bytearray(before[path])
        content[place] ^= 1
        path.write_bytes(content)
        with pytest.raises(VaultDamaged):
            peek(path, KEY)
    path.write_bytes(before[path])
    assert before == {file: file.read_bytes() for file in path.parent.iterdir()}
    path.rename(path.with_name("moved"))
    path.symlink_to("moved")
    with pytest.raises(VaultDamaged, match="a link"):
        peek(path, KEY)
