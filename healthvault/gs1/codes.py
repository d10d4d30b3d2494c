# SPDX-License-Identifier: Apache-2.0
"""A text from a scanner, a label or a link, taken apart into GS1 elements: the only home of `biip`, an extra.

What follows which identifier is taken from the tables of `biip`. Where a text could mean two things it means
nothing: it is refused, and the error has a name. Texts of strangers: no message repeats what they say.
Source: GS1 General Specifications, sections 3 and 7.8; GS1 Digital Link URI Syntax 1.x. Spec: docs/spec/packs.md
sections 1 and 2.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from types import ModuleType
from urllib.parse import parse_qsl, urlsplit

from healthvault.errors import FormatError, InvalidRequest
from healthvault.gs1.check_digits import GTIN_DIGITS, is_digits

__all__ = ["GS", "MAX_CHARS", "SHOWN_GS", "Code", "Element", "Form", "parse_code"]

MAX_CHARS = 2048
GS = "\x1d"
SHOWN_GS = "␝"
"""Stands for `GS` where a text is shown or kept as words; no element can hold it."""
_ELEMENTS_SIGNS = frozenset({"]d2", "]C1", "]Q3", "]e0", "]J1"})
_NUMBER_SIGNS = frozenset({"]E0", "]E4", "]I1"})
_LINK_SIGNS = frozenset({"]Q1", "]d1"})
_SIGN_CHARS = 3
_PRINTED = re.compile(r"\((\d{2,4})\)", re.ASCII)
_LINK = re.compile(r"https?://", re.IGNORECASE)
_BLANKS = " \t\r\n"
_OTHERS = {"+": "HIBCC", "=": "ICCBBA (ISBT 128)", "&": "ICCBBA (ISBT 128)"}


class Form(Enum):
    """How a code was written. The strings are a promise."""

    ELEMENTS = "element-string"
    PRINTED = "printed"
    LINK = "digital-link"
    GTIN = "gtin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One thing that a code says: of the form that its identifier asks for, and not checked beyond that."""

    ai: str
    """Application identifier, two to four digits."""
    value: str
    """As written: case matters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A text that is well-formed: no identifier comes twice. Check digits are another question."""

    form: Form
    elements: tuple[Element, ...]

    def value(self, ai: str) -> str | None:
        """Return what the code says under an identifier."""
        return next((each.value for each in self.elements if each.ai == ai), None)

    def to_text(self) -> str:
        """Return a text that means the same: as printed, or with separators where a value has parentheses."""
        if any(char in each.value for each in self.elements for char in "()"):
            return "]d2" + GS.join(each.ai + each.value for each in self.elements)
        return "".join(f"({each.ai}){each.value}" for each in self.elements)


def parse_code(text: str) -> Code:
    """Take a code apart.

    Args:
        text: *Unverified*: an element string, with or without the scanner's sign in front, as printed, a Digital
            Link, or the digits of a GTIN alone. Blanks around it do not count.

    Raises:
        FormatError: `not_gs1`, `unknown_ai`, `bad_element`, `no_separator`, `duplicate_ai`, `bad_symbology`,
            `bad_link`, `too_large`; `unsupported_code`, of another standard.
        InvalidRequest: `extra_missing`.
    """
    if len(text) > MAX_CHARS:
        raise FormatError("too_large", f"the code has more than {MAX_CHARS} characters")
    body = text.replace(SHOWN_GS, GS).strip(_BLANKS)
    sign = body[:_SIGN_CHARS] if body.startswith("]") else ""
    body = body.removeprefix(sign)
    if not body.strip(GS):
        raise FormatError("not_gs1", "there is no code")
    if body[0] in _OTHERS:
        hint = "only codes of GS1 are read"
        raise FormatError("unsupported_code", f"this is a code of {_OTHERS[body[0]]}", hint=hint)
    blanks = _BLANKS if body.startswith("(") else ""  # between what is printed; nowhere else
    if any(not "!" <= char <= "~" and char != GS and char not in blanks for char in body):
        raise FormatError("not_gs1", "the code has characters that no code of GS1 has")
    form = _form_of(sign, body)
    return Code(form=form, elements=_each_once(_PARSERS[form](body)))


def _form_of(sign: str, body: str) -> Form:
    """Return how a text is written, which the scanner's sign must allow."""
    form = Form.ELEMENTS
    if _LINK.match(body):
        form = Form.LINK
    elif body.startswith("("):
        form = Form.PRINTED
    elif is_digits(body) and len(body) in GTIN_DIGITS and sign not in _ELEMENTS_SIGNS:
        form = Form.GTIN
    allowed = {
        Form.ELEMENTS: _ELEMENTS_SIGNS,
        Form.GTIN: _NUMBER_SIGNS,
        Form.LINK: _LINK_SIGNS,
        Form.PRINTED: frozenset[str](),
    }
    if sign and sign not in allowed[form]:
        raise FormatError("bad_symbology", "what stands in front of the code is no sign of a scanner for GS1")
    return form


def _of_number(body: str) -> Iterator[Element]:
    yield Element(ai="01", value=body.zfill(GTIN_DIGITS[-1]))


def _of_elements(body: str) -> Iterator[Element]:
    """Yield the elements of a string, by `biip`: each ends where its identifier says, or at a separator."""
    rest = body.removeprefix(GS)
    whole = len(rest)
    while rest:
        element, needs_separator = _first(rest, whole - len(rest) + 1)
        rest = rest[len(element.ai) + len(element.value) :]
        if needs_separator and rest and not rest.startswith(GS):
            said = f"({element.ai}) is longer than it may be, or the separator after it is missing"
            raise FormatError("no_separator", said)
        rest = rest.removeprefix(GS)
        yield element


def _of_printed(body: str) -> Iterator[Element]:
    """Yield the elements of a printed text: turned into an element string, which must say the very same."""
    pieces = _PRINTED.split(body)
    if len(pieces) == 1 or pieces[0].strip(_BLANKS):
        raise FormatError("not_gs1", "there is something before the first identifier")
    told = [Element(ai=ai, value=text.strip(_BLANKS)) for ai, text in zip(pieces[1::2], pieces[2::2], strict=True)]
    joined = "".join(each.ai + each.value + (GS if _ends_at_separator(each) else "") for each in told)
    if told != list(_of_elements(joined.removesuffix(GS))):
        raise FormatError("bad_element", "the code could mean several things")
    yield from told


def _ends_at_separator(printed: Element) -> bool:
    """Tell whether a separator has to end an element whose value is all of what was printed.

    Raises:
        FormatError: `unknown_ai`; `bad_element`, the value is not of the form that the identifier asks for.
    """
    biip, strings = _biip(), _biip("gs1_element_strings")
    needed = _needs_separator(printed.ai)
    if any(char in printed.value for char in f"() {GS}"):  # the end of the value could be anywhere
        raise _misfit(printed.ai)
    try:
        strings.GS1ElementString.parse(printed.ai + printed.value, config=_config(biip))
    except (biip.ParseError, ValueError) as err:
        raise _misfit(printed.ai) from err
    return needed


def _of_link(body: str) -> Iterator[Element]:
    """Yield the elements of a Digital Link, by `biip`; what it would choose among is refused first."""
    biip, links = _biip(), _biip("gs1_digital_link_uris")
    try:
        query = parse_qsl(urlsplit(body).query, keep_blank_values=True)
        found = links.GS1DigitalLinkURI.parse(body, config=_config(biip))
    except (biip.ParseError, ValueError) as err:
        raise FormatError("bad_link", "the link says no product as GS1 Digital Links do") from err
    told = [Element(ai=str(each.ai.ai), value=str(each.value)) for each in found.element_strings]
    for ai, value in query:
        if is_digits(ai):
            _needs_separator(ai)
            if Element(ai=ai, value=value) not in told and value:
                raise FormatError("duplicate_ai", f"the link says two things under ({ai})")
    yield from told


_PARSERS = {
    Form.ELEMENTS: _of_elements,
    Form.PRINTED: _of_printed,
    Form.LINK: _of_link,
    Form.GTIN: _of_number,
}


def _first(rest: str, place: int) -> tuple[Element, bool]:
    """Return the first element of a string, and whether a separator has to end it."""
    biip, strings = _biip(), _biip("gs1_element_strings")
    try:
        identifier = strings.GS1ApplicationIdentifier.extract(rest)
    except biip.ParseError as err:
        raise FormatError("unknown_ai", f"at character {place}: no identifier that is known") from err
    try:
        found = strings.GS1ElementString.extract(rest, config=_config(biip))
    except (biip.ParseError, ValueError) as err:
        raise _misfit(identifier.ai) from err
    return Element(ai=str(identifier.ai), value=str(found.value)), bool(identifier.separator_required)


def _misfit(ai: str) -> FormatError:
    return FormatError("bad_element", f"what stands after ({ai}) is not of the form that it asks for")


def _needs_separator(ai: str) -> bool:
    """Tell whether a separator has to end an element. Raises FormatError: `unknown_ai`."""
    biip, strings = _biip(), _biip("gs1_element_strings")
    try:
        identifier = strings.GS1ApplicationIdentifier.extract(ai)
    except biip.ParseError as err:
        raise FormatError("unknown_ai", f"({ai}) is no identifier that is known") from err
    if identifier.ai != ai:
        raise FormatError("unknown_ai", f"({ai}) is no identifier that is known")
    return bool(identifier.separator_required)


def _each_once(elements: Iterable[Element]) -> tuple[Element, ...]:
    """Return the elements, those left out that say again what one said. Raises FormatError: `duplicate_ai`."""
    found: dict[str, Element] = {}
    for each in elements:
        if found.setdefault(each.ai, each) != each:
            raise FormatError("duplicate_ai", f"the code says two things under ({each.ai})")
    return tuple(found.values())


def _config(biip: ModuleType) -> object:
    """Return how `biip` is to read: days are looked at by us, since its century depends on its own clock."""
    config: object = biip.ParseConfig(gs1_element_strings_verify_date=False)
    return config


def _biip(name: str = "") -> ModuleType:
    try:
        import biip  # noqa: PLC0415  an extra
        import biip.gs1_digital_link_uris  # noqa: PLC0415  likewise
        import biip.gs1_element_strings  # noqa: PLC0415  likewise
    except ImportError as err:
        raise InvalidRequest(
            "extra_missing", "reading codes of GS1 needs the extra gs1", hint="pip install 'healthvault[gs1]'"
        ) from err
    module: ModuleType = getattr(biip, name) if name else biip
    return module
