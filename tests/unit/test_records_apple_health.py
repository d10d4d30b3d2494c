# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.apple_health, through the door."""

import io
import zipfile

import pytest

from healthvault.records.describe import describe
from healthvault.records.description import Description

EXPORT = """<?xml version="1.0"?><!DOCTYPE HealthData [<!ELEMENT HealthData (ExportDate)>
<!ATTLIST HealthData locale CDATA #REQUIRED>]><HealthData locale="en_GB">
<ExportDate value="2016-04-15 07:27:26 +0100"/><Record/></HealthData>"""


def described(data: bytes) -> Description:
    """Describe bytes."""
    return describe(io.BytesIO(data), name="export.zip", size_bytes=len(data))


def zipped(members: dict[str, str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip of members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["export.xml", "Exportación.xml"])
def test_an_export_is_dated(name: str) -> None:
    """The date is the same in the XML and in a zip of it, whatever the member's name in the phone's language."""
    folder = "apple_health_export/"
    data = zipped({f"{folder}export_cda.xml": "<a/>", f"{folder}routes/r.xml": "<a/>", folder + name: EXPORT})
    for told, media_type in (
        (described(data), "application/zip"),
        (described(EXPORT.encode()), "application/xml"),
    ):
        assert ("apple-health", media_type, "Apple Health export") == (told.kind, told.media_type, told.title)
        assert ("2016-04-15", "Apple Health") == (told.date, told.source)


def test_other_zips_are_only_zips() -> None:
    """A zip without the folder of an export is not opened."""
    for data in (zipped({"a.txt": "x"}), zipped({})):
        assert ("zip", "export") == (described(data).kind, described(data).title)


def test_a_damaged_export_is_still_one() -> None:
    """A cut, encrypted or oddly packed zip loses its date and nothing else."""
    whole = zipped({"apple_health_export/export.xml": EXPORT})
    encrypted = whole.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00")
    odd = zipped({"apple_health_export/export.xml": EXPORT}, zipfile.ZIP_BZIP2)
    broken = whole[:60] + b"\xff" * 40 + whole[100:]
    without = zipped({"apple_health_export/": ""})
    assert encrypted != whole
    for data in (whole[:-30], encrypted, odd, broken, without):
        assert ("apple-health", None) == (described(data).kind, described(data).date)


def test_a_bomb_is_not_inflated() -> None:
    """A member of 100 MiB of spaces costs no more than its first 64 KiB."""
    data = zipped({"apple_health_export/export.xml": "<HealthData>" + " " * 100_000_000})
    assert ("apple-health", None) == (described(data).kind, described(data).date)


def test_a_giant_list_of_members_is_not_read() -> None:
    """Above 2 MiB the list of members is left alone."""
    names = {f"apple_health_export/{place:0200}": "" for place in range(9000)}
    told = described(zipped({"apple_health_export/export.xml": EXPORT, **names}))
    assert ("apple-health", None) == (told.kind, told.date)
