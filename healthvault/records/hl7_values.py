# SPDX-License-Identifier: Apache-2.0
"""The data types of HL7 v2: escapes, codes, names, ids, times, numbers and ranges, as values of statements.

Nothing is guessed: a code system that is not named stays empty, and a range is one only where it plainly is.
Source: HL7 v2.9 chapters 2 and 2A.
"""

import re

from healthvault.records.code_systems import UCUM, system_of_name
from healthvault.records.dates import moment_from_compact
from healthvault.records.hl7_messages import Segment
from healthvault.records.statements import Coding, Name

__all__ = [
    "authority",
    "codings",
    "id_text",
    "identifier",
    "label",
    "moment",
    "number",
    "person",
    "person_name",
    "plain",
    "reference_range",
    "unit",
    "words",
]

MAX_VALUE_CHARS = 64 * 1024
MAX_HEX_CHARS = 10_000
_NAME_USES = {"L": "official", "D": "usual", "M": "maiden", "B": "maiden", "N": "nickname", "S": "anonymous",
              "T": "temp"}  # fmt: skip
_NUMBER = re.compile(r"[+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,3})?\Z", re.ASCII)
_RANGE = re.compile(r"(-?\d[\d.]{0,30})\s*-\s*(-?\d[\d.]{0,30})\Z", re.ASCII)
_OPEN_RANGE = re.compile(r"(<=?|>=?)\s*(-?\d[\d.]{0,30})\Z", re.ASCII)
_HIGHLIGHTS = frozenset({"H", "N"})
_BREAKS = (".br", ".sp", ".ce")


def plain(segment: Segment, value: str) -> str:
    """Return a value without escapes, cut at 64 Ki characters; an escape that is none stays as it is."""
    mark = segment.marks.escape
    if mark not in value:
        return value[:MAX_VALUE_CHARS].strip()
    told, *rest = value[:MAX_VALUE_CHARS].split(mark)
    is_text = True  # what stands before the next mark
    for index, part in enumerate(rest):
        meant = _escaped(segment, part) if is_text and index < len(rest) - 1 else None
        told += meant if meant is not None else (mark + part if is_text else part)
        is_text = meant is None
    return told.strip()


def codings(segment: Segment, value: str, method: str = "") -> tuple[Coding, ...]:
    """Return the codes of a coded value: its own and the alternate.

    Args:
        segment: Around it.
        value: As written.
        method: Coding system that another field names for it; used where the value names none.
    """
    parts = [plain(segment, part) for part in segment.parts(value)]
    found: dict[tuple[str, str], Coding] = {}
    for start in (0, 3):
        code, display, system = (*parts[start : start + 3], "", "", "")[:3]
        if code:
            uri = system_of_name(system or (method if start == 0 else ""))
            found.setdefault((uri, code), Coding(system=uri, code=code, display=display or None))
    return tuple(found.values())


def label(segment: Segment, value: str) -> str:
    """Return the words of a coded value, else its code."""
    parts = [plain(segment, part) for part in segment.parts(value)]
    code, display, _, other, other_display, _, _, _, original = (*parts, *[""] * 9)[:9]
    return display or original or other_display or code or other


def words(segment: Segment, number_of_field: int) -> str:
    """Return all repetitions of a field in words."""
    return "; ".join(filter(None, (label(segment, value) for value in segment.repeats(number_of_field))))


def moment(segment: Segment, *numbers: int) -> str | None:
    """Return the first of some fields that is a time, in ISO 8601 as far as written."""
    for each in numbers:
        at = plain(segment, segment.parts(segment.first(each))[0])
        if found := moment_from_compact(segment.subparts(at)[0]):
            return found
    return None


def identifier(segment: Segment, value: str) -> Coding | None:
    """Return an id (CX) with the authority that assigned it as system; None if there is no id."""
    code, _, _, assigner = (*segment.parts(value), "", "", "")[:4]
    code = plain(segment, code)
    return Coding(system=authority(segment, assigner), code=code) if code else None


def authority(segment: Segment, value: str) -> str:
    """Return an authority (HD) as a URI where it is one, else its name; empty if there is none."""
    name, unique, sort = (*(plain(segment, part) for part in segment.subparts(value)), "", "", "")[:3]
    if unique and sort in {"ISO", "UUID", "GUID", ""}:
        uri = system_of_name(unique)
        return uri if uri.startswith("urn:") or not name else name
    return name or unique


def id_text(segment: Segment, *numbers: int) -> str | None:
    """Return the first of some fields that holds an id, with the name of who gave it."""
    for each in numbers:
        parts = [plain(segment, part) for part in segment.parts(segment.first(each))]
        if parts[0]:
            return "^".join(filter(None, parts[:3]))
    return None


def person(segment: Segment, *numbers: int) -> str | None:
    """Return who the first of some fields (XCN) names, on one line."""
    for each in numbers:
        parts = segment.parts(segment.first(each))
        if len(parts) > 1 and (name := person_name(segment, segment.marks.component.join(parts[1:7]))):
            return name.text
        if len(parts) == 1 and parts[0] and not any(map(str.isdigit, parts[0])):
            return plain(segment, parts[0])
    return None


def person_name(segment: Segment, value: str) -> Name | None:
    """Return a name (XPN) with its parts; None if there is none."""
    parts = (*segment.parts(value), *[""] * 7)[:7]
    family = plain(segment, segment.subparts(parts[0])[0])
    given, middle, suffix, prefix = (plain(segment, part) for part in parts[1:5])
    text = " ".join(filter(None, (prefix, given, middle, family, suffix)))
    if not (family or given or middle):
        return None
    return Name(
        family=family or None,
        given=tuple(filter(None, (given, middle))),
        text=text,
        use=_NAME_USES.get(plain(segment, parts[6])),
    )


def number(text: str) -> str | None:
    """Return a text that is a decimal number, as written; else None."""
    return text if _NUMBER.match(text) else None


def unit(segment: Segment, number_of_field: int) -> str | None:
    """Return a unit: its code in UCUM if the field gives one, else what it is called there."""
    value = segment.first(number_of_field)
    in_ucum = next((each.code for each in codings(segment, value) if each.system == UCUM), None)
    parts = [plain(segment, part) for part in segment.parts(value)]
    return in_ucum or parts[0] or (parts[1] if len(parts) > 1 else "") or None


def reference_range(text: str) -> tuple[str | None, str | None]:
    """Return the ends of `low-high`, `<high` or `>low`; of anything else, none."""
    if match := _RANGE.match(text):
        return match[1], match[2]
    if match := _OPEN_RANGE.match(text):
        return (None, match[2]) if match[1].startswith("<") else (match[2], None)
    return None, None


def _escaped(segment: Segment, code: str) -> str | None:
    """Return what an escape stands for; None if it is none."""
    marks = segment.marks
    known = {
        "F": marks.field,
        "S": marks.component,
        "T": marks.subcomponent or "&",
        "R": marks.repetition,
        "E": marks.escape,
    }
    if code in known:
        return known[code]
    if code in _HIGHLIGHTS:
        return ""
    if code.startswith(_BREAKS):
        return "\n"
    return _hex(code[1:]) if code[:1] == "X" else None


def _hex(digits: str) -> str | None:
    if not digits or len(digits) > MAX_HEX_CHARS:
        return None
    try:
        data = bytes.fromhex(digits)
    except ValueError:
        return None
    return data.decode("utf-8", "replace")
