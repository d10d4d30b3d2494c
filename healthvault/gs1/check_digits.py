# SPDX-License-Identifier: Apache-2.0
"""The check digit of GTIN, SSCC and GLN: modulo 10 with weights 3 and 1. Pure.

It finds every single wrong digit. It says nothing of who made the number: anybody can work it out.
Source: GS1 General Specifications, section 7.9.1. Spec: docs/spec/packs.md section 3.
"""

__all__ = ["GTIN_DIGITS", "check_digit", "has_check_digit", "is_digits"]

GTIN_DIGITS = (8, 12, 13, 14)


def is_digits(text: str) -> bool:
    """Tell whether a text is ASCII digits and nothing else."""
    return text.isascii() and text.isdecimal()


def check_digit(payload: str) -> str:
    """Return the digit that belongs behind some ASCII digits."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(payload)))
    return str(-total % 10)


def has_check_digit(number: str) -> bool:
    """Tell whether a number is digits of which the last is the check digit of the others."""
    return is_digits(number) and len(number) > 1 and check_digit(number[:-1]) == number[-1]
