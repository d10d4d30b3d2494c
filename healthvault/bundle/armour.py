# SPDX-License-Identifier: Apache-2.0
"""The text form of a signed thing: base64 in lines of 64 between two marker lines that say what it is.

One form for each sequence of bytes: what is not exactly so is refused. Spec: docs/spec/card.md section 2.
"""

import base64
import binascii

__all__ = ["armour", "begin_line", "dearmour"]

_LINE_CHARS = 64


def begin_line(what: str) -> str:
    """Return the first line of the text form of a `what`, in upper case: `CARD`."""
    return f"-----BEGIN HEALTHVAULT {what}-----"


def armour(raw: bytes, what: str) -> str:
    """Return bytes as text for mail."""
    text = base64.b64encode(raw).decode()
    lines = [text[start : start + _LINE_CHARS] for start in range(0, len(text), _LINE_CHARS)]
    return "\n".join([begin_line(what), *lines, f"-----END HEALTHVAULT {what}-----"]) + "\n"


def dearmour(text: bytes, what: str) -> bytes | None:
    """Return the bytes of a text form, None if it is none. CRLF and blank space around it are allowed."""
    try:
        lines = text.decode("ascii").replace("\r\n", "\n").strip().split("\n")
        raw = base64.b64decode("".join(lines[1:-1]), validate=True)
    except (UnicodeDecodeError, binascii.Error):
        return None
    return raw if armour(raw, what).strip().split("\n") == lines else None
