# SPDX-License-Identifier: Apache-2.0
"""Which units may leave: what is made of the units that UCUM knows, in one spelling.

A unit is free text where a file does not keep to UCUM, and what UCUM puts in braces is free text always: it means
nothing, so it goes. Of UCUM there are here the units that medicine uses. Pure.

Source: UCUM, The Unified Code for Units of Measure, 2.1. Spec: docs/spec/research.md section 4.3.
"""

import re

from healthvault.records.units import unit_key

__all__ = ["ucum_unit"]

_METRIC = ("m", "g", "s", "L", "mol", "Eq", "osm", "Pa", "J", "W", "V", "A", "Hz", "N", "K", "Bq", "Sv", "Gy",
           "kat", "U", "[IU]", "[iU]", "cal", "bar", "t", "Cel", "m[Hg]", "m[H2O]", "eq")  # fmt: skip
_PLAIN = ("%", "min", "h", "d", "wk", "mo", "a", "deg", "[degF]", "[lb_av]", "[oz_av]", "[in_i]", "[ft_i]", "[pH]",
          "[diop]", "[arb'U]", "[CFU]", "[ppm]", "[ppth]", "[drp]", "{}", "1")  # fmt: skip
_PREFIXES = ("Y", "Z", "E", "P", "T", "G", "M", "k", "h", "da", "d", "c", "m", "u", "n", "p", "f", "a")
_ATOMS = frozenset([*_PLAIN, *_METRIC, *(prefix + unit for prefix in _PREFIXES for unit in _METRIC)])
_POWER = re.compile(r"10\*-?[0-9]{1,2}", re.ASCII)
_EXPONENT = re.compile(r"-?[1-4]\Z", re.ASCII)
_COMMON = {"beats/min": "/min", "breaths/min": "/min", "bpm": "/min", "mmHg": "mm[Hg]", "lbs": "[lb_av]",
           "degC": "Cel", "IU/L": "[IU]/L", "cells/uL": "/uL"}  # fmt: skip
_MAX_CHARS = 40
_MAX_PARTS = 4  # exponents and repeated parts could spell digits of a number that names somebody


def ucum_unit(text: str | None) -> str | None:
    """Return a unit (untrusted) as UCUM writes it, `1` for none or an annotation; None: it may not leave."""
    plain = unit_key(text)
    if plain in ("", "1") or (plain.startswith("{") and plain.endswith("}")):
        return "1"
    plain = _COMMON.get(plain, plain)
    if len(plain) > _MAX_CHARS:
        return None
    front, *divided = plain.split("/")
    parts = [*(front.split(".") if front else []), *(each for part in divided for each in part.split("."))]
    bases = {_EXPONENT.sub("", part) for part in parts if not _POWER.fullmatch(part)}
    powers = sum(_POWER.fullmatch(part) is not None for part in parts)
    is_short = len(parts) <= _MAX_PARTS and powers <= 1 and len(bases) + powers == len(parts)
    return plain if parts and is_short and all(map(_is_unit, parts)) else None


def _is_unit(part: str) -> bool:
    if _POWER.fullmatch(part):
        return True
    return part in _ATOMS or _EXPONENT.sub("", part) in _ATOMS - {"1", "%", "{}"}
