# SPDX-License-Identifier: Apache-2.0
"""The text form of an age file, for paper and QR codes: base64 in lines of 64 between two marker lines.

Written as the age specification says, so that stock `age -d` takes it. Read more kindly: it may stand anywhere in
a page, and blank space within it is skipped, because it comes from scanners and from people's hands; what it holds
is authenticated by the age file itself. Spec: docs/spec/age.md section 8. Source: c2sp.org/age, "ASCII armor".
"""

import base64
import binascii

from healthvault.errors import FormatError

__all__ = ["armoured", "dearmoured"]

_BEGIN = "-----BEGIN AGE ENCRYPTED FILE-----"
_END = "-----END AGE ENCRYPTED FILE-----"
_LINE_CHARS = 64


def armoured(raw: bytes) -> str:
    """Return an age file as text, with a line end after its last line."""
    text = base64.b64encode(raw).decode()
    lines = [text[start : start + _LINE_CHARS] for start in range(0, len(text), _LINE_CHARS)]
    return "\n".join([_BEGIN, *lines, _END]) + "\n"


def dearmoured(text: str) -> bytes | None:
    """Return the age file that stands somewhere in an unverified text; None if there is none.

    Raises:
        FormatError: `malformed`, there are several, one has no end, or it is not base64.
    """
    if _BEGIN not in text:
        return None
    body, mark, rest = text.split(_BEGIN, 1)[1].partition(_END)
    if not mark or _BEGIN in rest:
        raise FormatError("malformed", "the encrypted text has no end, or there are several")
    packed = "".join(body.split())
    try:
        raw = base64.b64decode(packed, validate=True)
    except (ValueError, binascii.Error) as err:
        raise FormatError("malformed", "the encrypted text is not base64: a line is missing or misread") from err
    if base64.b64encode(raw).decode() != packed:
        raise FormatError("malformed", "the encrypted text is not in its one form")
    return raw
