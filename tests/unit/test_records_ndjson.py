# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.ndjson, through the door."""

import io

import pytest

from healthvault.records.describe import describe
from healthvault.records.probe import HEAD_BYTES, WHOLE_BYTES

LINE = b'{"resourceType":"Condition","id":"1"}'


@pytest.mark.parametrize(
    ("data", "name", "kind", "title"),
    [
        (LINE + b"\n" + LINE, "a", "fhir-ndjson", "Condition (2 resources)"),
        (LINE + b"\r\n\r\n" + LINE + b"\r\n", "a", "fhir-ndjson", "Condition (2 resources)"),
        (LINE + b"\r" + LINE, "a", "fhir-ndjson", "Condition (2 resources)"),
        (LINE + b"\n", "a.ndjson", "fhir-ndjson", "Condition (1 resource)"),
        (LINE, "a.NDJSON", "fhir-ndjson", "Condition (1 resource)"),
        (LINE + b"\n", "a.json", "fhir", "Condition"),
        (b'{"a":1}\n{"a":2}\n', "log", "ndjson", "log"),
        (b'{"a" 1}\n{"a":2}\n', "log", "text", "log"),
    ],
)
def test_lines_are_counted(data: bytes, name: str, kind: str, title: str) -> None:
    """The first line tells the type, all lines are counted, and one line needs the name to be told."""
    told = describe(io.BytesIO(data), name=name, size_bytes=len(data))
    assert (kind, title) == (told.kind, told.title)


def test_a_line_may_be_longer_than_the_head() -> None:
    """The name tells, and the first members of the line."""
    data = (LINE[:-1] + b',"data":"' + b"x" * HEAD_BYTES + b'"}\n') * 2
    told = describe(io.BytesIO(data), name="a.ndjson", size_bytes=len(data))
    assert ("fhir-ndjson", "Condition (2 resources)") == (told.kind, told.title)


def test_a_huge_file_is_not_counted() -> None:
    """Above 16 MiB only the lines of the head are counted."""
    data = (LINE + b"\n") * (WHOLE_BYTES // len(LINE))
    told = describe(io.BytesIO(data), name="a.ndjson", size_bytes=len(data))
    assert f"Condition (more than {HEAD_BYTES // (len(LINE) + 1) + 1} resources)" == told.title
