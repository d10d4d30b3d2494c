# SPDX-License-Identifier: Apache-2.0
"""Names of things and places: EPC URNs and GS1 Digital Links of any domain, brought into one form.

The one form is the constrained canonical Digital Link of CBV 2.0 section 8.9: `https://id.gs1.org/`, the finest
level only, no query. What is no GS1 key stays as it is. Source: EPC Tag Data Standard 1.13 section 6; GS1 Digital
Link URI syntax 1.2 section 4.11.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from healthvault.errors import FormatError
from healthvault.gs1.codes import parse_code

__all__ = ["Pack", "canonical", "check_digit", "company_of", "pack_of", "product_of_lot"]

ROOT = "https://id.gs1.org"
_SERIAL = (
    r"(?:%2[125-9A-Fa-f]|%3[0-9A-Fa-f]|%4[1-9A-Fa-f]|%5[0-9AaFf]|%6[1-9A-Fa-f]|%7[0-9Aa]|[!')(*+,.0-9:;=A-Za-z_-])"
)
_PATTERN = r"\*"  # any serial number
_CPI = r"(?:%2[3dfDF]|%3[0-9]|%4[1-9A-Fa-f]|%5[0-9Aa]|[0-9A-Z-])"
_WEB = "\"'.;<=>?_A-Za-z0-9%-"  # of a value in a canonical Digital Link
_ESCAPED = str.maketrans({char: f"%{ord(char):02X}" for char in "!()*+,:"})
_SHORT = {
    "gtin": "01", "itip": "8006", "cpid": "8010", "gln": "414", "party": "417", "gsrnp": "8017", "gsrn": "8018",
    "gcn": "255", "sscc": "00", "gdti": "253", "ginc": "401", "gsin": "402", "grai": "8003", "giai": "8004",
    "cpv": "22", "lot": "10", "ser": "21",
}  # fmt: skip
_PRIMARY = frozenset(
    ("00", "01", "253", "255", "401", "402", "414", "417", "8003", "8004", "8006", "8010", "8017", "8018")
)
_VALUE = {
    "00": r"\d{18}", "01": r"\d{14}", "253": rf"\d{{13}}[{_WEB}]{{0,17}}", "255": r"\d{13}\d{0,12}",
    "401": rf"[{_WEB}]{{1,30}}", "402": r"\d{17}", "414": r"\d{13}", "417": r"\d{13}",
    "8003": rf"\d{{14}}[{_WEB}]{{0,16}}", "8004": rf"[{_WEB}]{{1,30}}", "8006": r"\d{18}",
    "8010": r"[#0-9A-Z-]{1,30}", "8017": r"\d{18}", "8018": r"\d{18}",
}  # fmt: skip
_FINER = {"01": ("21", "10", "235"), "8006": ("21", "10"), "414": ("254",), "8010": ("8011",)}
_FINE = {"21": rf"[{_WEB}]{{1,20}}", "10": rf"[{_WEB}]{{1,20}}", "235": rf"[{_WEB}]{{1,28}}",
         "254": rf"[{_WEB}]{{1,20}}", "8011": r"\d{1,12}"}  # fmt: skip
_URN = re.compile(r"urn:epc:(id|class|idpat):([a-z]+):(.+)\Z", re.ASCII | re.DOTALL)
_COMPANY = re.compile(r"(\d{6,12})\.(.*)\Z", re.ASCII | re.DOTALL)
_PRINTED = re.compile(r"\((\d{2,4})\)([^()]+)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A pack that a code names."""

    key: str
    """Canonical Digital Link with product and serial."""
    lot: str | None = None
    """If the code tells it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scheme:
    key: str
    digits: int
    """Of company prefix and reference together; 0 where they are no fixed number."""
    rest: str
    """What follows, as a pattern; `.` before it unless empty."""
    is_item: bool = False
    """The first digit of the reference goes before the company prefix."""
    before: str = ""
    fine: str = ""
    """The qualifier of what follows; empty if it follows at once."""
    is_checked: bool = True


def _any(most: int) -> str:
    return f"{_SERIAL}{{1,{most}}}"


_SCHEMES = {
    "id:sgtin": _Scheme(key="01", digits=13, rest=_any(20), is_item=True, fine="21"),
    "id:sscc": _Scheme(key="00", digits=17, rest="", is_item=True),
    "id:sgln": _Scheme(key="414", digits=12, rest=_any(20), fine="254"),
    "id:grai": _Scheme(key="8003", digits=12, rest=_any(16), before="0"),
    "id:gsrn": _Scheme(key="8018", digits=17, rest=""),
    "id:gsrnp": _Scheme(key="8017", digits=17, rest=""),
    "id:gdti": _Scheme(key="253", digits=12, rest=_any(17)),
    "id:sgcn": _Scheme(key="255", digits=12, rest=r"\d{1,12}"),
    "id:gsin": _Scheme(key="402", digits=16, rest=""),
    "id:upui": _Scheme(key="01", digits=13, rest=_any(28), is_item=True, fine="235"),
    "id:pgln": _Scheme(key="417", digits=12, rest=""),
    "class:lgtin": _Scheme(key="01", digits=13, rest=_any(20), is_item=True, fine="10"),
    "idpat:sgtin": _Scheme(key="01", digits=13, rest=_PATTERN, is_item=True),
    "idpat:grai": _Scheme(key="8003", digits=12, rest=_PATTERN, before="0"),
    "idpat:gdti": _Scheme(key="253", digits=12, rest=_PATTERN),
    "idpat:sgcn": _Scheme(key="255", digits=12, rest=_PATTERN),
    "idpat:upui": _Scheme(key="01", digits=13, rest=_PATTERN, is_item=True),
    "id:itip": _Scheme(key="8006", digits=13, rest=rf"\d\d\.\d\d\.{_any(20)}", is_item=True),
    "idpat:itip": _Scheme(key="8006", digits=13, rest=rf"\d\d\.\d\d\.{_PATTERN}", is_item=True),
}


def canonical(text: str) -> str:
    """Return a GS1 key in its one form; anything else as it is."""
    return _from_urn(text) or _from_link(text) or text


def check_digit(digits: str) -> str:
    """Return the check digit of a number of digits. Source: GS1 General Specifications section 7.9.1."""
    weighed = (int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-sum(weighed) % 10)


def company_of(text: str) -> str | None:
    """Return the GS1 company prefix of an EPC URN; None where the form does not tell it."""
    urn = _URN.match(text)
    parts = _COMPANY.match(urn[3]) if urn else None
    return parts[1] if parts else None


def pack_of(code: str) -> Pack | None:
    """Return the pack that a code names: an EPC URN, a Digital Link, or a GS1 element string.

    Args:
        code: As typed or scanned; *unverified*.

    Returns:
        None if the code names no single pack, or a check digit in it is wrong.

    Raises:
        InvalidRequest: `extra_missing`, for the text of a scanner.
    """
    found = _elements(code.strip())
    if found:
        code = f"{ROOT}/01/{found.get('01', '')}/21/{_escaped(found.get('21', ''))}"
    link = canonical(code.strip())
    parts = re.match(rf"{ROOT}/01/(\d{{13}})(\d)/21/[{_WEB}]{{1,20}}\Z", link, re.ASCII)
    if parts is None or check_digit(parts[1]) != parts[2]:
        return None
    lot = found.get("10") or _lot_in(code)
    return Pack(key=link, lot=lot or None)


def product_of_lot(text: str) -> tuple[str, str | None] | None:
    """Return GTIN and lot of a class of things; no lot for a whole product; None if it is neither."""
    parts = re.match(rf"{ROOT}/01/(\d{{14}})(?:/10/([{_WEB}]{{1,20}}))?\Z", canonical(text), re.ASCII)
    return (parts[1], parts[2]) if parts else None


def _elements(code: str) -> dict[str, str]:
    """Return what an element string says, each identifier once; nothing if it is none."""
    if code.startswith(("urn:", "http:", "https:")):
        return {}
    if _PRINTED.sub("", code) == "" and len(found := _PRINTED.findall(code)) == len(dict(found)):
        return dict(found)
    try:
        return {element.ai: element.value for element in parse_code(code).elements}
    except FormatError:
        return {}


def _escaped(serial: str) -> str:
    return serial.translate(_ESCAPED).replace("/", "%2F").replace("&", "%26")


def _lot_in(code: str) -> str | None:
    parts = urlsplit(code).path.split("/") if code.startswith("http") else []
    return next((parts[at + 1] for at, part in enumerate(parts[:-1]) if part in {"10", "lot"}), None)


def _from_urn(text: str) -> str | None:
    urn = _URN.match(text)
    parts = _COMPANY.match(urn[3]) if urn else None
    if urn is None or parts is None:
        return None
    name, company, rest = f"{urn[1]}:{urn[2]}", parts[1], parts[2]
    if name in {"id:giai", "id:ginc"}:
        return _joined("8004" if name == "id:giai" else "401", company, rest, _any(30 - len(company)))
    if name in {"id:cpi", "idpat:cpi"}:
        return _component(company, rest, is_pattern=name.startswith("idpat"))
    scheme = _SCHEMES.get(name)
    return _numbered(scheme, company, rest) if scheme else None


def _joined(key: str, company: str, rest: str, pattern: str) -> str | None:
    fits = re.fullmatch(pattern, rest, re.ASCII)
    return f"{ROOT}/{key}/{company}{rest.translate(_ESCAPED)}" if fits else None


def _component(company: str, rest: str, *, is_pattern: bool) -> str | None:
    reference, _, serial = rest.rpartition(".")
    fits = re.fullmatch(rf"{_CPI}{{1,{30 - len(company)}}}", reference, re.ASCII)
    if not fits or not re.fullmatch(r"\*" if is_pattern else r"\d{1,12}", serial, re.ASCII):
        return None
    link = f"{ROOT}/8010/{company}{reference}"
    return link if is_pattern else f"{link}/8011/{serial}"


def _numbered(scheme: _Scheme, company: str, rest: str) -> str | None:
    count = scheme.digits - len(company)
    pattern = rf"(\d{{{count}}})" + (rf"\.({scheme.rest})" if scheme.rest else "")
    parts = re.fullmatch(pattern, rest, re.ASCII)
    if parts is None:
        return None
    reference = parts[1]
    number = reference[:1] + company + reference[1:] if scheme.is_item else scheme.before + company + reference
    link = f"{ROOT}/{scheme.key}/{number}{check_digit(number)}"
    tail = parts[2].translate(_ESCAPED) if scheme.rest not in {"", _PATTERN} else ""
    if scheme.key == "8006":
        return _piece(link, parts[2], is_pattern=scheme.rest.endswith(_PATTERN))
    if not tail or (scheme.key == "414" and tail == "0"):
        return link
    return f"{link}/{scheme.fine}/{tail}" if scheme.fine else link + tail


def _piece(link: str, rest: str, *, is_pattern: bool) -> str:
    piece, total, serial = rest.split(".", 2)
    return f"{link}{piece}{total}" + ("" if is_pattern else f"/21/{serial.translate(_ESCAPED)}")


def _from_link(text: str) -> str | None:
    if not text.startswith(("http://", "https://")) or "." not in text:
        return None
    path = text.partition("?")[0].partition("#")[0].partition("://")[2].rstrip("/")
    steps = [_SHORT.get(step, step) for step in path.split("/")[1:]]
    at = next((n for n, step in enumerate(steps[:-1]) if step in _PRIMARY and steps[n + 1][:4].isdigit()), None)
    if at is None or (len(steps) - at) % 2:
        return None
    key, value = steps[at], steps[at + 1]
    if key == "01":
        value = value.zfill(14) if len(value) in {8, 12, 13} and value.isdigit() else value
    finer = dict(zip(steps[at + 2 :: 2], steps[at + 3 :: 2], strict=True))
    if not re.fullmatch(_VALUE[key], value, re.ASCII) or set(finer) - {"22", *_FINER.get(key, ())}:
        return None
    fine = next((each for each in _FINER.get(key, ()) if each in finer), None)
    if fine is None:
        return f"{ROOT}/{key}/{value}"
    return (
        f"{ROOT}/{key}/{value}/{fine}/{finer[fine]}" if re.fullmatch(_FINE[fine], finer[fine], re.ASCII) else None
    )
