# SPDX-License-Identifier: Apache-2.0
"""JSON whose numbers keep their digits."""

import json
from decimal import Decimal

import pytest

from healthvault.records.json_text import json_text


def test_every_digit_stays() -> None:
    """What a float would round or shorten comes out as it went in."""
    text = '{"a":[6.30,1E+2,0.10000000000000000001,12345678901234567890,-0.0],"b":{"c":null,"d":true}}'
    assert text == json_text(json.loads(text, parse_float=Decimal))


def test_texts_are_escaped() -> None:
    """Quotes, line ends and controls do not break the line; other scripts stay readable."""
    value = {'a\n"': "\u2028x\x1b\\ 王"}
    assert value == json.loads(json_text(value))
    assert "\n" not in json_text(value)


def test_a_float_is_refused() -> None:
    """Nobody hands over digits that are lost already."""
    with pytest.raises(TypeError):
        json_text([1.5])
