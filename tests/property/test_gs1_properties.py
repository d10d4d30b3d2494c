# SPDX-License-Identifier: Apache-2.0
"""Codes of GS1: what is written is read back, a wrong digit is always named, and no text ends in anything else."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from healthvault.errors import FormatError
from healthvault.gs1.check_digits import check_digit, has_check_digit
from healthvault.gs1.codes import GS, Code, Element, Form, parse_code
from healthvault.gs1.trade_items import trade_item, wrong_check_digits

SET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
texts = st.text(SET_82, min_size=1, max_size=20)
gtins = st.text("0123456789", min_size=13, max_size=13).map(lambda digits: digits + check_digit(digits))
days = st.dates(date(1990, 1, 1), date(2060, 12, 31)).map(lambda day: day.strftime("%y%m%d"))
values = st.fixed_dictionaries(
    {"01": gtins},
    optional={
        "17": days,
        "11": days,
        "10": texts,
        "21": texts,
        "710": texts,
        "37": st.text("0123456789", min_size=1, max_size=8),
    },
)
elements = values.flatmap(
    lambda said: st.permutations([Element(ai=ai, value=value) for ai, value in said.items()])
)


@given(elements)
def test_what_is_written_is_read(told: list[Element]) -> None:
    """In any order of elements, printed or as an element string."""
    code = Code(form=Form.PRINTED, elements=tuple(told))
    assert code.elements == parse_code(code.to_text()).elements
    assert code.elements == parse_code("]d2" + GS.join(each.ai + each.value for each in told)).elements


@given(gtins, st.integers(0, 13), st.integers(1, 9))
def test_one_wrong_digit_is_named(gtin: str, place: int, by: int) -> None:
    """Whichever it is, whatever it became."""
    wrong = gtin[:place] + str((int(gtin[place]) + by) % 10) + gtin[place + 1 :]
    assert has_check_digit(gtin)
    assert not has_check_digit(wrong)
    assert ("01",) == wrong_check_digits(parse_code(f"(01){wrong}(21)1").elements)


@settings(max_examples=300)
@given(
    st.one_of(
        st.text(max_size=80), st.text("0127()A" + GS + "+]d/:?&=%", max_size=60).map(lambda text: "(01)" + text)
    )
)
def test_any_text_is_a_code_or_an_error_of_form(text: str) -> None:
    """And what is a code is so again when it is written."""
    try:
        code = parse_code(text)
        trade_item(code.elements, today=date(2026, 11, 20))
    except FormatError:
        return
    assert code.elements == parse_code(code.to_text()).elements
