# SPDX-License-Identifier: Apache-2.0
"""The texts of codes in a file: one a line, or those in a picture, which is looked at apart from the vault's keys.

Spec: docs/spec/packs.md section 2.
"""

import io
import re

from healthvault.errors import FormatError
from healthvault.records.describe import describe
from healthvault.records.kinds import Kind
from healthvault.records.statements import Passage
from healthvault.sandbox.reader import Sandbox

__all__ = ["MAX_FILE_BYTES", "codes_in"]

MAX_FILE_BYTES = 64 << 20
MAX_TEXT_BYTES = 1 << 20
MAX_CODES = 200
_WHOLE = re.compile(r"code \d+")
_FIRST_LINE = re.compile(r"(code \d+)/line 1")


def codes_in(data: bytes, name: str) -> dict[str, str]:
    """Return the texts of the codes in a file, by place: `line 3`, or `code 1` in a picture.

    Args:
        data: *Unverified*; at most `MAX_FILE_BYTES`.
        name: The file's own name.

    Raises:
        FormatError: `not_gs1`, there is no code in it; `too_large`, too many.
        InvalidRequest: `extra_missing`, `too_large`, `reader_failed`, of a picture.
    """
    kind = describe(io.BytesIO(data), name=name, size_bytes=len(data)).kind
    found = _in_picture(data, name) if kind == Kind.IMAGE.value else _in_lines(data)
    if not found:
        raise FormatError(
            "not_gs1", "there is no code in it", hint="a sharp picture of the code alone is read best"
        )
    if len(found) > MAX_CODES:
        raise FormatError("too_large", f"there are more than {MAX_CODES} codes in it")
    return found


def _in_lines(data: bytes) -> dict[str, str]:
    """Return the lines that say something; a separator within a code is no end of a line."""
    if len(data) > MAX_TEXT_BYTES:
        raise FormatError("too_large", "this is more than a list of codes")
    lines = data.decode("utf-8", "replace").removeprefix("\ufeff").split("\n")
    return {f"line {number}": line for number, line in enumerate(lines, 1) if line.strip(" \t\r")}


def _in_picture(data: bytes, name: str) -> dict[str, str]:
    """Return the codes in a picture: as a whole where one holds separators, else its only line."""
    whole: dict[str, str] = {}
    lines: dict[str, str] = {}
    with Sandbox() as sandbox:
        stream = io.BytesIO(data)
        for said in sandbox.statements(
            stream, name=name, size_bytes=len(data), kind=Kind.IMAGE.value, wanted=("passage",)
        ):
            if isinstance(said, Passage) and _WHOLE.fullmatch(said.place):
                whole[said.place] = said.words
            elif isinstance(said, Passage) and (match := _FIRST_LINE.fullmatch(said.place)):
                lines[match[1]] = said.words
    return lines | whole
