# SPDX-License-Identifier: Apache-2.0
"""JSON of forms that anybody may have written: an object without repeated names, its members of the right kind.

Numbers stay texts. Raises ValueError everywhere: who asks says what the bytes were meant to be. Pure.
"""

import json
from collections.abc import Mapping
from typing import cast

from healthvault.records.json_walk import Json, is_bounded, members_once

__all__ = ["loaded", "member_text", "objects_in", "optional_text"]

MAX_TEXT_CHARS = 500


def loaded(data: bytes, *, most_bytes: int) -> dict[str, Json]:
    """Return the object in some bytes (*unverified*). Raises ValueError."""
    if len(data) > most_bytes:
        raise ValueError("it is too large")
    text = data.decode("utf-8-sig")
    if not is_bounded(text):
        raise ValueError("it holds too many values")
    try:
        value = json.loads(text, object_pairs_hook=members_once, parse_float=str, parse_constant=_no_number)
    except RecursionError as err:
        raise ValueError("it is nested too deep") from err
    if not isinstance(value, dict):
        raise ValueError("it is no object")  # noqa: TRY004  a fault of the text like any other
    return cast("dict[str, Json]", value)


def objects_in(whole: Mapping[str, Json], name: str) -> list[dict[str, Json]]:
    """Return the objects of an array member. Raises ValueError."""
    found = whole.get(name)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise ValueError(f"its {name} is no list of objects")
    return cast("list[dict[str, Json]]", found)


def member_text(whole: Mapping[str, Json], name: str) -> str:
    """Return a text that has to be there. Raises ValueError."""
    found = optional_text(whole, name)
    if not found:
        raise ValueError(f"its {name} is missing")
    return found


def optional_text(whole: Mapping[str, Json], name: str) -> str | None:
    """Return a text, or None where it is null, empty or not there. Raises ValueError."""
    found = whole.get(name)
    if found is not None and not isinstance(found, str):
        raise ValueError(f"its {name} is no text")
    text = (found or "").strip()
    if len(text) > MAX_TEXT_CHARS or not text.isprintable():
        raise ValueError(f"its {name} is too long or not one line")
    return text or None


def _no_number(text: str) -> Json:
    raise ValueError(f"{text} is no number")
