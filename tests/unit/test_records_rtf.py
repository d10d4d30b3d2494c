# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.rtf."""

import pytest

from healthvault.errors import InvalidRequest
from tests.media import said, words


def test_lines() -> None:
    """The words without their marks, in the alphabet that the document says."""
    data = rb"{\rtf1\ansi\ansicpg1252{\fonttbl\f0 Arial;}\f0 Bl\'e4ttchen \b ja\b0\par second\par}"
    assert {"line 1": "Blättchen ja", "line 2": "second"} == words(said(data, "1.rtf"))


@pytest.mark.parametrize(
    "data", [b"{\\rtf1", b"{\\rtf1 \\'zz a}", b"{\\rtf1 \\u99999999999 a}", b"{\\rtf1" + b"{" * 5000]
)
def test_broken_documents(data: bytes) -> None:
    """Brackets that do not close, controls that are none: words, or an error of ours."""
    try:
        said(data, "1.rtf")
    except InvalidRequest as err:
        assert "reader_failed" == err.code  # noqa: PT017


def test_characters_beyond_the_first_plane() -> None:
    """They come in two halves, and a half alone is replaced: every text can be written as UTF-8."""
    (whole, half) = words(said(rb"{\rtf1 a\u-10179?\u-8704?\par b\u-10179?\par}", "1.rtf")).values()
    assert ("a\U0001f600", "b\ufffd") == (whole, half)


def test_too_large() -> None:
    """More than is read as a whole."""
    with pytest.raises(InvalidRequest) as caught:
        said(b"{\\rtf1 " + bytes(16 << 20), "1.rtf")
    assert "too_large" == caught.value.code
