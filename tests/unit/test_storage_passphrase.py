# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.storage.passphrase and healthvault.storage.keyfile."""

import pytest

from healthvault.errors import InvalidRequest, WrongKey
from healthvault.storage.keyfile import MAX_KEY_FILE_BYTES, new_key_file_text, parse_key_file
from healthvault.storage.passphrase import new_passphrase, typed_passphrase


def test_one_normal_form() -> None:
    """A letter with its accent apart is the same passphrase as the composed letter."""
    assert (
        "Zo\u00eb \u1e69".encode()
        == new_passphrase("Zoe\u0308 s\u0307\u0323")
        == typed_passphrase("Zo\u00eb \u1e69")
    )


def test_nothing_else_is_changed() -> None:
    """Case, spaces, signs and compatibility letters are part of the passphrase."""
    text = " A b\t\u2460\ufb01\U0001f600 "
    assert text.encode() == new_passphrase(text) == typed_passphrase(text)


@pytest.mark.parametrize("text", ["a\u0378b", "a\uffff", "\U000e0fff", "a\ud800b", ""])
def test_unstable_passphrases_are_not_set(text: str) -> None:
    """Unassigned code points, halves of surrogates and nothing at all are refused, without showing them."""
    with pytest.raises(InvalidRequest) as caught:
        new_passphrase(text)
    assert "bad_passphrase" == caught.value.code
    assert caught.value.message.isascii()


def test_what_is_typed() -> None:
    """An unassigned code point may be typed (a newer system set it); what is no text opens nothing."""
    assert "a\u0378b".encode() == typed_passphrase("a\u0378b")
    with pytest.raises(WrongKey) as caught:
        typed_passphrase("a\ud800b")
    assert "wrong_passphrase" == caught.value.code


def test_a_new_key_file() -> None:
    """Its text is read back to 32 bytes, others each time."""
    first, second = new_key_file_text(), new_key_file_text()
    assert first != second
    assert 32 == len(parse_key_file(first.encode()))
    assert parse_key_file(first.encode()) != parse_key_file(second.encode())


KNOWN = "HEALTHVAULT-KEY-1AAAQEAYEAUDAOCAJBIFQYDIOB4IBCEQTCQKRMFYYDENBWHA5DYPQ"


def test_a_known_key_file() -> None:
    """The form is fixed: prefix, then base32 in capitals without padding."""
    assert bytes(range(32)) == parse_key_file(KNOWN.encode())


@pytest.mark.parametrize("form", ["{}", "{}\r\n", "\n# comment\n\n  {}  \n#end", "# caf\u00e9\n{}\n"])
def test_forms_that_are_read(form: str) -> None:
    """Comments, empty lines, other line ends and spaces around do not matter."""
    assert bytes(range(32)) == parse_key_file(form.format(KNOWN).encode())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"# only a comment\n",
        KNOWN[:-1].encode(),
        (KNOWN + "A").encode(),
        KNOWN.lower().encode(),
        KNOWN[:-1].encode() + b"R",  # spare bits that are not zero
        KNOWN.replace("KEY-1", "KEY-2").encode(),
        KNOWN[len("HEALTHVAULT-KEY-1") :].encode(),
        (KNOWN + "\n" + KNOWN).encode(),
        KNOWN.encode("utf-16"),
        bytes(range(256)),
        bytes(32),
        b"#" * MAX_KEY_FILE_BYTES + b"\n" + KNOWN.encode(),
        b"HEALTHVAULT-KEY-1",
        b"AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX",
    ],
)
def test_what_is_no_key_file(data: bytes) -> None:
    """Anything else is `wrong_key`, and the message does not show the content."""
    with pytest.raises(WrongKey) as caught:
        parse_key_file(data)
    assert "wrong_key" == caught.value.code
    assert "this is not a key file" == caught.value.message
