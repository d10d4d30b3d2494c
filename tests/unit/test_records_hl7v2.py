# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.hl7v2, through the door."""

import io

import pytest

from healthvault.records.describe import describe
from healthvault.records.hl7v2 import is_hl7v2

MSH = r"MSH|^~\&|App|Clinic^1.2^ISO|To|There|20240315103000||{}|1|P|2.5"
OBR = "OBR|1|a|b|24317-0^Blood count^LN|||202403141200"
RXA = "RXA|0|1|20120814||140^Influenza^CVX"


@pytest.mark.parametrize(
    ("segments", "title", "date"),
    [
        (
            [MSH.format("ORU^R01^ORU_R01"), "PID|1", OBR, "OBR|2|||x^Second"],
            "ORU^R01 Results: Blood count",
            "2024-03-14",
        ),
        ([MSH.format("VXU^V04"), RXA], "VXU^V04 Vaccinations: Influenza", "2012-08-14"),
        ([MSH.format("ORM^O01"), "OBR|1|||24317-0"], "ORM^O01 Order: 24317-0", "2024-03-15"),
        ([MSH.format("ZZZ^Z01")], "ZZZ^Z01", "2024-03-15"),
        (
            [r"FHS|^~\&|x", r"BHS|^~\&|x", MSH.format("ADT^A01")],
            "ADT^A01 Admission, discharge or transfer",
            "2024-03-15",
        ),
        ([r"MSH|^~\&|"], "HL7 v2", None),
    ],
)
@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_messages_are_told(segments: list[str], title: str, date: str | None, end: str) -> None:
    """Type, first order or vaccine and its time, whatever ends the lines."""
    data = end.join(["", *segments, ""]).encode()
    told = describe(io.BytesIO(data), name="a", size_bytes=len(data))
    assert ("hl7v2", title, date) == (told.kind, told.title, told.date)
    assert told.source == (None if date is None else "Clinic")


@pytest.mark.parametrize("encode", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_separators_are_those_declared(encode: str) -> None:
    """A message may be framed, use odd separators and any encoding."""
    data = "\vMSH#*~\\#A#Größe*1##\r\x1c\r".encode(encode)
    told = describe(io.BytesIO(data), name="a", size_bytes=len(data))
    assert ("hl7v2", "Größe") == (told.kind, told.source)


@pytest.mark.parametrize("text", ["MSH", "MSHABCDEFG", "MSH|a^b&|", "PID|^~\\&|", "msh|^~\\&|"])
def test_other_texts_are_no_messages(text: str) -> None:
    """A header without separators is a word."""
    assert not is_hl7v2(text)
