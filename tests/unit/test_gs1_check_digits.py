# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.gs1.check_digits, over numbers that others published."""

import pytest

from healthvault.gs1.check_digits import check_digit, has_check_digit

PUBLISHED = [
    "96385074",  # GTIN-8, a textbook number
    "95012346",  # GTIN-8, GS1 General Specifications
    "9501101531000",  # GTIN-13, likewise
    "6291041500213",  # GTIN-13, GS1's own calculator page
    "4006381333931",  # GTIN-13, a pen
    "614141123452",  # GTIN-12
    "106141412345678908",  # SSCC, Tag Data Standard
    "09506000117843",  # GTIN-14, GS1's example of a medical device
    "00300010123455",  # GTIN-14 of an NDC
    "07032069804988",
    "09520123456788",
    "4012345000009",  # GLN
]


@pytest.mark.parametrize("number", PUBLISHED)
def test_published_numbers_are_right(number: str) -> None:
    """And every other last digit is wrong."""
    assert has_check_digit(number)
    assert number[-1] == check_digit(number[:-1])
    assert 1 == sum(has_check_digit(number[:-1] + digit) for digit in "0123456789")


@pytest.mark.parametrize("text", ["", "0", "1x", "٩٦٣٨٥٠٧٤", "-1", "9638507 4"])
def test_what_is_no_number_has_none(text: str) -> None:
    """Digits of other scripts are none."""
    assert not has_check_digit(text)
