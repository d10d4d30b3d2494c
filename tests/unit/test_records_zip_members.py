# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.zip_members."""

import io
import warnings
import zipfile

import pytest

from healthvault.errors import InvalidRequest
from tests.media import dicom, pdf, reasons, said, subjects, tallies, words


def packed(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip of members by name, in order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def test_members_by_their_own_kind() -> None:
    """As an IHE XDM folder has them: each at its place, persons numbered through."""
    data = packed(
        ("IHE_XDM/SUBSET01/DOC1.PDF", pdf("Patient: Jane Public\nMRN: 1")),
        ("IHE_XDM/SUBSET01/IMG1", dicom(PatientName="Silva^Ana", Modality="CT")),
        ("README.TXT", b"what this is"),
    )
    statements = said(data, "xdm.zip")
    found = words(statements)
    assert "MRN: 1" == found["IHE_XDM/SUBSET01/DOC1.PDF/page 1 line 2"]
    assert "what this is" == found["README.TXT/line 1"]
    assert ["Jane Public", "Ana Silva"] == [person.names[0].text for person in subjects(statements)]
    assert 3 == tallies(statements)["members"]
    assert [0, 1][-1] == next(item.subject for item in statements if hasattr(item, "subject"))


def test_what_nobody_reads_is_left() -> None:
    """With what it is."""
    assert {"a.bin": "nobody reads what it is: binary"} == reasons(said(packed(("a.bin", b"\x00\x01")), "1.zip"))


@pytest.mark.parametrize("name", ["../a.txt", "/a.txt", "x/../../a.txt", "C:/a.txt", "..\\a.txt"])
def test_names_that_lead_out(name: str) -> None:
    """Such a member is left, the others are read."""
    statements = said(packed((name, b"bad"), ("good.txt", b"good")), "1.zip")
    assert ["its name leads out of the archive"] == list(reasons(statements).values())
    assert {"good.txt/line 1": "good"} == words(statements)


def test_a_second_member_of_a_name() -> None:
    """The first one counts, the other is named."""
    statements = said(packed(("a.txt", b"first"), ("a.txt", b"second")), "1.zip")
    assert ({"a.txt/line 1": "first"}, 1) == (words(statements), len(reasons(statements)))


def test_other_packing() -> None:
    """What may ask for much memory is left."""
    statements = said(packed(("a.txt", b"text"), method=zipfile.ZIP_LZMA), "1.zip")
    assert {"a.txt": "packed in a way that is not read"} == reasons(statements)


def test_encrypted_members() -> None:
    """They are left."""
    data = bytearray(packed(("a.txt", b"text")))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert {"a.txt": "encrypted"} == reasons(said(bytes(data), "1.zip"))


def test_a_bomb() -> None:
    """What is packed a thousandfold is not unpacked."""
    statements = said(packed(("a.txt", bytes(20 << 20))), "1.zip")
    assert {"a.txt": "packed too tight to be a record"} == reasons(statements)


def test_a_bomb_of_bombs() -> None:
    """Zips in zips end at a depth, and all of them together at a size."""
    inner = packed(("a.txt", b"deep"))
    for _ in range(6):
        inner = packed(("a.zip", inner), ("b.zip", inner))
    statements = said(inner, "42.zip")
    assert {"too_large: packed too deep"} == set(reasons(statements).values())
    assert len(reasons(statements)) <= 2**5


def test_more_than_is_unpacked_in_all() -> None:
    """Members that are fine one by one are too much together."""
    noise = bytes(range(256)) * (1 << 12)
    big = b"".join(noise[number:] + noise[:number] for number in range(50))
    statements = said(packed(*((f"{number}.bin", big) for number in range(6)), method=zipfile.ZIP_STORED), "1.zip")
    assert "more in all than is unpacked" in reasons(statements).values()


def test_a_member_that_lies_about_its_size() -> None:
    """It is damaged, the others are read."""
    data = bytearray(packed(("a.txt", b"a" * 100), ("b.txt", b"good")))
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = (50).to_bytes(4, "little")
    statements = said(bytes(data), "1.zip")
    assert ({"a.txt": "it is damaged"}, {"b.txt/line 1": "good"}) == (reasons(statements), words(statements))


@pytest.mark.parametrize("keep", [4, 40, 90])
def test_cut_zips(keep: int) -> None:
    """Without its list of members it is no zip."""
    with pytest.raises(InvalidRequest) as caught:
        said(packed(("a.txt", b"text"))[:keep], "1.zip")
    assert "reader_failed" == caught.value.code


def test_a_member_that_its_reader_cannot_read() -> None:
    """It costs itself."""
    statements = said(packed(("a.pdf", b"%PDF-1.4 nothing"), ("b.txt", b"good")), "1.zip")
    assert ["a.pdf"] == list(reasons(statements))
    assert {"b.txt/line 1": "good"} == words(statements)
