# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.bundle.receipt and healthvault.bundle.sidefile."""

import io
from dataclasses import replace

import pytest

from healthvault.agefile.file import decrypt
from healthvault.bundle.receipt import (
    ACTIONS,
    Receipt,
    Statement,
    open_statement,
    parse_receipt,
    parse_statement,
    sign_statement,
)
from healthvault.bundle.sidefile import read_side_file, write_side_file
from healthvault.codec import Fields, pack, pad
from healthvault.tlog.note import sign_note
from tests.owners import NOW_MS, Owner, flip
from tests.readers import Reader
from tests.refusals import code_of
from tests.views import history_view

OWNER, READER = Owner(), Owner("Dr Lee")
SAID = Statement(
    bundle_id=b"\x41" * 16,
    origin=OWNER.origin,
    size=1,
    root=OWNER.root_at(1),
    action="verified",
    time_ms=1_795_219_204_000,
)


def signed(text: str) -> bytes:
    """Return a note by the reader over any text."""
    return sign_note(text, READER.origin, READER.secrets_now.sign)


@pytest.mark.parametrize("action", ACTIONS)
def test_a_statement_comes_back_as_it_was(action: str) -> None:
    """Signed, opened, and read without a key."""
    said = replace(SAID, action=action)
    note = sign_statement(said, READER.origin, READER.secrets_now.sign)
    assert said == open_statement(note, READER.origin, READER.secrets_now.sign.public)
    assert said == parse_statement(note)


def test_the_text_of_a_statement() -> None:
    """Seven lines, as docs/spec/status-and-proof-files.md section 4 has them."""
    lines = SAID.to_text().split("\n")
    assert ["healthvault/v1/receipt", "ifaucqkbifaucqkbifaucqkbie", OWNER.origin, "1"] == lines[:4]
    assert ["verified", "2026-11-21T00:00:04Z", ""] == lines[5:]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("receipt\n", "receipts\n"),
        ("\n1\n", "\n01\n"),
        ("\n1\n", "\n9007199254740992\n"),
        ("verified", "read"),
        ("2026-11-21", "2026-02-30"),
        ("2026-11-21", "1969-12-31"),
        ("04Z", "60Z"),
        ("04Z\n", "04Z\nmore\n"),
        ("ifaucqkbifaucqkbifaucqkbie", "ifaucqkbifaucqkbifaucqkbif"),
    ],
)
def test_another_text_is_refused(old: str, new: str) -> None:
    """One form for each statement."""
    text = SAID.to_text()
    assert old in text
    assert "bad_note" == code_of(lambda: parse_statement(signed(text.replace(old, new, 1))))


def test_a_statement_by_somebody_else_is_refused() -> None:
    """Another key, another name."""
    note = signed(SAID.to_text())
    assert "bad_signature" == code_of(lambda: open_statement(note, READER.origin, OWNER.secrets_now.sign.public))
    assert "bad_signature" == code_of(lambda: open_statement(note, OWNER.origin, READER.secrets_now.sign.public))


def test_a_receipt_comes_back_from_its_file() -> None:
    """Encrypted, padded, decrypted, read."""
    receipt = Receipt(view=history_view(OWNER), statement=signed(SAID.to_text()), card=READER.card())
    written, reader = bytearray(), Reader()
    write_side_file(written.extend, receipt.to_map(), [reader.recipient])
    fields = read_side_file(decrypt(io.BytesIO(bytes(written)), [reader.opener.identity]).reader)
    assert fields is not None
    assert receipt == parse_receipt(fields)
    assert "unsupported" == code_of(lambda: parse_receipt(Fields({**receipt.to_map(), "must": ["new"]}, "file")))


def test_a_container_is_no_side_file() -> None:
    """Its first byte is the m of `manifest`; nothing is none either."""
    assert read_side_file(io.BytesIO(b"manifest" + bytes(504))) is None
    assert read_side_file(io.BytesIO()) is None


def test_a_side_file_has_one_form() -> None:
    """Padding, version, length."""
    whole = pad(pack({"v": 1, "kind": "receipt"}), 4096)
    assert "receipt" == read_side_file(io.BytesIO(whole)).text("kind")
    assert "tampered" == code_of(lambda: read_side_file(io.BytesIO(flip(whole))))
    assert "tampered" == code_of(lambda: read_side_file(io.BytesIO(whole + bytes(4096))))
    later = pad(pack({"v": 2, "kind": "receipt"}), 4096)
    assert "unsupported" == code_of(lambda: read_side_file(io.BytesIO(later)))
    long = pad(pack({"v": 1, "x": bytes(4 << 20)}), 4096)
    assert "limit_exceeded" == code_of(lambda: read_side_file(io.BytesIO(long)))
    assert "limit_exceeded" == code_of(lambda: write_side_file(bytes, {"x": bytes(4 << 20)}, [Reader().recipient]))


def test_the_time_of_a_statement_is_in_whole_seconds() -> None:
    """What is cut off is not signed."""
    assert replace(SAID, time_ms=NOW_MS // 1000 * 1000).to_text() == replace(SAID, time_ms=NOW_MS).to_text()
