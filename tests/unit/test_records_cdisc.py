# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.cdisc, through the door."""

import io
import json

import pytest

from healthvault.records.describe import describe
from healthvault.records.description import Description


def described(data: bytes) -> Description:
    """Describe bytes."""
    return describe(io.BytesIO(data), name="a.xpt", size_bytes=len(data))


def transport(name: str, label: str, changed: str, library: str = "LIBRARY ", name_chars: int = 8) -> bytes:
    """Return the fixed records of a SAS transport file."""
    records = [
        f"HEADER RECORD*******{library}HEADER RECORD!!!!!!!" + "0" * 30,
        "SAS     SAS     SASLIB  9.3",
        "04APR12:22:16:21",
        "HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!",
        "HEADER RECORD*******DSCRPTR HEADER RECORD!!!!!!!",
        f"SAS     {name:{name_chars}}SASDATA 9.3",
        f"{changed:32}{label:40}",
    ]
    return b"".join(f"{record:80}".encode() for record in records)


@pytest.mark.parametrize(
    ("data", "title", "date"),
    [
        (transport("DM", "Demographics", "04APR12:22:16:21"), "DM: Demographics", "2012-04-04"),
        (transport("DM", "", "31DEC99:22:16:21"), "DM", "1999-12-31"),
        (transport("DM", "", "31XXX99:22:16:21"), "DM", None),
        (transport("DM", "", "31DECxx"), "DM", None),
        (transport("LONGDATASETNAME", "L", "01JAN24", "LIBV8   ", 32), "LONGDATASETNAME: L", "2024-01-01"),
        (transport("DM", "", "04APR12:22:16:21")[:100], "a", None),
    ],
)
def test_transport_files(data: bytes, title: str, date: str | None) -> None:
    """Name, label and time of change of the first data set."""
    told = described(data)
    assert ("cdisc", "application/x-sas-xport", title, date) == (told.kind, told.media_type, told.title, told.date)


COMMON = {"originator": "Sponsor"}
DATASET = {"name": "TE", "label": "T"}
VERSION_1_0 = {
    "datasetJSONVersion": "1.0.0",
    "creationDateTime": "2023-08-01T10:34:35",
    "clinicalData": {"itemGroupData": {}},
    "referenceData": {"itemGroupData": {"O": DATASET}},
}
VERSION_1_1 = {"datasetJSONVersion": "1.1.0", "datasetJSONCreationDateTime": "2023-08-01T10:34:35", **DATASET}


@pytest.mark.parametrize("members", [COMMON | VERSION_1_0, COMMON | VERSION_1_1])
def test_dataset_json(members: dict[str, object]) -> None:
    """Both versions tell name, label, date and originator."""
    told = described(json.dumps(members).encode())
    assert ("cdisc", "application/json", "TE: T") == (told.kind, told.media_type, told.title)
    assert ("2023-08-01", "Sponsor") == (told.date, told.source)


def test_dataset_json_without_a_data_set() -> None:
    """What is missing stays unknown."""
    assert "a" == described(b'{"datasetJSONVersion":"1.0.0"}').title
