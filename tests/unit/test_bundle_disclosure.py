# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.bundle.disclosure: the rows of a manifest, one table of docs/spec/bundle.md at a time."""

from collections.abc import Callable

import pytest

from healthvault.bundle.disclosure import (
    FILE_NAME,
    MAX_RECIPIENTS,
    AudienceMember,
    DisclosedDocument,
    DisclosedGrant,
    DisclosedPart,
    Extra,
    Witnessed,
    parse_audience,
    parse_document,
    parse_extra,
    parse_grant_row,
    parse_part,
    parse_witnessed,
)
from healthvault.codec import Fields, Value
from healthvault.errors import FormatError
from tests.owners import Map

PART = DisclosedPart(
    number=511, size_bytes=0, file="a.txt", commit_key=b"c" * 32, claimed_title="", claimed_media_type=""
)
DOCUMENT = DisclosedDocument(seq=3, claimed_status="current", claimed_type="pdf", parts=(PART,), meta=b"m" * 32)
GRANT = DisclosedGrant(seq=4, meta=b"m" * 32, slot=5, since_seq=4, salt=b"s" * 32, path=(b"p" * 32,) * 3)
EXTRA = Extra(file="README.txt", size_bytes=9, sha256=b"h" * 32)
MEMBER = AudienceMember(recipient_pk=b"k" * 32, vault=b"v" * 32, sign_pk=b"s" * 32)


def refused(parse: Callable[[Fields], object], row: Value) -> str:
    """Return the code with which a row is refused."""
    with pytest.raises(FormatError) as caught:
        parse(Fields(row, "row"))
    return caught.value.code


def test_rows_come_back() -> None:
    """Each as it was made, with optional keys and without."""
    plain = DisclosedDocument(seq=3, claimed_status="", claimed_type="", parts=(PART,))
    assert PART == parse_part(Fields(PART.to_value(), "row"))
    assert DOCUMENT == parse_document(Fields(DOCUMENT.to_value(), "row"))
    assert plain == parse_document(Fields(plain.to_value(), "row"))
    assert GRANT == parse_grant_row(Fields(GRANT.to_value(), "row"))
    assert EXTRA == parse_extra(Fields(EXTRA.to_value(), "row"))
    for witnessed in (Witnessed(note=b"note"), Witnessed(note=b"note", tsr=b"token")):
        assert witnessed == parse_witnessed(Fields(witnessed.to_value(), "row"))


def test_audiences_come_back() -> None:
    """One, or as many as may be, or whoever has the code; unknown keys are ignored."""
    many = tuple(AudienceMember(recipient_pk=bytes([place]) * 32) for place in range(MAX_RECIPIENTS))
    for members in ((MEMBER,), many):
        audience: Map = {"recipients": [member.to_value() for member in members], "later": 1}
        assert members == parse_audience(Fields(audience, "audience"))
    assert parse_audience(Fields({"code": True, "recipients": None}, "audience")) is None


@pytest.mark.parametrize(
    "audience",
    [
        {},
        {"recipients": []},
        {"code": False},
        {"code": 1},
        {"code": True, "recipients": [MEMBER.to_value()]},
        {"recipients": [MEMBER.to_value(), MEMBER.to_value()]},
        {"recipients": [{"recipient_pk": bytes([place]) * 32} for place in range(MAX_RECIPIENTS + 1)]},
        {"recipients": [{"vault": b"v" * 32}]},
        {"recipients": [{"recipient_pk": b"k" * 31}]},
        {"recipients": [{"recipient_pk": b"k" * 32, "vault": b"v"}]},
        {"recipients": [{"recipient_pk": b"k" * 32, "sign_pk": "s"}]},
        {"recipients": b"k" * 32},
        [],
        None,
    ],
    ids=lambda value: str(value)[:40],
)
def test_other_audiences_are_refused(audience: Value) -> None:
    """Both, neither, nobody, one key twice, too many, wrong lengths."""
    assert "bad_schema" == refused(parse_audience, audience)


TABLES = [
    (
        parse_part,
        PART.to_value(),
        {"j": 512, "size": True, "commit_key": b"c" * 31, "title": b"", "media_type": 1},
    ),
    (parse_document, DOCUMENT.to_value(), {"seq": "3", "status": None, "type": 1, "parts": []}),
    (
        parse_grant_row,
        GRANT.to_value(),
        {"seq": None, "meta": b"m", "k": True, "since": "", "salt": b"", "path": [b""]},
    ),
    (parse_witnessed, Witnessed(note=b"note").to_value(), {"note": "note"}),
    (parse_extra, EXTRA.to_value(), {"size": None, "sha256": b"h" * 33}),
]


@pytest.mark.parametrize(
    ("parse", "row", "wrong"), TABLES, ids=["part", "document", "grant", "witnessed", "extra"]
)
def test_every_key_counts(parse: Callable[[Fields], object], row: Map, wrong: Map) -> None:
    """Missing, of another type or another length: no row."""
    for key, value in wrong.items():
        assert "bad_schema" == refused(parse, {**row, key: value})
        assert "bad_schema" == refused(parse, {name: item for name, item in row.items() if name != key})


def test_parts_of_a_document() -> None:
    """1 to 512, each once; a given meta has its length."""
    row = DOCUMENT.to_value()
    parts = [{**PART.to_value(), "j": number} for number in range(512)]
    assert 512 == len(parse_document(Fields({**row, "parts": parts}, "row")).parts)
    for other in ([parts[0], parts[0]], [*parts, {**PART.to_value(), "j": 0}], [{}], None):
        assert "bad_schema" == refused(parse_document, {**row, "parts": other})
    assert "bad_schema" == refused(parse_document, {**row, "meta": b"m" * 31})
    assert "bad_schema" == refused(parse_witnessed, {"note": b"", "tsr": "token"})
    assert "bad_schema" == refused(parse_grant_row, {**GRANT.to_value(), "path": [b"p" * 32] * 65})


@pytest.mark.parametrize("name", ["a", "A.b-c_d", "0", "x" * 60, "README.txt", "a..b"])
def test_good_file_names(name: str) -> None:
    """Letters, digits, dot, dash and underline, not at the beginning."""
    assert FILE_NAME.match(name)
    assert name == parse_extra(Fields({**EXTRA.to_value(), "file": name}, "row")).file


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", ".a", "-a", "_a", "a/b", "../x", "/etc/passwd", "a\\b", "a b", "a\0", "a\n", "x" * 61, "é",
     "C:x", "a\u202eb", "CON\u0000"],
)  # fmt: skip
def test_bad_file_names(name: str) -> None:
    """No path, no hidden file, no option, no escape."""
    assert "bad_container" == refused(parse_part, {**PART.to_value(), "file": name})
    assert "bad_container" == refused(parse_extra, {**EXTRA.to_value(), "file": name})


def test_a_name_is_a_text() -> None:
    """Bytes are none."""
    assert "bad_schema" == refused(parse_part, {**PART.to_value(), "file": b"a"})
