# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.agefile.armour."""

import base64

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from healthvault.agefile.armour import armoured, dearmoured
from healthvault.agefile.file import encrypt
from healthvault.agefile.recipients import ScryptRecipient
from healthvault.errors import FormatError

RAW = bytes(range(200))


@given(st.binary(max_size=300))
def test_text_gives_the_bytes_back(raw: bytes) -> None:
    """Alone, in the middle of a page, with other line ends or none."""
    text = armoured(raw)
    assert raw == dearmoured(text)
    assert raw == dearmoured(f"<pre>{text}</pre>")
    assert raw == dearmoured(text.replace("\n", "\r\n"))
    assert raw == dearmoured(text.replace("\n", ""))


def test_other_programs_read_it() -> None:
    """What is written is age's own armour."""
    sealed = bytearray()
    stream = encrypt(sealed.extend, [ScryptRecipient(passphrase=b"word", log_n=10)])
    stream.write(b"hello")
    stream.finish()
    assert b"hello" == pyrage.passphrase.decrypt(armoured(bytes(sealed)).encode(), "word")


def test_no_armour_is_none() -> None:
    """A page without encrypted text is no fault."""
    assert None is dearmoured("nothing of that kind")


@pytest.mark.parametrize(
    "text",
    [
        armoured(RAW) * 2,
        armoured(RAW).split("-----END")[0],
        armoured(RAW).replace("AAECA", "AA*CA"),
        armoured(b"x").replace("eA==", "eB=="),
        armoured(RAW).replace(base64.b64encode(RAW).decode()[:3], "", 1),
    ],
)
def test_damaged_text_is_refused(text: str) -> None:
    """Two of them, no end, letters that are not base64, another form of the same bytes, a letter too few."""
    with pytest.raises(FormatError) as caught:
        dearmoured(text)
    assert "malformed" == caught.value.code
