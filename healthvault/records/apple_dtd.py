# SPDX-License-Identifier: Apache-2.0
"""What Apple writes wrong in the XML of an export, taken out before it is parsed.

The DTD of exports since iOS 16 is malformed, and some notes hold control characters, which XML forbids. A DTD that
declares an entity is left where it is, for the parser to refuse. Spec: docs/spec/contents.md section 7.
"""

import re

__all__ = ["without_controls", "without_dtd"]

_NO_CONTROLS = bytes(byte if byte >= 32 or byte in b"\t\n\r" else 32 for byte in range(256))
_PLAIN_DTD = re.compile(rb"<!DOCTYPE\s+HealthData\s*\[")
_ROOT = b"<HealthData"
_LOOK_BYTES = 1024


def without_controls(piece: bytes) -> bytes:
    """Return bytes of an 8-bit encoding with spaces for control characters."""
    return piece.translate(_NO_CONTROLS)


def without_dtd(head: bytes) -> bytes:
    """Return the first bytes of an export, with spaces for its internal DTD and for control characters.

    UTF-16, and a DTD that declares an entity or has an external identifier, are returned as they are.
    """
    if b"\0" in head[:_LOOK_BYTES]:
        return head
    found = _PLAIN_DTD.search(head)
    root = head.find(_ROOT, found.end()) if found else -1
    if found is None or root < 0:
        return without_controls(head)
    stop = head.rfind(b"]>", found.end() - 1, root)
    inside = head[found.start() : stop + 2]
    if stop < 0 or b"ENTITY" in inside or b"%" in inside:
        return without_controls(head)
    return without_controls(head[: found.start()] + b" " * len(inside) + head[stop + 2 :])
