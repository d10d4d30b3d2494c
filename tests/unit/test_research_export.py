# SPDX-License-Identifier: Apache-2.0
"""An export has one form; whatever is changed in it is found, and its length tells next to nothing."""

from collections.abc import Callable

import pytest
from studies import DIABETES, FERRITIN, TERMS, exported, ferritin, study, told

from healthvault.codec import LARGE_ITEMS, Value, pack, unpack, unpad
from healthvault.errors import FormatError, HealthVaultError, InvalidRequest
from healthvault.research import export as export_module
from healthvault.research.export import FIRST_LINE, LEAST_PLAIN_BYTES, parse_export, plaintext, sign_export

_, PLAIN = exported(study(), FERRITIN, DIABETES)
CORE_BYTES = len(unpad(PLAIN, len(PLAIN)))


def changed(change: Callable[[dict[str, Value]], object], *, manifest: bool = False) -> bytes:
    """Return the export with its map, or its manifest, changed and put together again."""
    whole = unpack(unpad(PLAIN, len(PLAIN)).removeprefix(FIRST_LINE), max_items=LARGE_ITEMS)
    assert isinstance(whole, dict)
    if manifest:
        inner = unpack(whole["manifest"])  # type: ignore[arg-type]
        assert isinstance(inner, dict)
        change(inner)
        whole["manifest"] = pack(inner)
    else:
        change(whole)
    return plaintext(pack(whole))


def test_every_byte_counts() -> None:
    """Of the text and map each one, with two bits; of the padding every sixteenth byte."""
    places = [*range(CORE_BYTES + 40), *range(CORE_BYTES + 40, len(PLAIN), 16), len(PLAIN) - 1]
    data = bytearray(PLAIN)
    for place in places:
        data[place] ^= 0x41
        reading = told(bytes(data))
        assert reading.export is None, place
        assert reading.problems, place
        data[place] ^= 0x41
    assert told(bytes(data)).export is not None


def test_every_length_but_its_own_is_refused() -> None:
    """Cut anywhere, or with something behind."""
    for size in [*range(0, CORE_BYTES + 10, 3), len(PLAIN) - 1, len(PLAIN) // 2]:
        assert told(PLAIN[:size]).export is None
    assert told(PLAIN + b"\0").export is None
    assert told(PLAIN + bytes(len(PLAIN))).export is None


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("v", 2, "unsupported"),
        ("must", ["newer"], "unsupported"),
        ("records", [], "bad_schema"),
        ("records", [[b"", b""], [b"", b""]], "bad_schema"),
        ("sig", b"", "bad_schema"),
        ("manifest", b"", "bad_encoding"),
    ],
)
def test_the_outer_map(key: str, value: Value, code: str) -> None:
    """Is read strictly."""
    with pytest.raises(HealthVaultError) as refused:
        parse_export(changed(lambda found: found.update({key: value})))
    assert code == refused.value.code


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("v", 2, "unsupported"),
        ("must", ["newer"], "unsupported"),
        ("study", "a b", "bad_schema"),
        ("key", b"\0", "bad_schema"),
        ("note", b"x" * 70_000, "bad_schema"),
        ("slice", {}, "bad_schema"),
        ("until", "tomorrow", "bad_schema"),
        ("until", "2027-02-30", "bad_schema"),
        ("duo", [["DUO:0000001", None]], "unsupported"),
        ("duo", [["GRU", None]], "unsupported"),
        ("duo", [["DUO:0000042", "x"]], "unsupported"),
        ("duo", [["DUO:0000042"]], "bad_schema"),
        ("duo", [["DUO:0000042", None]] * 25, "bad_schema"),
        ("fields", ["code", "code"], "bad_schema"),
        ("digits", 100, "bad_schema"),
    ],
)
def test_the_manifest(key: str, value: Value, code: str) -> None:
    """Likewise; a term of use that is not known is never passed over."""
    with pytest.raises(HealthVaultError) as refused:
        parse_export(changed(lambda found: found.update({key: value}), manifest=True))
    assert code == refused.value.code


def test_a_field_that_a_newer_version_has() -> None:
    """Is told as it is, after those that are known."""
    found = parse_export(
        changed(lambda inner: inner.update({"fields": ["zodiac", "date", "code"]}), manifest=True)
    )
    assert ("code", "date", "zodiac") == found.manifest.fields


def test_the_length_tells_a_power_of_two() -> None:
    """Two records and two hundred have the same, and it is not below 64 KiB."""
    _, more = exported(study(), *[ferritin(f"20{year:02d}-03-01") for year in range(10, 90)])
    assert LEAST_PLAIN_BYTES == len(PLAIN) == len(more)
    assert 1 << 17 == len(plaintext(bytes(1 << 16)))


def test_padding_has_one_form() -> None:
    """A longer one is refused, though it would unpad."""
    with pytest.raises(FormatError) as refused:
        parse_export(PLAIN + bytes(len(PLAIN)))
    assert "tampered" == refused.value.code


def test_what_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Is neither written nor read."""
    with pytest.raises(InvalidRequest, match="longer than"):
        plaintext(bytes(export_module.MAX_PLAIN_BYTES))
    monkeypatch.setattr(export_module, "MAX_PLAIN_BYTES", 1 << 15)
    with pytest.raises(FormatError, match="too long"):
        parse_export(PLAIN)


def test_other_files_are_no_exports() -> None:
    """By their first line."""
    with pytest.raises(FormatError) as refused:
        parse_export(b"manifest")
    assert "not_research" == refused.value.code


def test_what_no_reader_takes_is_not_written() -> None:
    """The writer reads what it made."""
    found = parse_export(PLAIN)
    with pytest.raises(FormatError):
        sign_export(found.manifest, found.records[:1], study().keys.sign)
    assert TERMS == found.manifest.terms
