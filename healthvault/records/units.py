# SPDX-License-Identifier: Apache-2.0
"""Units that are the same by their spelling: never converted, never guessed. Pure.

Source: UCUM, The Unified Code for Units of Measure, sections 2.1 and 2.2: annotations in braces mean nothing, `l`
and `L` are both the litre, `10*` and `10^` the same power, `u` stands for micro.
Spec: docs/spec/contents.md section 9.
"""

import re

__all__ = ["unit_key"]

_ANNOTATION = re.compile(r"\{[^{}]*\}")
_LITRE = re.compile(r"(?<![A-Za-z\[])([munpfdc]?)l(?![A-Za-z\]])")
_MICRO = str.maketrans({"\u00b5": "u", "\u03bc": "u"})


def unit_key(unit: str | None) -> str:
    """Return what equal units have in common: `ug/L` for `\u00b5g/l`; empty for none."""
    plain = "".join((unit or "").translate(_MICRO).split())
    without = _ANNOTATION.sub("", plain) or plain  # a unit that is an annotation only stays what it is
    return _LITRE.sub(r"\1L", without.replace("10^", "10*"))
