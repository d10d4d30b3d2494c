# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.bundle.armour; the text form of a card is tested in test_bundle_card."""

import pytest

from healthvault.bundle.armour import armour, begin_line, dearmour


@pytest.mark.parametrize("size", [0, 1, 47, 48, 49, 96, 1000])
def test_there_and_back(size: int) -> None:
    """Bytes of any length, also with CRLF and blank lines around."""
    raw = bytes(range(256)) * 4
    text = armour(raw[:size], "CARD")
    assert text.startswith(begin_line("CARD") + "\n")
    assert raw[:size] == dearmour(text.encode(), "CARD")
    assert raw[:size] == dearmour(("\r\n \n" + text).replace("\n", "\r\n").encode(), "CARD")


def test_another_thing() -> None:
    """The marker lines say what it is: one is never taken for another."""
    assert dearmour(armour(b"x", "CARD").encode(), "ERASURE CERTIFICATE") is None
