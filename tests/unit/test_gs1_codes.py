# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.gs1.codes: every form of a code, and the name of everything that is none."""

import builtins

import pytest

from healthvault.errors import FormatError, InvalidRequest
from healthvault.gs1.codes import GS, MAX_CHARS, SHOWN_GS, Element, Form, parse_code

UNIT = (
    Element(ai="01", value="00300010123455"),
    Element(ai="17", value="250327"),
    Element(ai="10", value="A123"),
    Element(ai="21", value="11"),
)
SCANNED = f"01003000101234551725032710A123{GS}2111"


@pytest.mark.parametrize("sign", ["", "]d2", "]C1", "]Q3", GS, "]d2" + GS])
def test_an_element_string_is_read(sign: str) -> None:
    """With or without what a scanner puts in front."""
    code = parse_code(sign + SCANNED)
    assert (Form.ELEMENTS, UNIT) == (code.form, code.elements)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("(01)00300010123455(17)250327(10)A123(21)11", Form.PRINTED),
        (" (01) 00300010123455 (17) 250327\t(10)A123 (21)11\n", Form.PRINTED),
        (SCANNED.replace(GS, SHOWN_GS), Form.ELEMENTS),
        ("01003000101234551725032710A123" + GS + "2111" + GS, Form.ELEMENTS),
    ],
)
def test_other_ways_of_writing_it(text: str, form: Form) -> None:
    """As printed, with blanks between; with the separator made visible; with one at the end."""
    code = parse_code(text)
    assert (form, UNIT) == (code.form, code.elements)


@pytest.mark.parametrize("start", ["https://id.gs1.org", "http://example.com/a/b", "]Q1https://shop.example"])
def test_a_digital_link_is_read(start: str) -> None:
    """Of any domain, with what is no identifier ignored and an empty value said to be nothing."""
    code = parse_code(f"{start}/01/300010123455/10/A%2F1/21/x?17=250327&linkType=all&11=")
    said = {each.ai: each.value for each in code.elements}
    assert {"01": "00300010123455", "10": "A/1", "21": "x", "17": "250327"} == said
    assert Form.LINK is code.form


@pytest.mark.parametrize(
    "digits", ["96385074", "614141123452", "4006381333931", "00300010123455", "]E04006381333931"]
)
def test_digits_alone_are_a_gtin(digits: str) -> None:
    """Never an element string of that length."""
    code = parse_code(digits)
    assert (Form.GTIN, digits.removeprefix("]E0").zfill(14)) == (code.form, code.value("01"))


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "not_gs1"),
        ("  ", "not_gs1"),
        (GS, "not_gs1"),
        ("(ab)1", "not_gs1"),
        ("x(01)00300010123455", "unknown_ai"),
        ("٠١٠٠٣٠٠٠١٠١٢٣٤٥٥", "not_gs1"),
        ("(01)00300010123455\x1b[31m", "not_gs1"),
        ("hello", "unknown_ai"),
        ("(05)123", "unknown_ai"),
        ("(0100)1", "unknown_ai"),
        ("0100300010123455rubbish", "unknown_ai"),
        ("0100300010123455" + GS + GS + "2111", "unknown_ai"),
        ("(01)", "bad_element"),
        ("(01)0030001012345", "bad_element"),
        ("(01)00300010123455(17)2503271(10)A", "bad_element"),
        ("(01)00300010123455(17)25a327", "bad_element"),
        ("(01)00300010123455(10)", "bad_element"),
        ("(01)00300010123455(10)A B", "bad_element"),
        ("(01)00300010123455(10)A(B", "bad_element"),
        ("(01)00300010123455(10)" + "A" * 21, "bad_element"),
        ("0100300010123455" + "10" + "A" * 21, "no_separator"),
        ("0100300010123455" + "10" + "A" * 20 + "21X", "no_separator"),
        ("(01)00300010123455(21)A(21)B", "duplicate_ai"),
        ("https://id.gs1.org/01/00300010123455?17=250327&17=250328", "duplicate_ai"),
        ("https://id.gs1.org/01/00300010123455/10/A?10=B", "duplicate_ai"),
        ("https://id.gs1.org/01/00300010123455?05=1", "unknown_ai"),
        ("https://id.gs1.org/gtin/00300010123455", "bad_link"),
        ("https://example.com/", "bad_link"),
        ("https://[bad/01/00300010123455", "bad_link"),
        ("]D2" + SCANNED, "bad_symbology"),
        ("]c1" + SCANNED, "bad_symbology"),
        ("]E0" + SCANNED, "bad_symbology"),
        ("]d2(01)00300010123455", "bad_symbology"),
        ("+A999BJC5D6E71G", "unsupported_code"),
        ("=/A9999XYZ100T0944=,000025", "unsupported_code"),
        ("&,1000000000000XYZ123", "unsupported_code"),
        ("1" * (MAX_CHARS + 1), "too_large"),
    ],
)
def test_what_is_none_has_a_name(text: str, error: str) -> None:
    """And nothing of the text stands in the message."""
    with pytest.raises(FormatError) as caught:
        parse_code(text)
    assert error == caught.value.code
    assert len(text) < 6 or text not in caught.value.message


def test_what_is_said_twice_alike_counts_once() -> None:
    """In any form."""
    assert UNIT[:1] == parse_code("(01)00300010123455(01)00300010123455").elements


def test_lower_case_stays_lower_case() -> None:
    """GS1 tells `a` from `A` in lots and serial numbers."""
    assert "a123" == parse_code("(01)00300010123455(10)a123").value("10")


def test_a_value_with_parentheses_goes_out_as_an_element_string() -> None:
    """The printed form could mean something else."""
    code = parse_code(f"010030001012345510A(21)B{GS}2111")
    assert "A(21)B" == code.value("10")
    assert code.elements == parse_code(code.to_text()).elements


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With how to get it."""
    real = builtins.__import__

    def without(name: str, *rest: object) -> object:
        if name.startswith("biip"):
            raise ImportError(name)
        return real(name, *rest)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InvalidRequest) as caught:
        parse_code("(01)00300010123455")
    assert ("extra_missing", "pip install 'healthvault[gs1]'") == (caught.value.code, caught.value.hint)
