# SPDX-License-Identifier: Apache-2.0
"""Rows of reports as people and simple programs read them: counts and people in a word each. Pure."""

from healthvault.cli.objects import Json, JsonObject

__all__ = ["flat"]


def flat(row: JsonObject) -> JsonObject:
    """Return a row whose lists of objects are lists of words."""
    return {
        name: [_word(one) for one in value] if isinstance(value, list) else value for name, value in row.items()
    }


def _word(one: Json) -> Json:
    """Return `lab 3`, `Dr Lee (verified)` or `verified by Dr Lee`."""
    if not isinstance(one, dict):
        return one
    if "word" in one:
        return f"{one['word']} {one['count']}"
    name = one.get("name") or one.get("id")
    if "state" in one:
        return f"{name} ({one['state']})" if one["state"] else name
    return f"{one['action']} by {name}"
