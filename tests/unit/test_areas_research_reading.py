# SPDX-License-Identifier: Apache-2.0
"""The researcher's side: what is no export for her is refused by name, and only verified records are written."""

import json
from pathlib import Path

import pytest
from studies import FERRITIN, codes, exported, study
from study_vaults import BUNDLE, export, holding, terms, wish

from healthvault.agefile.file import encrypt
from healthvault.agefile.recipients import X25519Recipient
from healthvault.areas.research_reading import Given, read_files, refused, write_records
from healthvault.areas.research_studies import withdraw
from healthvault.crypto.agreement import x25519_public
from healthvault.errors import InvalidRequest
from healthvault.storage.inputs import InputFile
from tests.vaults import NOW_MS, Sample, kim, pair


def for_reader(reader: Sample, plain: bytes, path: Path) -> Path:
    """Encrypt a plaintext to somebody, as anybody can."""
    with reader.open() as vault:
        public = x25519_public(vault.keys.identity.recipients[-1][1])
    data: list[bytes] = []
    stream = encrypt(data.append, [X25519Recipient(public=public)])
    stream.write(plain)
    stream.finish()
    path.write_bytes(b"".join(data))
    return path


def file(path: Path) -> InputFile:
    """Return a file as it is named on the command line."""
    return InputFile(name=path.name, path=path)


def told(reader: Sample, path: Path, *notices: Path, earlier: tuple[Path, ...] = ()) -> list[str]:
    """Return the codes of all problems."""
    given = Given(export=file(path), notices=tuple(map(file, notices)), earlier=tuple(map(file, earlier)))
    with reader.open() as vault:
        return codes(read_files(vault, given, now_ms=NOW_MS))


def test_from_one_vault_to_the_other(tmp_path: Path) -> None:
    """Read, refused once it is withdrawn, and not readable for anybody else."""
    patient, doctor = pair(tmp_path)
    with patient.open(writing=True) as vault:
        ids = holding(vault, json.dumps(BUNDLE).encode())
        export(vault, wish(terms(*ids)), tmp_path / "1.hvx")
        notice = tmp_path / "notice"
        notice.write_bytes(withdraw(vault, "NCT1", now_ms=NOW_MS).notice)
    assert [] == told(doctor, tmp_path / "1.hvx")
    assert ["study_withdrawn"] == told(doctor, tmp_path / "1.hvx", notice)
    assert ["no_key"] == told(kim(tmp_path), tmp_path / "1.hvx")
    assert ["no_key"] == told(patient, tmp_path / "1.hvx")


def test_what_is_no_export(tmp_path: Path) -> None:
    """A notice, another file, an age file with something else, and what is too long."""
    _, doctor = pair(tmp_path)
    paths = {"note": b"healthvault/v1/research-withdrawal\nx\n", "text": b"hello", "empty": b""}
    for name, data in paths.items():
        (tmp_path / name).write_bytes(data)
    assert ["not_research"] == told(doctor, tmp_path / "note")
    assert ["not_a_bundle"] == told(doctor, tmp_path / "text") == told(doctor, tmp_path / "empty")
    assert ["not_research"] == told(doctor, for_reader(doctor, b"manifest" * 99, tmp_path / "other"))
    with (tmp_path / "long").open("wb") as long:
        long.truncate((1 << 24) + (2 << 20))
    assert ["limit_exceeded"] == told(doctor, tmp_path / "long")
    endless = for_reader(doctor, exported(study(), FERRITIN)[1] + bytes(1 << 24), tmp_path / "endless")
    assert ["limit_exceeded"] == told(doctor, endless)


def test_every_byte_of_the_file_counts(tmp_path: Path) -> None:
    """Of the header each one, of the rest a few hundred: changed, the file is refused by name."""
    _, doctor = pair(tmp_path)
    path = for_reader(doctor, exported(study(), FERRITIN)[1], tmp_path / "file")
    data = bytearray(path.read_bytes())
    header = data.index(b"\n---") + 60
    with doctor.open() as vault:
        for place in [*range(header), *range(header, len(data), 211), len(data) - 1]:
            data[place] ^= 1
            given = Given(export=InputFile(name="file", data=bytes(data)))
            reading = read_files(vault, given, now_ms=NOW_MS)
            assert reading.export is None, place
            assert reading.problems, place
            data[place] ^= 1
        for size in range(0, len(data), 997):
            given = Given(export=InputFile(name="file", data=bytes(data[:size])))
            assert read_files(vault, given, now_ms=NOW_MS).export is None


def test_records_are_lines_of_json(tmp_path: Path) -> None:
    """And what the study is stands beside them; nothing is written over."""
    _, doctor = pair(tmp_path)
    path = for_reader(doctor, exported(study(), FERRITIN)[1], tmp_path / "file")
    with doctor.open() as vault:
        reading = read_files(vault, Given(export=file(path)), now_ms=NOW_MS)
    assert reading.export is not None
    assert [] == refused(reading, ())
    records, about = write_records(reading.export, tmp_path / "out")
    (line,) = records.read_text().splitlines()
    assert ("Observation", "12.35") == (json.loads(line)["record"], json.loads(line)["value"])
    said = json.loads(about.read_text())
    assert ("NCT1", "pseudonymised, not anonymous") == (said["study"], said["privacy"])
    with pytest.raises(InvalidRequest, match="there already"):
        write_records(reading.export, tmp_path / "out")
