# SPDX-License-Identifier: Apache-2.0
"""JSON as text with decimals digit by digit: `6.30` stays `6.30`, which the standard library's writer cannot do.

Source: RFC 8259; hl7.org/fhir/R4/datatypes.html#decimal, "the precision of the decimal value has significance".
"""

import json
from decimal import Decimal

__all__ = ["json_text"]


def json_text(value: object) -> str:
    """Return one line of JSON.

    Args:
        value: None, bool, int, str, `Decimal` (finite), and lists and dicts of them.

    Raises:
        TypeError: Anything else.
    """
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{json_text(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(json_text, value)) + "]"
    if isinstance(value, Decimal):
        return str(value)
    if value is None or isinstance(value, bool | int | str):
        return json.dumps(value, ensure_ascii=False)
    raise TypeError(type(value).__name__)
