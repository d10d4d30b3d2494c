# SPDX-License-Identifier: Apache-2.0
"""Terms of use in the words of the GA4GH Data Use Ontology: one permission or more, and modifiers.

The table holds ids, shorthands and labels of DUO (release 2021-02-23, github.com/EBISPOT/DUO), which is licensed
under CC BY 4.0. What a modifier's value has to look like is ours: DUO leaves it open. Pure.

Spec: docs/spec/research.md section 3.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from healthvault.errors import InvalidRequest

__all__ = ["MAX_TERMS", "TERMS", "Duo", "DuoTerm", "check_terms", "is_duo", "parse_duo"]

MAX_TERMS = 24
_DISEASE = r"MONDO:[0-9]{7}"
_REGION = r"[A-Z]{2}(-[A-Z0-9]{1,3})?"
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9 .:/_-]{0,62}[A-Za-z0-9])?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duo:
    """A term of the ontology."""

    id: str
    word: str
    """DUO's shorthand."""
    label: str
    is_permission: bool = False
    """Else a modifier of one."""
    value: str | None = None
    """What its value has to look like; None where it takes none."""
    example: str = ""


def _permission(number: int, word: str, label: str, value: str | None = None, example: str = "") -> Duo:
    id_text = f"DUO:{number:07d}"
    return Duo(id=id_text, word=word, label=label, is_permission=True, value=value, example=example)


def _modifier(number: int, word: str, label: str, value: str | None = None, example: str = "") -> Duo:
    return Duo(id=f"DUO:{number:07d}", word=word, label=label, value=value, example=example)


TERMS = (
    _permission(4, "NRES", "no restriction"),
    _permission(42, "GRU", "general research use"),
    _permission(6, "HMB", "health or medical or biomedical research"),
    _permission(7, "DS", "disease specific research", _DISEASE, "MONDO:0005148"),
    _permission(11, "POA", "population origins or ancestry research only"),
    _modifier(12, "RS", "research specific restrictions", _NAME, "paediatrics"),
    _modifier(15, "NMDS", "no general methods research"),
    _modifier(16, "GSO", "genetic studies only"),
    _modifier(18, "NPUNCU", "not for profit, non commercial use only"),
    _modifier(19, "PUB", "publication required"),
    _modifier(20, "COL", "collaboration required"),
    _modifier(21, "IRB", "ethics approval required"),
    _modifier(22, "GS", "geographical restriction", _REGION, "PT"),
    _modifier(24, "MOR", "publication moratorium", _DAY, "2027-12-31"),
    _modifier(25, "TS", "time limit on use", _DAY, "2028-12-31"),
    _modifier(26, "US", "user specific restriction", _NAME, "approved-users"),
    _modifier(27, "PS", "project specific restriction", _NAME, "asthma-2026"),
    _modifier(28, "IS", "institution specific restriction", _NAME, "ror.org/043z4tv69"),
    _modifier(29, "RTN", "return to database or resource"),
    _modifier(43, "CC", "clinical care use"),
    _modifier(44, "NPOA", "population origins or ancestry research prohibited"),
    _modifier(45, "NPU", "not for profit organisation use only"),
    _modifier(46, "NCU", "non-commercial use only"),
)
_BY_NAME = {name: term for term in TERMS for name in (term.id, term.word)}


@dataclass(frozen=True, slots=True, kw_only=True)
class DuoTerm:
    """A term as it is used, with its value where it takes one."""

    id: str
    value: str | None = None

    @property
    def text(self) -> str:
        """As people type it: `DS:MONDO:0005148`."""
        return _BY_NAME[self.id].word + (f":{self.value}" if self.value else "")

    @property
    def label(self) -> str:
        """In DUO's words."""
        return _BY_NAME[self.id].label

    @property
    def is_permission(self) -> bool:
        """It says what is allowed; the others narrow that."""
        return _BY_NAME[self.id].is_permission


def is_duo(id_text: str, value: str | None) -> bool:
    """Tell whether an id (unverified) is in the table and has a value exactly where it takes one."""
    term = _BY_NAME.get(id_text)
    if term is None or term.id != id_text:
        return False
    if term.value is None or value is None:
        return term.value is value
    return re.fullmatch(term.value, value, re.ASCII) is not None and (term.value != _DAY or _is_day(value))


def parse_duo(text: str) -> DuoTerm:
    """Return the term of `GRU`, `DS:MONDO:0005148` or `DUO:0000042`.

    Raises:
        InvalidRequest: `unknown_duo`, it is not in the table, or its value is missing, unwanted or malformed.
    """
    name, _, value = text.partition(":")
    if name.upper() == "DUO":
        name, value = text[:11].upper(), text[12:]
    term = _BY_NAME.get(name.upper())
    if term is None:
        words = ", ".join(known.word for known in TERMS)
        raise InvalidRequest(
            "unknown_duo", f"{text!r} is no term of DUO that is known here", hint=f"one of {words}"
        )
    if not is_duo(term.id, value or None):
        wanted = f"{term.word}:{term.example}" if term.value else term.word
        raise InvalidRequest(
            "unknown_duo", f"{text!r}: {term.label} is written otherwise", hint=f"such as {wanted}"
        )
    return DuoTerm(id=term.id, value=value or None)


def check_terms(terms: Iterable[DuoTerm]) -> tuple[DuoTerm, ...]:
    """Return terms, each once, sorted: at least one of them says what is allowed.

    Raises:
        InvalidRequest: `no_permission`, only modifiers; `too_many`.
    """
    found = sorted(set(terms), key=lambda term: (term.id, term.value or ""))
    if not any(term.is_permission for term in found):
        words = ", ".join(known.word for known in TERMS if known.is_permission)
        said = "no term says what use is allowed"
        raise InvalidRequest("no_permission", said, hint=f"add --duo with one of {words}")
    if len(found) > MAX_TERMS:
        raise InvalidRequest("too_many", f"more than {MAX_TERMS} terms of use", hint="fewer of them")
    return tuple(found)


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False
