# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.agefile.header."""

import io

import pytest

from healthvault.agefile.header import (
    MAX_HEADER_BYTES,
    MAX_STANZAS,
    Stanza,
    check_mac,
    decode_base64,
    encode_base64,
    format_header,
    mac_input,
    parse_header,
)
from healthvault.errors import FormatError, IntegrityError

FILE_KEY = b"YELLOW SUBMARINE"
MAC_LINE = b"--- " + encode_base64(bytes(32)).encode() + b"\n"
VERSION = b"age-encryption.org/v1\n"
STANZA = Stanza(kind="example.com/enigma", args=("a", "~!"), body=b"body")
STANZA_TEXT = b"-> example.com/enigma a ~!\nYm9keQ\n"


def refused(data: bytes) -> str:
    """Return the code with which a header is refused."""
    with pytest.raises(FormatError) as caught:
        parse_header(io.BytesIO(data))
    return caught.value.code


def stanza_lines(*lines: bytes) -> bytes:
    """Return a header with these lines between version and MAC."""
    return VERSION + b"".join(line + b"\n" for line in lines) + MAC_LINE


@pytest.mark.parametrize("size", [0, 1, 32, 47, 48, 49, 96, 100])
def test_a_header_reads_back(size: int) -> None:
    """Bodies around the 48 bytes of a full line, which an empty or shorter line must follow."""
    stanzas = (STANZA, Stanza(kind="X", args=(), body=b"x" * size))
    header = parse_header(io.BytesIO(format_header(stanzas, FILE_KEY)))
    assert stanzas == header.stanzas
    assert mac_input(stanzas) == header.mac_input
    check_mac(header, FILE_KEY)


def test_the_bytes_are_those_of_the_specification() -> None:
    """Version, arguments, body, mark: each on its line."""
    assert VERSION + STANZA_TEXT + b"---" == mac_input([STANZA])


def test_the_payload_is_left_in_the_source() -> None:
    """Reading stops behind the newline of the MAC."""
    source = io.BytesIO(format_header([STANZA], FILE_KEY) + b"payload")
    parse_header(source)
    assert b"payload" == source.read()


def test_a_wrong_mac_is_tampering() -> None:
    """Another file key did not write this header."""
    header = parse_header(io.BytesIO(format_header([STANZA], FILE_KEY)))
    with pytest.raises(IntegrityError) as caught:
        check_mac(header, b"yellow submarine")
    assert "tampered" == caught.value.code


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"a",
        VERSION[:-1],
        b"age-encryption.org/v2\n",
        VERSION.replace(b"\n", b"\r\n"),
        b"PK\x03\x04" + bytes(99),
    ],
)
def test_what_does_not_start_as_age_v1_is_no_bundle(data: bytes) -> None:
    """Empty, another version, CRLF, a zip."""
    assert "not_a_bundle" == refused(data)


@pytest.mark.parametrize(
    "data",
    [
        VERSION + MAC_LINE,  # no stanza
        stanza_lines(b""),
        stanza_lines(b"->"),
        stanza_lines(b"-> ", b""),
        stanza_lines(b"->X", b""),
        stanza_lines(b"-> X ", b""),
        stanza_lines(b"-> X  Y", b""),
        stanza_lines(b" -> X", b""),
        stanza_lines(b"-> X\r", b""),
        stanza_lines(b"-> X\ty", b""),
        stanza_lines(b"-> \xc3\xa9", b""),
        stanza_lines(b"-> X \x7f", b""),
        stanza_lines(b"-> X"),  # the MAC is no body
        stanza_lines(b"-> X", b"A" * 64),  # a full line is not the last
        stanza_lines(b"-> X", b"A" * 65),
        stanza_lines(b"-> X", b"A" * 68, b""),
        stanza_lines(b"-> X", b"QQ=="),
        stanza_lines(b"-> X", b"QR"),  # bits left over are set
        stanza_lines(b"-> X", b"Q"),
        stanza_lines(b"-> X", b"Q Q"),
        stanza_lines(b"-> X", b"Q-_Q"),
        stanza_lines(b"-> X", b"QQ\xe9"),
        stanza_lines(b"-> X", b"QQ", b"QQ"),
        VERSION + STANZA_TEXT + MAC_LINE.replace(b"--- ", b"---"),
        VERSION + STANZA_TEXT + MAC_LINE.replace(b"--- ", b"---  "),
        VERSION + STANZA_TEXT + b"--- \n",
        VERSION + STANZA_TEXT + b"--- AAAA\n",
        VERSION + STANZA_TEXT + MAC_LINE[:-2] + b"B\n",  # bits left over are set
        VERSION + STANZA_TEXT + MAC_LINE[:-1] + b"=\n",
        VERSION + STANZA_TEXT + MAC_LINE[:-1] + b"\r\n",
    ],
)
def test_another_grammar_is_malformed(data: bytes) -> None:
    """One reading of each header, and one header for each reading."""
    assert "malformed" == refused(data)


def test_a_header_that_ends_is_truncated() -> None:
    """At every byte behind the version line."""
    whole = VERSION + STANZA_TEXT + MAC_LINE
    codes = {refused(whole[:size]) for size in range(len(VERSION), len(whole))}
    assert {"truncated"} == codes


def test_the_number_of_stanzas_is_bounded() -> None:
    """64 are read; of 65 the last one is not."""
    assert MAX_STANZAS == len(parse_header(io.BytesIO(VERSION + STANZA_TEXT * MAX_STANZAS + MAC_LINE)).stanzas)
    assert "limit_exceeded" == refused(VERSION + STANZA_TEXT * (MAX_STANZAS + 1) + MAC_LINE)


def test_more_recipients_than_a_reader_takes_are_not_written() -> None:
    """The writer has the reader's limit."""
    format_header([STANZA] * MAX_STANZAS, FILE_KEY)
    with pytest.raises(FormatError) as caught:
        format_header([STANZA] * (MAX_STANZAS + 1), FILE_KEY)
    assert "limit_exceeded" == caught.value.code


def test_the_size_of_a_header_is_bounded() -> None:
    """64 KiB to the newline of the MAC are read, one byte more is not, and no line needs an end."""
    around = VERSION + b"-> X \n\n" + MAC_LINE
    fitting = around.replace(b"X ", b"X " + b"a" * (MAX_HEADER_BYTES - len(around)))
    assert MAX_HEADER_BYTES == len(fitting)
    parse_header(io.BytesIO(fitting))
    assert "limit_exceeded" == refused(fitting.replace(b"X ", b"X a"))
    source = io.BytesIO(VERSION + b"-> " + b"a" * 10**6)
    with pytest.raises(FormatError) as caught:
        parse_header(source)
    assert "limit_exceeded" == caught.value.code
    assert MAX_HEADER_BYTES == source.tell()


def test_base64_of_another_length_is_malformed() -> None:
    """A size that is asked for is checked."""
    assert b"\0" * 3 == decode_base64(b"AAAA", 3)
    with pytest.raises(FormatError) as caught:
        decode_base64(b"AAAA", 4)
    assert "malformed" == caught.value.code
